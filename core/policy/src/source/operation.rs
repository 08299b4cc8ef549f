//! Operations of role administration.

use std::borrow::Cow;

use portcullis_json::{Place, Read};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// What an administrator can do to roles and to who holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Create a role from nothing.
    Create,
    /// Create a role as a copy of another.
    Clone,
    /// Change what a role is called or grants.
    Edit,
    /// Give a built-in role the catalog's grants again.
    Reset,
    /// Delete a role.
    Delete,
    /// Give a subject a role.
    Assign,
    /// Take a role from a subject.
    Unassign,
    /// Let a subject hold nothing, whatever gives it a role.
    Deactivate,
    /// Let a subject hold again what it has.
    Activate,
    /// Let a subject, or everybody, sign in again.
    SignOut,
    /// Say what an attribute of a subject is.
    Attribute,
    /// Give the members of a group a role.
    Map,
    /// Take a role from the members of a group.
    Unmap,
    /// Turn a feature of the tenant on.
    Enable,
    /// Turn a feature of the tenant off.
    Disable,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 15] = [
        Self::Create,
        Self::Clone,
        Self::Edit,
        Self::Reset,
        Self::Delete,
        Self::Assign,
        Self::Unassign,
        Self::Deactivate,
        Self::Activate,
        Self::SignOut,
        Self::Attribute,
        Self::Map,
        Self::Unmap,
        Self::Enable,
        Self::Disable,
    ];

    /// Returns whether what it gives may have an end.
    #[must_use]
    pub const fn may_end(self) -> bool {
        matches!(self, Self::Assign | Self::Enable)
    }

    /// Returns its name in a policy.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Clone => "clone",
            Self::Edit => "edit",
            Self::Reset => "reset",
            Self::Delete => "delete",
            Self::Assign => "assign",
            Self::Unassign => "unassign",
            Self::Deactivate => "deactivate",
            Self::Activate => "activate",
            Self::SignOut => "sign-out",
            Self::Attribute => "attribute",
            Self::Map => "map",
            Self::Unmap => "unmap",
            Self::Enable => "enable",
            Self::Disable => "disable",
        }
    }
}

/// A list of operations, in which one may stand alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations(pub Vec<Operation>);

impl Read for Operations {
    fn read(place: &Place<'_>) -> Self {
        let mut operations = Vec::new();
        for place in place.one_or_many() {
            let name = String::read(&place);
            let known = Operation::ALL.into_iter().find(|one| one.name() == name);
            if let (None, Some(_)) = (known, place.node.as_str()) {
                let names = Operation::ALL.map(Operation::name);
                place.unknown("operation", &name, &names);
            }
            operations.extend(known);
        }
        Self(operations)
    }
}

impl Serialize for Operations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }
}

impl JsonSchema for Operations {
    fn schema_name() -> Cow<'static, str> {
        "Operations".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<Operation>();
        json_schema!({
            "description": "A list of operations, in which one may stand alone.",
            "anyOf": [one, { "type": "array", "items": one }]
        })
    }
}
