//! What an administrator can ask for.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::audit::{Act, Target};
use portcullis_policy::source::{Members, OneOrMany, Operation};

/// A change that an actor asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Create a role that grants nothing yet.
    Create {
        /// Its id.
        role: String,
        /// What people call it.
        label: Option<String>,
        /// What it is for.
        description: Option<String>,
    },
    /// Create a role as a copy of another; `manages` is not copied.
    Clone {
        /// The role to copy.
        from: String,
        /// The id of the copy.
        role: String,
        /// What people call it; as the other when left out.
        label: Option<String>,
        /// What it is for; as the other when left out.
        description: Option<String>,
    },
    /// Change what a role is called and what is said of it; an empty text takes it away.
    Label {
        /// The role.
        role: String,
        /// What people call it.
        label: Option<String>,
        /// What it is for.
        description: Option<String>,
    },
    /// Give a role permissions.
    Grant {
        /// The role.
        role: String,
        /// Patterns of permissions by scope; the scope `*` is every one supported.
        grants: Members<OneOrMany>,
    },
    /// Take permissions from a role.
    Revoke {
        /// The role.
        role: String,
        /// Patterns of permissions by scope; the scope `*` is every one held.
        grants: Members<OneOrMany>,
    },
    /// Give a role what the catalog grants it, or grants the built-in role it was copied from.
    Reset {
        /// The role.
        role: String,
    },
    /// Give a role another id; the former one is never used again.
    Rename {
        /// The role.
        role: String,
        /// Its new id.
        to: String,
    },
    /// Delete a role; its id is never used again.
    Delete {
        /// The role.
        role: String,
        /// The role that its holders get instead.
        reassign: Option<String>,
    },
    /// Give a subject a role.
    Assign {
        /// The role.
        role: String,
        /// The team that it is bound to; everywhere when left out.
        team: Option<String>,
        /// The subject.
        subject: SubjectKey,
    },
    /// Take a role from a subject.
    Unassign {
        /// The role.
        role: String,
        /// The team that it is bound to; everywhere when left out.
        team: Option<String>,
        /// The subject.
        subject: SubjectKey,
    },
    /// Give the members of a group a role.
    Map {
        /// The group's id, which should be one that never changes.
        group: String,
        /// The role.
        role: String,
        /// The team that it is bound to; everywhere when left out.
        team: Option<String>,
    },
    /// Take a role from the members of a group.
    Unmap {
        /// The group's id.
        group: String,
        /// The role.
        role: String,
        /// The team that it is bound to; everywhere when left out.
        team: Option<String>,
    },
    /// Turn a feature of the tenant on.
    Enable {
        /// The feature.
        feature: String,
    },
    /// Turn a feature of the tenant off.
    Disable {
        /// The feature.
        feature: String,
    },
}

/// A subject by type and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectKey {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
}

impl Change {
    /// Returns the operation of the catalog's `administration` that it is.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Create { .. } => Operation::Create,
            Self::Clone { .. } => Operation::Clone,
            Self::Label { .. } | Self::Grant { .. } | Self::Revoke { .. } | Self::Rename { .. } => {
                Operation::Edit
            }
            Self::Reset { .. } => Operation::Reset,
            Self::Delete { .. } => Operation::Delete,
            Self::Assign { .. } => Operation::Assign,
            Self::Unassign { .. } => Operation::Unassign,
            Self::Map { .. } => Operation::Map,
            Self::Unmap { .. } => Operation::Unmap,
            Self::Enable { .. } => Operation::Enable,
            Self::Disable { .. } => Operation::Disable,
        }
    }

    /// Returns what the audit log calls it.
    #[must_use]
    pub const fn act(&self) -> Act {
        match self {
            Self::Create { .. } => Act::Create,
            Self::Clone { .. } => Act::Clone,
            Self::Label { .. } => Act::Label,
            Self::Grant { .. } => Act::Grant,
            Self::Revoke { .. } => Act::Revoke,
            Self::Rename { .. } => Act::Rename,
            Self::Reset { .. } => Act::Reset,
            Self::Delete { .. } => Act::Delete,
            Self::Assign { .. } => Act::Assign,
            Self::Unassign { .. } => Act::Unassign,
            Self::Map { .. } => Act::Map,
            Self::Unmap { .. } => Act::Unmap,
            Self::Enable { .. } => Act::Enable,
            Self::Disable { .. } => Act::Disable,
        }
    }

    /// Returns what it is about.
    #[must_use]
    pub fn target(&self) -> Target {
        let mut target = Target::default();
        match self {
            Self::Create { role, .. }
            | Self::Label { role, .. }
            | Self::Grant { role, .. }
            | Self::Revoke { role, .. }
            | Self::Reset { role } => target.role = Some(role.clone()),
            Self::Clone { from, role, .. } => {
                target.role = Some(role.clone());
                target.from = Some(from.clone());
            }
            Self::Rename { role, to } => {
                target.role = Some(to.clone());
                target.from = Some(role.clone());
            }
            Self::Delete { role, reassign } => {
                target.role = Some(role.clone());
                target.reassign.clone_from(reassign);
            }
            Self::Assign {
                role,
                team,
                subject,
            }
            | Self::Unassign {
                role,
                team,
                subject,
            } => {
                target.role = Some(role.clone());
                target.team.clone_from(team);
                target.subject = Some(subject.clone());
            }
            Self::Map { group, role, team } | Self::Unmap { group, role, team } => {
                target.role = Some(role.clone());
                target.team.clone_from(team);
                target.group = Some(group.clone());
            }
            Self::Enable { feature } | Self::Disable { feature } => {
                target.feature = Some(feature.clone());
            }
        }
        target
    }
}

impl SubjectKey {
    /// Names a subject.
    #[must_use]
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            id: id.into(),
        }
    }

    /// Reads a subject as the keys of a directory name one: `id` of a user, or `type:id`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some((kind, id)) => Self::new(kind, id),
            None => Self::new("user", text),
        }
    }
}

/// Writes the shortest key of a directory that names the subject.
impl fmt::Display for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind != "user" || self.id.contains(':') {
            write!(f, "{}:", self.kind)?;
        }
        f.write_str(&self.id)
    }
}
