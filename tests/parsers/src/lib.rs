//! The parsers that servers read queries with, run as they are, beside the gate.

pub mod judge;
pub mod queries;
pub mod reader;
mod tape;
