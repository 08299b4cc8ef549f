//! The algorithms that a token's signature may be made with (RFC 7518, RFC 8037, RFC 9864).

#[cfg(feature = "eddsa")]
use ed25519_dalek::VerifyingKey;
#[cfg(feature = "es256")]
use p256::ecdsa::signature::Verifier as _;

/// An algorithm, as the header of a token names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// Ed25519 by its older name.
    #[cfg(feature = "eddsa")]
    EdDsa,
    /// Ed25519 by its full name.
    #[cfg(feature = "eddsa")]
    Ed25519,
    /// ECDSA on P-256 with SHA-256.
    #[cfg(feature = "es256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[cfg(feature = "rs256")]
    Rs256,
    /// No algorithm is compiled in.
    #[cfg(not(any(feature = "eddsa", feature = "es256", feature = "rs256")))]
    #[expect(dead_code, reason = "it has no value")]
    Never(core::convert::Infallible),
}

/// A public key of one algorithm.
#[derive(Debug, Clone)]
pub(crate) enum PublicKey {
    #[cfg(feature = "eddsa")]
    Ed25519(VerifyingKey),
    #[cfg(feature = "es256")]
    P256(p256::ecdsa::VerifyingKey),
    #[cfg(feature = "rs256")]
    Rsa(super::rsa::RsaKey),
    /// No algorithm is compiled in.
    #[cfg(not(any(feature = "eddsa", feature = "es256", feature = "rs256")))]
    #[expect(dead_code, reason = "it has no value")]
    Never(core::convert::Infallible),
}

impl Algorithm {
    /// The names of all that are compiled in.
    pub(super) const NAMES: &[&str] = &[
        #[cfg(feature = "eddsa")]
        "EdDSA",
        #[cfg(feature = "eddsa")]
        "Ed25519",
        #[cfg(feature = "es256")]
        "ES256",
        #[cfg(feature = "rs256")]
        "RS256",
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "eddsa")]
            Self::EdDsa => "EdDSA",
            #[cfg(feature = "eddsa")]
            Self::Ed25519 => "Ed25519",
            #[cfg(feature = "es256")]
            Self::Es256 => "ES256",
            #[cfg(feature = "rs256")]
            Self::Rs256 => "RS256",
            #[cfg(not(any(feature = "eddsa", feature = "es256", feature = "rs256")))]
            Self::Never(never) => match never {},
        }
    }
}

impl PublicKey {
    #[cfg(feature = "eddsa")]
    pub(super) fn ed25519(x: &[u8]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(x.try_into().ok()?).ok()?;
        (!key.is_weak()).then_some(Self::Ed25519(key))
    }

    #[cfg(feature = "es256")]
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

    #[cfg(feature = "rs256")]
    pub(super) fn rsa(n: &[u8], e: &[u8]) -> Option<Self> {
        super::rsa::RsaKey::new(n, e).map(Self::Rsa)
    }

    /// Says whether the key's owner signed the message.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            #[cfg(feature = "eddsa")]
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            #[cfg(feature = "es256")]
            Self::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            #[cfg(feature = "rs256")]
            Self::Rsa(key) => key.verifies(message, signature),
            #[cfg(not(any(feature = "eddsa", feature = "es256", feature = "rs256")))]
            Self::Never(never) => {
                let _ = (message, signature);
                match *never {}
            }
        }
    }
}
