//! Portcullis with hands: files, a clock, and the decision engine in two guises.
//!
//! [`Engine`] opens signed bundles; [`NativeEngine`] and [`ComponentEngine`] implement
//! it and give the same bytes. Nothing here decides: this crate translates, fetches,
//! stores and asks.

#[cfg(feature = "component")]
pub mod component;

pub mod clock;
pub mod evaluation;
pub mod files;
pub mod hex;
pub mod policy_file;
pub mod sql;

mod engine;
mod failure;
mod gate;
mod native;
mod pack;
mod trust;

#[cfg(feature = "component")]
pub use component::ComponentEngine;
pub use engine::{BundleInfo, Engine, LoadedPolicy, Names};
pub use failure::Failure;
pub use gate::{
    HttpAnswerChanges, HttpEngine, HttpGate, HttpOutcome, HttpVerdict, NativeGateEngine,
};
pub use native::{NativeEngine, NativePolicy};
pub use pack::{pack, pack_subject};
pub use trust::HostTrust;
