//! `identity`: how the gate learns who asks.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use portcullis_json::{Place, Read};

use super::{
    Issuers, Peers,
    claims::{TEAMS, attributes},
    text::text,
};
use crate::routes::is_header;

/// How the gate learns who asks; without either, nobody is ever identified.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdentityConfig {
    /// Where tokens are looked for; nowhere if nobody's are believed.
    pub(crate) tokens: Vec<TokenPlace>,
    pub(crate) issuers: Issuers,
    pub(crate) trusted_headers: Option<TrustedHeaders>,
}

/// A header that may have a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenPlace {
    pub(crate) header: String,
    /// Empty where the header holds the token alone.
    pub(crate) scheme: String,
}

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
    /// Says whether every identity states its tenant, and may.
    pub(super) fn settles_tenant(&self) -> bool {
        let headers = self.trusted_headers.as_ref();
        let by_headers = headers.is_none_or(|headers| headers.tenant.is_some());
        let is_anybody = !self.issuers.is_empty() || headers.is_some();
        is_anybody && by_headers && self.issuers.settle_tenant()
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
        let mut former = place.object("an object", WRITE);
        if let Some(place) = former.place("jwt") {
            place.error(SUPERSEDED, SUCCESSOR);
        }
        let mut object = place.object("an object", WRITE);
        let issuers: Option<Issuers> = object.optional("issuers");
        let tokens = object.place("tokens").map(|place| {
            if issuers.is_none() {
                place.error("nobody's tokens are believed", "write `issuers` as well");
            }
            tokens(&place)
        });
        let own = Self {
            tokens: match &issuers {
                Some(_) => tokens.unwrap_or_else(|| vec![TokenPlace::usual()]),
                None => Vec::new(),
            },
            issuers: issuers.unwrap_or_default(),
            trusted_headers: object.optional("trusted_headers"),
        };
        object.finish();
        own
    }
}

fn tokens(place: &Place<'_>) -> Vec<TokenPlace> {
    let places = place.elements();
    if places.is_empty() || places.len() > TOKEN_PLACES_MAX {
        place.error(
            "a token has no place, or more than four",
            "list 1 to 4 headers",
        );
    }
    let mut all: Vec<TokenPlace> = Vec::new();
    for place in &places {
        let own = TokenPlace::read(place);
        if all.contains(&own) {
            place.error("this place is listed twice", "leave one of the two out");
        }
        all.push(own);
    }
    all
}

impl TokenPlace {
    /// Where RFC 6750, section 2.1, puts it.
    fn usual() -> Self {
        Self {
            header: "authorization".to_owned(),
            scheme: "Bearer".to_owned(),
        }
    }
}

impl Read for TokenPlace {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object(
            "a place",
            "write {\"header\": \"authorization\", \"scheme\": \"Bearer\"}",
        );
        let header: HeaderName = object.required("header", "name the header");
        let own = Self {
            header: header.0,
            // Empty is a scheme too: none.
            scheme: object
                .optional("scheme")
                .unwrap_or_else(|| Self::usual().scheme),
        };
        object.finish();
        own
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

const WRITE: &str = "write `issuers`, `trusted_headers`, or both";
const SUPERSEDED: &str = "`jwt` is now `issuers`, for keys, tenants and claims belong to an issuer";
const SUCCESSOR: &str = "write \"issuers\": [{\"issuer\": …, \"audiences\": …, \"keys\": …, \"claims\": …}], in \
    it \"tenant\": {\"claim\": …} and \"tenants\": […] for `claims.tenant`, and beside it \"tokens\": \
    [{\"header\": …, \"scheme\": …}] for `header` and `scheme`";
const TOKEN_PLACES_MAX: usize = 4;
