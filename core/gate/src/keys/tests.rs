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
    let (n, big) = ("A".repeat(342), format!("{}w", "_".repeat(341)));
    for (other, expected) in [
        (
            format!(r#"{{"kty":"RSA","kid":"enc","alg":"RSA-OAEP-256","n":"{n}","e":"AQAB"}}"#),
            "`enc`: `RSA-OAEP-256` is not verified here",
        ),
        (
            format!(r#"{{"kty":"RSA","kid":"es","alg":"ES256","n":"{big}","e":"AQAB"}}"#),
            "`es`: a key of this kind is not for `ES256`",
        ),
        (
            format!(r#"{{"kty":"RSA","kid":"zero","n":"{n}","e":"AQAB"}}"#),
            "`zero`: `n` is empty or begins with a zero byte",
        ),
        (
            r#"{"kty":"RSA","alg":"a long one"}"#.to_owned(),
            "keys[1]: `alg` is not verified here",
        ),
        (
            r#"{"kty":"EC","crv":"P-521","kid":"521"}"#.to_owned(),
            "`521`: no algorithm here is for such a key",
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
            "`short`: `n` is not of 2048 to 4096 bits",
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
fn a_key_is_used_with_its_own_algorithm_or_with_those_of_its_issuer() {
    let keys = [
        key(0, r#","kid":"a""#),
        key(1, r#","kid":"b","alg":"Ed25519""#),
    ]
    .join(",");
    for (algorithms, used, unused) in [
        (&[][..], [(1, 0), (1, 1)], ""),
        (&["EdDSA", "Ed25519"], [(1, 0), (1, 1)], ""),
        (
            &["EdDSA"],
            [(1, 0), (0, 0)],
            "`b`: none of its algorithms (Ed25519) is among the issuer's",
        ),
        (&["Ed25519"], [(0, 0), (1, 1)], ""),
    ] {
        let keys = read_for(&keys, algorithms).unwrap();
        let count = |id, algorithm| keys.find(Some(id), algorithm).map_or(0, Iterator::count);
        let found = ["EdDSA", "Ed25519"].map(|name| (count("a", name), count("b", name)));
        assert_eq!(found, used, "{algorithms:?}");
        assert_eq!(keys.unused().join(""), unused, "{algorithms:?}");
    }
    let none = read_for(&keys, &["RS256"]).unwrap_err();
    let expected = "$.keys[0]: none of its algorithms (EdDSA, Ed25519) is among the issuer's; add one to `algorithms`, or give a key for one of them";
    assert_eq!(none, expected);
}

#[test]
fn a_secret_is_an_error_wherever_it_is() {
    let secret = r#"{"kty":"oct","k":"AAAA"}"#;
    let error = read(&format!("{},{secret}", key(0, ""))).unwrap_err();
    assert_eq!(error, "$.keys[1]: `k` is secret; give the public key alone");
}

#[test]
fn one_kid_may_name_a_key_for_each_algorithm() {
    let n = format!("{}w", "_".repeat(341));
    let names = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
    let all = names
        .map(|name| format!(r#"{{"kty":"RSA","kid":"a","alg":"{name}","n":"{n}","e":"AQAB"}}"#));
    let keys = read(&all.join(",")).unwrap();
    for name in names {
        let count = keys.find(Some("a"), name).map(Iterator::count);
        assert_eq!(count, Some(1), "{name}");
    }
    assert!(keys.unused().is_empty());
    // Without `alg` it is for all of its kind, and for nothing else.
    let one = read(&format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB"}}"#)).unwrap();
    for name in TokenKeys::algorithms() {
        let found = one.find(None, name).is_some();
        assert_eq!(found, names.contains(&name), "{name}");
    }
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

#[test]
fn a_key_may_say_whose_it_is() {
    let iss = "https://login.example.com/8d3f/v2.0";
    for (stated, expected) in [
        (iss, true),
        ("https://login.example.com/{tenantid}/v2.0", true),
        ("https://login.example.com/9188/v2.0", false),
        ("https://sts.example.com/{tenantid}/v2.0", false),
        ("https://login.example.com/{tenantid}", false),
    ] {
        assert_eq!(is_key_of(stated, iss), expected, "{stated}");
    }
}
