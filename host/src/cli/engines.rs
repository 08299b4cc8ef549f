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

    /// The engine as a WebAssembly component [default: $PORTCULLIS_COMPONENT (a file, or a folder
    /// of components), else beside this program, else in dist/ of the checkout that it was built in]
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

/// Returns where a component is that no option named: the same from any directory.
#[cfg(feature = "component")]
fn usual_place(file: &str) -> PathBuf {
    if let Some(named) = std::env::var_os("PORTCULLIS_COMPONENT").map(PathBuf::from) {
        return if named.is_dir() {
            named.join(file)
        } else {
            named
        };
    }
    let program = std::env::current_exe().and_then(|program| program.canonicalize());
    program.map_or_else(|_| Path::new("dist").join(file), |own| near(&own, file))
}

/// Returns where a file is that came with a program: beside it, or in `dist/` of the checkout
/// that it was built in. Where neither is there, returns the place beside it.
#[cfg(feature = "component")]
fn near(program: &Path, file: &str) -> PathBuf {
    let beside = program.with_file_name(file);
    if beside.is_file() {
        return beside;
    }
    let mut folders = program.ancestors().skip(1).take(CHECKOUT_DEPTH_MAX);
    let built = folders.find_map(|folder| {
        let built = folder.join("dist").join(file);
        built.is_file().then_some(built)
    });
    built.unwrap_or(beside)
}

/// How many folders above a program may be the checkout that it was built in: `target`, a
/// triple, a profile, and `deps` or `examples` lie between.
#[cfg(feature = "component")]
const CHECKOUT_DEPTH_MAX: usize = 5;

#[cfg(all(test, feature = "component"))]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_component_is_found_near_the_program() {
        let checkout = tempfile::tempdir().unwrap();
        let at = |path: &str| checkout.path().join(path);
        let program = at("target/debug/portcullis");
        fs::create_dir_all(at("target/debug")).unwrap();
        fs::create_dir_all(at("dist")).unwrap();
        let find = || near(&program, "a.wasm");
        assert_eq!(find(), at("target/debug/a.wasm"), "neither is there");
        fs::write(at("dist/a.wasm"), "").unwrap();
        assert_eq!(find(), at("dist/a.wasm"));
        fs::write(at("target/debug/a.wasm"), "").unwrap();
        assert_eq!(find(), at("target/debug/a.wasm"), "beside it wins");
        let far = at("target/debug/a/b/c/d/portcullis");
        assert_eq!(near(&far, "b.wasm"), far.with_file_name("b.wasm"));
    }
}
