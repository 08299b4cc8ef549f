//! JSON Web Tokens (RFC 7519), by the practices of RFC 8725.

use alloc::{borrow::Cow, string::String, vec::Vec};

use base64ct::{Base64Url, Base64UrlUnpadded, Encoding as _};
use portcullis_engine::UnixSeconds;
use portcullis_json::{JsonText, Node};

use super::{Identity, Unidentified, claims};
use crate::{
    config::{Issuer, Issuers, TokenPlace},
    fields::{Field, Fields},
    keys::Verifier,
    limits::JSON_MEMBERS_MAX,
    path::split_once,
    query::Query,
};

/// A token, and where it was found.
#[derive(Debug, Clone)]
pub(super) struct Found<'p, 'a> {
    pub(super) token: Cow<'a, [u8]>,
    /// Of a cookie, which browsers send unasked: whose pages may.
    pub(super) origins: Option<&'p [String]>,
}

/// Returns the one token that a request carries, if it carries any: of a cookie only where no
/// header has it, of the query only where one is given.
pub(super) fn find<'p, 'a>(
    places: &'p [TokenPlace],
    fields: &Fields<'a>,
    query: Option<&[u8]>,
    bytes_max: usize,
) -> Result<Option<Found<'p, 'a>>, Unidentified> {
    let mut found: Option<Found<'p, 'a>> = None;
    let mut headers: Vec<&str> = Vec::new();
    for place in places {
        let own = match place {
            TokenPlace::Header { name, .. } => {
                // One header has one token, whichever of its schemes that is of.
                if headers.contains(&name.as_str()) {
                    continue;
                }
                headers.push(name);
                in_header(name, places, fields)?.map(|token| Found {
                    token: Cow::Borrowed(token),
                    origins: None,
                })
            }
            TokenPlace::Cookie { name, origins } => in_cookies(name, fields)?.map(|token| Found {
                token: Cow::Borrowed(token),
                origins: Some(origins),
            }),
            TokenPlace::Query { name } => in_query(name, query)?.map(|token| Found {
                token: Cow::Owned(token.into_bytes()),
                origins: None,
            }),
        };
        let Some(own) = own else {
            continue;
        };
        match &mut found {
            Some(other) if other.token != own.token => {
                return Err(Unidentified::Invalid("two-tokens"));
            }
            Some(other) => {
                if own.origins.is_none() {
                    other.origins = None;
                }
            }
            None => found = Some(own),
        }
    }
    let length = found.as_ref().map_or(0, |found| found.token.len());
    if length > bytes_max {
        return Err(Unidentified::Invalid(TOO_LONG));
    }
    Ok(found)
}

fn in_header<'a>(
    header: &str,
    places: &[TokenPlace],
    fields: &Fields<'a>,
) -> Result<Option<&'a [u8]>, Unidentified> {
    let Some(field) = only(header, fields)? else {
        return Ok(None);
    };
    let schemes = places.iter().filter_map(|place| match place {
        TokenPlace::Header { name, scheme } if name == header => Some(scheme),
        _ => None,
    });
    let token = schemes
        .into_iter()
        .find_map(|scheme| after_scheme(scheme, field.value));
    token.map(Some).ok_or(Unidentified::Invalid("scheme"))
}

/// Returns the value of a parameter, where every server reads the same; an empty one counts as missing.
fn in_query(name: &str, query: Option<&[u8]>) -> Result<Option<String>, Unidentified> {
    let value = query.map(|raw| Query::read(raw)?.value(name)).transpose();
    let value = value.map_err(|_| Unidentified::Invalid("query"))?;
    Ok(value.flatten().filter(|value| !value.is_empty()))
}

/// Returns the value of a cookie (RFC 6265, section 5.4); HTTP/2 may send each in a line of its
/// own (RFC 9113, section 8.2.3). An empty one counts as missing.
fn in_cookies<'a>(name: &str, fields: &Fields<'a>) -> Result<Option<&'a [u8]>, Unidentified> {
    let mut found = None;
    for field in fields.all("cookie") {
        for pair in field.value.split(|byte| *byte == b';') {
            let (key, value) = split_once(pair, b'=');
            let value = value.unwrap_or_default().trim_ascii();
            if key.trim_ascii() != name.as_bytes() || value.is_empty() {
                continue;
            }
            // Of two with one name some servers take the first, and some the last.
            if found.is_some_and(|other| other != value) {
                return Err(Unidentified::Invalid("repeated"));
            }
            found = Some(value);
        }
    }
    Ok(found)
}

fn only<'a>(header: &str, fields: &Fields<'a>) -> Result<Option<Field<'a>>, Unidentified> {
    let mut all = fields.all(header);
    let Some(field) = all.next() else {
        return Ok(None);
    };
    if all.next().is_some() {
        return Err(Unidentified::Invalid("repeated"));
    }
    if !field.is_exactly(header) {
        // Spelled with `_` for `-`, it may be another's header to a server that does not fold.
        return Err(Unidentified::Invalid("spelling"));
    }
    Ok(Some(field))
}

