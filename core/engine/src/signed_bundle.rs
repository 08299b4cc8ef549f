//! Bytes that claim to be a bundle.

use alloc::vec::Vec;

#[cfg(feature = "ed25519")]
use crate::signature::VerifyingKey;
use crate::{
    bundle::Bundle, envelope::Envelope, ids::UnixSeconds, open, rejection::RejectedBundle,
    signature::is_plausible, trust::Trust,
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
    /// ```
    /// use portcullis_engine::{
    ///     KeyUse, RejectedBundle, SignedBundle, Trust, TrustedKey, UnixSeconds,
    /// };
    ///
    /// let bytes = include_bytes!("../../../tests/golden/format-1-whole.pclb").to_vec();
    /// let key = *b"\x8a\x88\xe3\xdd\x74\x09\xf1\x95\xfd\x52\xdb\x2d\x3c\xba\x5d\x72\
    ///     \xca\x67\x09\xbf\x1d\x94\x12\x1b\xf3\x74\x88\x01\xb4\x0f\x6f\x5c";
    /// let now = UnixSeconds(1_700_000_000);
    /// let trust = Trust::new(1, [TrustedKey::new(&key, KeyUse::Any)?], "default")?;
    ///
    /// let bundle = SignedBundle::new(bytes.clone()).verify(&trust, now)?;
    /// assert_eq!(bundle.header().tenant, "acme");
    ///
    /// let expires_at = bundle.header().expires_at;
    /// let expired = SignedBundle::new(bytes).verify(&trust, expires_at);
    /// assert_eq!(expired.err(), Some(RejectedBundle::Expired));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the first check that failed, in the order of [`RejectedBundle::ALL`].
    #[cfg(feature = "ed25519")]
    pub fn verify(self, trust: &Trust, now: UnixSeconds) -> Result<Bundle, RejectedBundle> {
        open::open(self.0, trust, now, VerifyingKey::signed)
    }

    /// As `verify`, by the host's own cryptography: `made` is given the 32 bytes of a trusted
    /// key, what is signed and the 64 bytes of a signature, and says whether the key made it
    /// (Ed25519, RFC 8032, section 5.1.7).
    ///
    /// Its answer is final, except that signatures with a point of small order are refused
    /// without a call.
    ///
    /// # Errors
    ///
    /// As `verify`.
    pub fn verify_by(
        self,
        trust: &Trust,
        now: UnixSeconds,
        made: &VerifyFn<'_>,
    ) -> Result<Bundle, RejectedBundle> {
        open::open(self.0, trust, now, |key, signed, signature| {
            is_plausible(signature) && made(key.as_bytes(), signed, signature)
        })
    }

    /// Returns what is signed, and by whom it claims to be: to show it, and to add a signature.
    ///
    /// # Errors
    ///
    /// Refuses what is no envelope in its one form. No signature is verified.
    pub fn unverified_envelope(&self) -> Result<UnverifiedEnvelope<'_>, RejectedBundle> {
        let envelope = Envelope::read(&self.0)?;
        if envelope.is_canonical() {
            Ok(UnverifiedEnvelope(envelope))
        } else {
            Err(RejectedBundle::NotCanonical)
        }
    }
}

/// What is signed, and by whom it claims to be.
#[derive(Debug)]
pub struct UnverifiedEnvelope<'a>(Envelope<'a>);

impl<'a> UnverifiedEnvelope<'a> {
    /// Returns the format that the envelope states; a message of another one is refused.
    #[must_use]
    pub const fn format(&self) -> u8 {
        self.0.format()
    }

    /// Returns the message that the signatures are over: a pre-authentication encoding.
    #[must_use]
    pub const fn message(&self) -> &'a [u8] {
        self.0.signed()
    }

    /// Returns the payload in the message.
    ///
    /// # Errors
    ///
    /// Refuses a message that is no bundle's.
    pub fn payload(&self) -> Result<&'a [u8], RejectedBundle> {
        self.0.payload()
    }

    /// Returns the key id and the 64 bytes of each signature.
    pub fn signatures(&self) -> impl Iterator<Item = ([u8; 8], [u8; 64])> + 'a {
        self.0.signatures().iter().filter_map(|entry| {
            let (id, signature) = entry.split_first_chunk()?;
            Some((*id, signature.try_into().ok()?))
        })
    }
}

/// Says whether a key made a signature: the key's 32 bytes, what is signed, the signature's 64.
pub type VerifyFn<'h> = dyn Fn(&[u8; 32], &[u8], &[u8; 64]) -> bool + 'h;
