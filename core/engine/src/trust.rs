//! What a host trusts: keys, how many of them must agree, and whose bundles it takes.

use alloc::{string::String, vec::Vec};
use core::fmt;

use sha2::{Digest, Sha256};

use crate::{
    limits::BUNDLE_BYTES_MAX,
    signature::{VerifyingKey, key_id},
};

/// What a bundle must satisfy before it is believed.
#[derive(Debug, Clone)]
pub struct Trust {
    threshold: usize,
    keys: Vec<TrustedKey>,
    /// The audience that a bundle must name.
    pub audience: String,
    /// The tenants whose bundles are taken; empty means any.
    pub tenants: Vec<String>,
    /// Whether whole bundles, slices or both are taken.
    pub slices: SliceUse,
    /// What was already accepted, so that it cannot be rolled back.
    pub floor: Option<Floor>,
    /// Largest bundle taken, in bytes.
    pub bundle_bytes_max: usize,
}

impl Trust {
    /// Trusts `keys`, of which `threshold` distinct ones must sign, for any tenant of
    /// `audience`; whole bundles only, no floor.
    ///
    /// # Errors
    ///
    /// Refuses a threshold that is zero or that the distinct keys cannot reach.
    pub fn new(
        threshold: usize,
        keys: impl IntoIterator<Item = TrustedKey>,
        audience: impl Into<String>,
    ) -> Result<Self, InvalidTrust> {
        let mut distinct: Vec<TrustedKey> = Vec::new();
        for key in keys {
            match distinct.iter_mut().find(|known| known.key == key.key) {
                Some(known) => known.narrow(&key),
                None => distinct.push(key),
            }
        }
        if threshold == 0 || threshold > distinct.len() {
            return Err(InvalidTrust::Threshold);
        }
        Ok(Self {
            threshold,
            keys: distinct,
            audience: audience.into(),
            tenants: Vec::new(),
            slices: SliceUse::WholeOnly,
            floor: None,
            bundle_bytes_max: BUNDLE_BYTES_MAX,
        })
    }

    /// Returns how many distinct keys must sign.
    #[must_use]
    pub const fn threshold(&self) -> usize {
        self.threshold
    }

    /// Returns the distinct keys.
    #[must_use]
    pub fn keys(&self) -> &[TrustedKey] {
        &self.keys
    }

    /// Returns a SHA-256 of everything here but the floor: whoever trusts otherwise has another.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        let mut part = |bytes: &[u8]| {
            // Its length first, so that no two lists read alike.
            digest.update(bytes.len().to_le_bytes());
            digest.update(bytes);
        };
        part(self.audience.as_bytes());
        part(&self.threshold.to_le_bytes());
        part(&self.bundle_bytes_max.to_le_bytes());
        part(match self.slices {
            SliceUse::WholeOnly => b"whole",
            SliceUse::SlicesOnly => b"slices",
            SliceUse::Either => b"either",
        });
        part(&self.tenants.len().to_le_bytes());
        self.tenants.iter().for_each(|own| part(own.as_bytes()));
        for key in &self.keys {
            part(&key.id);
            part(&[key.wholes.into(), key.slices.into()]);
            let tenants = key.tenants.as_ref();
            let count = tenants.map_or(usize::MAX, Vec::len);
            part(&count.to_le_bytes());
            let tenants = tenants.into_iter().flatten();
            tenants.for_each(|own| part(own.as_bytes()));
        }
        digest.finalize().into()
    }
}

/// A public key and what it may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    pub(crate) key: VerifyingKey,
    pub(crate) id: [u8; 8],
    wholes: bool,
    slices: bool,
    /// None is every tenant.
    tenants: Option<Vec<String>>,
}

impl TrustedKey {
    /// Takes the 32 bytes of an Ed25519 public key (RFC 8032, section 5.1.5), for bundles of
    /// every tenant.
    ///
    /// # Errors
    ///
    /// Refuses a point of small order, and bytes that are not a point of the curve. Where the
    /// host verifies signatures, the latter are taken: no signature verifies with them.
    pub fn new(bytes: &[u8; 32], key_use: KeyUse) -> Result<Self, InvalidTrust> {
        Ok(Self {
            key: VerifyingKey::new(bytes).ok_or(InvalidTrust::Key)?,
            id: key_id(bytes),
            wholes: key_use != KeyUse::SlicesOnly,
            slices: key_use != KeyUse::WholeOnly,
            tenants: None,
        })
    }

