//! RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2.2): verification alone, which
//! has no secret.
//!
//! On the arithmetic of `crypto-bigint`, for the crate `rsa` (0.10.0-rc.20), which
//! rests on it too, made the component 12 kB larger when compressed.

use crypto_bigint::{
    BoxedUint, Odd,
    modular::{BoxedMontyForm, BoxedMontyParams},
};
use sha2::{Digest, Sha256};

/// An RSA public key of 2048 to 4096 bits.
#[derive(Debug, Clone)]
pub(super) struct RsaKey {
    modulus: BoxedMontyParams,
    bytes: usize,
    exponent: u32,
}

impl RsaKey {
    /// Takes modulus and exponent, big-endian and without leading zeros (RFC 7518,
    /// section 6.3.1).
    pub(super) fn new(n: &[u8], e: &[u8]) -> Option<Self> {
        let full = n.first()? & 0x80 != 0;
        if !full || !(MODULUS_BYTES_MIN..=MODULUS_BYTES_MAX).contains(&n.len()) {
            return None;
        }
        let mut exponent = 0_u32;
        if e.is_empty() || e.len() > 4 || e.first() == Some(&0) {
            return None;
        }
        for byte in e {
            exponent = (exponent << 8_u32) | u32::from(*byte);
        }
        // Even ones have no inverse, and with 1 every padding would be a signature.
        if exponent < 3 || exponent & 1 == 0 {
            return None;
        }
        let modulus: Option<Odd<BoxedUint>> = Odd::new(BoxedUint::from_be_slice_vartime(n)).into();
        Some(Self {
            modulus: BoxedMontyParams::new_vartime(modulus?),
            bytes: n.len(),
            exponent,
        })
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        if signature.len() != self.bytes {
            return false;
        }
        let signature = BoxedUint::from_be_slice_vartime(signature);
        if signature >= *self.modulus.modulus().as_ref() {
            return false;
        }
        let base = BoxedMontyForm::new(signature, &self.modulus);
        let mut power = base.clone();
        // From the bit below the highest down: the exponent is public.
        let bits = 32_u32.saturating_sub(self.exponent.leading_zeros());
        for bit in (0..bits.saturating_sub(1)).rev() {
            power = power.square();
            if (self.exponent >> bit) & 1 == 1 {
                power = power.mul(&base);
            }
        }
        // The whole message is built and compared: nothing of it is parsed.
        *power.retrieve().to_be_bytes() == *self.expected(message)
    }

    /// Returns the encoded message (RFC 8017, section 9.2).
    fn expected(&self, message: &[u8]) -> alloc::vec::Vec<u8> {
        let tail = DIGEST_INFO.len().saturating_add(DIGEST_BYTES);
        let mut out = alloc::vec![0, 1];
        out.resize(self.bytes.saturating_sub(tail).saturating_sub(1), 0xff);
        out.push(0);
        out.extend_from_slice(&DIGEST_INFO);
        out.extend_from_slice(&Sha256::digest(message));
        out
    }
}

const MODULUS_BYTES_MIN: usize = 256;
const MODULUS_BYTES_MAX: usize = 512;
const DIGEST_BYTES: usize = 32;
/// The DER that says that a SHA-256 digest follows (RFC 8017, section 9.2, note 1).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];
