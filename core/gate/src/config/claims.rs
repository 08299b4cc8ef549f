//! `claims`: where each fact of a subject stands among a token's claims.

use alloc::{borrow::ToOwned as _, string::String, vec, vec::Vec};

use portcullis_engine::grammar::{is_name, is_value};
use portcullis_json::{Node, Place, Read};

use super::text::{Text, Texts, text};

/// Where each fact of a subject stands among a token's claims.
#[derive(Debug, Clone)]
pub(crate) struct Claims {
    /// One text: it has a prefix at most.
    pub(crate) subject: Source,
    pub(crate) kind: Option<ClaimPath>,
    pub(crate) roles: Claim,
    pub(crate) groups: Claim,
    pub(crate) team_roles: Option<ClaimPath>,
    pub(crate) version: Option<ClaimPath>,
    /// When somebody signed in; where a token does not say, `iat` stands for it.
    pub(crate) signed_in: Option<ClaimPath>,
    /// By the subject attribute that it gives.
    pub(crate) attributes: Vec<(String, Claim)>,
    /// By the attribute of the action.
    pub(crate) action: Vec<(String, Claim)>,
    /// By the attribute of the context.
    pub(crate) context: Vec<(String, Claim)>,
}

/// A set of values, from wherever they stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claim {
    /// Those that every token has.
    pub(crate) constant: Vec<String>,
    pub(crate) sources: Vec<Source>,
    /// Whether a token without a value says that there is none, rather than nothing.
    pub(crate) is_given: bool,
}

/// A place of values, and how they are read there.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: ClaimPath,
    /// What separates the values of a string.
    pub(crate) split: Option<String>,
    /// What is put before each value.
    pub(crate) prefix: String,
    /// Whether the values are the names of an object's members.
    pub(crate) keys: bool,
}

/// The names of the members that lead to a claim.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClaimPath(pub(crate) Vec<String>);

impl ClaimPath {
    /// A claim of the token itself.
    pub(super) fn outermost(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// Says whether a token would have the claim if the dots of its name led to it: somebody
    /// meant a path.
    pub(crate) fn means_a_path(&self, claims: &Node) -> bool {
        let [name] = self.0.as_slice() else {
            return false;
        };
        let mut names = name.split('.');
        name.contains('.')
            && claims.member(name).is_none()
            && names
                .try_fold(claims, |node, name| node.member(name))
                .is_some()
    }

    /// Returns the claim, if the token has it; null is as if it were not there. Nothing at all
    /// where something that has no members is on the way: that is another shape, not an absence.
    pub(crate) fn find<'n>(&self, claims: &'n Node) -> Option<Option<&'n Node>> {
        let mut node = claims;
        for name in &self.0 {
            node.members()?;
            match node.member(name) {
                None | Some(Node::Null) => return Some(None),
                Some(below) => node = below,
            }
        }
        Some(Some(node))
    }
}

impl Claims {
    /// Returns every path of a fact.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &ClaimPath> {
        let named = [&self.attributes, &self.action, &self.context];
        let named = named.into_iter().flatten().map(|(_, claim)| claim);
        let claims = [&self.roles, &self.groups].into_iter().chain(named);
        let sources = claims.flat_map(|claim| &claim.sources);
        let scalars = [&self.kind, &self.team_roles, &self.version, &self.signed_in];
        core::iter::once(&self.subject)
            .chain(sources)
            .map(|source| &source.path)
            .chain(scalars.into_iter().flatten())
    }
}

impl Source {
    const fn plain(path: ClaimPath) -> Self {
        Self {
            path,
            split: None,
            prefix: String::new(),
            keys: false,
        }
    }
}

impl Default for Claims {
    fn default() -> Self {
        Self {
            subject: Source::plain(ClaimPath::outermost(SUBJECT)),
            kind: None,
            roles: Claim::default(),
            groups: Claim::default(),
            team_roles: None,
            version: None,
            signed_in: None,
            attributes: Vec::new(),
            action: Vec::new(),
            context: Vec::new(),
        }
    }
}

