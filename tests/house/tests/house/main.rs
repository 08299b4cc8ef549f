//! The order of the repository, checked: layers, manifests, docs, words, public API.
#![expect(
    clippy::unwrap_used,
    reason = "support of tests: what fails here is a failed test"
)]

mod api;
mod docs;
mod layers;
mod manifests;
mod tree;

/// Fails with all that was found, a line each.
fn assert_nothing(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}
