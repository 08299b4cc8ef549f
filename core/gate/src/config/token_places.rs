//! `tokens`: where tokens are looked for.

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};

use portcullis_json::{Place, Read};

use super::{text::text, trusted_headers::HeaderName};
use crate::{
    fields::TOKEN,
    header_names::{alike, is_removed},
    query::is_charset,
    routes::is_origin,
};

/// A place that may have a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenPlace {
    /// A header.
    Header {
        name: String,
        /// Empty where the header holds the token alone.
        scheme: String,
    },
    /// A cookie, which counts only where no header has a token.
    Cookie {
        name: String,
        /// Pages of these other origins may send it along.
        origins: Vec<String>,
    },
    /// A parameter of the query, on routes that say so.
    Query { name: String },
}

impl TokenPlace {
    /// Where RFC 6750, section 2.1, puts it.
    pub(super) fn usual() -> Self {
        Self::Header {
            name: AUTHORIZATION.to_owned(),
            scheme: BEARER.to_owned(),
        }
    }

    /// Returns the name of the header in which the place is, if it is in one.
    pub(crate) fn header(&self) -> Option<&str> {
        match self {
            Self::Header { name, .. } => Some(name),
            Self::Cookie { .. } => Some(COOKIE),
            Self::Query { .. } => None,
        }
    }

    /// Says whether whatever is in one place is in the other too, to some server at least.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Cookie { name, .. }, Self::Cookie { name: other, .. }) => name == other,
            (Self::Query { name }, Self::Query { name: other }) => name.eq_ignore_ascii_case(other),
            (
                Self::Header { name, scheme },
                Self::Header {
                    name: other,
                    scheme: others,
                },
            ) => alike(name.as_bytes(), other.as_bytes()) && scheme.eq_ignore_ascii_case(others),
            _ => false,
        }
    }

    /// Says whether they are one header, which one takes for the token and the other for a scheme
    /// and the token.
    fn swallows(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Header { name, scheme },
                Self::Header {
                    name: other,
                    scheme: others,
                },
            ) => {
                alike(name.as_bytes(), other.as_bytes()) && (scheme.is_empty() || others.is_empty())
            }
            _ => false,
        }
    }

    /// Returns the name of the parameter, if the place is one of the query.
    pub(crate) fn parameter(&self) -> Option<&str> {
        match self {
            Self::Query { name } => Some(name),
            Self::Header { .. } | Self::Cookie { .. } => None,
        }
    }
}

/// Reads the list of places.
pub(super) fn tokens(place: &Place<'_>) -> Vec<TokenPlace> {
    let places = place.elements();
    if places.is_empty() {
        place.error(
            "no token would be found in an empty list",
            "write [{\"header\": \"authorization\"}], or leave `tokens` out, which means the same; \
             where nobody sends tokens, leave `issuers` out",
        );
    }
    if places.len() > TOKEN_PLACES_MAX {
        place.error(
            "there are more than four places",
            "list 1 to 4 headers, cookies and parameters",
        );
    }
    let mut all: Vec<TokenPlace> = Vec::new();
    for place in &places {
        let own = TokenPlace::read(place);
        if all.iter().any(|other| other.is_same(&own)) {
            place.error("this place is listed twice", "leave one of the two out");
        } else if all.iter().any(|other| other.swallows(&own)) {
            place.error(
                "this header has the token alone in one place, and a scheme before it in another",
                "write a `scheme` in each, or list the header once",
            );
        }
        all.push(own);
    }
    all
}

impl Read for TokenPlace {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("a place", WRITE);
        let query = object.place("query");
        let own = match object.place("cookie") {
            Some(name) if query.is_none() => Self::Cookie {
                name: cookie(&name),
                origins: object
                    .place("origins")
                    .map_or_else(Vec::new, |place| origins(&place)),
            },
            _ if query.is_some() => Self::Query {
                name: query.map_or_else(String::new, |place| parameter(&place)),
            },
            _ => {
                let cure = "name the header, or a `cookie`, or a parameter of the `query`";
                let stated = object.required_place("header", cure);
                let name = stated.as_ref().map(header).unwrap_or_default();
                let scheme = object.place("scheme").map(|place| scheme(&place));
                Self::Header {
                    // Any other header is made for the token.
                    scheme: scheme.unwrap_or_else(|| {
                        let usual = name.0 == AUTHORIZATION;
                        if usual { BEARER } else { "" }.to_owned()
                    }),
                    name: name.0,
                }
            }
        };
        object.finish();
        own
    }
}

/// Reads the name of a header that may have a token.
fn header(place: &Place<'_>) -> HeaderName {
    let name = place.node.as_str().unwrap_or_default();
    if name.eq_ignore_ascii_case(COOKIE) {
        place.error(
            "browsers send cookies unasked, and which pages may make them is settled for a `cookie` alone",
            "write {\"cookie\": \"session\"} with the cookie's name",
        );
        return HeaderName::default();
    }
    if is_removed(name) {
        place.error(
            "the gate takes this header out of every request",
            "name one that is the client's to send, such as `authorization`",
        );
    }
    HeaderName::read(place)
}

fn scheme(place: &Place<'_>) -> String {
    let Some(scheme) = place.node.as_str() else {
        place.expected("a scheme", SCHEME);
        return String::new();
    };
    if scheme.is_empty() {
        place.error(
            "the scheme is empty",
            "leave `scheme` out: a header other than `authorization` has the token alone",
        );
    } else if !TOKEN.has_all(scheme.as_bytes()) {
        place.error("this is not a scheme", SCHEME);
    }
    scheme.to_owned()
}

fn cookie(place: &Place<'_>) -> String {
    let name = text(place);
    if !TOKEN.has_all(name.as_bytes()) {
        place.error(
            "this is not a cookie's name",
            "write the name alone, as in \"session\"",
        );
    }
    name.to_owned()
}

fn parameter(place: &Place<'_>) -> String {
    let name = text(place);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_word = name.bytes().all(is_plain) && !is_charset(name);
    if name.len() > PARAMETER_BYTES_MAX || !is_word {
        place.error(
            "this is not a parameter's name",
            "use 1 to 64 letters, digits, `-` and `_`, as in \"access_token\"",
        );
    }
    name.to_owned()
}

fn origins(place: &Place<'_>) -> Vec<String> {
    let places = place.one_or_many();
    if places.len() > ORIGINS_MAX {
        place.error("there are more than 64 origins", "list fewer");
    }
    let origin = |place: &Place<'_>| {
        let origin = text(place);
        if !is_origin(origin) {
            place.error(
                "this is not an origin",
                "write scheme and host as browsers send them, such as https://app.example.com",
            );
        }
        origin.to_owned()
    };
    places.iter().map(origin).collect()
}

const AUTHORIZATION: &str = "authorization";
const BEARER: &str = "Bearer";
const COOKIE: &str = "cookie";
const WRITE: &str = "write {\"header\": \"authorization\", \"scheme\": \"Bearer\"}, {\"cookie\": \"session\"} or {\"query\": \"access_token\"}";
const SCHEME: &str = "write one word, such as \"Bearer\", without the space behind it";
const PARAMETER_BYTES_MAX: usize = 64;
const TOKEN_PLACES_MAX: usize = 4;
const ORIGINS_MAX: usize = 64;
