//! What every proxy's shell shares, whatever connects it to its proxy.
//!
//! A [`Root`] is one configuration: its gate, where its bundles come from, and what it counts.
//! What it needs of the proxy it asks through [`Host`], which a shell implements: by the
//! proxy-wasm ABI in wasm/proxy. A shell then calls, as its proxy calls it,
//! [`Root::configure`] once, [`Root::tick`] as often as the root asked for,
//! [`Root::fetched`] when a fetch ends, and for each request [`Root::request`] and
//! [`drop_trailers`].
//!
//! [`read_settings`], [`Seal`], [`UNAVAILABLE`] and [`lines`] serve shells without a `Host` too:
//!
//! ```
//! use portcullis_proxy_shell::Seal;
//!
//! // What one instance fetched, another of the same configuration believes.
//! let seal = Seal::new(b"the configuration", "https://id.example.com");
//! let tag = seal.tag(b"2026", b"a key set");
//! assert!(seal.holds(b"2026", b"a key set", &tag));
//! assert!(!seal.holds(b"2026", b"another key set", &tag));
//! ```
#![no_std]

extern crate alloc;

mod headers;
mod host;
mod keys;
pub mod lines;
mod metrics;
mod pass_on;
mod peer;
mod problem;
mod root;
mod seal;
mod settings;
mod shared;
mod sorted;
mod source;
#[cfg(test)]
mod tests;
mod waiting;

pub use headers::Headers;
pub use host::{CertificateName, Done, Failed, Host, Level, Metric};
pub use problem::{BAD_GATEWAY, PROBLEM_TYPE, Problem, UNAVAILABLE};
pub use root::{Root, drop_trailers, refuse};
pub use seal::Seal;
pub use settings::read_settings;
pub use sorted::Sorted;
