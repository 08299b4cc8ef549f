//! What an origin answered.

use alloc::{borrow::ToOwned as _, format, string::String};

use portcullis_json::{JsonText, Node};

use crate::{
    config::KeyAddress,
    limits::{JSON_MEMBERS_MAX, KEY_SET_BYTES_MAX},
};

/// What an origin answered to a [`KeyFetch`](super::KeyFetch).
#[derive(Debug, Clone, Copy)]
pub struct KeyAnswer<'a> {
    /// The status code.
    pub status: u16,
    /// The header `cache-control`; empty where there is none.
    pub cache_control: &'a [u8],
    /// The body.
    pub body: &'a [u8],
}

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOutcome {
    /// A set was taken: it is other than the last one, or the same.
    Taken {
        /// Whether it is another.
        is_new: bool,
        /// For how many seconds the origin says that it is fresh, if it says so.
        fresh_seconds: Option<u64>,
    },
    /// It says where the keys are, which are to be fetched now.
    More,
    /// It is not believed, for this reason; the last good set stays until it is too old.
    Failed(String),
}

/// Returns where an issuer's description says that its keys are, or why it is not believed.
pub(crate) fn document(
    answer: &KeyAnswer<'_>,
    issuer: &str,
    hosts: &[String],
    from: &KeyAddress,
) -> Result<KeyAddress, String> {
    let json = json(answer)?;
    let text = |name: &str| json.root.member(name).and_then(Node::as_str);
    // OpenID Connect Discovery 1.0, section 4.3: exactly.
    if text("issuer") != Some(issuer) {
        return Err("the description is of another issuer".to_owned());
    }
    let found = text("jwks_uri").and_then(|url| from.found(issuer, hosts, url));
    found.ok_or_else(|| {
        "`jwks_uri` is missing, not of `https`, or on a host that is neither the issuer's nor \
         among `hosts`"
            .to_owned()
    })
}

/// Returns the set, and for how long it is fresh, or why it is not believed.
pub(crate) fn set_of(answer: &KeyAnswer<'_>) -> Result<(JsonText, Option<u64>), String> {
    Ok((json(answer)?, fresh_seconds(answer.cache_control)))
}

fn json(answer: &KeyAnswer<'_>) -> Result<JsonText, String> {
    if answer.status != 200 {
        return Err(format!("the origin answered {}", answer.status));
    }
    if answer.body.len() > KEY_SET_BYTES_MAX {
        return Err("the answer is over 256 KiB".to_owned());
    }
    let json = JsonText::parse_within(answer.body, JSON_MEMBERS_MAX);
    json.map_err(|error| format!("the answer is not JSON: {error}"))
}

/// Reads for how long an answer is fresh (RFC 9111, section 5.2.2).
fn fresh_seconds(cache_control: &[u8]) -> Option<u64> {
    let text = core::str::from_utf8(cache_control).ok()?;
    let mut fresh = None;
    for directive in text.split(',') {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let name = name.trim();
        if name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("no-cache") {
            return Some(0);
        }
        if name.eq_ignore_ascii_case("max-age") {
            fresh = value.trim().trim_matches('"').parse().ok();
        }
    }
    fresh
}
