//! Signatures: Wycheproof's Ed25519 cases, and what a strict verifier must refuse, by the
//! engine's own arithmetic and by a host's.

use ed25519_dalek::{Verifier as _, VerifyingKey};
use portcullis_engine::{KeyUse, RejectedBundle, SignedBundle, Trust, TrustedKey};
use portcullis_tests::{
    bundles::{AUDIENCE, NOW, key},
    signatures::{BAD, GOOD, SMALL_ORDER, SignatureCase, malleable, wycheproof},
};

use crate::craft::signature;

fn verdict(case: &SignatureCase) -> RejectedBundle {
    let bundle = SignedBundle::new(case.bundle.clone());
    bundle.verify(&trust(case), NOW).unwrap_err()
}

/// Asks the same of a host's library that is not strict, as some platforms are not.
fn verdict_of_host(case: &SignatureCase) -> RejectedBundle {
    let holds = |key: &[u8; 32], signed: &[u8], signature: &[u8; 64]| {
        let key = VerifyingKey::from_bytes(key).unwrap();
        key.verify(signed, &signature.into()).is_ok()
    };
    let bundle = SignedBundle::new(case.bundle.clone());
    bundle.verify_by(&trust(case), NOW, &holds).unwrap_err()
}

fn trust(case: &SignatureCase) -> Trust {
    let key = TrustedKey::new(&case.public_key, KeyUse::Any).unwrap();
    Trust::new(1, [key], AUDIENCE).unwrap()
}

#[test]
fn wycheproof_ed25519() {
    let (cases, cut) = wycheproof();
    for case in &cases {
        assert_eq!(verdict(case), case.verdict, "{}", case.name);
        assert_eq!(verdict_of_host(case), case.verdict, "{}", case.name);
    }
    let good = cases.iter().filter(|case| case.verdict == GOOD).count();
    let bad = cases.len() - good;
    assert!(
        good > 50 && bad > 30 && cut > 5,
        "{good} good, {bad} bad, {cut} cut"
    );
}

#[test]
fn a_signature_has_one_form() {
    let public_key = key(1).public_key();
    let message = b"not a bundle";
    let good: [u8; 64] = signature(1, message)[8..].try_into().unwrap();
    let case = |message: &[u8], expected| {
        SignatureCase::new(String::new(), public_key, message, &good, expected)
    };
    let mut cases = malleable(public_key, message, &good);
    cases.push(case(message, GOOD));
    cases.push(case(b"not a bundlf", BAD));
    for case in cases {
        assert_eq!(verdict(&case), case.verdict, "{}", case.name);
        assert_eq!(verdict_of_host(&case), case.verdict, "{}", case.name);
    }
}

#[test]
fn a_host_is_not_asked_about_a_point_of_small_order() {
    let public_key = key(1).public_key();
    for case in malleable(public_key, b"", &[1; 64]) {
        let gullible = |_: &[u8; 32], _: &[u8], _: &[u8; 64]| true;
        let bundle = SignedBundle::new(case.bundle.clone());
        let verdict = bundle.verify_by(&trust(&case), NOW, &gullible);
        let small = case.name.starts_with("R of small order") || case.name.contains("zeros");
        let expected = if small { BAD } else { GOOD };
        assert_eq!(verdict.unwrap_err(), expected, "{}", case.name);
    }
}

#[test]
fn a_host_verifies_what_the_engine_would() {
    let policy = portcullis_tests::places::starter();
    let bundle = portcullis_tests::bundles::bundle(&policy);
    let trusted = TrustedKey::new(&key(1).public_key(), KeyUse::Any).unwrap();
    let trust = Trust::new(1, [trusted], AUDIENCE).unwrap();
    let own = SignedBundle::new(bundle.clone()).verify(&trust, NOW);
    let holds = |by: &[u8; 32], signed: &[u8], signature: &[u8; 64]| {
        let by = VerifyingKey::from_bytes(by).unwrap();
        by.verify_strict(signed, &signature.into()).is_ok()
    };
    let host = SignedBundle::new(bundle.clone()).verify_by(&trust, NOW, &holds);
    assert_eq!(own.unwrap().digest(), host.unwrap().digest());
    let refused = SignedBundle::new(bundle).verify_by(&trust, NOW, &|_, _, _| false);
    assert_eq!(refused.unwrap_err(), BAD);
}

#[test]
fn a_key_of_small_order_is_never_trusted() {
    for bytes in SMALL_ORDER {
        assert!(
            TrustedKey::new(&bytes, KeyUse::Any).is_err(),
            "{bytes:02x?}"
        );
    }
    // No point of the curve has this y.
    let mut nowhere = [0; 32];
    nowhere[0] = 2;
    assert!(TrustedKey::new(&nowhere, KeyUse::Any).is_err());
    assert!(TrustedKey::new(&key(1).public_key(), KeyUse::Any).is_ok());
}
