//! The nonce at the end of a whole bundle.

use portcullis_engine::format::NONCE_BYTES;

/// Ends the payload of a whole bundle with a nonce, so that its digest, which every slice of it
/// names, says nothing to who does not have all of it.
///
/// The nonce must be one that nobody can guess: [`SigningKey::nonce`](super::SigningKey::nonce),
/// or random bytes.
#[must_use]
pub fn with_nonce(mut payload: Vec<u8>, nonce: &[u8; NONCE_BYTES]) -> Vec<u8> {
    payload.extend_from_slice(nonce);
    payload
}
