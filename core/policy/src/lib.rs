//! Authoring: policy.json read, judged, compiled, tested and signed.
//!
//! Nothing here reads a clock, a file or a source of randomness: the time, the
//! text and the keys are arguments, so that the same code runs in a browser.

pub mod admin;
pub mod atom;
pub mod audit;
pub mod authzen;
pub mod diff;
pub mod encode;
pub mod evolution;
pub mod json;
pub mod kit;
pub mod lint;
pub mod matrix;
pub mod model;
pub mod pattern;
pub mod sign;
pub mod slice;
pub mod source;
pub mod types;

mod compile;
mod etag;
mod problem;

pub use compile::compile;
pub use problem::{InvalidPolicy, Problem};
pub use source::{Source, schema};
