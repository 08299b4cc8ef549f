//! A public key, and what it verifies.
//!
//! Nothing here is secret: key, message and signature are all public, so the time that a
//! verification takes reveals nothing, and none of it needs to be constant. That is why RSA's
//! timing advisory (RUSTSEC-2023-0071, of private keys) does not reach it.

#[cfg(feature = "eddsa")]
use ed25519_dalek::VerifyingKey;
#[cfg(feature = "ecdsa")]
use p256::ecdsa::signature::Verifier as _;

#[cfg(feature = "rsa")]
use super::algorithm::Hash;
use super::algorithm::Scheme;

/// A public key, whichever of its kind's schemes it is used with.
#[derive(Debug, Clone)]
pub(super) enum PublicKey {
    #[cfg(feature = "eddsa")]
    Ed25519(VerifyingKey),
    #[cfg(feature = "ecdsa")]
    P256(p256::ecdsa::VerifyingKey),
    #[cfg(feature = "ecdsa")]
    P384(p384::ecdsa::VerifyingKey),
    #[cfg(feature = "rsa")]
    Rsa(rsa::PublicKey),
    /// No algorithm is compiled in.
    #[cfg(not(any(feature = "eddsa", feature = "ecdsa", feature = "rsa")))]
    #[expect(dead_code, reason = "it has no value")]
    Never(core::convert::Infallible),
}

impl PublicKey {
    #[cfg(feature = "eddsa")]
    pub(super) fn ed25519(x: &[u8]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(x.try_into().ok()?).ok()?;
        (!key.is_weak()).then_some(Self::Ed25519(key))
    }

    #[cfg(feature = "ecdsa")]
    pub(super) fn p256(x: &[u8], y: &[u8]) -> Option<Self> {
        use p256::elliptic_curve::point::AffineCoordinates as _;
        // RFC 7518, section 6.2.1.2: the coordinates have their full length.
        let x: [u8; 32] = x.try_into().ok()?;
        let y: [u8; 32] = y.try_into().ok()?;
        // Refuses what does not lie on the curve.
        let point = p256::AffinePoint::from_coordinates(&x.into(), &y.into());
        let point: Option<p256::AffinePoint> = point.into();
        p256::ecdsa::VerifyingKey::from_affine(point?)
            .ok()
            .map(Self::P256)
    }

    #[cfg(feature = "ecdsa")]
    pub(super) fn p384(x: &[u8], y: &[u8]) -> Option<Self> {
        use p384::elliptic_curve::point::AffineCoordinates as _;
        let x: [u8; 48] = x.try_into().ok()?;
        let y: [u8; 48] = y.try_into().ok()?;
        let point = p384::AffinePoint::from_coordinates(&x.into(), &y.into());
        let point: Option<p384::AffinePoint> = point.into();
        p384::ecdsa::VerifyingKey::from_affine(point?)
            .ok()
            .map(Self::P384)
    }

    /// Takes modulus and exponent, big-endian and without leading zeros (RFC 7518,
    /// section 6.3.1): of 2048 to 4096 bits, and odd from 3 on, in four bytes at most, for a
    /// long exponent is work for whoever verifies.
    #[cfg(feature = "rsa")]
    pub(super) fn rsa(n: &[u8], e: &[u8]) -> Option<Self> {
        let is_plain = |bytes: &[u8]| bytes.first().is_some_and(|first| *first != 0);
        if !is_plain(n) || n.len() > RSA_BITS_MAX.div_ceil(8) {
            return None;
        }
        let is_odd = e.last().is_some_and(|last| last & 1 == 1);
        // Even ones have no inverse, and with 1 every message would be its signature.
        if !is_plain(e) || !is_odd || e == [1] || e.len() > EXPONENT_BYTES_MAX {
            return None;
        }
        let number = rsa::BoxedUint::from_be_slice_vartime;
        let (n, e) = (number(n), number(e));
        rsa::PublicKey::new_with_size_limits(n, e, RSA_BITS_MIN..=RSA_BITS_MAX)
            .ok()
            .map(Self::Rsa)
    }

    /// Says whether it is one for a scheme.
    pub(super) const fn is_for(&self, scheme: Scheme) -> bool {
        match (self, scheme) {
            #[cfg(feature = "eddsa")]
            (Self::Ed25519(_), Scheme::Ed25519) => true,
            #[cfg(feature = "ecdsa")]
            (Self::P256(_), Scheme::P256) | (Self::P384(_), Scheme::P384) => true,
            #[cfg(feature = "rsa")]
            (Self::Rsa(_), Scheme::Pkcs1(_) | Scheme::Pss(_)) => true,
            _ => false,
        }
    }

    /// Says whether the key's owner signed the message; nobody did by another kind's scheme.
    pub(super) fn verifies(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        match (self, scheme) {
            #[cfg(feature = "eddsa")]
            (Self::Ed25519(key), Scheme::Ed25519) => {
                ed25519_dalek::Signature::from_slice(signature)
                    .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
            }
            #[cfg(feature = "ecdsa")]
            (Self::P256(key), Scheme::P256) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            #[cfg(feature = "ecdsa")]
            (Self::P384(key), Scheme::P384) => p384::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            #[cfg(feature = "rsa")]
            (Self::Rsa(key), Scheme::Pkcs1(hash)) => match hash {
                Hash::Sha256 => key.pkcs1v15_verify::<sha2::Sha256>(message, signature),
                Hash::Sha384 => key.pkcs1v15_verify::<sha2::Sha384>(message, signature),
                Hash::Sha512 => key.pkcs1v15_verify::<sha2::Sha512>(message, signature),
            }
            .is_ok(),
            #[cfg(feature = "rsa")]
            (Self::Rsa(key), Scheme::Pss(hash)) => match hash {
                Hash::Sha256 => key.pss_verify::<sha2::Sha256>(message, signature),
                Hash::Sha384 => key.pss_verify::<sha2::Sha384>(message, signature),
                Hash::Sha512 => key.pss_verify::<sha2::Sha512>(message, signature),
            }
            .is_ok(),
            _ => {
                let _ = (message, signature);
                false
            }
        }
    }
}

#[cfg(feature = "rsa")]
const RSA_BITS_MIN: usize = 2048;
#[cfg(feature = "rsa")]
const RSA_BITS_MAX: usize = 4096;
#[cfg(feature = "rsa")]
const EXPONENT_BYTES_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn only_sensible_rsa_keys_are_taken() {
        let mut n = vec![0xff; 256];
        for (bytes, e, taken) in [
            (256, &[1, 0, 1][..], true),
            (256, &[3], true),
            (512, &[1, 0, 1], true),
            (255, &[1, 0, 1], false),
            (513, &[1, 0, 1], false),
            (256, &[1], false),
            (256, &[2], false),
            (256, &[], false),
            (256, &[0, 3], false),
            (256, &[1, 0, 0, 0, 1], false),
        ] {
            n.resize(bytes, 0xff);
            assert_eq!(PublicKey::rsa(&n, e).is_some(), taken, "{bytes} {e:?}");
        }
        n.resize(256, 0xff);
        n[255] = 0xfe;
        assert!(PublicKey::rsa(&n, &[3]).is_none(), "even");
        n[0] = 0x7f;
        n[255] = 0xff;
        assert!(PublicKey::rsa(&n, &[3]).is_none(), "2047 bits");
        assert!(PublicKey::rsa(&[0; 256], &[3]).is_none(), "zeros");
    }
}
