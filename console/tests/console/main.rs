//! The console's server, as a browser and its enemies meet it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at what it did not expect"
)]

mod bounds;
mod changes;
mod crash;
mod guards;
mod pages;
mod reads;
mod shown;
mod support;
