//! The decision engine: verifies a signed bundle and answers from it.
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
mod checks;
mod condition;
mod cures;
mod cursor;
mod decide;
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
mod rejection;
mod residual;
mod roles;
mod session;
mod session_grants;
mod set;
mod signature;
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
pub use envelope::{SignedBundle, VerifyFn, key_id, pre_authentication_encoding};
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
pub use rejection::RejectedBundle;
pub use residual::Residual;
pub use session::{Session, SessionExpired};
pub use set::Set;
pub use subject::{Resource, Subject};
pub use trust::{Floor, InvalidTrust, KeyUse, SliceUse, Trust, TrustedKey};
pub use visible::{Snapshot, VisibleGrant, VisibleModule};
