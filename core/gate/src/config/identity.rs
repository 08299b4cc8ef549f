//! `identity`: how the gate learns who asks.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use portcullis_engine::grammar::is_name;
use portcullis_json::{FirstFault, JsonText, Node, Place, Read};
use sha2::{Digest, Sha256};

use super::{
    InvalidConfig, Peers,
    text::{Texts, text},
};
use crate::{keys::TokenKeys, routes::is_header};

/// How the gate learns who asks; without either, nobody is ever identified.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdentityConfig {
    pub(crate) jwt: Option<JwtConfig>,
    pub(crate) trusted_headers: Option<TrustedHeaders>,
}

/// Which tokens are believed, and what their claims mean.
#[derive(Debug, Clone)]
pub(crate) struct JwtConfig {
    pub(crate) header: String,
    /// Empty where the header holds the token alone.
    pub(crate) scheme: String,
    pub(crate) issuer: String,
    pub(crate) audiences: Vec<String>,
    /// What `typ` must be; where empty, it may be left out, or be `JWT` or `at+jwt`.
    pub(crate) types: Vec<String>,
    pub(crate) keys: TokenKeys,
    pub(crate) claims: Claims,
    pub(crate) leeway_seconds: u64,
    /// How long after its `iat` a token is believed at most; not bounded where absent.
    pub(crate) max_age_seconds: Option<u64>,
    /// Of all this: what remembered tokens were verified by.
    pub(crate) digest: [u8; 32],
}

/// Where each fact of a subject stands among a token's claims.
#[derive(Debug, Clone)]
pub(crate) struct Claims {
    pub(crate) subject: ClaimPath,
    pub(crate) kind: Option<ClaimPath>,
    pub(crate) roles: Option<ClaimPath>,
    pub(crate) groups: Option<ClaimPath>,
    pub(crate) team_roles: Option<ClaimPath>,
    pub(crate) tenant: Option<ClaimPath>,
    pub(crate) version: Option<ClaimPath>,
    /// By the subject attribute that it gives.
    pub(crate) attributes: Vec<(String, ClaimPath)>,
}

/// The names of the members that lead to a claim.
#[derive(Debug, Clone)]
pub(crate) struct ClaimPath(pub(crate) Vec<String>);

/// Which peers' headers are believed, and what they mean.
#[derive(Debug, Clone)]
pub(crate) struct TrustedHeaders {
    pub(crate) peers: Peers,
    /// Whether values are percent-encoded.
    pub(crate) encoded: bool,
    /// Whether a comma means that lines were joined: then no single value may hold one.
    pub(crate) list: bool,
    pub(crate) subject: String,
    pub(crate) kind: Option<String>,
    pub(crate) roles: Option<String>,
    pub(crate) groups: Option<String>,
    pub(crate) tenant: Option<String>,
    pub(crate) attributes: Vec<(String, String)>,
}

impl IdentityConfig {
    /// Says whether every identity states its tenant.
    pub(crate) fn states_tenant(&self) -> bool {
        let jwt = self
            .jwt
            .as_ref()
            .is_none_or(|jwt| jwt.claims.tenant.is_some());
        let headers = self.trusted_headers.as_ref();
        let headers = headers.is_none_or(|headers| headers.tenant.is_some());
        jwt && headers && (self.jwt.is_some() || self.trusted_headers.is_some())
    }
}

impl TrustedHeaders {
    /// Returns the name of every header that says who asks.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let optional = [&self.kind, &self.roles, &self.groups, &self.tenant];
        let optional = optional.into_iter().flatten();
        let attributes = self.attributes.iter().map(|(_, name)| name);
        core::iter::once(&self.subject)
            .chain(optional)
            .chain(attributes)
            .map(String::as_str)
    }
}

impl Read for IdentityConfig {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("an object", "write `jwt`, `trusted_headers`, or both");
        let own = Self {
            jwt: object.optional("jwt"),
            trusted_headers: object.optional("trusted_headers"),
        };
        object.finish();
        own
    }
}

impl Read for JwtConfig {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("an object", "write `issuers`, `audiences` and `keys`");
        let header: Option<HeaderName> = object.optional("header");
        let own = Self {
            issuer: object
                .required::<OneIssuer>("issuers", "name who issues the tokens")
                .0,
            audiences: object
                .required::<AtLeastOne>("audiences", "name whom the tokens are for")
                .0,
            keys: object.required("keys", "give the issuer's JWK set"),
            header: header.map_or_else(|| "authorization".into(), |name| name.0),
            // Empty is a scheme too: none.
            scheme: object
                .optional("scheme")
                .unwrap_or_else(|| "Bearer".to_owned()),
            types: object.or_default::<Texts>("types").0,
            claims: object.or_default("claims"),
            leeway_seconds: object.or_default::<Leeway>("leeway_seconds").0,
            max_age_seconds: object
                .optional::<MaxAge>("max_age_seconds")
                .map(|age| age.0),
            digest: digest(&[0; 32], place.node),
        };
        object.finish();
        own
    }
}

impl JwtConfig {
    /// Replaces the keys; what they did not verify is forgotten.
    pub(crate) fn replace_keys(&mut self, json: &JsonText) -> Result<(), InvalidConfig> {
        let faults = FirstFault::default();
        let keys = json.read(&faults);
        self.keys = faults.unless(keys)?;
        self.digest = digest(&self.digest, &json.root);
        Ok(())
    }
}

