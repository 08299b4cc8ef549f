//! One record of the audit log.

use portcullis_engine::UnixSeconds;
use portcullis_policy::source::Tenant;
use serde::{Deserialize, Serialize};

use super::{Difference, Digest, Target};
use crate::change::ChangeKind;
use crate::subject_key::SubjectKey;

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
    pub actor: RecordedActor,
    /// What was done.
    pub operation: Event,
    /// What it was done to.
    #[serde(default, skip_serializing_if = "Target::is_empty")]
    pub target: Target,
    /// What it changed in the tenant, in order of place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Difference>,
    /// The policy file before and after.
    pub policy: PolicyDigests,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum RecordedActor {
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
    /// The log itself, which noticed it.
    Log,
}

/// What a record is about: a change, or what the log itself noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The policy is as it was before the last record: what that says was cut short, or
    /// undone by other means.
    Abort,
    /// The policy file was changed by other means, as an editor.
    Outside,
    /// A change was made.
    #[serde(untagged)]
    Change(ChangeKind),
}

/// What a record says of the policy file before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyDigests {
    /// SHA-256 of the file before.
    pub before: Digest,
    /// SHA-256 of the file after.
    pub after: Digest,
    /// The digest of the tenant's part after, as [`Digest::of_tenant`] gives it; nothing in
    /// records of old, and where the file could not be read as a policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Digest>,
}

/// A policy file as it is found, to be compared with a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundPolicy {
    /// SHA-256 of the file.
    pub file: Digest,
    /// The digest of the tenant's part; nothing where the file cannot be read as a policy.
    pub tenant: Option<Digest>,
}

impl FoundPolicy {
    /// Digests the text of a policy file and what it says of the tenant.
    #[must_use]
    pub fn new(text: &str, tenant: Option<&Tenant>) -> Self {
        Self {
            file: Digest::of(text.as_bytes()),
            tenant: tenant.map(Digest::of_tenant),
        }
    }
}

impl Event {
    /// Returns its name in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Abort => "abort",
            Self::Outside => "outside",
            Self::Change(kind) => kind.name(),
        }
    }
}

impl core::fmt::Display for RecordedActor {
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
