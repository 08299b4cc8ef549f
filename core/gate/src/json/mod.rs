//! Strict JSON (RFC 8259): one value, no member twice, bounded depth.

mod node;
mod read;

pub(crate) use node::Node;
pub(crate) use read::{Faults, Place};
