//! Review of a policy before it ships: its tests, what they cover, what looks wrong, and
//! what a change of it changes.
//!
//! Nothing here reads a clock or a file: the time and the policies are arguments.

pub mod coverage;
pub mod diff;
pub mod evolution;
pub mod lint;
pub mod matrix;
pub mod suite;
pub mod types;

mod explained;
