//! What the gate as `wasi:http` middleware does, whatever the version of WASI.
//!
//! It reads no file and sends no request: [`Middleware`] says what to read and what to do with
//! a request, and a guest for one version of WASI does it.
//!
//! ```
//! use portcullis_http_shell::{Incoming, Middleware, Time, UnixSeconds, Work};
//!
//! let seconds = UnixSeconds(1_700_000_000);
//! let mut middleware = Middleware::new();
//! let why = middleware.configure(Err("the file is not there".into()), seconds);
//! assert!(why.is_some_and(|line| line.contains("the file is not there")));
//!
//! // Nothing is judged, so nothing is passed on.
//! let incoming = Incoming { method: "GET", authority: None, target: "/", fields: Vec::new() };
//! let judged = middleware.judge(incoming, Time { seconds, nanoseconds: 0 });
//! assert!(matches!(judged.work, Work::Answer(answer) if answer.status == 503));
//! ```
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
pub use keys::{ANSWER_BYTES_MAX, Fetch, Fetched, KEY_FILE_BYTES_MAX, KeyFile, Save};
pub use middleware::{Incoming, Judged, Middleware, Time, Work};
pub use portcullis_gate::{AnswerChanges, UnixSeconds, event, limits::KEY_FETCH_SECONDS};
pub use settings::{Scheme, Upstream};
