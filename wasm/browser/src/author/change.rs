//! Changes as JavaScript asks for them.

use alloc::{string::String, vec, vec::Vec};
use core::fmt;

use portcullis_admin::{Change, SubjectKey};
use portcullis_policy::{authzen::Attribute, source::OneOrMany};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};

/// A change: its `operation`, and what that is about.
#[derive(Debug, Deserialize)]
#[serde(tag = "operation", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum AskedChange {
    Create {
        role: String,
        label: Option<String>,
        description: Option<String>,
    },
    Clone {
        from: String,
        role: String,
        label: Option<String>,
        description: Option<String>,
    },
    Label {
        role: String,
        label: Option<String>,
        description: Option<String>,
    },
    Grant {
        role: String,
        grants: Named,
    },
    Revoke {
        role: String,
        grants: Named,
    },
    Reset {
        role: String,
    },
    Rename {
        role: String,
        to: String,
    },
    Delete {
        role: String,
        reassign: Option<String>,
    },
    Assign {
        role: String,
        team: Option<String>,
        subject: Key,
    },
    Unassign {
        role: String,
        team: Option<String>,
        subject: Key,
    },
    Map {
        group: String,
        role: String,
        team: Option<String>,
    },
    Unmap {
        group: String,
        role: String,
        team: Option<String>,
    },
    Enable {
        feature: String,
    },
    Disable {
        feature: String,
    },
}

/// A subject: a key of the directory, or its type and id.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Key {
    Text(String),
    Parts(SubjectKey),
}

/// Lists of strings by name, in the order given; a string stands for a list of one.
#[derive(Debug, Default)]
pub(super) struct Named(Vec<(String, Vec<String>)>);

impl From<AskedChange> for Change {
    fn from(asked: AskedChange) -> Self {
        match asked {
            AskedChange::Create {
                role,
                label,
                description,
            } => Self::Create {
                role,
                label,
                description,
            },
            AskedChange::Clone {
                from,
                role,
                label,
                description,
            } => Self::Clone {
                from,
                role,
                label,
                description,
            },
            AskedChange::Label {
                role,
                label,
                description,
            } => Self::Label {
                role,
                label,
                description,
            },
            AskedChange::Grant { role, grants } => Self::Grant {
                role,
                grants: grants.by_scope(),
            },
            AskedChange::Revoke { role, grants } => Self::Revoke {
                role,
                grants: grants.by_scope(),
            },
            AskedChange::Reset { role } => Self::Reset { role },
            AskedChange::Rename { role, to } => Self::Rename { role, to },
            AskedChange::Delete { role, reassign } => Self::Delete { role, reassign },
            AskedChange::Assign {
                role,
                team,
                subject,
            } => Self::Assign {
                role,
                team,
                subject: subject.into(),
            },
            AskedChange::Unassign {
                role,
                team,
                subject,
            } => Self::Unassign {
                role,
                team,
                subject: subject.into(),
            },
            AskedChange::Map { group, role, team } => Self::Map { group, role, team },
            AskedChange::Unmap { group, role, team } => Self::Unmap { group, role, team },
            AskedChange::Enable { feature } => Self::Enable { feature },
            AskedChange::Disable { feature } => Self::Disable { feature },
        }
    }
}

impl From<Key> for SubjectKey {
    fn from(key: Key) -> Self {
        match key {
            Key::Text(text) => Self::parse(&text),
            Key::Parts(parts) => parts,
        }
    }
}

impl Named {
    /// Returns them as attributes, each a set.
    pub(super) fn into_attributes(self) -> Vec<Attribute> {
        let attributes = self.0.into_iter().map(|(name, mut values)| {
            values.retain(|value| !value.is_empty());
            values.sort_unstable();
            values.dedup();
            Attribute { name, values }
        });
        attributes.collect()
    }

    fn by_scope(self) -> portcullis_policy::source::Members<OneOrMany> {
        let members = self.0.into_iter();
        members
            .map(|(scope, patterns)| (scope, OneOrMany(patterns)))
            .collect()
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamedVisitor)
    }
}

struct NamedVisitor;

impl<'de> Visitor<'de> for NamedVisitor {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of lists of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Named, A::Error> {
        let mut named: Vec<(String, Vec<String>)> = Vec::new();
        while let Some((name, values)) = object.next_entry::<String, OneOrManyText>()? {
            if named.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom("a name is given twice"));
            }
            if named.len() == NAMES_MAX {
                return Err(A::Error::custom("there are too many names"));
            }
            named.push((name, values.into()));
        }
        Ok(Named(named))
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
enum OneOrManyText {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrManyText> for Vec<String> {
    fn from(text: OneOrManyText) -> Self {
        match text {
            OneOrManyText::One(one) => vec![one],
            OneOrManyText::Many(many) => many,
        }
    }
}

/// More than a catalog has scopes or a resource attributes; each is compared with all before.
const NAMES_MAX: usize = 256;
