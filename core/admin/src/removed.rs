//! Assignments that a deleted role leaves behind.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::SubjectKey;

/// An assignment that was removed because its role was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedAssignment {
    /// Who held the role.
    pub holder: Holder,
    /// The team that it was bound to.
    pub team: Option<String>,
}

/// Who holds a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A subject of the directory.
    Subject(SubjectKey),
    /// The members of a group.
    Group(String),
}

/// As JSON with the members `subject`, `group` and `team`, of which those that do not apply
/// are null.
impl Serialize for RemovedAssignment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (subject, group) = match &self.holder {
            Holder::Subject(key) => (Some(key), None),
            Holder::Group(id) => (None, Some(id)),
        };
        let mut object = serializer.serialize_struct("RemovedAssignment", 3)?;
        object.serialize_field("subject", &subject)?;
        object.serialize_field("group", &group)?;
        object.serialize_field("team", &self.team)?;
        object.end()
    }
}
