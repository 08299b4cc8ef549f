//! What the gate as `wasi:http` middleware does, whatever the version of WASI.
//!
//! It reads no file and sends no request: [`Middleware`] says what to read and what to do with
//! a request, and a guest for one version of WASI does it.
#![no_std]

extern crate alloc;

mod answer;
mod fields;
mod file;
mod keys;
mod middleware;
mod settings;
#[cfg(test)]
mod tests;
mod upstream_failure;

pub use answer::Answer;
pub use fields::{Field, answered};
pub use file::{BundleFile, CONFIG_BYTES_MAX, Configuration, Mark, locate};
pub use keys::{
    ANSWER_BYTES_MAX, FETCH_SECONDS, Fetch, Fetched, KEY_FILE_BYTES_MAX, KeyFile, Save,
};
pub use middleware::{Incoming, Judged, Middleware, Time, Work};
pub use portcullis_gate::{AnswerChanges, UnixSeconds, event};
pub use settings::{Scheme, Upstream};
