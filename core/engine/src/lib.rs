//! The decision engine: verifies a signed bundle and answers from it.
//!
//! ```
//! use portcullis_engine::{
//!     Attributes, KeyUse, Policy, Question, Resource, Set, SignedBundle, Subject, Trust, TrustedKey,
//!     UnixSeconds,
//! };
//!
//! // Made by `portcullis build`; its signer's public key comes to you by another way.
//! let bytes = include_bytes!("../../../tests/golden/format-1-whole.pclb").to_vec();
//! let key = *b"\x8a\x88\xe3\xdd\x74\x09\xf1\x95\xfd\x52\xdb\x2d\x3c\xba\x5d\x72\
//!     \xca\x67\x09\xbf\x1d\x94\x12\x1b\xf3\x74\x88\x01\xb4\x0f\x6f\x5c";
//! let now = UnixSeconds(1_700_000_000);
//!
//! let trust = Trust::new(1, [TrustedKey::new(&key, KeyUse::Any)?], "default")?;
//! let policy = Policy::from(SignedBundle::new(bytes).verify(&trust, now)?);
//!
//! // Sarah is a clerk, and clerks may read the desks that they own.
//! let subject = Subject::new("user", "sarah")?.with_roles(&["clerk"])?;
//! let known = [("owner", Set::one("sarah")?)];
//! let resource = Resource::new("desk-7")?.with_attributes(Attributes::named(&known)?);
//! let question = Question::about(resource);
//! let decision = policy.decide(&subject, "desk:read", &question);
//! assert!(decision.is_allow());
//! assert_eq!(
//!     decision.answer(&policy)?,
//!     r#"{"effect":"allow","reason":"granted","role":"agent","scope":"own"}"#
//! );
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! The types tell the story: [`SignedBundle`] → [`Bundle`] → [`Policy`] →
//! [`Session`] → [`Decision`]. Nothing here reads a clock, a file or a network:
//! the time, the trusted keys and the limits are arguments. Computing an effect
//! and its reason allocates nothing.
#![no_std]
#![forbid(unsafe_code)]
#![warn(
    clippy::std_instead_of_core,
    clippy::alloc_instead_of_core,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![expect(
    clippy::single_char_add_str,
    reason = "`push` can write any character, which in a guest is four times the code"
)]

extern crate alloc;

mod answer;
mod attributes;
mod bits;
mod build;
mod bundle;
mod bytes;
mod checks;
mod condition;
mod cures;
mod cursor;
mod decide;
mod decimal;
mod disjunction;
mod envelope;
mod explain;
mod feature_gate;
mod grants;
mod ids;
mod index;
mod inspect;
mod invalid;
#[cfg(feature = "ed25519")]
mod keeper;
mod names;
mod open;
mod packed;
mod policy;
mod position;
mod pre_authentication;
mod rejection;
mod residual;
mod roles;
mod session;
mod session_grants;
mod set;
mod signature;
mod signed_bundle;
mod sorted;
mod subject;
mod subject_facts;
mod trust;
mod visible;

pub mod format;
pub mod grammar;
pub mod limits;

pub use attributes::Attributes;
pub use bundle::{Bundle, Header};
pub use decide::{Decision, DenyReason, Grant, Pending, Question};
pub use explain::Explanation;
pub use ids::{
    ActionId, AttributeId, ConditionId, FeatureId, ModuleId, PermissionId, RoleId, ScopeId,
    UnixSeconds,
};
pub use inspect::{AssignedRole, RoleGrant, RoleOrigin, ScopeCondition, ScopeTables};
pub use invalid::InvalidRequest;
#[cfg(feature = "ed25519")]
pub use keeper::{Keeper, KeeperLimits, KeeperStatus, Offer, Persisted, TenantKey};
pub use limits::LimitExceeded;
pub use packed::{
    PackedDecision, PackedQuestion, PackedQuestions, PackedRequest, Packer, PackerAttributes,
    PackerFacts, PackerSubject,
};
pub use policy::{Declared, Policy};
pub use pre_authentication::pre_authentication_encoding;
pub use rejection::RejectedBundle;
pub use residual::Residual;
pub use session::{Session, SessionExpired};
pub use set::Set;
pub use signature::key_id;
pub use signed_bundle::{SignedBundle, UnverifiedEnvelope, VerifyFn};
pub use subject::{Resource, Subject};
pub use trust::{Floor, InvalidTrust, KeyUse, SliceUse, Trust, TrustedKey};
pub use visible::{Snapshot, VisibleGrant, VisibleModule};
