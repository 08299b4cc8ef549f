//! Random policies that compile, and questions about them, each read off a tape of bytes.
#![expect(
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::expect_used,
    clippy::panic,
    reason = "support of tests: what fails here is a failed test"
)]

pub mod policies;
pub mod requests;
pub mod tape;
