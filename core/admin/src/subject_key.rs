//! Subjects by type and id.

use core::fmt;

use portcullis_policy::authzen::Subject;
use portcullis_policy::model::{Person, SubjectTypes};
use serde::{Deserialize, Serialize};

/// A subject by type and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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

    /// Makes the subject of whom nothing else is known.
    pub(crate) fn into_subject(self) -> Subject {
        Subject {
            kind: self.kind,
            id: self.id,
            ..Subject::default()
        }
    }
}

/// Writes a key of the directory that names the subject, whatever types the catalog declares.
impl fmt::Display for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&SubjectTypes::key(&self.kind, &self.id))
    }
}

impl From<&Person> for SubjectKey {
    fn from(person: &Person) -> Self {
        Self::new(&person.kind, &person.id)
    }
}
