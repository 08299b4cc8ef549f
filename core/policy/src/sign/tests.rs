//! Tests of signing.

use portcullis_engine::{KeyUse, RejectedBundle, SignedBundle, UnixSeconds};

use super::*;
use crate::Source;
use crate::encode::{BundleMetadata, encode};

const HELPDESK: &str = include_str!("../../tests/helpdesk.json");

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn payload() -> Vec<u8> {
    let (source, model) = Source::load(HELPDESK).unwrap();
    encode(
        &model,
        &BundleMetadata::new("default", UnixSeconds(10), 60, &source.catalog),
    )
    .unwrap()
}

fn trust_file(threshold: u32, keys: &[&SigningKey]) -> TrustFile {
    TrustFile {
        threshold,
        keys: keys
            .iter()
            .map(|key| TrustFileKey::new(key.public_key(), KeyUse::Any))
            .collect(),
        audience: "default".to_owned(),
        ..TrustFile::default()
    }
}

#[test]
fn a_signed_bundle_is_believed_by_those_who_trust_the_keys() {
    let (one, two, three) = (key(1), key(2), key(3));
    for (signers, threshold, trusted, expected) in [
        (vec![&one], 1, vec![&one], None),
        (vec![&one, &two], 2, vec![&one, &two, &three], None),
        (
            vec![&one, &one],
            2,
            vec![&one, &two],
            Some(RejectedBundle::UntrustedSigner),
        ),
        (
            vec![&one],
            1,
            vec![&two],
            Some(RejectedBundle::UntrustedSigner),
        ),
        (vec![&three, &one, &two], 3, vec![&one, &two, &three], None),
    ] {
        let signers = signers.into_iter().cloned().collect::<Vec<_>>();
        let bundle = sign(&payload(), &signers).unwrap();
        let trust = trust_file(threshold, &trusted).to_trust().unwrap();
        let opened = SignedBundle::new(bundle).verify(&trust, UnixSeconds(10));
        assert_eq!(opened.err(), expected);
    }
}

#[test]
fn a_nonce_follows_from_the_key_and_the_payload() {
    let payload = payload();
    let nonce = key(1).nonce(&payload);
    // By another library's HMAC.
    assert_eq!(key(1).nonce(b""), NONCE_OF_NOTHING);
    assert_eq!(key(1).nonce(&payload), nonce);
    assert_ne!(key(2).nonce(&payload), nonce);
    assert_ne!(key(1).nonce(&payload[1..]), nonce);
    let whole = with_nonce(payload.clone(), &nonce);
    assert_eq!(whole, [&payload[..], &nonce].concat());
}

#[test]
fn signatures_are_counted() {
    assert_eq!(sign(b"", &[]), Err(UnsignableBundle::NoKey));
    let keys = (1..=9).map(key).collect::<Vec<_>>();
    assert!(sign(b"", &keys[..8]).is_ok());
    assert_eq!(sign(b"", &keys), Err(UnsignableBundle::TooManyKeys));
}

#[test]
fn signatures_are_added_one_after_another() {
    let (one, two) = (key(1), key(2));
    let mut signing = Signing::new(&payload());
    let unsigned = signing.to_bundle();
    let verdict = |bundle: Vec<u8>, threshold| {
        let trust = trust_file(threshold, &[&one, &two]).to_trust().unwrap();
        let opened = SignedBundle::new(bundle).verify(&trust, UnixSeconds(10));
        opened.err()
    };
    assert_eq!(verdict(unsigned, 1), Some(RejectedBundle::UntrustedSigner));
    // As it comes from elsewhere: the bytes over the message.
    let signature = one.sign(signing.message());
    let wrong = |signing: &mut Signing, key: &SigningKey, signature: &[u8; 64]| {
        let before = signing.clone();
        let refused = signing.add(&key.public_key(), signature);
        assert_eq!(refused, Err(UnsignableBundle::WrongSignature));
        assert_eq!(*signing, before);
    };
    wrong(&mut signing, &two, &signature);
    wrong(&mut signing, &one, &one.sign(b"another message"));
    let mut damaged = signature;
    damaged[9] ^= 1;
    wrong(&mut signing, &one, &damaged);
    assert_eq!(
        signing.add(&[0; 32], &signature),
        Err(UnsignableBundle::UnusableKey)
    );
    signing.add(&one.public_key(), &signature).unwrap();
    assert_eq!(verdict(signing.to_bundle(), 1), None);
    assert_eq!(
        verdict(signing.to_bundle(), 2),
        Some(RejectedBundle::UntrustedSigner)
    );
    // Later, by another key; the same key once more changes nothing.
    let mut later = Signing::of(&SignedBundle::new(signing.to_bundle())).unwrap();
    assert_eq!(later, signing);
    later.sign(&two).unwrap();
    later.sign(&one).unwrap();
    assert_eq!(verdict(later.to_bundle(), 2), None);
    assert_eq!(later.signers().count(), 2);
    assert_eq!(
        later.to_bundle(),
        sign(&payload(), &[two.clone(), one.clone()]).unwrap()
    );
}

