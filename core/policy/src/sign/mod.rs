//! Signing: keys, envelopes and the file that says which keys are trusted.

mod key;
mod nonce;
mod read;
mod signing;
mod trust;

pub use key::{InvalidKey, SigningKey};
pub use nonce::with_nonce;
pub use read::{read_public_key, read_signature};
pub use signing::{Signing, UnsignableBundle};
pub use trust::{FloorFile, TrustFile, TrustFileKey};

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
    let mut signing = Signing::new(payload);
    for key in keys {
        signing.sign(key)?;
    }
    if signing.signers().next().is_none() {
        return Err(UnsignableBundle::NoKey);
    }
    Ok(signing.to_bundle())
}

#[cfg(test)]
mod tests;
