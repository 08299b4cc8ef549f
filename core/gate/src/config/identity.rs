//! `identity`: how the gate learns who asks.

use alloc::{string::String, vec, vec::Vec};

use portcullis_json::{Place, Read};

use super::{
    Issuers, TrustedHeaders,
    challenge::Challenge,
    token_places::{TokenPlace, tokens},
    trusted_headers::has_payload,
};
use crate::{header_names::alike, keys::TokenKeys};

/// How the gate learns who asks; without either, nobody is ever identified.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdentityConfig {
    /// Where tokens are looked for; nowhere if nobody's are believed.
    pub(crate) tokens: Vec<TokenPlace>,
    pub(crate) issuers: Issuers,
    pub(crate) trusted_headers: Option<TrustedHeaders>,
    pub(crate) challenge: Challenge,
}

impl IdentityConfig {
    /// Returns the attributes that a token or a header may fill, and whose they are.
    pub(super) fn filled(&self) -> Vec<(&'static str, &str)> {
        let mut all = Vec::new();
        for issuer in self.issuers.iter() {
            let claims = &issuer.claims;
            add(&mut all, SUBJECT, &claims.attributes);
            add(&mut all, "action", &claims.action);
            add(&mut all, "context", &claims.context);
        }
        if let Some(headers) = &self.trusted_headers {
            add(&mut all, SUBJECT, &headers.attributes);
            add(&mut all, "action", &headers.action);
            add(&mut all, "context", &headers.context);
        }
        all
    }

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
        let token_places = object.place("tokens");
        let tokens = token_places.as_ref().map(|place| {
            if !issuers.as_ref().is_some_and(Issuers::have_keys) {
                place.error(
                    "no token is accepted without `issuers`",
                    "write `issuers` as well",
                );
            }
            tokens(place)
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
        let headers = own.trusted_headers.iter();
        let stated: Vec<_> = headers.flat_map(TrustedHeaders::names).collect();
        let mut places = own.tokens.iter().filter_map(TokenPlace::header);
        let both = places.find(|token| {
            let is_token = |name: &&str| alike(name.as_bytes(), token.as_bytes());
            stated.iter().any(is_token)
        });
        if let Some(header) = both {
            // Where `tokens` is left out, they are in `authorization`.
            token_places.as_ref().unwrap_or(place).error(
                &[
                    "`",
                    header,
                    "` has tokens, and says who asks as `trusted_headers` has it",
                ]
                .concat(),
                "let tokens come in another header, or the peer say who asks in another",
            );
        }
        own
    }
}

fn add<'a, T>(
    all: &mut Vec<(&'static str, &'a str)>,
    whose: &'static str,
    filled: &'a [(String, T)],
) {
    all.extend(filled.iter().map(|(name, _)| (whose, name.as_str())));
}

const WRITE: &str = "write `issuers`, `trusted_headers`, or both";
const SUPERSEDED: &str = "`jwt` is now `issuers`, for keys, tenants and claims belong to an issuer";
const SUCCESSOR: &str = "write \"issuers\": [{\"issuer\": …, \"audiences\": …, \"keys\": …, \"claims\": …}], in \
    it \"tenant\": {\"claim\": …} and \"tenants\": […] for `claims.tenant`, and beside it \"tokens\": \
    [{\"header\": …, \"scheme\": …}] for `header` and `scheme`";
const SUBJECT: &str = "subject";
