//! Bundles as they are lived with: cut into slices, kept by version, explained.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that goes wrong should fail loudly"
)]

mod agreement;
mod cures;
mod everyone;
mod given;
mod keeper;
mod keeper_slices;
mod leak;
mod open;
mod random;
mod sessions_from;
mod slices;
mod until;
