//! The signed envelope: what is read before anything is believed.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::{
    bundle::Bundle,
    cursor::Cursor,
    format::{FORMAT, MAGIC, PAYLOAD_TYPE},
    ids::UnixSeconds,
    limits::SIGNATURES_MAX,
    open,
    rejection::RejectedBundle,
    signature::{VerifyingKey, is_plausible},
    trust::{Trust, TrustedKey},
};

/// Bytes that claim to be a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBundle(Vec<u8>);

impl SignedBundle {
    /// Takes the bytes of a bundle file, whatever they are.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Returns the bundle if enough trusted keys signed it, it is meant for this
    /// host, it holds at `now`, and nothing in it points outside.
    ///
    /// # Errors
    ///
    /// Returns the first check that failed, in the order of [`RejectedBundle::ALL`].
    #[cfg(feature = "ed25519")]
    pub fn verify(self, trust: &Trust, now: UnixSeconds) -> Result<Bundle, RejectedBundle> {
        open::open(self.0, trust, now, VerifyingKey::signed)
    }

    /// As `verify`, by the host's own cryptography: `holds` is given the 32 bytes of a trusted
    /// key, what is signed and the 64 bytes of a signature, and says whether the key made it
    /// (Ed25519, RFC 8032, section 5.1.7).
    ///
    /// What `holds` says is believed. Signatures with a point of small order are refused
    /// without asking it.
    ///
    /// # Errors
    ///
    /// As `verify`.
    pub fn verify_by(
        self,
        trust: &Trust,
        now: UnixSeconds,
        holds: &VerifyFn<'_>,
    ) -> Result<Bundle, RejectedBundle> {
        open::open(self.0, trust, now, |key, signed, signature| {
            is_plausible(signature) && holds(key.as_bytes(), signed, signature)
        })
    }
}

/// Says whether a key of 32 bytes made a signature of 64 of what is signed.
pub type VerifyFn<'h> = dyn Fn(&[u8; 32], &[u8], &[u8; 64]) -> bool + 'h;

/// Says whether a key signed bytes, by a signature.
pub(crate) trait Holds: Fn(&VerifyingKey, &[u8], &[u8; 64]) -> bool {}

impl<F: Fn(&VerifyingKey, &[u8], &[u8; 64]) -> bool> Holds for F {}