#[test]
fn what_is_no_bundle_is_not_signed_again() {
    let bundle = sign(&payload(), &[key(1)]).unwrap();
    let refused = |bytes: Vec<u8>| Signing::of(&SignedBundle::new(bytes)).err();
    assert_eq!(refused(bundle.clone()), None);
    assert_eq!(refused(payload()), Some(RejectedBundle::BadMagic));
    let trailing = [&bundle[..], b"\0"].concat();
    assert_eq!(refused(trailing), Some(RejectedBundle::NotCanonical));
    let mut other = bundle;
    let at = other.windows(6).position(|own| own == b"DSSEv1").unwrap();
    other[at] = b'd';
    assert_eq!(refused(other), Some(RejectedBundle::WrongPayloadType));
}

#[test]
fn a_key_file_is_read_strictly() {
    let text = key(7).to_secret_text();
    let read = SigningKey::parse(&format!(" {text}\n")).unwrap();
    assert_eq!(read.public_key(), key(7).public_key());
    assert!(!format!("{read:?}").contains(&text));
    for text in [
        "",
        "AAAA",
        &format!("{text}="),
        &format!("{text}A"),
        &"!".repeat(43),
    ] {
        assert_eq!(SigningKey::parse(text).err(), Some(InvalidKey), "{text}");
    }
}

#[test]
fn a_trust_file_comes_back_as_written() {
    let mut file = trust_file(1, &[&key(1), &key(2)]);
    file.keys[1].key_use = KeyUse::SlicesOnly;
    let text = serde_json::to_string(&file).unwrap();
    assert!(
        text.ends_with(r#""use":"slices-only"}],"audience":"default"}"#),
        "{text}"
    );
    assert_eq!(TrustFile::parse(&text), Ok(file.clone()));
    file.keys[0].key_use = KeyUse::WholeOnly;
    file.keys[0].tenants = vec!["acme".to_owned(), "globex".to_owned()];
    let text = serde_json::to_string(&file).unwrap();
    let own = r#""use":"whole-only","tenants":["acme","globex"]}"#;
    assert!(text.contains(own), "{text}");
    assert_eq!(TrustFile::parse(&text), Ok(file.clone()));
    file.tenants = vec!["acme".to_owned()];
    for digest in [None, Some([9; 32])] {
        file.floor = Some(FloorFile {
            sequence: 17,
            digest,
        });
        let text = serde_json::to_string(&file).unwrap();
        assert_eq!(TrustFile::parse(&text), Ok(file.clone()), "{text}");
        let trust = file.to_trust().unwrap();
        assert_eq!(
            trust.floor.map(|floor| (floor.sequence, floor.digest)),
            Some((17, digest))
        );
        assert_eq!(trust.tenants, ["acme"]);
    }
}

#[test]
fn a_trust_file_is_read_strictly() {
    let good = serde_json::to_string(&trust_file(1, &[&key(1)])).unwrap();
    for (from, to, expected) in [
        (
            "\"threshold\":1",
            "\"threshold\":0",
            "$: the threshold is zero",
        ),
        (
            "\"threshold\":1",
            "\"threshold\":2",
            "$: the threshold is zero or above",
        ),
        (
            "\"threshold\":1",
            "\"threshold\":1.0",
            "$.threshold: expected a whole number",
        ),
        (
            "\"threshold\":1,",
            "",
            "$: the member `threshold` is missing",
        ),
        (
            "\"audience\"",
            "\"audiance\"",
            "$.audiance: unknown member `audiance`; did you mean `audience`?",
        ),
        (
            "\"any\"",
            "\"slices\"",
            "$.keys[0].use: unknown use `slices`; known here are `any`, `whole-only`, `slices-only`",
        ),
        (
            "\"audience\":",
            "\"tenants\":[],\"audience\":",
            "$.tenants: no tenant's bundles would be taken; list a tenant, or leave `tenants` out",
        ),
        (
            "\"any\"",
            "\"any\",\"tenants\":[]",
            "$.keys[0].tenants: a key without a tenant signs nothing; list a tenant",
        ),
        (
            "\"any\"",
            "\"any\",\"tenants\":\"acme\"",
            "$.keys[0].tenants: expected",
        ),
        ("\"key\":\"", "\"key\":\"A", "$.keys[0].key: not a key"),
        (
            "\"audience\":",
            "\"floor\":-1,\"audience\":",
            "$.floor: expected",
        ),
        (
            "\"audience\":",
            "\"audience\":\"x\",\"audience\":",
            "$.audience: this member appears twice",
        ),
        ("{", "", "not JSON"),
    ] {
        let text = good.replacen(from, to, 1);
        let found = TrustFile::parse(&text).unwrap_err().to_string();
        assert!(found.contains(expected), "{text}: {found}");
    }
    // A key of small order can sign anything.
    let weak = trust_file(1, &[&key(1)]);
    let weak = TrustFile {
        keys: vec![TrustFileKey::new([0; 32], KeyUse::Any)],
        ..weak
    };
    assert!(weak.to_trust().is_err());
}

const NONCE_OF_NOTHING: [u8; 16] = [
    0x4f, 0x91, 0x79, 0x47, 0x3b, 0x04, 0x2e, 0x59, 0x17, 0x29, 0x2c, 0xfd, 0xf9, 0xb4, 0xe6, 0xa0,
];
