//! Whose tokens are believed, and by whose keys.

use super::*;

/// A gate for any tenant, with a policy for acme and one for globex, and two issuers: `a` signs
/// with key 9 and speaks for acme, `b` with key 8 and speaks for globex.
pub(super) fn two(changes: impl FnOnce(&mut Value)) -> Gate {
    let issuer = |name: &str, seed: u8, tenant: &str| {
        json!({ "issuer": name, "audiences": "a", "keys": jwks(seed),
                "tenant": { "claim": "tenant" }, "tenants": tenant, "claims": { "roles": "roles" } })
    };
    let mut gate = Gate::new(config(|config| {
        config.as_object_mut().unwrap().remove("tenant");
        config["identity"]["issuers"] = json!([issuer("a", 9, "acme"), issuer("b", 8, "globex")]);
        changes(config);
    }));
    let listener = gate.config().tenant().map(String::from);
    for tenant in ["acme", "globex"] {
        if listener.as_deref().is_none_or(|own| own == tenant) {
            gate.offer(bundle(&policy(tenant, |_| ()), 1, None), NOW)
                .unwrap();
        }
    }
    gate
}

pub(super) fn judged(gate: &mut Gate, seed: u8, claims: &Value) -> (Code, String) {
    let token = token(seed, claims);
    let verdict = ask(gate, "GET /tickets/1", Some(&token), NOW);
    let entry = verdict.entry();
    (entry.code, entry.detail.clone())
}

pub(super) fn believed() -> (Code, String) {
    (Code::Conditional, String::new())
}

pub(super) fn refused(detail: &str) -> (Code, String) {
    (Code::IdentityInvalid, detail.to_owned())
}

pub(super) fn mismatch(detail: &str) -> (Code, String) {
    (Code::TenantMismatch, detail.to_owned())
}

#[test]
fn a_token_is_verified_by_the_keys_of_the_issuer_that_it_names_and_no_other() {
    let mut gate = two(|_| ());
    for (seed, claims, expected) in [
        (9, json!({ "iss": "a", "tenant": "acme" }), believed()),
        (8, json!({ "iss": "b", "tenant": "globex" }), believed()),
        // Signed by the other's key.
        (
            9,
            json!({ "iss": "b", "tenant": "globex" }),
            refused("signature"),
        ),
        (
            8,
            json!({ "iss": "a", "tenant": "acme" }),
            refused("signature"),
        ),
        // By its own, for the other's tenant.
        (
            9,
            json!({ "iss": "a", "tenant": "globex" }),
            mismatch("issuer"),
        ),
        (
            8,
            json!({ "iss": "b", "tenant": "acme" }),
            mismatch("issuer"),
        ),
        (
            9,
            json!({ "iss": "c", "tenant": "acme" }),
            refused("issuer"),
        ),
        (
            9,
            json!({ "iss": "A", "tenant": "acme" }),
            refused("issuer"),
        ),
        (
            9,
            json!({ "iss": "a/", "tenant": "acme" }),
            refused("issuer"),
        ),
        (
            9,
            json!({ "iss": ["a"], "tenant": "acme" }),
            refused("issuer"),
        ),
        (
            9,
            json!({ "iss": null, "tenant": "acme" }),
            refused("issuer"),
        ),
    ] {
        // Twice: what is remembered is judged as what is not.
        for _ in 0..2 {
            assert_eq!(
                judged(&mut gate, seed, &claims),
                expected,
                "{seed} {claims}"
            );
        }
    }
}

#[test]
fn issuers_may_have_equal_keys_and_stay_apart() {
    let mut gate = two(|config| config["identity"]["issuers"][1]["keys"] = jwks(9));
    for (issuer, tenant, expected) in [
        ("a", "acme", believed()),
        ("b", "globex", believed()),
        ("a", "globex", mismatch("issuer")),
        ("b", "acme", mismatch("issuer")),
    ] {
        let claims = json!({ "iss": issuer, "tenant": tenant });
        assert_eq!(judged(&mut gate, 9, &claims), expected, "{claims}");
    }
}

