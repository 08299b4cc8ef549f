//! `api`: compares the public API of the core crates with their listings, or rewrites those.

use anyhow::Result;

use crate::run::{HOUSE, cargo, run};

/// Compares, or writes what is public now into `tests/house/api`.
pub(crate) fn check(update: bool) -> Result<()> {
    let mut test = cargo();
    test.arg("test")
        .args(HOUSE)
        .args(["--locked", "--test", "house", "--", "--nocapture"])
        .arg("the_public_api_is_the_one_that_is_listed");
    if update {
        test.env("PORTCULLIS_API", "update");
    }
    run(&mut test)
}
