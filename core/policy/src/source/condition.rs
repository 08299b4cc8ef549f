//! Scope conditions as written.

use std::borrow::Cow;

use portcullis_json::{Node, Place, Read};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::OneOrMany;

/// A scope's condition: an atom, or a list of which one must hold, in which a
/// list within holds when all of it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition(pub Vec<OneOrMany>);

impl Read for Condition {
    fn read(place: &Place<'_>) -> Self {
        match place.node {
            Node::String(text) => Self(vec![OneOrMany(vec![text.clone()])]),
            Node::Array(_) => Self(Vec::read(place)),
            _ => {
                place.expected(
                    "a condition",
                    "write an atom such as \"shares(subject.id, resource.owner)\", \
                     or a list of atoms of which one must hold",
                );
                Self::default()
            }
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            // An inner list of several must keep its own brackets.
            [OneOrMany(atoms)] if atoms.len() == 1 => atoms.first().serialize(serializer),
            alternatives => alternatives.serialize(serializer),
        }
    }
}

impl JsonSchema for Condition {
    fn schema_name() -> Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let conjunction = generator.subschema_for::<OneOrMany>();
        json_schema!({
            "description": "An atom such as `shares(subject.id, resource.owner)`, or a list of \
                            which one must hold; a list within holds when all of it does.",
            "anyOf": [
                { "type": "string" },
                { "type": "array", "minItems": 1, "items": conjunction }
            ]
        })
    }
}
