//! A reference interpreter of a policy: the meaning of the source, as plainly as it can be written.
//!
//! It answers from `policy.json` itself, with sets of strings and recursion, and shares no code
//! with the compiler or the engine, so that the two can be compared. Read it
//! beside the page that defines the meaning of a policy; each file is one part of that page:
//!
//! | file | part |
//! |---|---|
//! | `catalog` | the module tree, what is inherited, catalog order |
//! | `condition` | atoms and their syntax |
//! | `roles` | grant patterns, `clones`, `except`, `only`, `edits` |
//! | `tenant` | features, groups, directory |
//! | `time` | until when something counts |
//! | `request` | reading one request, and its limits |
//! | `truth` | Kleene's logic over one test of one attribute |
//! | `decide` | the six steps and the canonical answer |
//! | `residual` | the residual, its canonical form, and what it means |
//! | `visible` | the snapshot of visible modules |
//!
//! It expects a policy that compiles, and does not look for the faults a compiler reports.

mod attributes;
mod catalog;
mod condition;
mod decide;
mod json;
mod questions;
mod reference;
mod request;
mod residual;
mod roles;
mod source;
mod tenant;
mod time;
mod truth;
mod visible;

#[cfg(test)]
mod tests;

pub use attributes::Attributes;
pub use questions::Questions;
pub use reference::Reference;
pub use residual::holds;
