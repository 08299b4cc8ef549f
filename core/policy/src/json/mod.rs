//! Strict JSON: a tree in the order written, with every place nameable.

mod node;
mod parse;
mod path;
mod read;

pub use node::Node;
pub use parse::{Document, SyntaxError};
pub use path::{JsonPath, Path};
pub(crate) use read::{Place, Read};
