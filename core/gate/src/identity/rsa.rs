//! RSASSA-PKCS1-v1_5 with SHA-256.

use rsa::{
    BoxedUint, RsaPublicKey,
    pkcs1v15::{Signature, VerifyingKey},
    signature::Verifier as _,
};
use sha2::Sha256;

/// An RSA public key of 2048 to 4096 bits.
#[derive(Debug, Clone)]
pub(super) struct RsaKey(VerifyingKey<Sha256>);

impl RsaKey {
    pub(super) fn new(n: &[u8], e: &[u8]) -> Option<Self> {
        if !(256..=512).contains(&n.len()) || n.first()? & 0x80 == 0 || e.len() > 4 {
            return None;
        }
        let n = BoxedUint::from_be_slice_vartime(n);
        let e = BoxedUint::from_be_slice_vartime(e);
        let key = RsaPublicKey::new(n, e).ok()?;
        Some(Self(VerifyingKey::new(key)))
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature)
            .is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}
