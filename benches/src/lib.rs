//! The two policies that the benchmarks run on, and the floor to measure against.
//!
//! The same two that the peers were measured on: small has 11 modules of 4 submodules
//! with read, write and delete, and 4 roles; large has 200 × 10 × 5 permissions and
//! 1,000 roles with 200 grants each, drawn by a fixed generator.

mod draw;
mod fixture;
mod floor;
mod gate;
mod policy;
mod routes;

pub use fixture::{Asked, Fixture, NOW, Person, Thing};
pub use floor::{Floor, FloorAnswer};
pub use gate::{Door, Sender};
pub use policy::Scale;
pub use routes::{routes, target};
