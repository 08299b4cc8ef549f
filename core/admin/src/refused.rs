//! Why an operation is refused, and what to do about it.

use core::fmt;

use portcullis_policy::InvalidPolicy;

/// An operation that is refused; the policy is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which rule stands against it.
    pub reason: RefusedReason,
    /// What is wrong, in words.
    pub message: String,
    /// What to do about it.
    pub cure: String,
    /// The grants that the actor would have to hold, where it lacks some.
    pub lacking: Vec<GrantName>,
    /// The features that would have to be on, where that is why; ascending.
    pub features_off: Vec<String>,
}

/// The rule that stands against an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The role is not the tenant's to change.
    NotEditable,
    /// The role cannot be used yet.
    NotAvailable,
    /// The permission cannot be granted so.
    Unsupported,
    /// There is nothing to change.
    NothingToDo,
    /// No permission of the catalog stands for the operation.
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantName {
    /// The permission, `module:action`.
    pub permission: String,
    /// The scope.
    pub scope: String,
    /// The team that it is bound to.
    pub team: Option<String>,
}

impl Refused {
    pub(super) fn new(
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

impl RefusedReason {
    /// Returns its name for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidPolicy => "invalid-policy",
            Self::Unknown => "unknown",
            Self::Malformed => "malformed",
            Self::Duplicate => "duplicate",
            Self::Retired => "retired",
            Self::Limit => "limit",
            Self::Permanent => "permanent",
            Self::NotEditable => "not-editable",
            Self::NotAvailable => "not-available",
            Self::Unsupported => "unsupported",
            Self::NothingToDo => "nothing-to-do",
            Self::NobodysOperation => "nobodys-operation",
            Self::NotAllowed => "not-allowed",
            Self::Undecided => "undecided",
            Self::NotManaged => "not-managed",
            Self::NotCovered => "not-covered",
            Self::OwnAccess => "own-access",
            Self::LastAdministrator => "last-administrator",
        }
    }
}

impl From<InvalidPolicy> for Refused {
    fn from(invalid: InvalidPolicy) -> Self {
        Self::new(
            RefusedReason::InvalidPolicy,
            format!("the policy would have problems or has them\n{invalid}"),
            "mend the policy first",
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
