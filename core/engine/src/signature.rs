//! Ed25519 keys, and which of their points can prove nothing.

use sha2::{Digest, Sha256};

/// A public key that signatures are verified with.
///
/// INVARIANT (order): no point of small order, by which anybody's signature would hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg(feature = "ed25519")]
pub(crate) struct VerifyingKey(ed25519_dalek::VerifyingKey);

#[cfg(feature = "ed25519")]
impl VerifyingKey {
    pub(crate) fn new(bytes: &[u8; 32]) -> Option<Self> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).ok()?;
        (!key.is_weak()).then_some(Self(key))
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Says whether the key made the signature: strictly, so that it could be no other
    /// (RFC 8032, section 5.1.7, without cofactors and without points of small order).
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0.verify_strict(message, &signature).is_ok()
    }
}

/// A public key that the host verifies signatures with.
///
/// INVARIANT (order): no point of small order, by which anybody's signature would hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg(not(feature = "ed25519"))]
pub(crate) struct VerifyingKey([u8; 32]);

#[cfg(not(feature = "ed25519"))]
impl VerifyingKey {
    pub(crate) fn new(bytes: &[u8; 32]) -> Option<Self> {
        (!is_small_order(bytes)).then_some(Self(*bytes))
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Says whether a key made a signature: the key, what is signed, the signature.
pub(crate) trait VerifySignature: Fn(&VerifyingKey, &[u8], &[u8; 64]) -> bool {}

impl<F: Fn(&VerifyingKey, &[u8], &[u8; 64]) -> bool> VerifySignature for F {}

/// Returns the first eight bytes of a public key's SHA-256.
#[must_use]
pub fn key_id(public_key: &[u8; 32]) -> [u8; 8] {
    let digest: [u8; 32] = Sha256::digest(public_key).into();
    digest.first_chunk().copied().unwrap_or_default()
}

/// Says whether a signature may be asked about: its point R is not of small order, which
/// libraries differ over.
pub(crate) fn is_plausible(signature: &[u8; 64]) -> bool {
    signature
        .first_chunk()
        .is_some_and(|point| !is_small_order(point))
}

/// Says whether 32 bytes encode a point of order 1, 2, 4 or 8, the shortest way or not.
fn is_small_order(point: &[u8; 32]) -> bool {
    let mut y = *point;
    // The highest bit is the sign of x; both signs are of one order.
    if let Some(last) = y.last_mut() {
        *last &= 0x7f;
    }
    SMALL_ORDER.contains(&y)
}

/// The y of every such point, little-endian: below the prime p, and y + p where that fits.
const SMALL_ORDER: [[u8; 32]; 7] = [
    [0; 32],
    repeated(1, 0, 0),
    ORDER_8,
    ORDER_8_NEGATED,
    repeated(0xec, 0xff, 0x7f),
    repeated(0xed, 0xff, 0x7f),
    repeated(0xee, 0xff, 0x7f),
];

const ORDER_8: [u8; 32] = *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\
\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05";

const ORDER_8_NEGATED: [u8; 32] =
    *b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\
\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a";

const fn repeated(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}
