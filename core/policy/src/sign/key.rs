//! Private keys.

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::Signer;
use portcullis_engine::key_id;

/// An Ed25519 private key (RFC 8032).
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Makes the key of 32 bytes, which must be random and stay secret.
    #[must_use]
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Reads a key file: the 32 bytes in unpadded base64url, perhaps with space around.
    ///
    /// # Errors
    /// Refuses anything else, without repeating it.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        decode_32(text.trim_ascii()).map(|seed| Self::from_bytes(&seed))
    }

    /// Returns the text of a key file, which [`SigningKey::parse`] reads. Secret.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        Base64UrlUnpadded::encode_string(self.0.as_bytes())
    }

    /// Returns the public key.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Returns the first eight bytes of the public key's SHA-256.
    #[must_use]
    pub fn id(&self) -> [u8; 8] {
        key_id(&self.public_key())
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Shows which key it is, never what it is.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:02x?})", self.id())
    }
}

/// A text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidKey;

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a key: expected 32 bytes in unpadded base64url, 43 characters")
    }
}

impl core::error::Error for InvalidKey {}

/// Writes 32 bytes in unpadded base64url.
pub(super) fn encode_32(bytes: &[u8; 32]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Reads 32 bytes in unpadded base64url.
pub(super) fn decode_32(text: &str) -> Result<[u8; 32], InvalidKey> {
    let mut bytes = [0; 32];
    match Base64UrlUnpadded::decode(text, &mut bytes).map(<[u8]>::len) {
        Ok(32) => Ok(bytes),
        _ => Err(InvalidKey),
    }
}
