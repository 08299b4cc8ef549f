//! Lists in which an element may say until when it counts.

use std::borrow::Cow;

use portcullis_json::{Node, Place, Read};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::Until;

/// An element of a list, and until when it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timed {
    /// What it names.
    pub name: String,
    /// First moment at which it no longer counts; never when left out.
    pub until: Option<Until>,
}

impl<T: Into<String>> From<T> for Timed {
    fn from(name: T) -> Self {
        let (name, until) = (name.into(), None);
        Self { name, until }
    }
}

/// Defines a list of names, of which a string stands for a list of one, and an object with the
/// member for one that ends.
macro_rules! timed_list {
    ($(#[$meta:meta])* $list:ident, $member:literal) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $list(pub Vec<Timed>);

        impl $list {
            /// Returns the elements in order.
            pub fn iter(&self) -> impl ExactSizeIterator<Item = &Timed> {
                self.0.iter()
            }

            /// Returns what the elements name, in order.
            pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
                self.0.iter().map(|own| own.name.as_str())
            }

            /// Returns whether it is empty.
            #[must_use]
            pub const fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl<T: Into<String>> FromIterator<T> for $list {
            fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
                Self(names.into_iter().map(Timed::from).collect())
            }
        }

        impl Read for $list {
            fn read(place: &Place<'_>) -> Self {
                Self(read($member, place))
            }
        }

        impl Serialize for $list {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let written = |own| Written { member: $member, own };
                match self.0.as_slice() {
                    [one] => written(one).serialize(serializer),
                    many => serializer.collect_seq(many.iter().map(written)),
                }
            }
        }

        impl JsonSchema for $list {
            fn schema_name() -> Cow<'static, str> {
                stringify!($list).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                schema($member, generator)
            }
        }
    };
}

timed_list! {
    /// Roles of a subject, each `role` or `role@team`.
    AssignedRoles, "role"
}
timed_list! {
    /// Features of a tenant.
    EnabledFeatures, "feature"
}

fn read(member: &'static str, place: &Place<'_>) -> Vec<Timed> {
    let one = |place: &Place<'_>| match place.node {
        Node::Object(_) => {
            let mut object = place.object("an object", "");
            let cure = format!("name the {member}");
            let read = Timed {
                name: object.required(member, &cure),
                until: Some(object.required("until", UNTIL)),
            };
            object.finish();
            read
        }
        _ => String::read(place).into(),
    };
    match place.node {
        Node::Object(_) | Node::String(_) => vec![one(place)],
        Node::Array(_) => place.elements().iter().map(one).collect(),
        _ => {
            place.expected(
                "a string, an object with `until` or a list of them",
                &format!("write \"a\", [\"a\", \"b\"] or {{\"{member}\": \"a\", \"until\": …}}"),
            );
            Vec::new()
        }
    }
}

/// An element as it stands in a policy.
struct Written<'t> {
    member: &'static str,
    own: &'t Timed,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(until) = &self.own.until else {
            return self.own.name.serialize(serializer);
        };
        let mut object = serializer.serialize_map(Some(2))?;
        object.serialize_entry(self.member, &self.own.name)?;
        object.serialize_entry("until", until)?;
        object.end()
    }
}

fn schema(member: &'static str, generator: &mut SchemaGenerator) -> Schema {
    let until = generator.subschema_for::<Until>();
    let one = json_schema!({
        "anyOf": [
            { "type": "string" },
            {
                "type": "object",
                "properties": { member: { "type": "string" }, "until": until },
                "required": [member, "until"],
                "additionalProperties": false
            }
        ]
    });
    json_schema!({
        "description": "A list in which an element may say until when it counts; one may stand alone.",
        "anyOf": [one, { "type": "array", "items": one }]
    })
}

const UNTIL: &str =
    "say until when, as \"until\": \"2026-12-31T00:00:00Z\", or write the name alone";
