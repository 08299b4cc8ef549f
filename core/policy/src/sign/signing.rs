//! A bundle that signatures are added to, one after another.

use core::fmt;

use portcullis_engine::format::{MAGIC, format_of};
use portcullis_engine::limits::SIGNATURES_MAX;
use portcullis_engine::{
    KeyUse, RejectedBundle, SignedBundle, TrustedKey, key_id, pre_authentication_encoding,
};

use super::key::SigningKey;

/// A bundle that signatures are added to: by keys at hand, or by whoever has them.
///
/// Without a signature it is a bundle that no host takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signing {
    format: u8,
    message: Vec<u8>,
    /// INVARIANT (sorted): ascending, each once.
    signatures: Vec<([u8; 8], [u8; 64])>,
}

impl Signing {
    /// Takes a payload that nobody has signed yet.
    #[must_use]
    pub fn new(payload: &[u8]) -> Self {
        Self {
            format: format_of(payload),
            message: pre_authentication_encoding(payload),
            signatures: Vec::new(),
        }
    }

    /// Takes a bundle with the signatures that it has, which are not verified.
    ///
    /// # Errors
    /// Refuses what is no envelope, and a message that is no bundle's.
    pub fn of(bundle: &SignedBundle) -> Result<Self, RejectedBundle> {
        let envelope = bundle.unverified_envelope()?;
        envelope.payload()?;
        let mut signatures = envelope.signatures().collect::<Vec<_>>();
        signatures.sort_unstable();
        signatures.dedup();
        Ok(Self {
            format: envelope.format(),
            message: envelope.message().to_vec(),
            signatures,
        })
    }

    /// Returns what is to be signed: the payload's pre-authentication encoding.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Returns the key ids of the signatures, ascending.
    pub fn signers(&self) -> impl Iterator<Item = [u8; 8]> + '_ {
        self.signatures.iter().map(|(id, _)| *id)
    }

    /// Signs it with a key.
    ///
    /// # Errors
    /// Refuses more signatures than a bundle may carry.
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), UnsignableBundle> {
        self.add(&key.public_key(), &key.sign(&self.message))
    }

    /// Adds a signature that somebody else made, in the place of an older one of the same key.
    ///
    /// # Errors
    /// Refuses one that the key did not make, and more than a bundle may carry.
    pub fn add(
        &mut self,
        public_key: &[u8; 32],
        signature: &[u8; 64],
    ) -> Result<(), UnsignableBundle> {
        let key = TrustedKey::new(public_key, KeyUse::Any);
        let key = key.map_err(|_| UnsignableBundle::UnusableKey)?;
        if !key.signed(&self.message, signature) {
            return Err(UnsignableBundle::WrongSignature);
        }
        let id = key_id(public_key);
        // Hardware may sign at random: two signatures of one key count as one, and need the room of two.
        self.signatures
            .retain(|(own, older)| *own != id || !key.signed(&self.message, older));
        if self.signatures.len() >= SIGNATURES_MAX {
            return Err(UnsignableBundle::TooManyKeys);
        }
        self.signatures.push((id, *signature));
        self.signatures.sort_unstable();
        Ok(())
    }

    /// Returns the bundle's bytes.
    #[must_use]
    pub fn to_bundle(&self) -> Vec<u8> {
        let mut bundle = MAGIC.to_vec();
        bundle.push(self.format);
        push_number(&mut bundle, self.message.len());
        bundle.extend_from_slice(&self.message);
        push_number(&mut bundle, self.signatures.len());
        for (id, signature) in &self.signatures {
            bundle.extend_from_slice(id);
            bundle.extend_from_slice(signature);
        }
        bundle
    }
}

/// A bundle that cannot be signed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsignableBundle {
    /// There is no key.
    NoKey,
    /// There are more keys than a bundle may carry signatures.
    TooManyKeys,
    /// No host could trust the public key.
    UnusableKey,
    /// The signature is not that key's over this bundle.
    WrongSignature,
}

impl fmt::Display for UnsignableBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey => f.write_str("a bundle needs a signature: give a key"),
            Self::TooManyKeys => write!(
                f,
                "a bundle carries at most {SIGNATURES_MAX} signatures: give fewer keys"
            ),
            Self::UnusableKey => f.write_str("the public key is no usable Ed25519 key"),
            Self::WrongSignature => {
                f.write_str("the signature is not that of this public key over this bundle")
            }
        }
    }
}

impl core::error::Error for UnsignableBundle {}

/// Appends a number as postcard writes it (LEB128).
fn push_number(bytes: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}
