//! `mode`: whether what is refused is stopped, or only said.

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};

use portcullis_json::{Node, Place, Read};

use super::text::text;
use crate::path::{CanonicalPath, PLAIN};

/// Whether what is refused is stopped, or only said.
#[derive(Debug, Clone, Default)]
pub(crate) enum Mode {
    /// It is stopped.
    #[default]
    Enforce,
    /// It goes on, and the log says what would have become of it.
    Shadow,
    /// That holds of the paths below these, each by its segments; all else is stopped.
    ShadowBelow(Vec<Vec<String>>),
}

impl Mode {
    /// Says whether a request goes on even where it is refused.
    ///
    /// A path that can be read in two ways may lead elsewhere than below a prefix.
    pub(crate) fn is_shadow_for(&self, target: &[u8]) -> bool {
        let prefixes = match self {
            Self::Enforce => return false,
            Self::Shadow => return true,
            Self::ShadowBelow(prefixes) => prefixes,
        };
        let Ok(path) = CanonicalPath::parse(target) else {
            return false;
        };
        let is_below = |prefix: &Vec<String>| {
            let own: Vec<_> = path.decoded().take(prefix.len()).collect();
            own.len() == prefix.len()
                && own
                    .iter()
                    .zip(prefix)
                    .all(|(own, name)| **own == *name.as_bytes())
        };
        path.ambiguities().is_empty() && prefixes.iter().any(is_below)
    }

    /// Says where nothing is stopped; nothing where everything is.
    pub(super) fn warning(&self) -> Option<String> {
        let below = match self {
            Self::Enforce => return None,
            Self::Shadow => "anywhere".to_owned(),
            Self::ShadowBelow(prefixes) => {
                let prefixes = prefixes
                    .iter()
                    .map(|names| ["`/", &names.join("/"), "`"].concat());
                ["below ", &prefixes.collect::<Vec<_>>().join(", ")].concat()
            }
        };
        Some(["shadow mode: nothing is refused ", &below].concat())
    }
}

/// `enforce`, `shadow`, or an object with the prefixes.
impl Read for Mode {
    fn read(place: &Place<'_>) -> Self {
        if let Node::Object(_) = place.node {
            let mut object = place.object("an object", WRITE);
            let prefixes = object.required_place("shadow", "list the paths");
            object.finish();
            let prefixes = prefixes.map_or_else(Vec::new, |place| prefixes_at(&place));
            return Self::ShadowBelow(prefixes);
        }
        match text(place) {
            "enforce" => {}
            "shadow" => return Self::Shadow,
            other => place.unknown("mode", other, &["enforce", "shadow"]),
        }
        Self::Enforce
    }
}

fn prefixes_at(place: &Place<'_>) -> Vec<Vec<String>> {
    let places = place.one_or_many();
    if places.is_empty() || places.len() > PREFIXES_MAX {
        place.error("there is no path, or more than 64", WRITE);
    }
    places.iter().map(prefix).collect()
}

fn prefix(place: &Place<'_>) -> Vec<String> {
    let stated = text(place);
    let names: Vec<String> = stated.split('/').skip(1).map(str::to_owned).collect();
    let is_plain = |name: &String| {
        !name.is_empty() && name != "." && name != ".." && PLAIN.has_all(name.as_bytes())
    };
    if !stated.starts_with('/') || !names.iter().all(is_plain) {
        place.error(
            "this is not the beginning of a path",
            "write whole segments, as in \"/v1/reports\", without a slash at the end and without parameters; \
             \"mode\": \"shadow\" is for all paths",
        );
    }
    names
}

const WRITE: &str = "write \"enforce\", \"shadow\", or {\"shadow\": [\"/v1/reports\"]}";
const PREFIXES_MAX: usize = 64;
