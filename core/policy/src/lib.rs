//! Authoring: policy.json read, judged, compiled, encoded and signed.
//!
//! ```
//! use portcullis_engine::{Question, Resource, Subject, UnixSeconds};
//! use portcullis_policy::encode::BundleMetadata;
//! use portcullis_policy::{Document, preview};
//!
//! let document = Document::load(r#"{
//!     "catalog": {
//!         "id": "desk",
//!         "scopes": { "all": "true" },
//!         "modules": { "tickets": { "actions": { "read": "read" } } },
//!         "roles": { "agent": { "grants": { "all": "tickets:read" } } }
//!     },
//!     "tenant": { "id": "acme" }
//! }"#)?;
//! let metadata = BundleMetadata::new("default", UnixSeconds(0), 60, &document.source().catalog);
//! let policy = preview(document.model(), &metadata)?;
//! let agent = Subject::new("user", "sarah")?.with_roles(&["agent"])?;
//! let question = Question::about(Resource::new("ticket-1")?);
//! assert!(policy.decide(&agent, "tickets:read", &question).is_allow());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! To ship it, [`encode::encode`] the model and [`sign::sign`] the payload.
//!
//! Nothing here reads a clock, a file or a source of randomness: the time, the
//! text and the keys are arguments, so that the same code runs in a browser.

pub mod atom;
pub mod authzen;
pub mod encode;
pub mod model;
pub mod pattern;
pub mod sign;
pub mod slice;
pub mod source;

mod alike;
mod compile;
mod document;
mod etag;
mod preview;
mod problem;
mod test_hosts;

pub use alike::{Slip, alike, look_alike, meant, slip};
#[cfg(any(test, feature = "count"))]
pub use compile::compilations_in;
pub use compile::compile;
pub use document::Document;
pub use preview::{UnopenablePolicy, preview};
pub use problem::{InvalidPolicy, Problem};
pub use source::{Source, schema};
pub use test_hosts::{AmbiguousHost, TestHosts};
