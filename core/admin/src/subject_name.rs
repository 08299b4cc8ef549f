//! Subjects as somebody names them.

use core::fmt;

use portcullis_policy::look_alike;
use portcullis_policy::model::SubjectTypes;
use serde::{Deserialize, Deserializer};

use crate::refused::{Refused, RefusedReason};
use crate::{SubjectKey, words};

/// A subject as somebody names it; which one that is follows from the catalog's subject types.
///
/// As JSON it is a key of the directory, `"jo"` or `"service:ci"`, or an object with `type` and
/// `id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectName {
    /// By a key of the directory.
    Key(String),
    /// By type and id.
    Parts(SubjectKey),
}

impl SubjectName {
    /// Finds the subject.
    ///
    /// # Errors
    /// Refuses a key that begins with what looks like a type, and an id with space around it: it
    /// would be somebody else than people read.
    pub(crate) fn resolve(&self, types: &SubjectTypes) -> Result<SubjectKey, Refused> {
        if let Self::Key(key) = self {
            let head = key.split_once(':').filter(|(head, _)| !types.has(head));
            if let Some((head, rest)) = head
                && let Some(near) = look_alike(head, types.names().iter().map(String::as_str))
            {
                return Err(Refused::new(
                    RefusedReason::Malformed,
                    format!("`{}` is no subject type", words::shown(head)),
                    format!("write `{near}:{rest}`, or `user:{key}` if that is a user's id"),
                ));
            }
        }
        let subject = self.key(types);
        if subject.id.trim() != subject.id {
            return Err(Refused::new(
                RefusedReason::Malformed,
                format!("the id `{}` has space around it", words::shown(&subject.id)),
                "leave it out: nobody sees it",
            ));
        }
        Ok(subject)
    }

    /// Returns the subject that it names, whoever may be meant.
    pub(crate) fn key(&self, types: &SubjectTypes) -> SubjectKey {
        match self {
            Self::Key(key) => {
                let (kind, id) = types.split(key);
                SubjectKey::new(kind, id)
            }
            Self::Parts(subject) => subject.clone(),
        }
    }
}

impl From<&str> for SubjectName {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<SubjectKey> for SubjectName {
    fn from(subject: SubjectKey) -> Self {
        Self::Parts(subject)
    }
}

impl fmt::Display for SubjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => f.write_str(key),
            Self::Parts(subject) => write!(f, "{subject}"),
        }
    }
}

impl<'de> Deserialize<'de> for SubjectName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Key(key) => Self::Key(key),
            Written::Parts { kind, id } => Self::Parts(SubjectKey { kind, id }),
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
impl schemars::JsonSchema for SubjectName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SubjectKey".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Written::json_schema(generator)
    }
}
