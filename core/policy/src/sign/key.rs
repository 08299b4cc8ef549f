//! Private keys.

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::Signer;
use hmac::{Hmac, KeyInit as _, Mac as _};
use portcullis_engine::{format::NONCE_BYTES, key_id};
use sha2::Sha256;

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

    /// Returns the nonce that follows a payload in a whole bundle: nobody without the key can say
    /// what it is, and the same payload has the same.
    #[must_use]
    pub fn nonce(&self, payload: &[u8]) -> [u8; NONCE_BYTES] {
        let own = authentication_code(self.0.as_bytes(), NONCE_KEY);
        let code = authentication_code(&own, payload);
        let (nonce, _) = code.split_first_chunk().unwrap_or((&[0; NONCE_BYTES], &[]));
        *nonce
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

/// Returns HMAC-SHA-256 (RFC 2104): a key shorter than a block is filled up with zeros.
fn authentication_code(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut code = Hmac::<Sha256>::new(&block.into());
    code.update(message);
    code.finalize().into_bytes().into()
}

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

/// What the key of nonces is derived for: signatures are made with the signing key itself.
const NONCE_KEY: &[u8] = b"portcullis bundle nonce";
