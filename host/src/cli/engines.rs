//! `--engine` and `--component`: which engine answers.

#[cfg(feature = "component")]
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
#[cfg(feature = "component")]
use portcullis_host::component::InvalidComponent;
use portcullis_host::{Engine, HttpEngine, NativeEngine, NativeGateEngine};

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

impl EngineArgs {
    /// Returns the engine of gates that was asked for.
    pub(crate) fn gate_engine(&self) -> Result<Box<dyn HttpEngine>, Stop> {
        match self.engine {
            EngineName::Native => Ok(Box::new(NativeGateEngine)),
            #[cfg(feature = "component")]
            EngineName::Component => {
                use portcullis_host::component::{
                    ArtefactCache, ComponentGateEngine, ComponentLimits,
                };
                let stated = self.component.clone();
                let path = stated.unwrap_or_else(|| usual_place("portcullis.gateway.wasm"));
                let cache = ArtefactCache::of_user();
                let engine = ComponentGateEngine::load(&path, &cache, ComponentLimits::default());
                let engine = engine.map_err(|error| unusable(&path, error))?;
                Ok(Box::new(engine))
            }
        }
    }
}

#[cfg(feature = "component")]
fn component(stated: Option<&PathBuf>) -> Result<Box<dyn Engine>, Stop> {
    use portcullis_host::{
        ComponentEngine,
        component::{ArtefactCache, ComponentLimits},
    };
    let path = match stated {
        Some(path) => path.clone(),
        None => usual_place("portcullis.component.wasm"),
    };
    let loaded =
        ComponentEngine::load(&path, &ArtefactCache::of_user(), ComponentLimits::default());
    match loaded {
        Ok(engine) => Ok(Box::new(engine)),
        Err(error) => Err(unusable(&path, error)),
    }
}

#[cfg(feature = "component")]
fn unusable(path: &Path, error: InvalidComponent) -> Stop {
    match error {
        InvalidComponent::Unreadable(error) => Stop::io("read the component", path, error).hint(
            "make it with `cargo xtask wasm`, name it with `--component`, or answer with \
             `--engine native`",
        ),
        error => {
            let message = format!("cannot use `{}`: {error}", path.display());
            Stop::usage(message).hint("make it again with `cargo xtask wasm`")
        }
    }
}

#[cfg(feature = "component")]
fn usual_place(file: &str) -> PathBuf {
    if let Some(path) = std::env::var_os("PORTCULLIS_COMPONENT") {
        return PathBuf::from(path);
    }
    let here = PathBuf::from("dist").join(file);
    let program = std::env::current_exe().ok();
    let beside = program.and_then(|program| Some(program.parent()?.join(file)));
    match beside {
        Some(beside) if !here.is_file() && beside.is_file() => beside,
        _ => here,
    }
}