/// Returns the token, if the value has the scheme.
fn after_scheme<'a>(scheme: &str, value: &'a [u8]) -> Option<&'a [u8]> {
    if scheme.is_empty() {
        return Some(value);
    }
    let (stated, token) = value.split_at_checked(scheme.len())?;
    let fits = stated.eq_ignore_ascii_case(scheme.as_bytes()) && token.starts_with(b" ");
    fits.then(|| token.trim_ascii())
}

/// Returns who a token is from, or why it is not believed.
pub(crate) fn verify(
    issuers: &Issuers,
    token: &[u8],
    now: UnixSeconds,
) -> Result<Identity, Unidentified> {
    let mut parts = token.split(|byte| *byte == b'.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("malformed".into());
    };
    let signed_bytes = header.len().saturating_add(1).saturating_add(payload.len());
    let signed = token.get(..signed_bytes).ok_or("malformed")?;
    let (header, unverified_claims) = (object(header)?, object(payload)?);
    // All that is read of them before the signature: whose it should be.
    let iss = unverified_claims.member("iss").and_then(Node::as_str);
    let iss = iss.ok_or("issuer")?;
    let (issuer, segment) = issuers.find(iss).ok_or("issuer")?;
    if token.contains(&b'=') && !issuer.padded {
        return Err("malformed".into());
    }
    let fetched = issuers.place_of(issuer);
    if let Some(at) = fetched
        && issuer.keys_until <= now
    {
        return Err(Unidentified::NoKeys(at));
    }
    let keys = keys_named(issuer, &header).map_err(|why| match fetched {
        Some(at) if why == UNKNOWN_KEY => Unidentified::UnknownKey(at),
        _ => Unidentified::Invalid(why),
    })?;
    let mut keys = keys.filter(|key| key.is_of(iss));
    let signature = decoded(signature)?;
    if !keys.any(|key| key.verifies(signed, &signature)) {
        return Err("signature".into());
    }
    let claims = &unverified_claims;
    let mut own = claims::read((issuer, segment), Some(&header), claims, now)?;
    // Not remembered beyond the keys that verified it.
    own.valid_until = own.valid_until.min(issuer.keys_until);
    Ok(own)
}

fn keys_named<'k>(
    issuer: &'k Issuer,
    header: &'k Node,
) -> Result<impl Iterator<Item = Verifier<'k>>, &'static str> {
    // `jku` is not among them: some issuers always write it. Keys come from the configuration, and
    // nothing is ever fetched that a token names.
    for refused in ["crit", "x5u", "jwk", "x5c", "b64"] {
        if header.member(refused).is_some() {
            return Err("header");
        }
    }
    let text = |name: &str| match header.member(name) {
        None => Ok(None),
        Some(Node::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err("header"),
    };
    if !is_of_type(&issuer.types, text("typ")?) {
        return Err("token-type");
    }
    let algorithm = text("alg")?.ok_or("algorithm")?;
    let found = issuer.keys.find(text("kid")?, algorithm);
    found.ok_or(UNKNOWN_KEY)
}

/// Says whether a token is of a type that may say who asks: a key signs others too, such as
/// those that log somebody out (RFC 8725, section 3.11).
fn is_of_type(types: &[String], stated: Option<&str>) -> bool {
    let Some(stated) = stated else {
        return types.is_empty();
    };
    let is = |own: &str| plain_type(own).eq_ignore_ascii_case(plain_type(stated));
    if types.is_empty() {
        TYPES.iter().any(|own| is(own))
    } else {
        types.iter().any(|own| is(own))
    }
}

/// Returns a media type without `application/`, which may be left out (RFC 7515, section 4.1.9).
fn plain_type(stated: &str) -> &str {
    match stated.split_at_checked(APPLICATION.len()) {
        Some((before, rest)) if before.eq_ignore_ascii_case(APPLICATION) => rest,
        _ => stated,
    }
}

/// Reads a part of a token as a JSON object in which no name appears twice.
pub(super) fn object(part: &[u8]) -> Result<Node, &'static str> {
    let document = JsonText::parse_within(&decoded(part)?, JSON_MEMBERS_MAX);
    let node = document.map_err(|_| "malformed")?.into_distinct();
    let node = node.map_err(|_| "malformed")?;
    node.members().is_some().then_some(node).ok_or("malformed")
}

fn decoded(part: &[u8]) -> Result<Vec<u8>, &'static str> {
    let text = core::str::from_utf8(part).map_err(|_| "malformed")?;
    // Strict: no white space, no bits left over, and padding that is whole; whether there may be
    // any is for whoever knows the issuer.
    let decoded = if text.ends_with('=') {
        Base64Url::decode_vec(text)
    } else {
        Base64UrlUnpadded::decode_vec(text)
    };
    decoded.map_err(|_| "malformed")
}

/// Why a token is not believed that is longer than the configuration lets it be.
pub(crate) const TOO_LONG: &str = "too-long";
/// Why a token is not believed that names no key of its issuer's.
pub(crate) const UNKNOWN_KEY: &str = "key";
const APPLICATION: &str = "application/";
/// The types that are believed unless the configuration names others.
const TYPES: [&str; 2] = ["JWT", "at+jwt"];
