//! What keeps the repository in order: checks of its own sources, manifests and docs.
//!
//! Each check returns what it found, as lines that say where and what to do; an empty list passes.
//! What is allowed is data, beside this crate's manifest: `layers.toml`, `words.toml`,
//! `unnamed.toml` and `api/*.txt`.

pub mod api;
pub mod files;
pub mod layers;
pub mod links;
pub mod manifests;
pub mod security;
pub mod unnamed;
pub mod words;
