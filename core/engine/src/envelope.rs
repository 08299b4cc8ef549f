//! The signed envelope: what is read before anything is believed.

use crate::{
    cursor::Cursor,
    format::{MAGIC, PAYLOAD_TYPES},
    limits::SIGNATURES_MAX,
    pre_authentication::payload_of,
    rejection::RejectedBundle,
    signature::VerifySignature,
    trust::{Trust, TrustedKey},
};

/// An envelope whose parts were found, and nothing more.
#[derive(Debug)]
pub(crate) struct Envelope<'a> {
    format: u8,
    payload_type: &'static str,
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
        let index = usize::from(format).checked_sub(1);
        let payload_type = index.and_then(|index| PAYLOAD_TYPES.get(index));
        let payload_type = payload_type.ok_or(RejectedBundle::UnsupportedFormat)?;
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
            format,
            payload_type,
            signed,
            signatures,
            canonical,
        })
    }

    /// Returns who signed, one entry a distinct public key; `made` says whether a key made a
    /// signature.
    pub(crate) fn signers<'k>(
        &self,
        trust: &'k Trust,
        made: impl VerifySignature,
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
            let signer = known.find(|key| made(&key.key, self.signed, signature));
            *slot = Some(signer.ok_or(RejectedBundle::BadSignature)?);
        }
        let keys = trust.keys().iter();
        Ok(keys.filter(move |key| signed.contains(&Some(*key))))
    }

    /// Returns what is signed.
    pub(crate) const fn signed(&self) -> &'a [u8] {
        self.signed
    }

    /// Returns each signature behind the id of its key, as they stand.
    pub(crate) const fn signatures(&self) -> &'a [[u8; SIGNATURE_BYTES]] {
        self.signatures
    }

    /// Returns the payload out of its pre-authentication encoding, in which the format stands
    /// once more: that one is signed.
    pub(crate) fn payload(&self) -> Result<&'a [u8], RejectedBundle> {
        payload_of(self.payload_type, self.signed)
    }

    pub(crate) const fn format(&self) -> u8 {
        self.format
    }

    /// Says whether the envelope's own varints were the shortest and nothing trails.
    pub(crate) const fn is_canonical(&self) -> bool {
        self.canonical
    }
}

const KEY_ID_BYTES: usize = 8;
pub(crate) const SIGNATURE_BYTES: usize = KEY_ID_BYTES.saturating_add(64);
