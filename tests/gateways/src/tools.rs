//! Where the real gateways are: what `cargo xtask setup` would install, or what the PATH has.

use std::env;
use std::path::{Path, PathBuf};

/// A program that a test needs and that is not built here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Envoy with the V8 runtime for filters.
    Envoy,
    /// wasmtime's command line, with `serve`.
    Wasmtime,
    /// The load generator.
    Wrk,
}

impl Tool {
    /// Returns where the program is, if this machine has it.
    #[must_use]
    pub fn find(self) -> Option<PathBuf> {
        let stated = env::var_os(self.variable()).map(PathBuf::from);
        if let Some(stated) = stated {
            return stated.is_file().then_some(stated);
        }
        let installed = root().join("target").join("tools").join(self.name());
        let on_path = env::var_os("PATH")?;
        std::iter::once(installed)
            .chain(env::split_paths(&on_path).map(|folder| folder.join(self.name())))
            .find(|path| path.is_file())
    }

    /// Returns the variable that says where the program is.
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Envoy => "PORTCULLIS_ENVOY",
            Self::Wasmtime => "PORTCULLIS_WASMTIME",
            Self::Wrk => "PORTCULLIS_WRK",
        }
    }

    /// Returns the program's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Envoy => "envoy",
            Self::Wasmtime => "wasmtime",
            Self::Wrk => "wrk",
        }
    }
}

/// Returns whether a missing tool fails the run instead of leaving out what needs it.
#[must_use]
pub fn tools_are_required() -> bool {
    env::var_os(REQUIRED).is_some_and(|value| !value.is_empty() && value != "0")
}

/// Returns the root of the repository.
#[must_use]
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().and_then(Path::parent).unwrap_or(here)
}

/// Returns an artefact of `cargo xtask wasm`, if it was built.
#[must_use]
pub fn artefact(name: &str) -> Option<PathBuf> {
    let path = root().join("dist").join(name);
    path.is_file().then_some(path)
}

/// Set where every gateway must be there: a continuous integration.
pub const REQUIRED: &str = "PORTCULLIS_GATEWAYS_REQUIRED";
