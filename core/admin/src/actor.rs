//! Who asks for a change.

use core::fmt;

use portcullis_json::nearest_or;
use portcullis_policy::authzen::{Malformed, Subject, Vocabulary};
use portcullis_policy::model::{Model, SubjectTypes};

use crate::audit::RecordedActor;
use crate::{SubjectKey, SubjectName, words};

/// Who asks for a change: a subject of the tenant, or the vendor of the product.
///
/// The roles of a subject are those that the directory and its groups give it. It cannot
/// bring any of its own, so there is no way to make an actor that does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(pub(crate) Identity);

/// Which of them it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    // INVARIANT (no roles of its own): `roles` and `team_roles` are empty.
    Subject(Subject),
    Named(SubjectName),
    Vendor(String),
}

impl Actor {
    /// Names a subject of the directory.
    #[must_use]
    pub fn of_directory(name: impl Into<SubjectName>) -> Self {
        Self(Identity::Named(name.into()))
    }

    /// Names the vendor, who turns features on and off and does not touch anybody's roles.
    #[must_use]
    pub fn vendor(name: impl Into<String>) -> Self {
        Self(Identity::Vendor(name.into()))
    }

    /// Reads a subject of `AuthZEN`, with groups and attributes that the directory may not
    /// know; whoever passes it on vouches for them.
    ///
    /// # Errors
    /// Refuses what is not such a subject, and one that brings its own roles.
    pub fn read(json: &[u8], model: &Model) -> Result<Self, UnusableActor> {
        let vocabulary = Vocabulary {
            subject: model.attributes.subject.clone(),
            ..Vocabulary::default()
        };
        let subject = Subject::read(json, &vocabulary)?;
        let types = &model.subject_types;
        if !types.has(&subject.kind) {
            return Err(UnusableActor::UnknownType {
                kind: subject.kind,
                known: types.names().to_vec(),
            });
        }
        if subject.roles.is_empty() && subject.team_roles.is_empty() {
            return Ok(Self(Identity::Subject(subject)));
        }
        Err(UnusableActor::OwnRoles)
    }

    /// Says whether another is the same under a policy, whatever else is known of the two: a
    /// subject of the same type and id, or the vendor by the same name.
    #[must_use]
    pub fn is(&self, other: &Self, model: &Model) -> bool {
        let types = &model.subject_types;
        self.recorded(types) == other.recorded(types)
    }

    /// Returns it as a record names it.
    pub(crate) fn recorded(&self, types: &SubjectTypes) -> RecordedActor {
        let SubjectKey { kind, id } = match &self.0 {
            Identity::Subject(subject) => SubjectKey::new(&subject.kind, &subject.id),
            Identity::Named(name) => name.key(types),
            Identity::Vendor(name) => return RecordedActor::Vendor { name: name.clone() },
        };
        RecordedActor::Subject { kind, id }
    }
}

/// A subject that cannot be an actor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnusableActor {
    /// It is not a subject of `AuthZEN`.
    Malformed(Malformed),
    /// It brings its own roles.
    OwnRoles,
    /// The catalog does not declare its type.
    UnknownType {
        /// The type.
        kind: String,
        /// Those that the catalog declares.
        known: Vec<String>,
    },
}

impl UnusableActor {
    /// Returns what to do about it, where that is more than what is wrong.
    #[must_use]
    pub fn cure(&self) -> Option<String> {
        match self {
            Self::Malformed(_) => None,
            Self::OwnRoles => {
                Some("leave them out: they come from the directory and from its groups".to_owned())
            }
            Self::UnknownType { kind, known } => {
                let known = known.iter().map(String::as_str);
                Some(nearest_or(
                    kind,
                    known.clone(),
                    words::known("types", known),
                ))
            }
        }
    }
}

impl From<Malformed> for UnusableActor {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl fmt::Display for UnusableActor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformed) => write!(f, "the actor: {malformed}"),
            Self::UnknownType { kind, .. } => {
                write!(f, "the actor's type `{kind}` is no subject type")
            }
            Self::OwnRoles => f.write_str("an actor does not bring its own roles along"),
        }
    }
}

impl core::error::Error for UnusableActor {}