/// Returns the DSSE pre-authentication encoding of a payload (DSSE v1, "Signature
/// Definition"): what a key signs.
#[must_use]
pub fn pre_authentication_encoding(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in [PAYLOAD_TYPE.as_bytes(), payload] {
        let head: &[u8] = if bytes.is_empty() { b"DSSEv1 " } else { b" " };
        bytes.extend_from_slice(head);
        let mut digits = [0_u8; 20];
        bytes.extend_from_slice(decimal(part.len(), &mut digits));
        bytes.push(b' ');
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Returns the first eight bytes of a public key's SHA-256.
#[must_use]
pub fn key_id(public_key: &[u8; 32]) -> [u8; 8] {
    let digest: [u8; 32] = Sha256::digest(public_key).into();
    digest.first_chunk().copied().unwrap_or_default()
}

/// An envelope whose parts were found, and nothing more.
#[derive(Debug)]
pub(crate) struct Envelope<'a> {
    signed: &'a [u8],
    signatures: &'a [[u8; SIGNATURE_BYTES]],
    canonical: bool,
}

impl<'a> Envelope<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, RejectedBundle> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(RejectedBundle::BadMagic)?;
        let (&format, rest) = rest
            .split_first()
            .ok_or(RejectedBundle::MalformedEnvelope)?;
        if format != FORMAT {
            return Err(RejectedBundle::UnsupportedFormat);
        }
        let mut cursor = Cursor::new(rest);
        let signed = cursor.run().ok_or(RejectedBundle::MalformedEnvelope)?;
        let count = cursor.varint().ok_or(RejectedBundle::MalformedEnvelope)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count > SIGNATURES_MAX {
            return Err(RejectedBundle::TooManySignatures);
        }
        let (all, _) = cursor.rest().as_chunks::<SIGNATURE_BYTES>();
        let signatures = all.get(..count).ok_or(RejectedBundle::MalformedEnvelope)?;
        let length = count.saturating_mul(SIGNATURE_BYTES);
        let canonical = cursor.is_canonical() && cursor.rest().len() == length;
        Ok(Self {
            signed,
            signatures,
            canonical,
        })
    }

    /// Returns who signed, one entry a distinct public key; `holds` says whether a key did.
    pub(crate) fn signers<'k>(
        &self,
        trust: &'k Trust,
        holds: impl Holds,
    ) -> Result<impl Iterator<Item = &'k TrustedKey>, RejectedBundle> {
        if !self.signatures.is_sorted_by(|a, b| a < b) {
            return Err(RejectedBundle::UnsortedSignatures);
        }
        let mut signed = [None; SIGNATURES_MAX];
        for (slot, entry) in signed.iter_mut().zip(self.signatures) {
            let (id, signature) = entry.split_at(KEY_ID_BYTES);
            let Ok(signature) = signature.try_into() else {
                return Err(RejectedBundle::BadSignature);
            };
            let mut known = trust.keys().iter().filter(|key| key.id == id).peekable();
            if known.peek().is_none() {
                continue;
            }
            let signer = known.find(|key| holds(&key.key, self.signed, signature));
            *slot = Some(signer.ok_or(RejectedBundle::BadSignature)?);
        }
        let keys = trust.keys().iter();
        Ok(keys.filter(move |key| signed.contains(&Some(*key))))
    }

    /// Returns the payload out of its pre-authentication encoding.
    pub(crate) fn payload(&self) -> Result<&'a [u8], RejectedBundle> {
        let mut digits = [0_u8; 20];
        let wrong = RejectedBundle::WrongPayloadType;
        let rest = self.signed.strip_prefix(b"DSSEv1 ").ok_or(wrong)?;
        let rest = rest
            .strip_prefix(decimal(PAYLOAD_TYPE.len(), &mut digits))
            .ok_or(wrong)?;
        let rest = rest.strip_prefix(b" ").ok_or(wrong)?;
        let rest = rest.strip_prefix(PAYLOAD_TYPE.as_bytes()).ok_or(wrong)?;
        let rest = rest.strip_prefix(b" ").ok_or(wrong)?;
        let malformed = RejectedBundle::MalformedPayload;
        let space = rest
            .iter()
            .position(|byte| *byte == b' ')
            .ok_or(malformed)?;
        let (length, rest) = rest.split_at_checked(space).ok_or(malformed)?;
        let payload = rest.strip_prefix(b" ").ok_or(malformed)?;
        if length != decimal(payload.len(), &mut digits) {
            return Err(malformed);
        }
        Ok(payload)
    }

    /// Says whether the envelope's own varints were the shortest and nothing trails.
    pub(crate) const fn is_canonical(&self) -> bool {
        self.canonical
    }
}

fn decimal(mut number: usize, digits: &mut [u8; 20]) -> &[u8] {
    let mut start = digits.len();
    for (at, slot) in digits.iter_mut().enumerate().rev() {
        let digit = u8::try_from(number.checked_rem(10).unwrap_or(0)).unwrap_or(0);
        *slot = b'0'.saturating_add(digit);
        start = at;
        number = number.checked_div(10).unwrap_or(0);
        if number == 0 {
            break;
        }
    }
    digits.get(start..).unwrap_or_default()
}

const KEY_ID_BYTES: usize = 8;
const SIGNATURE_BYTES: usize = KEY_ID_BYTES.saturating_add(64);

#[cfg(test)]
mod tests {
    use super::{Envelope, pre_authentication_encoding};

    #[test]
    fn the_encoding_signed_is_that_of_dsse() {
        let encoded = pre_authentication_encoding(b"hello");
        assert_eq!(
            encoded,
            b"DSSEv1 36 application/vnd.portcullis.bundle.v1 5 hello"
        );
        let envelope = Envelope {
            signed: &encoded,
            signatures: &[],
            canonical: true,
        };
        assert_eq!(envelope.payload(), Ok(&b"hello"[..]));
    }
}
