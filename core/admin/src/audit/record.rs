//! One record of the audit log.

use portcullis_engine::UnixSeconds;
use serde::{Deserialize, Serialize};

use super::{Difference, Digest};
use crate::SubjectKey;

/// What was done to a policy, by whom and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditRecord {
    /// Its place in the log, from 1.
    pub sequence: u64,
    /// When it was done, in seconds since 1970.
    #[serde(with = "seconds")]
    pub time: UnixSeconds,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub operation: Act,
    /// What it was done to.
    #[serde(default, skip_serializing_if = "Target::is_empty")]
    pub target: Target,
    /// What of the tenant it changed, in order of place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Difference>,
    /// The policy file before and after.
    pub policy: PolicyDigests,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Actor {
    /// A subject of the tenant.
    Subject {
        /// Its type.
        #[serde(rename = "type")]
        kind: String,
        /// Its id.
        id: String,
    },
    /// The vendor of the product, by a name of its own.
    Vendor {
        /// The name.
        name: String,
    },
    /// Nobody: the log itself noticed it.
    Log,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Act {
    /// A role was created from nothing.
    Create,
    /// A role was created as a copy of another.
    Clone,
    /// A role's label or description was changed.
    Label,
    /// A role was given permissions.
    Grant,
    /// Permissions were taken from a role.
    Revoke,
    /// A role was given the catalog's grants again.
    Reset,
    /// A role was given another id.
    Rename,
    /// A role was deleted.
    Delete,
    /// A subject was given a role.
    Assign,
    /// A role was taken from a subject.
    Unassign,
    /// The members of a group were given a role.
    Map,
    /// A role was taken from the members of a group.
    Unmap,
    /// A feature was turned on.
    Enable,
    /// A feature was turned off.
    Disable,
    /// The policy is as it was before the last record: what that says was cut short, or
    /// undone by other means.
    Abort,
    /// The policy file was changed by other means, as an editor.
    Outside,
}

/// What something was done to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Target {
    /// The role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The role that it was copied from, or its former id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The role that its holders got instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reassign: Option<String>,
    /// The subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKey>,
    /// The group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The team that the role is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
}

/// SHA-256 of the policy file before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyDigests {
    /// Before.
    pub before: Digest,
    /// After.
    pub after: Digest,
}

impl Act {
    /// Returns its name in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Clone => "clone",
            Self::Label => "label",
            Self::Grant => "grant",
            Self::Revoke => "revoke",
            Self::Reset => "reset",
            Self::Rename => "rename",
            Self::Delete => "delete",
            Self::Assign => "assign",
            Self::Unassign => "unassign",
            Self::Map => "map",
            Self::Unmap => "unmap",
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Abort => "abort",
            Self::Outside => "outside",
        }
    }
}

impl Target {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl core::fmt::Display for Actor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Subject { kind, id } => write!(f, "{}", SubjectKey::new(kind, id)),
            Self::Vendor { name } => write!(f, "the vendor ({name})"),
            Self::Log => f.write_str("the log"),
        }
    }
}

mod seconds {
    //! A time as a number.

    use portcullis_engine::UnixSeconds;
    use serde::{Deserialize, Deserializer, Serializer};

    // Eight bytes are trivial where a reference has as many.
    #[cfg_attr(
        target_pointer_width = "64",
        expect(
            clippy::trivially_copy_pass_by_ref,
            reason = "the derived code calls it with a reference"
        )
    )]
    pub(super) fn serialize<S: Serializer>(
        time: &UnixSeconds,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(time.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<UnixSeconds, D::Error> {
        u64::deserialize(deserializer).map(UnixSeconds)
    }
}
