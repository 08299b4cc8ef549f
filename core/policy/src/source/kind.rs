//! The kinds of actions.

use portcullis_json::{Place, Read};
use schemars::JsonSchema;
use serde::Serialize;

/// What kind of action a permission is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It shows.
    Read,
    /// It changes.
    Write,
    /// It deletes.
    Delete,
    /// Anything else, as exporting or paying.
    #[default]
    Other,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Delete, Self::Other];

    /// Returns its name in a policy.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Other => "other",
        }
    }

    /// Returns the kind of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Read for Kind {
    fn read(place: &Place<'_>) -> Self {
        let name = String::read(place);
        Self::from_name(&name).unwrap_or_else(|| {
            if place.node.as_str().is_some() {
                place.unknown("kind of action", &name, &Self::ALL.map(Self::name));
            }
            Self::default()
        })
    }
}
