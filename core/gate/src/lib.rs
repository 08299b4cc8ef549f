//! The gate: takes an HTTP request as its bytes came, and says what happens to it.
//!
//! ```
//! use portcullis_gate::{Gate, GateConfig, Peer, Request, UnixSeconds, Verdict};
//!
//! let config = GateConfig::from_json(
//!     br#"{ "tenant": "acme",
//!           "trust": { "threshold": 1, "audience": "default",
//!                      "keys": [{ "key": "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w" }] } }"#,
//! )?;
//! let mut gate = Gate::new(config);
//! let request = Request {
//!     method: b"GET",
//!     authority: b"api.example.com",
//!     target: b"/tickets?owner=jo",
//!     headers: &[(b"accept", b"application/json")],
//!     peer: Peer::Unknown,
//!     nonce: b"1",
//! };
//! // No bundle was offered yet, so nothing can be decided.
//! let verdict = gate.judge(&request, UnixSeconds(1_800_000_000));
//! assert_eq!(verdict.entry().code.name(), "no-bundle");
//! assert!(matches!(verdict, Verdict::Respond(answer) if answer.status == 503));
//! # Ok::<(), portcullis_gate::InvalidConfig>(())
//! ```
//!
//! Read the types in this order: [`GateConfig`] → [`Gate`] → [`Request`] → [`Verdict`]
//! → [`Forward`] or [`Response`]. Nothing here reads a clock, a file, a network or a
//! source of randomness: the time, the bundle and the nonce of a request are
//! arguments. What goes wrong is refused, and the [`Entry`] says which failure it was.
#![no_std]
#![forbid(unsafe_code)]
#![warn(
    clippy::std_instead_of_core,
    clippy::alloc_instead_of_core,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod attributes;
mod bytes;
mod code;
mod config;
mod cors;
mod counted;
mod cross_site;
mod entry;
mod event;
mod fetch;
mod fields;
mod gate;
mod header_names;
mod hygiene;
mod identity;
mod judge;
mod keys;
mod path;
mod policies;
mod problem;
mod query;
mod rejection;
mod request;
mod status;
mod terminal;
mod trace;
mod verdict;
mod why;

pub mod limits;
pub mod routes;

pub use code::Code;
pub use config::{GateConfig, InvalidConfig, KeyAddress, Level};
pub use entry::Entry;
pub use event::event;
pub use fetch::{BegunFetch, FetchedKeys, KeyAnswer, KeyFetch, KeyOutcome};
pub use gate::Gate;
pub use header_names::is_of_connection;
pub use identity::{TokenCache, identity_reasons};
pub use path::{Ambiguities, Ambiguity, CanonicalPath, PathTooLong};
pub use portcullis_engine::{Floor, Offer, Persisted, TenantKey, UnixSeconds};
pub use rejection::GateRejection;
pub use request::{Peer, Request};
pub use status::GateStatus;
pub use terminal::escaped as escaped_json;
pub use verdict::{AnswerChanges, Forward, Response, Verdict};
pub use why::{Some8, Stated, Why};
