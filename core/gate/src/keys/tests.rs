use alloc::format;

use portcullis_json::{FirstFault, JsonText};

use super::*;

/// Points of Ed25519, as public keys: its base, and twice and three times that.
const KEYS: [&str; 3] = [
    "WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY",
    "yaP4aq5GXw5WUThkUQ85l1YfosnoXqIdwikjCfPNYCI",
    "1LT1eEhowwIEAyRnF-wWn_eeJmCOoSahq2nud9GxZxI",
];

fn read(keys: &str) -> Result<TokenKeys, String> {
    read_for(keys, &[])
}

fn read_for(keys: &str, algorithms: &[&str]) -> Result<TokenKeys, String> {
    let json = JsonText::parse_within(format!(r#"{{"keys":[{keys}]}}"#).as_bytes(), 256).unwrap();
    let algorithms: Vec<String> = algorithms.iter().copied().map(String::from).collect();
    let faults = FirstFault::default();
    let read = TokenKeys::read_for(&json.place(&faults), &algorithms);
    faults.unless(read).map_err(|fault| format!("{fault}"))
}

fn key(at: usize, members: &str) -> String {
    let x = KEYS.iter().cycle().nth(at).unwrap();
    format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"{members}}}"#)
}

fn count(keys: &TokenKeys, id: Option<&str>) -> usize {
    keys.find(id, "EdDSA").map_or(0, Iterator::count)
}

#[test]
fn what_is_not_used_is_named_and_the_rest_is_used() {
    let used = key(0, r#","kid":"own","use":"sig","key_ops":["sign","verify"]"#);
    let n = "A".repeat(342);
    for (other, expected) in [
        (
            format!(r#"{{"kty":"RSA","kid":"ps","alg":"PS256","n":"{n}","e":"AQAB"}}"#),
            "`ps`: `PS256` is not verified here",
        ),
        (
            format!(r#"{{"kty":"RSA","kid":"512","alg":"RS512","n":"{n}","e":"AQAB"}}"#),
            "`512`: `RS512` is not verified here",
        ),
        (
            r#"{"kty":"RSA","alg":"a long one"}"#.to_owned(),
            "keys[1]: `alg` is not verified here",
        ),
        (
            r#"{"kty":"EC","crv":"P-384","kid":"384"}"#.to_owned(),
            "`384`: no algorithm here is for such a key",
        ),
        (
            r#"{"kty":"EC","crv":"secp256k1","kid":"a\u001b"}"#.to_owned(),
            "keys[1]: no algorithm here is for such a key",
        ),
        (key(1, r#","kid":"e","use":"enc""#), "`e`: `use` is not sig"),
        (
            key(1, r#","kid":"e","key_ops":["encrypt"]"#),
            "`e`: `key_ops` does not have verify",
        ),
        (
            key(1, r#","kid":"e","key_ops":[]"#),
            "`e`: `key_ops` does not have verify",
        ),
        (
            key(1, r#","kid":"e","key_ops":"verify""#),
            "`e`: `key_ops` does not have verify",
        ),
        (
            r#"{"kty":"RSA","kid":"short","n":"AA==","e":"AQAB"}"#.to_owned(),
            "`short`: `n` is missing, or not base64url",
        ),
        (
            r#"{"kty":"RSA","kid":"short","n":"_____w","e":"AQAB"}"#.to_owned(),
            "`short`: the public key cannot be used",
        ),
        (r#""text""#.to_owned(), "keys[1]: this is not a key"),
        (
            r#"{"kty":7,"kid":"n"}"#.to_owned(),
            "`n`: `kty` is not a string",
        ),
    ] {
        let keys = read(&format!("{used},{other}")).unwrap();
        assert_eq!(keys.unused(), [expected], "{other}");
        assert_eq!(count(&keys, Some("own")), 1, "{other}");
        let alone = read(&other).unwrap_err();
        let (_, why) = expected.split_once(": ").unwrap();
        assert!(alone.starts_with(&format!("$.keys[0]: {why}; ")), "{alone}");
    }
}

#[test]
fn a_key_for_an_algorithm_that_its_issuer_does_not_use_is_left_out() {
    let keys = [
        key(0, r#","kid":"a""#),
        key(1, r#","kid":"b","alg":"Ed25519""#),
    ]
    .join(",");
    for (algorithms, used, unused) in [
        (&[][..], 2, ""),
        (&["EdDSA", "Ed25519"], 2, ""),
        (
            &["EdDSA"],
            1,
            "`b`: `Ed25519` is not among the issuer's `algorithms`",
        ),
        (
            &["Ed25519"],
            1,
            "`a`: `EdDSA` is not among the issuer's `algorithms`",
        ),
    ] {
        let keys = read_for(&keys, algorithms).unwrap();
        assert_eq!(keys.used.len(), used, "{algorithms:?}");
        assert_eq!(keys.unused().join(""), unused, "{algorithms:?}");
    }
    let none = read_for(&keys, &["RS256"]).unwrap_err();
    let expected = "$.keys[0]: `EdDSA` is not among the issuer's `algorithms`; add it there, or give a key for one of them";
    assert_eq!(none, expected);
}

#[test]
fn a_secret_is_an_error_wherever_it_is() {
    let secret = r#"{"kty":"oct","k":"AAAA"}"#;
    let error = read(&format!("{},{secret}", key(0, ""))).unwrap_err();
    assert_eq!(error, "$.keys[1]: `k` is secret; give the public key alone");
}

#[test]
fn keys_that_are_not_used_may_share_a_kid_with_one_that_is() {
    let others = ["RS384", "RS512", "PS256", "PS384", "PS512"];
    let others =
        others.map(|name| format!(r#"{{"kty":"RSA","kid":"a","alg":"{name}","e":"AQAB"}}"#));
    let keys = read(&format!("{},{}", key(0, r#","kid":"a""#), others.join(","))).unwrap();
    assert_eq!((count(&keys, Some("a")), keys.unused().len()), (1, 5));
}

#[test]
fn a_token_names_four_keys_at_most() {
    let alike = |count: usize, members: &str| {
        let keys: Vec<String> = (0..count).map(|at| key(at, members)).collect();
        read(&keys.join(","))
    };
    for members in [r#","kid":"a""#, ""] {
        let four = alike(4, members).unwrap();
        assert_eq!(count(&four, Some("a")), 4, "{members}");
        assert_eq!(count(&four, None), 4, "{members}");
        let five = alike(5, members).unwrap_err();
        assert!(five.starts_with("$: more than four keys"), "{five}");
    }
    assert_eq!(count(&alike(4, r#","kid":"a""#).unwrap(), Some("b")), 0);
}

#[test]
fn keys_without_a_kid_are_asked_where_no_other_is_named() {
    let keys = [key(0, r#","kid":"a""#), key(1, r#","kid":"b""#), key(2, "")];
    let keys = read(&keys.join(",")).unwrap();
    for (id, expected) in [(Some("a"), 1), (Some("b"), 1), (Some("c"), 1), (None, 3)] {
        assert_eq!(count(&keys, id), expected, "{id:?}");
    }
    assert!(keys.find(Some("a"), "ES256").is_none());
    // More than can be asked.
    let five: Vec<String> = (0..5)
        .map(|at| key(at, &format!(r#","kid":"{at}""#)))
        .collect();
    let five = read(&five.join(",")).unwrap();
    assert_eq!((count(&five, None), count(&five, Some("4"))), (0, 1));
}

#[test]
fn a_set_has_1_to_64_keys() {
    let set = |count: usize| {
        let keys = (0..count).map(|at| key(at, &format!(r#","kid":"{at}""#)));
        read(&keys.collect::<Vec<_>>().join(","))
    };
    assert!(set(1).is_ok() && set(64).is_ok());
    for count in [0, 65] {
        let error = set(count).unwrap_err();
        assert_eq!(
            error,
            "$: there is no key, or more than 64; give 1 to 64 keys"
        );
    }
}
