//! Signing: keys, envelopes and the file that says which keys are trusted.

mod key;
mod trust;

pub use key::{InvalidKey, SigningKey};
pub use trust::{FloorFile, TrustFile, TrustFileKey};

use core::fmt;

use portcullis_engine::format::{FORMAT, MAGIC};
use portcullis_engine::limits::SIGNATURES_MAX;
use portcullis_engine::pre_authentication_encoding;

/// Signs a payload with each of the keys, and returns the bundle.
///
/// ```
/// use portcullis_engine::{KeyUse, SignedBundle, Trust, TrustedKey, UnixSeconds};
/// use portcullis_policy::Source;
/// use portcullis_policy::encode::{BundleMetadata, encode};
/// use portcullis_policy::sign::{SigningKey, sign};
///
/// let (source, model) = Source::load(r#"{
///     "catalog": { "id": "desk", "modules": { "tickets": { "actions": { "read": "read" } } } },
///     "tenant": { "id": "acme" }
/// }"#)?;
/// let now = UnixSeconds(1_700_000_000);
/// let metadata = BundleMetadata::new("default", now, 3_600, &source.catalog);
/// // In earnest the 32 bytes come from a secure source of randomness.
/// let key = SigningKey::from_bytes(&[7; 32]);
///
/// let bundle = sign(&encode(&model, &metadata)?, core::slice::from_ref(&key))?;
///
/// let trust = Trust::new(1, [TrustedKey::new(&key.public_key(), KeyUse::Any)?], "default")?;
/// let bundle = SignedBundle::new(bundle).verify(&trust, now)?;
/// assert_eq!(bundle.header().tenant, "acme");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
/// Refuses no key at all, and more distinct ones than a bundle may carry.
pub fn sign(payload: &[u8], keys: &[SigningKey]) -> Result<Vec<u8>, UnsignableBundle> {
    let signed = pre_authentication_encoding(payload);
    let mut signatures = keys
        .iter()
        .map(|key| (key.id(), key.sign(&signed).to_vec()))
        .collect::<Vec<_>>();
    signatures.sort_unstable();
    // Ed25519 is deterministic, so a key that appears twice makes one signature.
    signatures.dedup();
    if signatures.is_empty() {
        return Err(UnsignableBundle::NoKey);
    }
    if signatures.len() > SIGNATURES_MAX {
        return Err(UnsignableBundle::TooManyKeys);
    }
    let mut bundle = MAGIC.to_vec();
    bundle.push(FORMAT);
    push_number(&mut bundle, signed.len());
    bundle.extend_from_slice(&signed);
    push_number(&mut bundle, signatures.len());
    for (id, signature) in signatures {
        bundle.extend_from_slice(&id);
        bundle.extend_from_slice(&signature);
    }
    Ok(bundle)
}

/// A bundle that cannot be signed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsignableBundle {
    /// There is no key.
    NoKey,
    /// There are more keys than a bundle may carry signatures.
    TooManyKeys,
}

impl fmt::Display for UnsignableBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey => f.write_str("a bundle needs a signature: give a key"),
            Self::TooManyKeys => {
                write!(
                    f,
                    "a bundle carries at most {SIGNATURES_MAX} signatures: give fewer keys"
                )
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

#[cfg(test)]
mod tests;
