//! Requests as bytes and decisions as numbers, for callers across a wasm boundary.
//!
//! Layout 1. `text` is a varint length and UTF-8; `run` is a varint length in bytes
//! and what follows; numbers are LEB128 varints.
//!
//! ```text
//! request   = 0x01 subject question…
//! subject   = text type, text id, run(text role…), run((text team, run(text role…))…),
//!             run(text group…), attributes
//! question  = text "module:action", attributes of the action, attributes of the context,
//!             0x00 | (0x01 text resource id), attributes of the resource
//! attributes = run((text name, run(text value…))…)      values ascending and distinct
//! ```

mod decision;
mod read;
mod write;

pub use decision::PackedDecision;
pub use read::{PackedQuestion, PackedQuestions, PackedRequest};
pub use write::{Packer, PackerAttributes, PackerFacts, PackerSubject};

/// First byte of a packed request.
const LAYOUT: u8 = 1;
