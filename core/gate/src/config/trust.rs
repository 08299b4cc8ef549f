//! `trust`: the shape of trust.json.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use portcullis_engine::{Floor, KeyUse, Trust, TrustedKey};

use crate::json::{Node, Place};

pub(super) fn read(place: &Place<'_>) -> Option<Trust> {
    let mut fields = place.fields();
    let threshold = fields.required("threshold").count();
    let stated = fields.required("keys");
    let keys = stated.elements();
    let audience = fields.required("audience").text();
    let tenants = fields.optional_texts("tenants");
    let floor = fields.optional("floor").map(|place| floor(&place));
    fields.finish();
    let keys = keys.iter().filter_map(key);
    match Trust::new(threshold, keys, audience) {
        Ok(mut trust) => {
            trust.tenants = tenants;
            trust.floor = floor;
            Some(trust)
        }
        Err(error) => {
            place.fault(error.message());
            None
        }
    }
}

fn key(place: &Place<'_>) -> Option<TrustedKey> {
    let mut fields = place.fields();
    let stated = fields.required("key");
    let mut key_use = KeyUse::Any;
    if let Some(place) = fields.optional("use") {
        match place.text() {
            "any" => {}
            "slices-only" => key_use = KeyUse::SlicesOnly,
            _ => place.fault("a use is any or slices-only"),
        }
    }
    fields.finish();
    match TrustedKey::new(&bytes_32(&stated), key_use) {
        Ok(key) => Some(key),
        Err(error) => {
            stated.fault(error.message());
            None
        }
    }
}

fn floor(place: &Place<'_>) -> Floor {
    if matches!(place.node, Node::Integer(_)) {
        return Floor {
            sequence: place.number(),
            digest: None,
        };
    }
    let mut fields = place.fields();
    let sequence = fields.required("sequence").number();
    let digest = fields.optional("digest").map(|place| bytes_32(&place));
    fields.finish();
    Floor { sequence, digest }
}

fn bytes_32(place: &Place<'_>) -> [u8; 32] {
    let bytes = Base64UrlUnpadded::decode_vec(place.text()).unwrap_or_default();
    bytes.try_into().unwrap_or_else(|_| {
        place.fault("expected 32 bytes in unpadded base64url");
        [0; 32]
    })
}
