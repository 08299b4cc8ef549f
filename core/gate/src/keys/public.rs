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

/// Why a key cannot be used, and what to do about it.
#[cfg(any(feature = "eddsa", feature = "ecdsa", feature = "rsa"))]
#[derive(Debug, Clone, Copy)]
pub(super) struct InvalidKey {
    pub(super) why: &'static str,
    pub(super) cure: &'static str,
}

impl PublicKey {
    #[cfg(feature = "eddsa")]
    pub(super) fn ed25519(x: &[u8]) -> Result<Self, InvalidKey> {
        let x = x
            .try_into()
            .map_err(|_| invalid("`x` is not 32 bytes long", COPY))?;
        let key =
            VerifyingKey::from_bytes(x).map_err(|_| invalid("`x` is no point of Ed25519", COPY))?;
        if key.is_weak() {
            return Err(invalid("`x` is a point for which anybody can sign", NEW));
        }
        Ok(Self::Ed25519(key))
    }

    #[cfg(feature = "ecdsa")]
    pub(super) fn p256(x: &[u8], y: &[u8]) -> Result<Self, InvalidKey> {
        use p256::elliptic_curve::point::AffineCoordinates as _;
        // RFC 7518, section 6.2.1.2: the coordinates have their full length.
        let [x, y]: [[u8; 32]; 2] =
            coordinates(x, y, "`x` and `y` of P-256 are 32 bytes long each")?;
        // Refuses what does not lie on the curve.
        let point = p256::AffinePoint::from_coordinates(&x.into(), &y.into());
        let point: Option<p256::AffinePoint> = point.into();
        let key = point.and_then(|point| p256::ecdsa::VerifyingKey::from_affine(point).ok());
        key.map(Self::P256)
            .ok_or(invalid("`x` and `y` are no point of P-256", COPY))
    }

    #[cfg(feature = "ecdsa")]
    pub(super) fn p384(x: &[u8], y: &[u8]) -> Result<Self, InvalidKey> {
        use p384::elliptic_curve::point::AffineCoordinates as _;
        let [x, y]: [[u8; 48]; 2] =
            coordinates(x, y, "`x` and `y` of P-384 are 48 bytes long each")?;
        let point = p384::AffinePoint::from_coordinates(&x.into(), &y.into());
        let point: Option<p384::AffinePoint> = point.into();
        let key = point.and_then(|point| p384::ecdsa::VerifyingKey::from_affine(point).ok());
        key.map(Self::P384)
            .ok_or(invalid("`x` and `y` are no point of P-384", COPY))
    }

