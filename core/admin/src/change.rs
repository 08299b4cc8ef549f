//! What an administrator can ask for: the one list of operations.

use core::fmt;

use portcullis_policy::source::{Members, OneOrMany, Operation, Until};
use serde::{Deserialize, Serialize};

use crate::SubjectName;
use crate::named_lists::by_scope;

/// A change that an actor asks for.
///
/// As JSON it is an object with its `operation` and the members of that operation:
/// `{"operation": "assign", "role": "agent", "subject": "jo", "team": "emea"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, strum::EnumDiscriminants)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "operation", rename_all = "kebab-case", deny_unknown_fields)]
#[strum_discriminants(
    name(ChangeKind),
    doc = "Which operation a change is; [`Change`] describes each.",
    derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray),
    serde(rename_all = "kebab-case"),
    strum(serialize_all = "kebab-case")
)]
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
    /// Create a role as another tenant's was exported; it is taken whole or not at all.
    Import {
        /// Its id.
        role: String,
        /// What people call it.
        label: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// Patterns of permissions by scope.
        #[serde(deserialize_with = "by_scope")]
        grants: Members<OneOrMany>,
    },
    /// Change a role's label and description; an empty text removes it.
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
        #[serde(deserialize_with = "by_scope")]
        grants: Members<OneOrMany>,
    },
    /// Take permissions from a role.
    Revoke {
        /// The role.
        role: String,
        /// Patterns of permissions by scope; the scope `*` is every one held.
        #[serde(deserialize_with = "by_scope")]
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
        subject: SubjectName,
        /// First moment at which it no longer holds it, in RFC 3339; without an end when left out.
        until: Option<Until>,
    },
    /// Take a role from a subject, at once or at some time.
    Unassign {
        /// The role.
        role: String,
        /// The team that it is bound to; everywhere when left out.
        team: Option<String>,
        /// The subject.
        subject: SubjectName,
        /// First moment at which it no longer holds it, in RFC 3339; at once when left out.
        until: Option<Until>,
    },
    /// Let a subject hold nothing, whatever gives it a role.
    Deactivate {
        /// The subject.
        subject: SubjectName,
        /// Whether it may be one that the directory does not have.
        #[serde(default)]
        unlisted: bool,
    },
    /// Let a subject hold again what it has.
    Activate {
        /// The subject.
        subject: SubjectName,
    },
    /// Refuse the tokens of a subject's earlier sign-ins.
    SignOut {
        /// The subject.
        subject: SubjectName,
        /// First moment at which a sign-in counts, in RFC 3339; that of the change when left out.
        before: Option<Until>,
        /// Whether it may be one that the directory does not have.
        #[serde(default)]
        unlisted: bool,
    },
    /// Refuse the tokens of everybody's earlier sign-ins.
    SignOutAll {
        /// First moment at which a sign-in counts, in RFC 3339; that of the change when left out.
        before: Option<Until>,
    },
    /// Say what an attribute of a subject is, in place of what it was.
    Attribute {
        /// The subject.
        subject: SubjectName,
        /// The attribute, as the catalog declares it.
        attribute: String,
        /// All of its values; none takes the attribute away.
        values: Vec<String>,
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
    /// Let tokens and the headers of trusted peers state a role of the tenant's own.
    Claim {
        /// The role.
        role: String,
    },
    /// Let tokens and the headers of trusted peers no longer state a role of the tenant's own.
    Unclaim {
        /// The role.
        role: String,
    },
    /// Turn a feature of the tenant on.
    Enable {
        /// The feature.
        feature: String,
        /// First moment at which it is off again, in RFC 3339; without an end when left out.
        until: Option<Until>,
    },
    /// Turn a feature of the tenant off, at once or at some time.
    Disable {
        /// The feature.
        feature: String,
        /// First moment at which it is off, in RFC 3339; at once when left out.
        until: Option<Until>,
    },
}

