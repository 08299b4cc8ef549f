//! `--engine` and `--component`: which engine answers.

#[cfg(feature = "component")]
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use portcullis_host::{Engine, NativeEngine};

use super::stop::Stop;

/// Which engine answers.
#[derive(Args, Clone, Debug)]
pub(crate) struct EngineArgs {
    /// Which engine answers; both give the same bytes
    #[arg(long, value_enum, default_value_t)]
    engine: EngineName,

    /// The engine as a WebAssembly component [default: $PORTCULLIS_COMPONENT, else
    /// dist/portcullis.component.wasm, else beside this program]
    #[cfg(feature = "component")]
    #[arg(long, value_name = "PATH")]
    component: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum EngineName {
    /// Linked into this program
    #[default]
    Native,
    /// WebAssembly, in wasmtime: what runs at the edge
    #[cfg(feature = "component")]
    Component,
}

impl EngineArgs {
    /// Returns the engine that was asked for.
    pub(crate) fn engine(&self) -> Result<Box<dyn Engine>, Stop> {
        match self.engine {
            EngineName::Native => Ok(Box::new(NativeEngine)),
            #[cfg(feature = "component")]
            EngineName::Component => component(self.component.as_ref()),
        }
    }
}

#[cfg(feature = "component")]
fn component(stated: Option<&PathBuf>) -> Result<Box<dyn Engine>, Stop> {
    use portcullis_host::{
        ComponentEngine,
        component::{ArtefactCache, ComponentLimits, InvalidComponent},
    };
    let path = match stated {
        Some(path) => path.clone(),
        None => usual_place(),
    };
    let loaded =
        ComponentEngine::load(&path, &ArtefactCache::of_user(), ComponentLimits::default());
    match loaded {
        Ok(engine) => Ok(Box::new(engine)),
        Err(InvalidComponent::Unreadable(error)) => {
            Err(Stop::io("read the component", &path, error).hint(
                "make it with `cargo xtask wasm`, name it with `--component`, or answer with \
                 `--engine native`",
            ))
        }
        Err(error) => {
            let message = format!("cannot use `{}`: {error}", path.display());
            Err(Stop::usage(message).hint("make it again with `cargo xtask wasm`"))
        }
    }
}

#[cfg(feature = "component")]
fn usual_place() -> PathBuf {
    const FILE: &str = "portcullis.component.wasm";
    if let Some(path) = std::env::var_os("PORTCULLIS_COMPONENT") {
        return PathBuf::from(path);
    }
    let here = PathBuf::from("dist").join(FILE);
    let program = std::env::current_exe().ok();
    let beside = program.and_then(|program| Some(program.parent()?.join(FILE)));
    match beside {
        Some(beside) if !here.is_file() && beside.is_file() => beside,
        _ => here,
    }
}
