//! Policies built, signed and opened.

use std::path::Path;

use portcullis_engine::{
    Bundle, KeyUse, Policy, RejectedBundle, SignedBundle, SliceUse, Trust, TrustedKey, UnixSeconds,
};
use portcullis_policy::Source;
use portcullis_policy::encode::{BundleMetadata, encode};
use portcullis_policy::model::Model;
use portcullis_policy::sign::{SigningKey, sign};
use portcullis_policy::slice::{Audience, SliceMetadata, slice};

/// When the bundles here are made.
pub(crate) const NOW: UnixSeconds = UnixSeconds(1_000);

/// A policy, and the whole bundle of it as it answers when it is made.
pub(crate) struct Whole {
    pub(crate) source: Source,
    pub(crate) model: Model,
    pub(crate) policy: Policy,
}

/// Compiles, signs and opens a policy, with routes and an audit chain's head in it.
pub(crate) fn whole(text: &str) -> Whole {
    let (source, model) = Source::load(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut metadata = BundleMetadata::new("default", NOW, 1_000, &source.catalog);
    metadata.sequence = 7;
    metadata.pin_floor = 3;
    metadata.routes = ROUTES.to_vec();
    metadata.audit_head = Some(AUDIT_HEAD);
    let payload = encode(&model, &metadata).unwrap();
    let bytes = sign(&payload, &[whole_key()]).unwrap();
    let policy = Policy::from(verify(bytes, SliceUse::WholeOnly).unwrap());
    let policy = policy.at(NOW).into_owned();
    Whole {
        source,
        model,
        policy,
    }
}

/// Cuts a slice, signed by a key that may sign nothing else; the bytes of the file.
pub(crate) fn cut(whole: &Policy, audience: &Audience) -> Vec<u8> {
    let metadata = SliceMetadata::new(whole.bundle(), NOW, None);
    let payload = slice(whole.bundle(), audience, &metadata).unwrap();
    sign(&payload, &[slices_key()]).unwrap()
}

/// Opens a slice as a browser would.
pub(crate) fn open_slice(bytes: Vec<u8>) -> Policy {
    let policy = Policy::from(verify(bytes, SliceUse::SlicesOnly).unwrap());
    policy.at(NOW).into_owned()
}

pub(crate) fn verify(bytes: Vec<u8>, slices: SliceUse) -> Result<Bundle, RejectedBundle> {
    SignedBundle::new(bytes).verify(&trust(slices), NOW)
}

pub(crate) fn trust(slices: SliceUse) -> Trust {
    let keys = [
        TrustedKey::new(&whole_key().public_key(), KeyUse::Any).unwrap(),
        TrustedKey::new(&slices_key().public_key(), KeyUse::SlicesOnly).unwrap(),
    ];
    let mut trust = Trust::new(1, keys, "default").unwrap();
    trust.slices = slices;
    trust
}

pub(crate) fn whole_key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

pub(crate) fn slices_key() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

/// Returns the name and the text of each example policy, ascending.
pub(crate) fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let folder = entry.unwrap().path();
        if let Ok(text) = std::fs::read_to_string(folder.join("policy.json")) {
            found.push((
                folder.file_name().unwrap().to_string_lossy().into_owned(),
                text,
            ));
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

pub(crate) const ROUTES: &[u8] = b"GET /v1/secret-route";
pub(crate) const AUDIT_HEAD: [u8; 32] = *b"head-of-the-audit-chain-32-bytes";
