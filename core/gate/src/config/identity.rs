//! `identity`: how the gate learns who asks.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use portcullis_json::{Place, Read};

use super::{
    Issuers, TrustedHeaders,
    challenge::Challenge,
    trusted_headers::{HeaderName, has_payload},
};
use crate::keys::TokenKeys;

/// How the gate learns who asks; without either, nobody is ever identified.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdentityConfig {
    /// Where tokens are looked for; nowhere if nobody's are believed.
    pub(crate) tokens: Vec<TokenPlace>,
    pub(crate) issuers: Issuers,
    pub(crate) trusted_headers: Option<TrustedHeaders>,
    pub(crate) challenge: Challenge,
}

/// A header that may have a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenPlace {
    pub(crate) header: String,
    /// Empty where the header holds the token alone.
    pub(crate) scheme: String,
}

impl IdentityConfig {
    /// Says whether every identity states its tenant, and may.
    pub(super) fn settles_tenant(&self) -> bool {
        let headers = self.trusted_headers.as_ref();
        let by_headers =
            headers.is_none_or(|headers| headers.tenant.is_some() || headers.payload.is_some());
        let is_anybody = !self.issuers.is_empty() || headers.is_some();
        is_anybody && by_headers && self.issuers.settle_tenant()
    }
}

impl Read for IdentityConfig {
    fn read(place: &Place<'_>) -> Self {
        let mut former = place.object("an object", WRITE);
        if let Some(place) = former.place("jwt") {
            place.error(SUPERSEDED, SUCCESSOR);
        }
        let mut object = place.object("an object", WRITE);
        // A peer that verifies tokens itself has the keys.
        let keyless = has_payload(place);
        let issuers = object.place("issuers").and_then(|place| {
            if TokenKeys::VERIFY {
                return Some(Issuers::read(&place, keyless));
            }
            place.error("this gate has no algorithm for tokens", "leave it out");
            None
        });
        if keyless && issuers.is_none() {
            place.error(
                "nobody says what the claims of the payload mean",
                "write `issuers` as well",
            );
        }
        let tokens = object.place("tokens").map(|place| {
            if !issuers.as_ref().is_some_and(Issuers::have_keys) {
                place.error("nobody's tokens are believed", "write `issuers` as well");
            }
            tokens(&place)
        });
        let own = Self {
            tokens: match &issuers {
                Some(issuers) if issuers.have_keys() => {
                    tokens.unwrap_or_else(|| vec![TokenPlace::usual()])
                }
                _ => Vec::new(),
            },
            issuers: issuers.unwrap_or_default(),
            trusted_headers: object.optional("trusted_headers"),
            challenge: object.or_default("challenge"),
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

const WRITE: &str = "write `issuers`, `trusted_headers`, or both";
const SUPERSEDED: &str = "`jwt` is now `issuers`, for keys, tenants and claims belong to an issuer";
const SUCCESSOR: &str = "write \"issuers\": [{\"issuer\": …, \"audiences\": …, \"keys\": …, \"claims\": …}], in \
    it \"tenant\": {\"claim\": …} and \"tenants\": […] for `claims.tenant`, and beside it \"tokens\": \
    [{\"header\": …, \"scheme\": …}] for `header` and `scheme`";
const TOKEN_PLACES_MAX: usize = 4;
