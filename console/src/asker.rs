//! Who asks: whom the page was opened as.

use std::sync::OnceLock;

use portcullis_admin::{Actor, UnusableActor};
use portcullis_policy::model::Model;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Whom the page was opened as; said once, on the command line or in the page.
#[derive(Debug, Default)]
pub(crate) struct Asker(OnceLock<Who>);

/// A subject of the directories, as a key of them, or the vendor by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Who {
    /// Somebody of the directory.
    Subject(String),
    /// The vendor of the product.
    Vendor(String),
}

/// Why nobody can ask like that.
#[derive(Debug)]
pub(crate) enum NotAsker {
    /// It was said before who uses the page.
    Known,
    /// Only the command line makes the vendor of somebody.
    Vendor,
    /// The id is empty.
    Empty,
}

/// Why an actor with more attributes is not taken.
#[derive(Debug)]
pub(crate) enum NotActor {
    /// It cannot be read, or brings roles.
    Unusable(UnusableActor),
    /// It is somebody else than whom the page was opened as.
    Another,
}

impl Asker {
    /// Says it as the command line does.
    pub(crate) fn new(who: Option<Who>) -> Self {
        Self(who.map_or_else(OnceLock::new, OnceLock::from))
    }

    /// Returns who it is, once that is said.
    pub(crate) fn who(&self) -> Option<&Who> {
        self.0.get()
    }

    /// Says it as the page does.
    pub(crate) fn say(&self, who: Who) -> Result<(), NotAsker> {
        match &who {
            Who::Vendor(_) if self.0.get().is_none() => return Err(NotAsker::Vendor),
            Who::Subject(key) if key.is_empty() => return Err(NotAsker::Empty),
            _ => {}
        }
        self.0.set(who).map_err(|_| NotAsker::Known)
    }
}

impl Who {
    /// Returns the actor of changes: with groups and attributes that the page adds, if it does.
    ///
    /// The page vouches for these, as whoever types `--as-json` does; not for who it is.
    pub(crate) fn actor(&self, stated: Option<&Value>, model: &Model) -> Result<Actor, NotActor> {
        let own = match self {
            Self::Subject(key) => Actor::of_directory(key.as_str()),
            Self::Vendor(name) => Actor::vendor(name),
        };
        let Some(stated) = stated else {
            return Ok(own);
        };
        let stated = stated.to_string();
        let actor = Actor::read(stated.as_bytes(), model).map_err(NotActor::Unusable)?;
        actor
            .is(&own, model)
            .then_some(actor)
            .ok_or(NotActor::Another)
    }
}
