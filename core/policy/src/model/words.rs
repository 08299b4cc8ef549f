//! Words of a policy that stand for one of a few things.

use schemars::JsonSchema;
use serde::Serialize;

/// What kind of action a permission is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It shows.
    Read,
    /// It changes.
    Write,
    /// It deletes.
    Delete,
    /// Anything else, as exporting or paying.
    #[default]
    Other,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Delete, Self::Other];

    /// Returns its name in a policy.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Other => "other",
        }
    }

    /// Returns the kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// When a change of roles reaches those who are signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoleChanges {
    /// At once.
    #[default]
    Instant,
    /// When they next sign in.
    NextSession,
}

impl RoleChanges {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Instant, Self::NextSession];

    /// Returns its name in a policy.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::NextSession => "next-session",
        }
    }

    /// Returns the one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|when| when.name() == name)
    }
}
