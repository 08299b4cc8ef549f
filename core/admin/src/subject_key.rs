//! Subjects by type and id.

use core::fmt;

use portcullis_policy::model::Person;
use serde::{Deserialize, Deserializer, Serialize};

/// A subject by type and id.
///
/// JSON may write it as a key of the directory too: `"jo"`, or `"service:ci"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SubjectKey {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
}

impl SubjectKey {
    /// Names a subject.
    #[must_use]
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            id: id.into(),
        }
    }

    /// Reads a subject as the keys of a directory name one: `id` of a user, or `type:id`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some((kind, id)) => Self::new(kind, id),
            None => Self::new("user", text),
        }
    }
}

/// Writes the shortest key of a directory that names the subject.
impl fmt::Display for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind != "user" || self.id.contains(':') {
            write!(f, "{}:", self.kind)?;
        }
        f.write_str(&self.id)
    }
}

impl From<&Person> for SubjectKey {
    fn from(person: &Person) -> Self {
        Self::new(&person.kind, &person.id)
    }
}

impl<'de> Deserialize<'de> for SubjectKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Key(key) => Self::parse(&key),
            Written::Parts { kind, id } => Self { kind, id },
        })
    }
}

/// A subject, as a key of the directory or by its type and id.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected a key of the directory, or an object with `type` and `id`"
)]
enum Written {
    Key(String),
    Parts {
        #[serde(rename = "type")]
        kind: String,
        id: String,
    },
}

#[cfg(test)]
impl schemars::JsonSchema for SubjectKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SubjectKey".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Written::json_schema(generator)
    }
}
