//! When a change of roles applies.

use portcullis_json::{Place, Read};
use schemars::JsonSchema;
use serde::Serialize;

/// When a change of roles reaches those who are signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoleChanges {
    /// At once.
    #[default]
    Instant,
    /// When they next sign in.
    NextSession,
}

impl RoleChanges {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Instant, Self::NextSession];

    /// Returns its name in a policy.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::NextSession => "next-session",
        }
    }

    /// Returns the one of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|when| when.name() == name)
    }
}

impl Read for RoleChanges {
    fn read(place: &Place<'_>) -> Self {
        let name = String::read(place);
        Self::from_name(&name).unwrap_or_else(|| {
            if place.node.as_str().is_some() {
                let known = Self::ALL.map(Self::name);
                place.unknown("time for role changes", &name, &known);
            }
            Self::default()
        })
    }
}
