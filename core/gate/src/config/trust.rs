//! `trust`: the shape of trust.json.

use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use portcullis_engine::{Floor, KeyUse, Trust, TrustedKey};

use portcullis_json::{Node, Place, Read};

use super::text::{Text, Texts, text};

pub(super) fn read(place: &Place<'_>) -> Option<Trust> {
    let mut object = place.object("an object", "write what trust.json holds");
    let threshold: u64 = object.required("threshold", "say how many keys must sign");
    let threshold = usize::try_from(threshold).unwrap_or(usize::MAX);
    let keys: Keys = object.required("keys", "list the public keys");
    let audience: Text = object.required("audience", "name the audience");
    let tenants = object.place("tenants").map(|place| {
        if matches!(place.node, Node::Array(none) if none.is_empty()) {
            place.error(
                "no tenant's bundles would be taken",
                "list a tenant, or leave `tenants` out for all of them",
            );
        }
        Texts::read(&place).0
    });
    let floor: Option<StatedFloor> = object.optional("floor");
    object.finish();
    match Trust::new(threshold, keys.0, audience.0) {
        Ok(mut trust) => {
            trust.tenants = tenants.unwrap_or_default();
            trust.floor = floor.map(|stated| stated.0);
            Some(trust)
        }
        Err(error) => {
            place.error(error.message(), "see `threshold` and `keys`");
            None
        }
    }
}

/// The keys that can be used, of those that are listed.
#[derive(Default)]
struct Keys(Vec<TrustedKey>);

impl Read for Keys {
    fn read(place: &Place<'_>) -> Self {
        Self(place.elements().iter().filter_map(key).collect())
    }
}

fn key(place: &Place<'_>) -> Option<TrustedKey> {
    let mut object = place.object("a key", "write {\"key\": \"…\", \"use\": \"any\"}");
    let stated = object.required_place("key", "give the public key in base64url");
    let mut key_use = KeyUse::Any;
    if let Some(place) = object.place("use") {
        match text(&place) {
            "any" => {}
            "whole-only" => key_use = KeyUse::WholeOnly,
            "slices-only" => key_use = KeyUse::SlicesOnly,
            other => place.unknown("use", other, &["any", "whole-only", "slices-only"]),
        }
    }
    let tenants = object.place("tenants").map(|place| {
        let tenants = Texts::read(&place).0;
        if matches!(place.node, Node::Array(none) if none.is_empty()) {
            place.error(
                "a key without a tenant signs nothing",
                "list a tenant, or leave `tenants` out for all of them",
            );
        }
        tenants
    });
    object.finish();
    let stated = stated?;
    match TrustedKey::new(&Bytes32::read(&stated).0, key_use) {
        Ok(key) => Some(match tenants {
            Some(tenants) => key.for_tenants(tenants),
            None => key,
        }),
        Err(error) => {
            stated.error(error.message(), "give the public key that keygen wrote");
            None
        }
    }
}

/// A sequence, or an object that adds the digest of what was accepted under it.
struct StatedFloor(Floor);

impl Read for StatedFloor {
    fn read(place: &Place<'_>) -> Self {
        if matches!(place.node, Node::Integer(_)) {
            return Self(Floor {
                sequence: u64::read(place),
                digest: None,
            });
        }
        let mut object = place.object("a number or an object", "write {\"sequence\": 7}");
        let floor = Floor {
            sequence: object.required("sequence", "give the number of the bundle"),
            digest: object.optional::<Bytes32>("digest").map(|digest| digest.0),
        };
        object.finish();
        Self(floor)
    }
}

struct Bytes32([u8; 32]);

impl Read for Bytes32 {
    fn read(place: &Place<'_>) -> Self {
        let bytes = Base64UrlUnpadded::decode_vec(text(place)).unwrap_or_default();
        Self(bytes.try_into().unwrap_or_else(|_| {
            place.error(
                "these are not 32 bytes in base64url",
                "write 43 characters without padding",
            );
            [0; 32]
        }))
    }
}
