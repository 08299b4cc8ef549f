//! What a directory says of one subject, as written.

use std::borrow::Cow;

use portcullis_json::{Place, Read};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::{AssignedRoles, Members, OneOrMany, Until};

/// What a directory says of one subject: its roles and groups, and its attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Whether it holds anything at all; yes when left out.
    pub active: Option<bool>,
    /// Where it signed in before, it has to sign in again.
    pub sessions_from: Option<Until>,
    /// Its roles, each perhaps until some time.
    pub roles: AssignedRoles,
    /// Its `groups`, and attributes by their names.
    pub values: Members<OneOrMany>,
}

impl Entry {
    /// Returns whether it says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.active.is_none()
            && self.sessions_from.is_none()
            && self.roles.is_empty()
            && self.values.is_empty()
    }
}

impl FromIterator<(String, OneOrMany)> for Entry {
    fn from_iter<I: IntoIterator<Item = (String, OneOrMany)>>(values: I) -> Self {
        let mut entry = Self::default();
        for (name, values) in values {
            if name == ROLES {
                entry.roles = values.0.into_iter().collect();
            } else {
                entry.values.set(&name, values);
            }
        }
        entry
    }
}

impl Read for Entry {
    fn read(place: &Place<'_>) -> Self {
        let object = place.object(
            "an entry",
            "write an object with roles, groups and attributes",
        );
        let mut entry = Self::default();
        for (name, place) in object.rest() {
            if name == ACTIVE {
                entry.active = Some(bool::read(&place));
            } else if name == SESSIONS_FROM {
                entry.sessions_from = Some(Until::read(&place));
            } else if name == ROLES {
                entry.roles = AssignedRoles::read(&place);
            } else {
                entry.values.set(name, OneOrMany::read(&place));
            }
        }
        entry
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        if let Some(active) = self.active {
            object.serialize_entry(ACTIVE, &active)?;
        }
        if let Some(from) = self.sessions_from {
            object.serialize_entry(SESSIONS_FROM, &from)?;
        }
        if !self.roles.is_empty() {
            object.serialize_entry(ROLES, &self.roles)?;
        }
        for (name, values) in self.values.iter() {
            object.serialize_entry(name, values)?;
        }
        object.end()
    }
}

impl JsonSchema for Entry {
    fn schema_name() -> Cow<'static, str> {
        "Entry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let values = generator.subschema_for::<OneOrMany>();
        let roles = generator.subschema_for::<AssignedRoles>();
        let from = generator.subschema_for::<Until>();
        json_schema!({
            "description": "What a directory says of one subject: its roles and groups, and its attributes.",
            "type": "object",
            "properties": {
                "active": {
                    "description": "Whether it holds anything at all; yes when left out.",
                    "type": "boolean"
                },
                "sessions_from": {
                    "description": "Where it signed in before, it has to sign in again.",
                    "allOf": [from]
                },
                "roles": roles
            },
            "additionalProperties": values
        })
    }
}

const ROLES: &str = "roles";
/// No attribute of subjects has this name.
pub(crate) const ACTIVE: &str = "active";
/// Nor this one.
pub(crate) const SESSIONS_FROM: &str = "sessions_from";
