//! What is wrong with a configuration.

use alloc::{borrow::ToOwned, string::String};
use core::fmt;

use portcullis_json::Fault;

/// What is wrong with a configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidConfig {
    /// The place, as a JSON path.
    pub path: String,
    /// What is wrong there, and what to do about it.
    pub message: String,
}

impl InvalidConfig {
    pub(crate) fn at_root(message: impl Into<String>) -> Self {
        Self {
            path: "$".to_owned(),
            message: message.into(),
        }
    }
}

impl From<Fault> for InvalidConfig {
    fn from(fault: Fault) -> Self {
        Self {
            path: fault.path.into(),
            message: [&fault.message, "; ", &fault.cure].concat(),
        }
    }
}

impl fmt::Display for InvalidConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl core::error::Error for InvalidConfig {}