    /// Takes modulus and exponent, big-endian and without leading zeros (RFC 7518,
    /// section 6.3.1): of 2048 to 4096 bits, and odd from 3 on, in four bytes at most, for a
    /// long exponent is work for whoever verifies.
    #[cfg(feature = "rsa")]
    pub(super) fn rsa(n: &[u8], e: &[u8]) -> Result<Self, InvalidKey> {
        let is_plain = |bytes: &[u8]| bytes.first().is_some_and(|first| *first != 0);
        if !is_plain(n) {
            return Err(invalid("`n` is empty or begins with a zero byte", COPY));
        }
        let short = usize::try_from(n.first().map_or(0, |first| first.leading_zeros()));
        let bits = n.len().saturating_mul(8).saturating_sub(short.unwrap_or(0));
        if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) {
            return Err(invalid("`n` is not of 2048 to 4096 bits", NEW));
        }
        let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
        if !is_odd(n) {
            return Err(invalid("`n` is even", COPY));
        }
        // Even ones have no inverse, and with 1 every message would be its signature.
        if !is_plain(e) || !is_odd(e) || e == [1] || e.len() > EXPONENT_BYTES_MAX {
            return Err(invalid(
                "`e` is not an odd number from 3 on, in at most four bytes",
                NEW,
            ));
        }
        let number = rsa::BoxedUint::from_be_slice_vartime;
        let (n, e) = (number(n), number(e));
        let key = rsa::PublicKey::new_with_size_limits(n, e, RSA_BITS_MIN..=RSA_BITS_MAX);
        key.map(Self::Rsa)
            .map_err(|_| invalid("`n` and `e` are no public key", COPY))
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

#[cfg(any(feature = "eddsa", feature = "ecdsa", feature = "rsa"))]
const fn invalid(why: &'static str, cure: &'static str) -> InvalidKey {
    InvalidKey { why, cure }
}

/// Returns two coordinates, each as long as its curve's field.
#[cfg(feature = "ecdsa")]
fn coordinates<const N: usize>(
    x: &[u8],
    y: &[u8],
    otherwise: &'static str,
) -> Result<[[u8; N]; 2], InvalidKey> {
    match (x.try_into(), y.try_into()) {
        (Ok(x), Ok(y)) => Ok([x, y]),
        _ => Err(invalid(otherwise, COPY)),
    }
}

#[cfg(any(feature = "eddsa", feature = "ecdsa", feature = "rsa"))]
const COPY: &str = "copy the key whole";
#[cfg(any(feature = "eddsa", feature = "rsa"))]
const NEW: &str = "have the issuer sign with another key";
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
        let (size, exponent) = ("2048 to 4096", "odd number from 3 on");
        let mut n = vec![0xff; 256];
        for (bytes, e, refused) in [
            (256, &[1, 0, 1][..], ""),
            (256, &[3], ""),
            (512, &[1, 0, 1], ""),
            (255, &[1, 0, 1], size),
            (513, &[1, 0, 1], size),
            (256, &[1], exponent),
            (256, &[2], exponent),
            (256, &[], exponent),
            (256, &[0, 3], exponent),
            (256, &[1, 0, 0, 0, 1], exponent),
        ] {
            n.resize(bytes, 0xff);
            let got = PublicKey::rsa(&n, e)
                .err()
                .map_or("", |invalid| invalid.why);
            assert!(got.contains(refused), "{bytes} {e:?}: {got}");
            assert_eq!(got.is_empty(), refused.is_empty(), "{bytes} {e:?}: {got}");
        }
        let why = |n: &[u8]| PublicKey::rsa(n, &[3]).err().map(|invalid| invalid.why);
        n.resize(256, 0xff);
        n[255] = 0xfe;
        assert_eq!(why(&n), Some("`n` is even"));
        n[0] = 0x7f;
        n[255] = 0xff;
        assert_eq!(why(&n), Some("`n` is not of 2048 to 4096 bits"));
        assert_eq!(
            why(&[0; 256]),
            Some("`n` is empty or begins with a zero byte")
        );
    }

    #[test]
    fn what_is_no_point_says_of_which_curve() {
        let why = |key: Result<PublicKey, InvalidKey>| key.err().map(|invalid| invalid.why);
        let own = why(PublicKey::ed25519(&[0; 31]));
        assert_eq!(own, Some("`x` is not 32 bytes long"));
        // The neutral element: its signatures are anybody's.
        let mut weak = [0; 32];
        weak[0] = 1;
        let own = why(PublicKey::ed25519(&weak));
        assert_eq!(own, Some("`x` is a point for which anybody can sign"));
        let mut none = [0; 32];
        none[0] = 2;
        let own = why(PublicKey::ed25519(&none));
        assert_eq!(own, Some("`x` is no point of Ed25519"));
        let own = why(PublicKey::p256(&[1; 32], &[1; 31]));
        assert_eq!(own, Some("`x` and `y` of P-256 are 32 bytes long each"));
        let own = why(PublicKey::p256(&[1; 32], &[1; 32]));
        assert_eq!(own, Some("`x` and `y` are no point of P-256"));
        let own = why(PublicKey::p384(&[1; 32], &[1; 32]));
        assert_eq!(own, Some("`x` and `y` of P-384 are 48 bytes long each"));
        let own = why(PublicKey::p384(&[1; 48], &[1; 48]));
        assert_eq!(own, Some("`x` and `y` are no point of P-384"));
    }
}
