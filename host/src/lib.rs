//! Portcullis with hands: files, a clock, and the decision engine in two guises.
//!
//! [`Engine`] opens signed bundles; [`NativeEngine`] and [`ComponentEngine`] implement
//! it and give the same bytes.
//!
//! ```
//! use portcullis_engine::{KeyUse, UnixSeconds};
//! use portcullis_host::{Engine as _, HostTrust, LoadedPolicy as _, NativeEngine};
//! use portcullis_policy::Document;
//! use portcullis_policy::authzen::Request;
//! use portcullis_policy::encode::{BundleMetadata, encode};
//! use portcullis_policy::sign::{SigningKey, TrustFile, TrustFileKey, sign};
//!
//! // What `portcullis keygen` and `portcullis build` do.
//! let document = Document::load(r#"{
//!     "catalog": {
//!         "id": "desk",
//!         "scopes": { "all": "true" },
//!         "modules": { "tickets": { "actions": { "read": "read" } } },
//!         "roles": { "agent": { "grants": { "all": "tickets:read" } } }
//!     },
//!     "tenant": { "id": "acme", "directory": { "sarah": { "roles": "agent" } } }
//! }"#)?;
//! let now = UnixSeconds(1_700_000_000);
//! let metadata = BundleMetadata::new("default", now, 3_600, &document.source().catalog);
//! let key = SigningKey::from_bytes(&[7; 32]);
//! let bundle = sign(&encode(document.model(), &metadata)?, core::slice::from_ref(&key))?;
//!
//! let trust = HostTrust::from(TrustFile {
//!     threshold: 1,
//!     keys: vec![TrustFileKey::new(key.public_key(), KeyUse::Any)],
//!     audience: "default".to_owned(),
//!     ..TrustFile::default()
//! });
//! let policy = NativeEngine.open(&bundle, &trust, now)?;
//! let request = br#"{ "subject": { "type": "user", "id": "sarah" },
//!     "action": { "name": "read" }, "resource": { "type": "tickets", "id": "1" } }"#;
//! let request = Request::read(request, &policy.names().vocabulary)?;
//! let answer = policy.decide(&request, now)?;
//! assert!(answer.starts_with(r#"{"effect":"allow""#));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! Nothing here decides: this crate translates, fetches, stores and asks.

#[cfg(feature = "component")]
pub mod component;

pub mod clock;
pub mod evaluation;
pub mod files;
pub mod hex;
pub mod policy_file;
pub mod sql;

mod engine;
mod failure;
mod gate;
mod native;
mod pack;
mod trust;

#[cfg(feature = "component")]
pub use component::ComponentEngine;
pub use engine::{BundleInfo, Engine, LoadedPolicy, Names};
pub use failure::Failure;
pub use gate::{
    HttpAnswerChanges, HttpEngine, HttpGate, HttpOutcome, HttpVerdict, NativeGateEngine,
};
pub use native::{NativeEngine, NativePolicy};
pub use pack::{pack, pack_subject};
pub use trust::HostTrust;
