//! Identity by the claims of a token that a trusted peer has verified.

use portcullis_engine::UnixSeconds;
use portcullis_json::Node;

use super::{Identity, TOO_LONG, Unidentified, claims, token};
use crate::{config::Issuers, fields::Fields};

/// Returns who the claims in a header are about: base64url of their JSON, as Envoy's
/// `jwt_authn` forwards them. All but the signature is judged as a token's.
///
/// Nothing is remembered: a client could send as a token what was verified as a payload.
pub(super) fn read(
    header: &str,
    issuers: &Issuers,
    fields: &Fields<'_>,
    bytes_max: usize,
    now: UnixSeconds,
) -> Result<Identity, Unidentified> {
    let value = fields.one(header);
    // Repeated, or spelled another way: somebody before the peer may have added it.
    let value = value.map_err(|_| Unidentified::Invalid("repeated"))?;
    let mut payload = value.ok_or(Unidentified::Missing)?;
    if payload.len() > bytes_max {
        return Err(Unidentified::Invalid(TOO_LONG));
    }
    while let Some((b'=', rest)) = payload.split_last() {
        payload = rest;
    }
    let read = || {
        let claims = token::object(payload)?;
        let issuer = claims.member("iss").and_then(Node::as_str);
        let issuer = issuer.and_then(|name| issuers.find(name)).ok_or("issuer")?;
        let mut own = claims::read(issuer, None, &claims, now)?;
        own.by = own.by.by_payload();
        Ok(own)
    };
    read().map_err(Unidentified::Invalid)
}
