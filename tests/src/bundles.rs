//! Policies compiled and signed with keys that everybody knows.

use portcullis_engine::{KeyUse, UnixSeconds};
use portcullis_host::HostTrust;
use portcullis_policy::{
    Source,
    encode::{BundleMetadata, encode},
    sign::{SigningKey, TrustFile, TrustFileKey, sign},
};

/// When every bundle here is made and asked.
pub const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

/// How long every bundle here holds, in seconds.
pub const VALID_SECONDS: u64 = 1_000;

/// The audience of every bundle here.
pub const AUDIENCE: &str = "default";

/// Returns one of the keys; the first is the one that signs.
#[must_use]
pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// Returns the payload of a policy's bundle.
///
/// # Panics
///
/// Where the policy does not compile.
#[must_use]
pub fn payload(policy: &str) -> Vec<u8> {
    let (source, model) = match Source::load(policy) {
        Ok(loaded) => loaded,
        Err(problems) => panic!("{problems}\nin {policy}"),
    };
    let metadata = BundleMetadata::new(AUDIENCE, NOW, VALID_SECONDS, &source.catalog);
    encode(&model, &metadata).expect("the policy can be encoded")
}

/// Returns the signed bundle of a policy.
///
/// # Panics
///
/// Where the policy does not compile.
#[must_use]
pub fn bundle(policy: &str) -> Vec<u8> {
    sign(&payload(policy), &[key(1)]).expect("one key is enough")
}

/// Trusts the key that signs, for any tenant.
#[must_use]
pub fn trust() -> HostTrust {
    trust_in(1, &[(1, KeyUse::Any)])
}

/// Returns the trust file of the key that signs.
#[must_use]
pub fn trust_file() -> TrustFile {
    file_in(1, &[(1, KeyUse::Any)])
}

/// Trusts some of the keys.
#[must_use]
pub fn trust_in(threshold: u32, keys: &[(u8, KeyUse)]) -> HostTrust {
    HostTrust::from(file_in(threshold, keys))
}

fn file_in(threshold: u32, keys: &[(u8, KeyUse)]) -> TrustFile {
    let trusted =
        |(seed, key_use): &(u8, KeyUse)| TrustFileKey::new(key(*seed).public_key(), *key_use);
    TrustFile {
        threshold,
        keys: keys.iter().map(trusted).collect(),
        audience: AUDIENCE.to_owned(),
        ..TrustFile::default()
    }
}
