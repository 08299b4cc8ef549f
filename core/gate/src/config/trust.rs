//! `trust`: the shape of trust.json.

use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use portcullis_engine::{Floor, KeyUse, Trust, TrustedKey};

use super::InvalidConfig;
use crate::json::{Node, Place};

pub(super) fn read(place: &Place<'_>) -> Result<Trust, InvalidConfig> {
    let mut fields = place.fields()?;
    let threshold = fields.required("threshold")?.count()?;
    let mut keys = Vec::new();
    for place in fields.required("keys")?.elements()? {
        keys.push(key(&place)?);
    }
    let audience = fields.required("audience")?.text()?;
    let tenants = match fields.optional("tenants") {
        Some(place) => place.texts()?,
        None => Vec::new(),
    };
    let floor = match fields.optional("floor") {
        Some(place) => Some(floor(&place)?),
        None => None,
    };
    fields.finish()?;
    let mut trust = match Trust::new(threshold, keys, audience) {
        Ok(trust) => trust,
        Err(error) => return place.fault(error.message()),
    };
    trust.tenants = tenants;
    trust.floor = floor;
    Ok(trust)
}

fn key(place: &Place<'_>) -> Result<TrustedKey, InvalidConfig> {
    let mut fields = place.fields()?;
    let stated = fields.required("key")?;
    let key_use = match fields.optional("use") {
        None => KeyUse::Any,
        Some(place) => match place.text()? {
            "any" => KeyUse::Any,
            "slices-only" => KeyUse::SlicesOnly,
            _ => return place.fault("a use is any or slices-only"),
        },
    };
    fields.finish()?;
    match TrustedKey::new(&bytes_32(&stated)?, key_use) {
        Ok(key) => Ok(key),
        Err(error) => stated.fault(error.message()),
    }
}

fn floor(place: &Place<'_>) -> Result<Floor, InvalidConfig> {
    if matches!(place.node, Node::Integer(_)) {
        return Ok(Floor {
            sequence: place.number()?,
            digest: None,
        });
    }
    let mut fields = place.fields()?;
    let sequence = fields.required("sequence")?.number()?;
    let digest = match fields.optional("digest") {
        Some(place) => Some(bytes_32(&place)?),
        None => None,
    };
    fields.finish()?;
    Ok(Floor { sequence, digest })
}

fn bytes_32(place: &Place<'_>) -> Result<[u8; 32], InvalidConfig> {
    let bytes = Base64UrlUnpadded::decode_vec(place.text()?).unwrap_or_default();
    match bytes.try_into() {
        Ok(bytes) => Ok(bytes),
        Err(_) => place.fault("expected 32 bytes in unpadded base64url"),
    }
}