#[test]
fn what_is_asked_of_one_issuer_is_not_asked_of_another() {
    let mut gate = two(|config| {
        let second = &mut config["identity"]["issuers"][1];
        second["audiences"] = json!(["client-7"]);
        second["audience_claim"] = json!("client_id");
        second["max_age_seconds"] = json!(60);
        second["types"] = json!("at+jwt");
    });
    let of_b = |more: Value| {
        let mut claims = json!({ "iss": "b", "tenant": "globex" });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        token_headed(8, r#"{"alg":"EdDSA","typ":"at+jwt"}"#, &claims)
    };
    for (token, expected) in [
        (token(9, &json!({ "iss": "a" })), ""),
        (of_b(json!({ "client_id": "client-7", "iat": NOW.0 })), ""),
        (
            of_b(json!({ "client_id": ["client-6", "client-7"], "iat": NOW.0 })),
            "",
        ),
        (
            of_b(json!({ "client_id": "client-8", "iat": NOW.0 })),
            "audience",
        ),
        (of_b(json!({ "aud": "client-7", "iat": NOW.0 })), "audience"),
        (of_b(json!({ "client_id": "client-7" })), "no-issue-time"),
        (
            of_b(json!({ "client_id": "client-7", "iat": NOW.0 - 90 })),
            "too-old",
        ),
        (
            token(8, &json!({ "iss": "b", "tenant": "globex" })),
            "token-type",
        ),
    ] {
        let verdict = ask(&mut gate, "GET /tickets/1", Some(&token), NOW);
        assert_eq!(verdict.entry().detail, expected);
        let code = if expected.is_empty() {
            Code::Conditional
        } else {
            Code::IdentityInvalid
        };
        assert_eq!(verdict.entry().code, code, "{expected}");
    }
}

#[test]
fn a_key_is_replaced_for_its_issuer_alone() {
    let mut gate = two(|_| ());
    let (of_a, of_b) = (
        json!({ "iss": "a" }),
        json!({ "iss": "b", "tenant": "globex" }),
    );
    assert_eq!(judged(&mut gate, 9, &of_a), believed());
    gate.replace_token_keys("a", jwks(7).to_string().as_bytes())
        .unwrap();
    assert_eq!(judged(&mut gate, 9, &of_a), refused("signature"));
    assert_eq!(judged(&mut gate, 7, &of_a), believed());
    assert_eq!(judged(&mut gate, 8, &of_b), believed());
    assert_eq!(judged(&mut gate, 7, &of_b), refused("signature"));
    for unknown in ["c", "", "A"] {
        let error = gate.replace_token_keys(unknown, jwks(7).to_string().as_bytes());
        let expected =
            format!("$: no issuer here is named `{unknown}`; write one of `identity.issuers`");
        assert_eq!(error.unwrap_err().to_string(), expected);
    }
    let mut without = Gate::new(config(|config| config["identity"] = json!({})));
    let error = without.replace_token_keys("a", jwks(7).to_string().as_bytes());
    assert_eq!(
        error.unwrap_err().to_string(),
        "$: this gate takes no tokens"
    );
}

#[test]
fn keys_for_other_algorithms_than_the_issuers_are_not_used() {
    let first = |algorithms: Value| {
        gate(|config| config["identity"]["issuers"][0]["algorithms"] = algorithms)
    };
    assert_eq!(
        judged(&mut first(json!("EdDSA")), 9, &json!({})),
        believed()
    );
    let mut both = first(json!(["ES256", "EdDSA"]));
    assert_eq!(judged(&mut both, 9, &json!({})), believed());
    let refused = both.replace_token_keys("i", br#"{"keys":[{"kty":"RSA","alg":"RSA-OAEP"}]}"#);
    assert!(refused.is_err());
    assert_eq!(
        judged(&mut both, 9, &json!({})),
        believed(),
        "the last good ones stay"
    );
    for (algorithms, expected) in [
        (
            json!("ES256"),
            "$.identity.issuers[0].keys.keys[0]: none of its algorithms (EdDSA, Ed25519) is among the issuer's; add one to `algorithms`, or give a key for one of them",
        ),
        (
            json!([]),
            "$.identity.issuers[0].algorithms: the list is empty; name at least one, or leave it out",
        ),
        (
            json!("HS256"),
            "$.identity.issuers[0].algorithms: unknown algorithm `HS256`; did you mean `ES256`?",
        ),
        (
            json!(["none"]),
            "$.identity.issuers[0].algorithms[0]: unknown algorithm `none`; known here are `EdDSA`, `Ed25519`, `ES256`, `ES384`, `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`",
        ),
    ] {
        let error = invalid(|config| config["identity"]["issuers"][0]["algorithms"] = algorithms);
        assert_eq!(error, expected);
    }
}
