//! Why an operation is refused, and what to do about it.

use core::fmt;

use portcullis_policy::InvalidPolicy;
use serde::Serialize;

/// An operation that is refused; the policy is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Which rule stands against it.
    pub reason: RefusedReason,
    /// What is wrong, in words.
    pub message: String,
    /// What to do about it.
    pub cure: String,
    /// The grants that the actor would have to hold and does not.
    pub lacking: Vec<GrantName>,
    /// The features that would have to be on, where that is why; ascending.
    pub features_off: Vec<String>,
}

/// The rule that stands against an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RefusedReason {
    /// The policy has problems, before the operation or because of it.
    InvalidPolicy,
    /// A role, permission, scope, subject, group or feature is not known.
    Unknown,
    /// An id, value or pattern is outside the grammar.
    Malformed,
    /// The id is taken, or what is to be added is there already.
    Duplicate,
    /// The id belonged to a role that was deleted or renamed.
    Retired,
    /// The tenant has as many roles as it may.
    Limit,
    /// The role can never be deleted.
    Permanent,
    /// The catalog does not let a tenant change the role.
    NotEditable,
    /// The role cannot be used yet.
    NotAvailable,
    /// The permission cannot be granted to this role or at this scope.
    Unsupported,
    /// There is nothing to change.
    NothingToDo,
    /// The catalog names no permission for the operation.
    NobodysOperation,
    /// The actor may not do this here.
    NotAllowed,
    /// Whether the actor may depends on attributes that were not given.
    Undecided,
    /// The actor does not manage a role that the operation is about.
    NotManaged,
    /// The actor lacks grants that the operation hands out or takes away.
    NotCovered,
    /// The operation would change the actor's own access.
    OwnAccess,
    /// Nobody would be left who may edit roles.
    LastAdministrator,
}

/// A grant by the names that people know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GrantName {
    /// The permission, `module:action`.
    pub permission: String,
    /// The scope.
    pub scope: String,
    /// The team that it is bound to.
    pub team: Option<String>,
}

impl Refused {
    pub(crate) fn new(
        reason: RefusedReason,
        message: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self {
            reason,
            message: message.into(),
            cure: cure.into(),
            lacking: Vec::new(),
            features_off: Vec::new(),
        }
    }
}

impl From<InvalidPolicy> for Refused {
    fn from(invalid: InvalidPolicy) -> Self {
        Self::new(
            RefusedReason::InvalidPolicy,
            format!("the policy would have problems after this change\n{invalid}"),
            "fix the policy first",
        )
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.cure)
    }
}

impl core::error::Error for Refused {}

impl fmt::Display for GrantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.permission, self.scope)?;
        match &self.team {
            Some(team) => write!(f, " on {team}"),
            None => Ok(()),
        }
    }
}
