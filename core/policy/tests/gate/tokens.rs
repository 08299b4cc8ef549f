//! Tokens over time: types, keys, ages, and how many are remembered.

use super::*;

#[test]
fn a_token_is_remembered_no_longer_than_it_lasts() {
    let mut gate = gate(|_| ());
    let token = token(9, &json!({ "nbf": NOW.0 }));
    let at = |seconds: i64| UnixSeconds(NOW.0.saturating_add_signed(seconds));
    for (now, expected) in [
        (at(0), Code::Conditional),
        (at(50), Code::Conditional),
        (at(-1), Code::IdentityInvalid),
        (at(99), Code::Conditional),
        (at(100), Code::IdentityInvalid),
        (at(99), Code::Conditional),
    ] {
        assert_eq!(
            code(&mut gate, "GET /tickets/1", Some(&token), now),
            expected,
            "{now:?}"
        );
    }
    assert_eq!(gate.status(NOW).tokens, 1);
}

#[test]
fn a_token_is_forgotten_with_the_keys_that_verified_it() {
    let mut gate = gate(|_| ());
    let old = token(9, &json!({}));
    assert_eq!(
        code(&mut gate, "GET /tickets/1", Some(&old), NOW),
        Code::Conditional
    );
    assert!(gate.replace_token_keys("i", br#"{"keys":[]}"#).is_err());
    assert_eq!(
        code(&mut gate, "GET /tickets/1", Some(&old), NOW),
        Code::Conditional
    );
    gate.replace_token_keys("i", jwks(8).to_string().as_bytes())
        .unwrap();
    assert_eq!(
        code(&mut gate, "GET /tickets/1", Some(&old), NOW),
        Code::IdentityInvalid
    );
    let new = token(8, &json!({}));
    assert_eq!(
        code(&mut gate, "GET /tickets/1", Some(&new), NOW),
        Code::Conditional
    );
}

#[test]
fn a_token_of_another_type_says_nothing_of_who_asks() {
    let judged = |types: Value, header: &str| {
        let mut gate = gate(|config| {
            if !types.is_null() {
                config["identity"]["issuers"][0]["types"] = types;
            }
        });
        let token = token_headed(9, header, &json!({}));
        let verdict = ask(&mut gate, "GET /tickets/1", Some(&token), NOW);
        let entry = verdict.entry();
        (entry.code, entry.detail.clone())
    };
    let believed = (Code::Conditional, String::new());
    let refused = (Code::IdentityInvalid, "token-type".to_owned());
    let typed = |kind: &str| format!(r#"{{"alg":"EdDSA","typ":"{kind}"}}"#);
    let absent = r#"{"alg":"EdDSA"}"#;
    assert_eq!(judged(Value::Null, absent), believed);
    for kind in [
        "JWT",
        "jwt",
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
        "Application/JWT",
    ] {
        assert_eq!(judged(Value::Null, &typed(kind)), believed, "{kind}");
    }
    let others = [
        "logout+jwt",
        "application/logout+jwt",
        "secevent+jwt",
        "dpop+jwt",
        "JOSE",
        "at+jwt ",
        "",
        "application/",
        "application/application/jwt",
        "text/jwt",
        "id+jwt",
    ];
    for kind in others {
        assert_eq!(judged(Value::Null, &typed(kind)), refused, "{kind}");
    }
    // Where types are named they are all that is believed, in either spelling.
    for own in ["at+jwt", "application/at+jwt"] {
        let own = json!(own);
        assert_eq!(judged(own.clone(), &typed("application/AT+jwt")), believed);
        assert_eq!(judged(own.clone(), &typed("at+jwt")), believed);
        assert_eq!(judged(own.clone(), &typed("JWT")), refused);
        assert_eq!(judged(own, absent), refused);
    }
}

#[test]
fn a_remembered_token_ends_with_its_age() {
    let mut gate = gate(|config| config["identity"]["issuers"][0]["max_age_seconds"] = json!(10));
    let token = token(9, &json!({ "iat": NOW.0 }));
    for (after, expected) in [
        (0, Code::Conditional),
        (9, Code::Conditional),
        (10, Code::IdentityInvalid),
    ] {
        let now = UnixSeconds(NOW.0 + after);
        let got = code(&mut gate, "GET /tickets/1", Some(&token), now);
        assert_eq!(got, expected, "{after}");
    }
}

#[test]
fn any_of_the_keys_that_a_token_names_may_have_signed_it() {
    let set = |seeds: &[u8], kid: Option<&str>| {
        let keys = seeds.iter().map(|seed| {
            let mut key = jwks(*seed)["keys"][0].clone();
            if let Some(kid) = kid {
                key["kid"] = kid.into();
            }
            key
        });
        json!({ "keys": keys.collect::<Vec<_>>() })
    };
    let named = r#"{"alg":"EdDSA","kid":"k"}"#;
    for (kid, header) in [
        (Some("k"), named),
        (Some("k"), r#"{"alg":"EdDSA"}"#),
        (None, named),
        (None, r#"{"alg":"EdDSA"}"#),
    ] {
        let mut gate =
            gate(|config| config["identity"]["issuers"][0]["keys"] = set(&[5, 6, 7, 8], kid));
        for (seed, expected) in [
            (5, Code::Conditional),
            (8, Code::Conditional),
            (9, Code::IdentityInvalid),
        ] {
            let token = token_headed(seed, header, &json!({}));
            let got = code(&mut gate, "GET /tickets/1", Some(&token), NOW);
            assert_eq!(got, expected, "{kid:?} {header} {seed}");
        }
    }
}

#[test]
fn keys_that_are_not_used_are_named_in_the_status() {
    let other = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "for \"others\"", "use": "enc" });
    let mut gate = gate(|config| {
        let keys = config["identity"]["issuers"][0]["keys"]["keys"].as_array_mut();
        keys.unwrap().push(other.clone());
    });
    let named = "i: `for \"others\"`: `use` is not sig";
    let status = gate.status(NOW);
    assert_eq!(status.unused_keys, [named]);
    let status: Value = serde_json::from_str(&status.to_json()).unwrap();
    assert_eq!(status["unused_keys"], json!([named]));
    // A set of which nothing is left is refused, and the last good one stays.
    let refused = gate.replace_token_keys("i", json!({ "keys": [other] }).to_string().as_bytes());
    assert!(refused.is_err());
    let old = token(9, &json!({}));
    let got = code(&mut gate, "GET /tickets/1", Some(&old), NOW);
    assert_eq!(got, Code::Conditional);
    gate.replace_token_keys("i", jwks(9).to_string().as_bytes())
        .unwrap();
    let status = gate.status(NOW);
    assert_eq!(status.unused_keys, [""; 0]);
    assert!(!status.to_json().contains("unused_keys"));
}

#[test]
fn a_cache_of_another_gate_vouches_for_nothing() {
    let (first, second) = (
        gate(|_| ()),
        gate(|config| config["identity"]["issuers"][0]["audiences"] = json!("b")),
    );
    let bearer = format!("Bearer {}", token(9, &json!({})));
    let headers: &[(&[u8], &[u8])] = &[(b"authorization", bearer.as_bytes())];
    let request = Request {
        method: b"GET",
        authority: b"",
        target: b"/tickets/1",
        headers,
        peer: Peer::Unknown,
        nonce: b"",
    };
    let mut tokens = TokenCache::default();
    assert_eq!(
        first.judge_with(&mut tokens, &request, NOW).entry().code,
        Code::Conditional
    );
    assert_eq!(tokens.len(), 1);
    assert_eq!(
        second.judge_with(&mut tokens, &request, NOW).entry().code,
        Code::IdentityInvalid
    );
}

#[test]
fn the_memory_of_tokens_is_bounded() {
    for most in [0, 1, 3] {
        let mut gate = gate(|config| config["limits"] = json!({ "tokens": most }));
        for number in 0..40 {
            let token = token(9, &json!({ "sub": format!("s{number}") }));
            assert_eq!(
                code(&mut gate, "GET /tickets/1", Some(&token), NOW),
                Code::Conditional
            );
            assert!(gate.status(NOW).tokens <= most);
        }
        assert_eq!(gate.status(NOW).tokens, most);
    }
}

#[test]
fn a_configuration_that_bounds_no_age_is_warned_of() {
    let unbounded = gate(|_| {});
    let [warning] = &unbounded.config().warnings()[..] else {
        panic!("one issuer, one warning");
    };
    assert!(
        warning.contains("`max_age_seconds`"),
        "{warning} says what to write"
    );
    let bounded = gate(|config| config["identity"]["issuers"][0]["max_age_seconds"] = json!(10));
    assert_eq!(bounded.config().warnings(), [""; 0]);
}
