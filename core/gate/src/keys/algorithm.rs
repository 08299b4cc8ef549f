//! The algorithms that a token's signature may be made with (RFC 7518, RFC 8037, RFC 9864).

/// An algorithm, as the header of a token names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Algorithm {
    pub(super) name: &'static str,
    pub(super) scheme: Scheme,
}

/// How a signature is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Ed25519.
    #[cfg(feature = "eddsa")]
    Ed25519,
    /// ECDSA on P-256 with SHA-256.
    #[cfg(feature = "ecdsa")]
    P256,
    /// ECDSA on P-384 with SHA-384.
    #[cfg(feature = "ecdsa")]
    P384,
    /// RSASSA-PKCS1-v1_5.
    #[cfg(feature = "rsa")]
    Pkcs1(Hash),
    /// RSASSA-PSS, whose salt is as long as the hash.
    #[cfg(feature = "rsa")]
    Pss(Hash),
    /// No algorithm is compiled in.
    #[cfg(not(any(feature = "eddsa", feature = "ecdsa", feature = "rsa")))]
    #[expect(dead_code, reason = "it has no value")]
    Never(core::convert::Infallible),
}

/// A hash of RSA's algorithms.
#[cfg(feature = "rsa")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    /// All that are compiled in.
    pub(super) const ALL: &[Self] = &[
        // Ed25519 by its older name, and by its full one.
        #[cfg(feature = "eddsa")]
        Self::new("EdDSA", Scheme::Ed25519),
        #[cfg(feature = "eddsa")]
        Self::new("Ed25519", Scheme::Ed25519),
        #[cfg(feature = "ecdsa")]
        Self::new("ES256", Scheme::P256),
        #[cfg(feature = "ecdsa")]
        Self::new("ES384", Scheme::P384),
        #[cfg(feature = "rsa")]
        Self::new("RS256", Scheme::Pkcs1(Hash::Sha256)),
        #[cfg(feature = "rsa")]
        Self::new("RS384", Scheme::Pkcs1(Hash::Sha384)),
        #[cfg(feature = "rsa")]
        Self::new("RS512", Scheme::Pkcs1(Hash::Sha512)),
        #[cfg(feature = "rsa")]
        Self::new("PS256", Scheme::Pss(Hash::Sha256)),
        #[cfg(feature = "rsa")]
        Self::new("PS384", Scheme::Pss(Hash::Sha384)),
        #[cfg(feature = "rsa")]
        Self::new("PS512", Scheme::Pss(Hash::Sha512)),
    ];

    #[cfg(any(feature = "eddsa", feature = "ecdsa", feature = "rsa"))]
    const fn new(name: &'static str, scheme: Scheme) -> Self {
        Self { name, scheme }
    }

    /// Returns the one of that very name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|own| own.name == name)
    }
}
