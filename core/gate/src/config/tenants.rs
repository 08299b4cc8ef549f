//! `tenants`: for whom an issuer may speak.

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};

use portcullis_json::{Node, Place, Read};

use super::text::text;

/// For whom an issuer may speak.
#[derive(Debug, Clone)]
pub(crate) enum Tenants {
    /// For the listener's tenant alone: another is refused there.
    Listener,
    /// For every tenant: this must be written.
    Any,
    /// For these: the issuer's own name of each, then ours.
    // INVARIANT (sorted): ascending by the issuer's name.
    Only(Vec<(String, String)>),
}

impl Tenants {
    /// Returns our name of a tenant, if the issuer may speak for it.
    pub(crate) fn ours<'t>(&'t self, theirs: &'t str) -> Option<&'t str> {
        match self {
            Self::Listener | Self::Any => Some(theirs),
            Self::Only(pairs) => {
                let at = pairs.binary_search_by(|(name, _)| name.as_str().cmp(theirs));
                let (_, ours) = pairs.get(at.ok()?)?;
                Some(ours)
            }
        }
    }
}

/// A list of tenants, an object from the issuer's names to ours, or `*`.
impl Read for Tenants {
    fn read(place: &Place<'_>) -> Self {
        let mut pairs: Vec<(String, String)> = Vec::new();
        match place.node {
            Node::String(all) if all == ALL => return Self::Any,
            Node::Object(_) => {
                let object = place.object("an object", WRITE);
                for (theirs, place) in object.rest() {
                    pairs.push((theirs.to_owned(), one(&place)));
                }
            }
            _ => {
                for place in place.one_or_many() {
                    let own = one(&place);
                    pairs.push((own.clone(), own));
                }
            }
        }
        if pairs.is_empty() {
            place.error("no tenant is named", WRITE);
        }
        pairs.sort();
        Self::Only(pairs)
    }
}

fn one(place: &Place<'_>) -> String {
    let name = text(place);
    if name == ALL {
        place.error("`*` stands for every tenant, and so alone", WRITE);
    }
    name.to_owned()
}

const ALL: &str = "*";
const WRITE: &str = "write [\"acme\"], {\"the issuer's name\": \"acme\"} or \"*\"";
