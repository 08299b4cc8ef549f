//! Authoring: policy.json read, judged, compiled, encoded and signed.
//!
//! Nothing here reads a clock, a file or a source of randomness: the time, the
//! text and the keys are arguments, so that the same code runs in a browser.

pub mod atom;
pub mod authzen;
pub mod encode;
pub mod json;
pub mod model;
pub mod pattern;
pub mod sign;
pub mod slice;
pub mod source;

mod compile;
mod document;
mod etag;
mod preview;
mod problem;

#[cfg(any(test, feature = "count"))]
pub use compile::compilations_in;
pub use compile::compile;
pub use document::Document;
pub use preview::{UnopenablePolicy, preview};
pub use problem::{InvalidPolicy, Problem, nearest_or};
pub use source::{Source, schema};
