//! Administration of roles and of who holds them: a policy and a change in, a policy and a
//! record out.
//!
//! A change is itself a decision on the policy: the actor must be allowed the operation,
//! manage the roles that it is about, and hold every grant that it hands out or takes
//! away. Nobody changes its own access, and somebody who may edit roles is always left.
//!
//! ```
//! use portcullis_admin::{Actor, Change, RefusedReason, administer};
//! use portcullis_engine::UnixSeconds;
//! use portcullis_policy::Document;
//!
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! let document = Document::load(
//!     r#"{
//!   "catalog": {
//!     "id": "desk",
//!     "modules": {
//!       "tickets": { "actions": { "read": "read" } },
//!       "roles": { "actions": { "assign": "write" } }
//!     },
//!     "scopes": { "all": "true" },
//!     "supports": "all",
//!     "roles": {
//!       "lead": { "manages": ["agent"], "grants": { "all": ["tickets:read", "roles:assign"] } },
//!       "agent": { "grants": { "all": "tickets:read" } }
//!     },
//!     "administration": { "roles:assign": "assign" }
//!   },
//!   "tenant": { "id": "acme", "directory": { "ann": { "roles": "lead" } } }
//! }"#,
//! )?;
//! let ann = Actor::of_directory("ann");
//! let now = UnixSeconds(1_700_000_000);
//!
//! // A lead manages agents, and holds what they are granted.
//! let change: Change =
//!     serde_json::from_str(r#"{ "operation": "assign", "role": "agent", "subject": "jo" }"#)?;
//! let done = administer(&document, &ann, &change, &[], now)?;
//! assert_eq!(change.to_string(), "assigned agent to jo");
//! let jo = done.impacts.first().ok_or("no impact")?;
//! assert_eq!(jo.gained().map(ToString::to_string).collect::<Vec<_>>(), ["tickets:read at all"]);
//!
//! // Of leads it makes no more.
//! let change: Change =
//!     serde_json::from_str(r#"{ "operation": "assign", "role": "lead", "subject": "jo" }"#)?;
//! let refused = administer(&done.document, &ann, &change, &[], now).unwrap_err();
//! assert_eq!(refused.reason, RefusedReason::NotManaged);
//! # Ok(())
//! # }
//! ```

pub mod audit;

mod activity;
mod actor;
mod administer;
mod against;
mod assignable;
mod attributes;
mod authority;
mod authorization;
mod bindings;
mod change;
mod claims;
mod draft;
mod endings;
mod exported;
mod grants;
mod holders;
mod impact;
mod implication;
mod last_administrator;
mod lookup;
mod management;
mod named_lists;
mod patterns;
mod permission;
mod refused;
mod removed;
mod required;
mod rewritten;
mod role_grants;
mod roles;
mod sign_out;
mod subject_key;
mod subject_name;
mod target_attributes;
mod words;
mod written_grants;

pub use actor::{Actor, UnusableActor};
pub use administer::{Administered, Outcome, administer, administer_dated};
pub use change::{Change, ChangeKind};
pub use exported::ExportedRole;
pub use impact::Impact;
pub use refused::{GrantName, Refused, RefusedReason};
pub use removed::{Holder, RemovedAssignment};
pub use subject_key::SubjectKey;
pub use subject_name::SubjectName;
pub use target_attributes::TargetAttributes;

#[cfg(test)]
mod tests;