    /// Trusts the key for these tenants' bundles and no others; for none where the list is empty.
    #[must_use]
    pub fn for_tenants(mut self, tenants: Vec<String>) -> Self {
        self.tenants = Some(tenants);
        self
    }

    /// Returns the first eight bytes of the key's SHA-256: a hint, not an identity.
    #[must_use]
    pub const fn id(&self) -> [u8; 8] {
        self.id
    }

    /// Says whether the key made a signature over a message (RFC 8032, section 5.1.7, strictly).
    #[cfg(feature = "ed25519")]
    #[must_use]
    pub fn signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.signed(message, signature)
    }

    /// Says whether the key may sign bundles of a tenant.
    pub(crate) fn is_for(&self, tenant: &str) -> bool {
        self.tenants
            .as_ref()
            .is_none_or(|tenants| tenants.iter().any(|own| own == tenant))
    }

    /// Says whether the key may sign slices, or else whole bundles.
    pub(crate) const fn signs(&self, slice: bool) -> bool {
        if slice { self.slices } else { self.wholes }
    }

    /// Takes away what another entry for the same key does not allow, so that listing a key twice
    /// never widens it.
    fn narrow(&mut self, other: &Self) {
        self.wholes &= other.wholes;
        self.slices &= other.slices;
        match (&mut self.tenants, &other.tenants) {
            (Some(own), Some(_)) => own.retain(|tenant| other.is_for(tenant)),
            (own @ None, Some(others)) => *own = Some(others.clone()),
            (_, None) => {}
        }
    }
}

/// Which kinds of bundle a key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// Whole bundles and slices.
    Any,
    /// Whole bundles only: refused for a slice.
    WholeOnly,
    /// Slices only: refused for a whole bundle.
    SlicesOnly,
}

/// Which bundles a shell takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliceUse {
    /// Whole bundles: gateways and servers.
    WholeOnly,
    /// Slices: browsers.
    SlicesOnly,
    /// Either: a console.
    Either,
}

/// The newest sequence accepted so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// A bundle with a lower sequence is a rollback.
    pub sequence: u64,
    /// Digest of the payload accepted under that sequence: another one is
    /// equivocation. Without it, the sequence itself must be passed.
    pub digest: Option<[u8; 32]>,
}

/// Trust that could never accept a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidTrust {
    /// The threshold is zero or above the number of distinct keys.
    Threshold,
    /// A key is not a usable Ed25519 public key.
    Key,
}

impl InvalidTrust {
    /// Returns what is wrong, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Threshold => "the threshold is zero or above the number of distinct keys",
            Self::Key => "a key is no usable Ed25519 public key",
        }
    }
}

impl fmt::Display for InvalidTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for InvalidTrust {}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString as _, vec};

    use super::*;

    #[test]
    fn only_the_floor_is_not_in_the_digest() {
        // Any bytes that are a point of the curve: the one of RFC 8032, section 7.1, test 1.
        let bytes = [
            0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64,
            0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68,
            0xf7, 0x07, 0x51, 0x1a,
        ];
        let key = |key_use| TrustedKey::new(&bytes, key_use).unwrap();
        let trust = |key| Trust::new(1, [key], "default").unwrap();
        let own = trust(key(KeyUse::Any));
        let mut floored = own.clone();
        floored.floor = Some(Floor {
            sequence: 1,
            digest: None,
        });
        assert_eq!(own.digest(), floored.digest());

        let mut others = vec![
            trust(key(KeyUse::WholeOnly)),
            trust(key(KeyUse::Any).for_tenants(vec![])),
            trust(key(KeyUse::Any).for_tenants(vec!["acme".to_string()])),
            Trust::new(1, [key(KeyUse::Any)], "edge").unwrap(),
        ];
        for change in [
            |trust: &mut Trust| trust.tenants.push("acme".to_string()),
            |trust: &mut Trust| trust.slices = SliceUse::Either,
            |trust: &mut Trust| trust.bundle_bytes_max = 1,
        ] {
            let mut other = own.clone();
            change(&mut other);
            others.push(other);
        }
        let mut digests: Vec<_> = others.iter().map(Trust::digest).collect();
        digests.push(own.digest());
        let count = digests.len();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), count, "no two are alike");
    }
}