impl ChangeKind {
    /// Returns its name in JSON, on the command line and in the audit log.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the operation of the catalog's `administration` that it is.
    #[must_use]
    pub const fn operation(self) -> Operation {
        match self {
            Self::Create | Self::Import => Operation::Create,
            Self::Clone => Operation::Clone,
            Self::Label | Self::Grant | Self::Revoke | Self::Rename => Operation::Edit,
            Self::Reset => Operation::Reset,
            Self::Delete => Operation::Delete,
            Self::Assign => Operation::Assign,
            Self::Unassign => Operation::Unassign,
            Self::Deactivate => Operation::Deactivate,
            Self::Activate => Operation::Activate,
            Self::SignOut | Self::SignOutAll => Operation::SignOut,
            Self::Attribute => Operation::Attribute,
            Self::Map | Self::Claim => Operation::Map,
            Self::Unmap | Self::Unclaim => Operation::Unmap,
            Self::Enable => Operation::Enable,
            Self::Disable => Operation::Disable,
        }
    }
}

impl Change {
    /// Returns which operation it is.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        self.into()
    }

    /// Says whether it writes what is to give somebody something.
    pub(crate) const fn gives(&self) -> bool {
        matches!(
            self,
            Self::Create { .. }
                | Self::Clone { .. }
                | Self::Import { .. }
                | Self::Grant { .. }
                | Self::Assign { .. }
                | Self::Attribute { .. }
                | Self::Map { .. }
                | Self::Enable { .. }
        )
    }
}

/// Says what it did, as `assigned agent on emea to jo`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create { role, .. } => write!(f, "created the role {role}"),
            Self::Clone { from, role, .. } => {
                write!(f, "created the role {role}, a copy of {from}")
            }
            Self::Import { role, .. } => write!(f, "imported the role {role}"),
            Self::Label { role, .. } => write!(f, "described the role {role}"),
            Self::Grant { role, .. } => write!(f, "granted more to the role {role}"),
            Self::Revoke { role, .. } => write!(f, "granted less to the role {role}"),
            Self::Reset { role } => write!(f, "reset the role {role}"),
            Self::Rename { role, to } => write!(f, "renamed the role {role} to {to}"),
            Self::Delete { role, .. } => write!(f, "deleted the role {role}"),
            Self::Assign {
                role,
                team,
                subject,
                until,
            } => {
                let (team, until) = (OnTeam(team), Until::after(*until));
                write!(f, "assigned {role}{team} to {subject}{until}")
            }
            Self::Unassign {
                role,
                team,
                subject,
                until: None,
            } => write!(f, "unassigned {role}{} from {subject}", OnTeam(team)),
            Self::Unassign {
                role,
                team,
                subject,
                until: Some(until),
            } => write!(f, "left {role}{} to {subject} until {until}", OnTeam(team)),
            Self::Deactivate { subject, .. } => write!(f, "deactivated {subject}"),
            Self::Activate { subject } => write!(f, "activated {subject}"),
            Self::SignOut { subject, .. } => write!(f, "signed out {subject}"),
            Self::SignOutAll { .. } => f.write_str("signed out everybody"),
            Self::Attribute {
                subject, attribute, ..
            } => write!(f, "said what {attribute} of {subject} is"),
            Self::Map { group, role, team } => {
                write!(f, "mapped the group {group} to {role}{}", OnTeam(team))
            }
            Self::Unmap { group, role, team } => {
                write!(f, "unmapped the group {group} from {role}{}", OnTeam(team))
            }
            Self::Claim { role } => write!(f, "let tokens state the role {role}"),
            Self::Unclaim { role } => write!(f, "let tokens no longer state the role {role}"),
            Self::Enable { feature, until } => {
                write!(f, "enabled {feature}{}", Until::after(*until))
            }
            Self::Disable {
                feature,
                until: None,
            } => write!(f, "disabled {feature}"),
            Self::Disable {
                feature,
                until: Some(until),
            } => write!(f, "left {feature} enabled until {until}"),
        }
    }
}

/// Writes ` on TEAM`, or nothing.
struct OnTeam<'a>(&'a Option<String>);

impl fmt::Display for OnTeam<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(team) => write!(f, " on {team}"),
            None => Ok(()),
        }
    }
}
