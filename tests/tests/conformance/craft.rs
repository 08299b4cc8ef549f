//! Bundles written by hand: well formed, or wrong in one place.

use ed25519_dalek::{Signer as _, SigningKey};
use portcullis_engine::{
    Bundle, RejectedBundle, SignedBundle, UnixSeconds,
    format::{List, Payload},
    pre_authentication_encoding,
};
use portcullis_host::HostTrust;
pub(crate) use portcullis_tests::signatures::{Signature, entry, envelope, number};
use portcullis_tests::{bundles, vectors};

/// Returns the payload of a small policy that uses everything a bundle can hold.
pub(crate) fn payload() -> Vec<u8> {
    bundles::payload(&policy())
}

/// Returns that policy.
pub(crate) fn policy() -> String {
    let mut all = vectors::all().into_iter();
    let (_, vectors) = all.find(|(file, _)| file == "whole.json").unwrap();
    vectors.policy.to_string()
}

/// Reads a payload with the engine's own reader.
pub(crate) fn read(payload: &[u8]) -> Payload<'_> {
    List::<Payload<'_>>::new(payload).iter().next().unwrap()
}

/// Writes a payload as the compiler does.
pub(crate) fn write(payload: &Payload<'_>) -> Vec<u8> {
    postcard::to_allocvec(payload).unwrap()
}

/// Signs a message with one of the keys that everybody knows.
pub(crate) fn signature(seed: u8, message: &[u8]) -> Signature {
    let key = SigningKey::from_bytes(&[seed; 32]);
    entry(
        &key.verifying_key().to_bytes(),
        &key.sign(message).to_bytes(),
    )
}

/// Signs a payload with the one key that is trusted.
pub(crate) fn signed(payload: &[u8]) -> Vec<u8> {
    let message = pre_authentication_encoding(payload);
    envelope(&message, &[signature(1, &message)])
}

/// Opens a bundle natively.
pub(crate) fn open(
    bundle: &[u8],
    trust: &HostTrust,
    now: UnixSeconds,
) -> Result<Bundle, RejectedBundle> {
    SignedBundle::new(bundle.to_vec()).verify(&trust.to_trust().unwrap(), now)
}
