//! What the conformance tests share: the engines behind one trait, bundles, vectors.
#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "support of tests: what fails here is a failed test"
)]

pub mod bundles;
pub mod engines;
pub mod golden;
pub mod http;
pub mod packed;
pub mod places;
pub mod signatures;
pub mod vectors;
