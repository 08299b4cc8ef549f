//! `identity.challenge`: what a client learns that needs another token.

use alloc::{borrow::ToOwned as _, string::String};

use portcullis_json::{Place, Read};

use super::text::text;

/// What a client learns that needs a token, or another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// Where the metadata of the protected resource is (RFC 9728, section 5.1).
    pub(crate) resource_metadata: Option<String>,
    /// Whether a denial says that another token might do (RFC 6750, section 3.1).
    pub(crate) insufficient_scope: bool,
}

impl Read for Challenge {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object(
            "an object",
            "write {\"resource_metadata\": \"https://…\", \"insufficient_scope\": true}",
        );
        let own = Self {
            resource_metadata: object.place("resource_metadata").map(|place| url(&place)),
            insufficient_scope: object.or_default("insufficient_scope"),
        };
        object.finish();
        own
    }
}

/// Returns a URL that may stand in a quoted string.
fn url(place: &Place<'_>) -> String {
    let text = text(place);
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    let rest = text.strip_prefix("https://").unwrap_or_default();
    if rest.is_empty() || text.len() > URL_BYTES_MAX || !text.bytes().all(is_plain) {
        place.error(
            "this is no place of metadata",
            "write https://api.example.com/.well-known/oauth-protected-resource",
        );
    }
    text.to_owned()
}

const URL_BYTES_MAX: usize = 2_048;
