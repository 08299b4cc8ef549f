//! Review of a policy before it ships: its tests, what they cover, what looks wrong, and
//! what a change of it changes.
//!
//! ```
//! use portcullis_engine::UnixSeconds;
//! use portcullis_policy::{Document, encode::BundleMetadata};
//! use portcullis_review::suite;
//!
//! let document = Document::load(r#"{
//!     "catalog": {
//!         "id": "desk",
//!         "scopes": { "all": "true" },
//!         "modules": { "tickets": { "actions": { "read": "read" } } },
//!         "roles": { "agent": { "grants": { "all": "tickets:read" } } }
//!     },
//!     "tenant": { "id": "acme" },
//!     "tests": [{
//!         "name": "an agent reads tickets",
//!         "subject": { "id": "sarah", "roles": "agent" },
//!         "resource": { "id": "1" },
//!         "expect": { "tickets:read": "allow" }
//!     }]
//! }"#)?;
//! let source = document.source();
//! let metadata = BundleMetadata::new("default", UnixSeconds(0), 60, &source.catalog);
//! let report = suite::test(document.model(), &source.tests, &metadata)?;
//! assert!(report.passes());
//! assert_eq!(report.coverage.percent(), 100);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! Nothing here reads a clock or a file: the time and the policies are arguments.

pub mod coverage;
pub mod diff;
pub mod evolution;
pub mod lint;
pub mod matrix;
pub mod outline;
pub mod routing;
pub mod suite;
pub mod types;
pub mod who;

mod explained;
mod question;
