//! Lists of strings by name as JSON writes them: an object, in which a string stands for a
//! list of one.

use core::fmt;

use portcullis_policy::source::{Members, OneOrMany};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};

/// Reads lists by name, in the order written; no name appears twice.
pub(crate) fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(String, Vec<String>)>, D::Error> {
    deserializer.deserialize_map(NamedLists)
}

/// Reads patterns of permissions by scope.
pub(crate) fn by_scope<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Members<OneOrMany>, D::Error> {
    let lists = read(deserializer)?.into_iter();
    Ok(lists
        .map(|(scope, patterns)| (scope, OneOrMany(patterns)))
        .collect())
}

struct NamedLists;

impl<'de> Visitor<'de> for NamedLists {
    type Value = Vec<(String, Vec<String>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of lists of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut lists = Self::Value::new();
        while let Some((name, values)) = object.next_entry::<String, OneOrManyStrings>()? {
            if lists.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom("a name appears twice"));
            }
            if lists.len() == NAMES_MAX {
                return Err(A::Error::custom("there are too many names"));
            }
            lists.push((name, values.into()));
        }
        Ok(lists)
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
enum OneOrManyStrings {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrManyStrings> for Vec<String> {
    fn from(written: OneOrManyStrings) -> Self {
        match written {
            OneOrManyStrings::One(one) => vec![one],
            OneOrManyStrings::Many(many) => many,
        }
    }
}

/// More than a catalog has scopes or a resource attributes; each is compared with all before.
const NAMES_MAX: usize = 256;