impl Read for Claims {
    fn read(place: &Place<'_>) -> Self {
        let mut moved = place.object("an object", "write {\"roles\": \"roles\"}");
        if let Some(place) = moved.place("tenant") {
            place.error(
                "the tenant is no longer among the claims",
                "write \"tenant\": {\"claim\": …} beside `claims`, and in `tenants` for whom the issuer may speak",
            );
        }
        let mut object = place.object("an object", "write {\"roles\": \"roles\"}");
        let mut own = Self::default();
        if let Some(place) = object.place("subject") {
            own.subject = subject(&place);
        }
        own.kind = object.optional("type");
        for (name, claim) in [("roles", &mut own.roles), ("groups", &mut own.groups)] {
            if let Some(place) = object.place(name) {
                *claim = Claim::read(&place);
                if claim.is_given {
                    place.error(
                        "`absent` is for attributes",
                        "leave it out: no role or group is ever unknown",
                    );
                }
            }
        }
        own.team_roles = object.optional("team_roles");
        own.version = object.optional("version");
        own.signed_in = object.optional("signed_in");
        let teams: Option<Claim> = object.optional(TEAMS);
        own.attributes
            .extend(teams.map(|claim| (TEAMS.to_owned(), claim)));
        for (name, map) in [
            (ATTRIBUTES, &mut own.attributes),
            ("action", &mut own.action),
            ("context", &mut own.context),
        ] {
            if let Some(place) = object.place(name) {
                map.extend(attributes(&place, name));
            }
        }
        object.finish();
        own
    }
}

/// A path, an object that says more of it, or a list of such objects.
impl Read for Claim {
    fn read(place: &Place<'_>) -> Self {
        let is_object = |node: &Node| node.members().is_some();
        let mut own = Self::default();
        match place.node {
            Node::Array(items) if items.iter().any(is_object) => {
                let places = place.elements();
                if places.len() > SOURCES_MAX {
                    place.error("the claim has over eight sources", "leave some out");
                }
                places.iter().for_each(|place| own.add(place));
            }
            Node::Object(_) => own.add(place),
            _ => own.sources.push(Source::plain(ClaimPath::read(place))),
        }
        own
    }
}

impl Claim {
    fn add(&mut self, place: &Place<'_>) {
        let mut object = place.object("a source", "write {\"path\": \"roles\"}");
        if let Some(constant) = object.place("constant") {
            self.constant.extend(constants(&constant));
            return object.finish();
        }
        let source = Source {
            path: object.required("path", "say where it is among the claims"),
            split: object.optional("split").map(|split: Text| split.0),
            prefix: object.or_default::<Text>("prefix").0,
            keys: object.or_default("keys"),
        };
        if source.keys && source.split.is_some() {
            place.error(
                "`split` is for a string, and `keys` for an object",
                "leave one of the two out",
            );
        }
        if let Some(place) = object.place("absent") {
            self.is_given |= absent_is_empty(&place);
        }
        object.finish();
        self.sources.push(source);
    }
}

/// A name, or the names that lead from the outermost to the claim.
impl Read for ClaimPath {
    fn read(place: &Place<'_>) -> Self {
        let names = Texts::read(place).0;
        if names.is_empty() || names.len() > CLAIM_DEPTH_MAX {
            place.error(
                "the path of this claim has no name, or more than eight",
                "write a name, or a list of one to eight names",
            );
        }
        Self(names)
    }
}

fn subject(place: &Place<'_>) -> Source {
    let mut claim = Claim::read(place);
    match (claim.sources.pop(), claim.sources.pop()) {
        (Some(one), None)
            if one.split.is_none() && !one.keys && !claim.is_given && claim.constant.is_empty() =>
        {
            one
        }
        _ => {
            place.error(
                "the subject is one text",
                "name its claim, with a `prefix` where other issuers may use the same ids",
            );
            Source::plain(ClaimPath::default())
        }
    }
}

/// Reads what it means that there is no value: that there is none.
pub(super) fn absent_is_empty(place: &Place<'_>) -> bool {
    let meaning = text(place);
    if meaning != "empty" {
        place.unknown("meaning", meaning, &["empty"]);
    }
    meaning == "empty"
}

/// Reads at least one value.
pub(super) fn constants(place: &Place<'_>) -> Vec<String> {
    let values = Texts::read(place).0;
    if values.is_empty() || !values.iter().all(|value| is_value(value)) {
        place.error(
            "this is not a list of values",
            "write at least one, each of 1 to 256 bytes without control characters",
        );
    }
    values
}

/// Reads where each named attribute comes from: of the subject, or what else `whose` says.
pub(super) fn attributes<T: Read>(place: &Place<'_>, whose: &str) -> Vec<(String, T)> {
    let object = place.object("an object", "write {\"region\": \"region\"}");
    let mut own = Vec::new();
    for (name, place) in object.rest() {
        if !is_name(name) || (whose == ATTRIBUTES && name == TEAMS) {
            place.error(
                "this cannot be an attribute's name",
                "use 1 to 64 letters, digits, `-` and `_`; `teams` has a member of its own",
            );
        }
        own.push((name.to_owned(), T::read(&place)));
    }
    own
}

pub(super) const ATTRIBUTES: &str = "attributes";
pub(crate) const TEAMS: &str = "teams";
const SUBJECT: &str = "sub";
const CLAIM_DEPTH_MAX: usize = 8;
const SOURCES_MAX: usize = 8;
