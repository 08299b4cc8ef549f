//! Every engine against the meaning of a policy, and bundles against everything hostile.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "support of tests: what fails here is a failed test"
)]

mod agreement;
mod bounds;
mod canonical;
mod craft;
mod damage;
mod filter;
mod formats;
mod golden;
mod http;
mod identity_pages;
mod layout;
mod offer;
mod random;
mod rejections;
mod settings;
mod signatures;
mod teams;
mod twins;
mod vectors;
mod wire;