fn digest(before: &[u8; 32], node: &Node) -> [u8; 32] {
    let mut text = String::new();
    node.write_without_decimals(&mut text);
    Sha256::new()
        .chain_update(before)
        .chain_update(text)
        .finalize()
        .into()
}

impl Read for Claims {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("an object", "write {\"roles\": \"roles\"}");
        let mut own = Self {
            subject: object
                .optional("subject")
                .unwrap_or_else(ClaimPath::subject),
            kind: object.optional("type"),
            roles: object.optional("roles"),
            groups: object.optional("groups"),
            team_roles: object.optional("team_roles"),
            tenant: object.optional("tenant"),
            version: object.optional("version"),
            attributes: Vec::new(),
        };
        let teams: Option<ClaimPath> = object.optional("teams");
        own.attributes
            .extend(teams.map(|path| (TEAMS.to_owned(), path)));
        if let Some(place) = object.place("attributes") {
            own.attributes.extend(attributes(&place));
        }
        object.finish();
        own
    }
}

impl Default for Claims {
    fn default() -> Self {
        Self {
            subject: ClaimPath::subject(),
            kind: None,
            roles: None,
            groups: None,
            team_roles: None,
            tenant: None,
            version: None,
            attributes: Vec::new(),
        }
    }
}

impl ClaimPath {
    fn subject() -> Self {
        Self(vec!["sub".to_owned()])
    }

    /// Returns the claim, if it is there.
    pub(crate) fn find<'n>(&self, claims: &'n Node) -> Option<&'n Node> {
        self.0
            .iter()
            .try_fold(claims, |node, name| node.member(name))
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

impl Read for TrustedHeaders {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("an object", "write `peers` and `subject`");
        let mut header = |name| object.optional::<HeaderName>(name).map(|name| name.0);
        let mut own = Self {
            subject: String::new(),
            kind: header("type"),
            roles: header("roles"),
            groups: header("groups"),
            tenant: header("tenant"),
            peers: Peers::default(),
            encoded: false,
            list: true,
            attributes: Vec::new(),
        };
        let teams = header("teams");
        own.attributes
            .extend(teams.map(|name| (TEAMS.to_owned(), name)));
        own.peers = object.required("peers", "name the peers whose headers are believed");
        own.subject = object
            .required::<HeaderName>("subject", "name the header that says who it is")
            .0;
        if let Some(place) = object.place("attributes") {
            let named = attributes(&place).into_iter();
            own.attributes
                .extend(named.map(|(name, header): (_, HeaderName)| (name, header.0)));
        }
        if let Some(place) = object.place("encoding") {
            match text(&place) {
                "plain" => {}
                "percent" => own.encoded = true,
                other => place.unknown("encoding", other, &["plain", "percent"]),
            }
        }
        own.list = object.optional("list").unwrap_or(true);
        object.finish();
        own
    }
}

/// A list of at least one string; one may stand alone.
#[derive(Debug, Default)]
struct AtLeastOne(Vec<String>);

impl Read for AtLeastOne {
    fn read(place: &Place<'_>) -> Self {
        let names = Texts::read(place).0;
        if names.is_empty() {
            place.error("the list is empty", "name at least one");
        }
        Self(names)
    }
}

/// Who issues the tokens: the keys are its own (RFC 8725, section 3.8).
#[derive(Debug, Default)]
struct OneIssuer(String);

impl Read for OneIssuer {
    fn read(place: &Place<'_>) -> Self {
        let mut names = AtLeastOne::read(place).0;
        if names.len() > 1 {
            place.error(
                "several issuers would share one set of keys, so that each could sign for the others",
                "name the issuer that the keys belong to, and run a listener of its own for another",
            );
        }
        Self(names.pop().unwrap_or_default())
    }
}

/// The name of a header field, in lower case.
#[derive(Debug, Default)]
struct HeaderName(String);

impl Read for HeaderName {
    fn read(place: &Place<'_>) -> Self {
        let name = text(place);
        if !is_header(name) {
            place.error(
                "this is not a header's name in lower case",
                "use letters, digits, `-` and `_`",
            );
        }
        Self(name.to_owned())
    }
}

/// By how many seconds clocks may differ.
#[derive(Debug, Default)]
struct Leeway(u64);

impl Read for Leeway {
    fn read(place: &Place<'_>) -> Self {
        let seconds = u64::read(place);
        if seconds > LEEWAY_SECONDS_MAX {
            place.error("the leeway is over 300 seconds", "set the clocks instead");
        }
        Self(seconds)
    }
}

/// How old a token may be, in seconds.
#[derive(Debug, Default)]
struct MaxAge(u64);

impl Read for MaxAge {
    fn read(place: &Place<'_>) -> Self {
        let seconds = u64::read(place);
        if seconds == 0 {
            place.error(
                "no token is that young",
                "write at least 1, or leave it out",
            );
        }
        Self(seconds)
    }
}

/// Reads where each of the named attributes of a subject comes from.
fn attributes<T: Read>(place: &Place<'_>) -> Vec<(String, T)> {
    let object = place.object("an object", "write {\"region\": \"region\"}");
    let mut own = Vec::new();
    for (name, place) in object.rest() {
        if !is_name(name) || name == TEAMS {
            place.error(
                "this cannot be an attribute's name",
                "use 1 to 64 letters, digits, `-` and `_`; `teams` has a member of its own",
            );
        }
        own.push((name.to_owned(), T::read(&place)));
    }
    own
}

const TEAMS: &str = "teams";
const LEEWAY_SECONDS_MAX: u64 = 300;
const CLAIM_DEPTH_MAX: usize = 8;
