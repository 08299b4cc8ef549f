//! What a gate is told before the first request.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use portcullis_engine::Trust;

use crate::code::Code;

/// What a gate is told before the first request: read from one strict JSON document.
#[derive(Debug, Clone)]
pub struct GateConfig {
    trust: Trust,
    tenant: Option<String>,
    bundle: Option<Vec<u8>>,
    shell: String,
}

impl GateConfig {
    /// Reads a configuration; docs/GATE.md shows its shape.
    ///
    /// Unknown and repeated members are errors, told with their place and the nearest
    /// name that is known.
    ///
    /// # Errors
    ///
    /// Returns the first thing that is wrong.
    pub fn from_json(_json: &[u8]) -> Result<Self, InvalidConfig> {
        Err(InvalidConfig {
            path: "$".to_owned(),
            message: "this version reads no configuration yet".to_owned(),
        })
    }

    /// Returns what a bundle must satisfy.
    #[must_use]
    pub const fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Returns the one tenant that this listener is for, if it is for exactly one.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// Returns the bundle that the configuration carries, for the shell to offer.
    #[must_use]
    pub fn bundle(&self) -> Option<&[u8]> {
        self.bundle.as_deref()
    }

    /// Returns the member `shell` as compact JSON, `{}` where there is none: what only
    /// the shell needs, such as where bundles come from. The gate does not look into it.
    #[must_use]
    pub fn shell(&self) -> &str {
        &self.shell
    }

    /// Returns how loud the entry of a code is.
    #[must_use]
    pub const fn level(&self, _code: Code) -> Level {
        Level::Info
    }
}

/// How loud a log entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not logged.
    Off,
    /// Only while looking for a fault.
    Debug,
    /// In the ordinary run of things.
    Info,
    /// Somebody should look.
    Warn,
    /// Something is broken.
    Error,
}

/// What is wrong with a configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidConfig {
    /// The place, as a JSON path.
    pub path: String,
    /// What is wrong there, and what is known instead.
    pub message: String,
}

impl fmt::Display for InvalidConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl core::error::Error for InvalidConfig {}
