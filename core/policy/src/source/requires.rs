//! What features must be on.

use std::borrow::Cow;

use portcullis_json::{Node, Place, Read};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::OneOrMany;

/// The features that something requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requires {
    /// Each of them.
    All(OneOrMany),
    /// One of them.
    Any(OneOrMany),
}

impl Read for Requires {
    fn read(place: &Place<'_>) -> Self {
        match place.node {
            Node::String(_) | Node::Array(_) => Self::All(OneOrMany::read(place)),
            _ => {
                let mut object = place.object(
                    "a feature, a list of features or {\"any\": […]}",
                    "name a feature of the catalog",
                );
                let any = object.required(
                    "any",
                    "write {\"any\": [\"a\", \"b\"]} where one of two features is enough",
                );
                object.finish();
                Self::Any(any)
            }
        }
    }
}

impl Serialize for Requires {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All(features) => features.serialize(serializer),
            Self::Any(features) => {
                let mut object = serializer.serialize_map(Some(1))?;
                object.serialize_entry("any", features)?;
                object.end()
            }
        }
    }
}

impl JsonSchema for Requires {
    fn schema_name() -> Cow<'static, str> {
        "Requires".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let features = generator.subschema_for::<OneOrMany>();
        json_schema!({
            "description": "A feature, a list of which all are needed, or {\"any\": […]}.",
            "anyOf": [
                features,
                {
                    "type": "object",
                    "properties": { "any": features },
                    "required": ["any"],
                    "additionalProperties": false
                }
            ]
        })
    }
}
