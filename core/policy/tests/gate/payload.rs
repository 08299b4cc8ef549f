//! The claims of a token that a trusted peer verified.

use super::*;

fn by_payload(changes: impl FnOnce(&mut Value)) -> Gate {
    gate(|config| {
        let issuer = &mut config["identity"]["issuers"][0];
        issuer.as_object_mut().unwrap().remove("keys");
        issuer["claims"]["roles"] =
            json!([{ "path": "roles" }, { "path": ["realm_access", "roles"] }]);
        config["identity"]["trusted_headers"] =
            json!({ "peers": "spiffe://mesh", "payload": "x-jwt-payload" });
        changes(config);
    })
}

fn ask_from(gate: &mut Gate, peer: &str, headers: &[(&str, &str)]) -> (Code, String) {
    asked(gate, Peer::Identity(peer), "GET /tickets/1", headers)
}

fn payload(changes: &Value) -> String {
    let token = token(9, changes);
    token.split('.').nth(1).unwrap().to_owned()
}

#[test]
fn all_but_the_signature_is_judged_as_a_tokens() {
    let mut gate = by_payload(|_| ());
    let believed = (Code::Conditional, "");
    let refused = |detail| (Code::IdentityInvalid, detail);
    for (claims, expected) in [
        (json!({}), believed),
        (json!({ "roles": ["agent"] }), believed),
        (
            json!({ "roles": null, "realm_access": { "roles": ["agent"] } }),
            believed,
        ),
        (json!({ "roles": [] }), (Code::NotGranted, "")),
        (json!({ "roles": { "agent": 1 } }), refused("roles")),
        (json!({ "iss": "j" }), refused("issuer")),
        (json!({ "aud": "b" }), refused("audience")),
        (json!({ "exp": NOW.0 }), refused("expired")),
        (json!({ "exp": null }), refused("time")),
        (json!({ "sub": "" }), refused("subject")),
        (
            json!({ "tenant": "globex" }),
            (Code::TenantMismatch, "identity"),
        ),
    ] {
        let header = payload(&claims);
        for padded in [header.clone(), format!("{header}=")] {
            let (code, detail) =
                ask_from(&mut gate, "spiffe://mesh", &[("x-jwt-payload", &padded)]);
            assert_eq!((code, detail.as_str()), expected, "{claims}");
        }
    }
    assert_eq!(
        gate.status(NOW).tokens,
        0,
        "a payload is never remembered as a token"
    );
}

#[test]
fn nobody_but_a_trusted_peer_says_what_a_token_claims() {
    let mut gate = by_payload(|_| ());
    let header = payload(&json!({}));
    let bearer = format!("Bearer {}", token(9, &json!({})));
    let missing = (Code::IdentityMissing, String::new());
    assert_eq!(
        ask_from(&mut gate, "other", &[("x-jwt-payload", &header)]),
        missing
    );
    assert_eq!(ask_from(&mut gate, "spiffe://mesh", &[]), missing);
    // It has no keys, so that a token of its own says nothing.
    assert_eq!(
        ask_from(&mut gate, "spiffe://mesh", &[("authorization", &bearer)]),
        missing
    );
    for (headers, detail) in [
        (
            vec![
                ("x-jwt-payload", header.as_str()),
                ("x-jwt-payload", &header),
            ],
            "repeated",
        ),
        (
            vec![("x-jwt-payload", &header), ("x_jwt_payload", &header)],
            "repeated",
        ),
        (vec![("x_jwt_payload", &header)], "repeated"),
        (vec![("x-jwt-payload", "")], "malformed"),
        (vec![("x-jwt-payload", "e30")], "issuer"),
        (vec![("x-jwt-payload", "W10")], "malformed"),
        (vec![("x-jwt-payload", "{}")], "malformed"),
        (vec![("x-jwt-payload", &bearer)], "malformed"),
    ] {
        let refused = (Code::IdentityInvalid, detail.to_owned());
        assert_eq!(
            ask_from(&mut gate, "spiffe://mesh", &headers),
            refused,
            "{headers:?}"
        );
    }
    let hidden = [
        ("x-jwt-payload", header.as_str()),
        ("connection", "x-jwt-payload"),
    ];
    assert_eq!(
        ask_from(&mut gate, "spiffe://mesh", &hidden).0,
        Code::RequestMalformed
    );
    let harmless = [
        ("x-jwt-payload", header.as_str()),
        ("connection", "close, "),
    ];
    assert_eq!(
        ask_from(&mut gate, "spiffe://mesh", &harmless).0,
        Code::Conditional
    );
}

#[test]
fn with_keys_a_token_goes_before_a_payload() {
    let mut gate = by_payload(|config| config["identity"]["issuers"][0]["keys"] = jwks(9));
    let header = payload(&json!({ "roles": [] }));
    let bearer = format!("Bearer {}", token(9, &json!({})));
    let both = [
        ("authorization", bearer.as_str()),
        ("x-jwt-payload", &header),
    ];
    assert_eq!(
        ask_from(&mut gate, "spiffe://mesh", &both).0,
        Code::Conditional
    );
    assert_eq!(
        ask_from(&mut gate, "spiffe://mesh", &both[1..]).0,
        Code::NotGranted
    );
    // What was believed of a peer is no token of anybody.
    let posed = format!("Bearer {}", payload(&json!({})));
    let refused = (Code::IdentityInvalid, "malformed".to_owned());
    assert_eq!(
        ask_from(
            &mut gate,
            "spiffe://mesh",
            &[("x-jwt-payload", &payload(&json!({})))]
        )
        .0,
        Code::Conditional
    );
    assert_eq!(
        ask_from(&mut gate, "other", &[("authorization", &posed)]),
        refused
    );
}

#[test]
fn a_payload_stands_alone_beside_issuers() {
    let trusted = |members: Value| {
        invalid(|config| {
            config["identity"]["trusted_headers"] = members;
        })
    };
    assert_eq!(
        trusted(json!({ "peers": "spiffe://mesh", "payload": "x-jwt-payload" })),
        ""
    );
    assert_eq!(
        trusted(
            json!({ "peers": "spiffe://mesh", "payload": "x-jwt-payload", "roles": "x-roles" })
        ),
        "$.identity.trusted_headers.roles: unknown member `roles`; known here are `peers`, `payload`"
    );
    assert_eq!(
        trusted(json!({ "peers": "spiffe://mesh", "payload": "X-Jwt" })),
        "$.identity.trusted_headers.payload: this is not a header's name in lower case; write `x-jwt`"
    );
    assert_eq!(
        invalid(|config| {
            config["identity"] = json!({ "trusted_headers": { "peers": "spiffe://mesh", "payload": "x-jwt-payload" } });
        }),
        "$.identity: nobody says what the claims of the payload mean; write `issuers` as well"
    );
    let keyless = json!({ "issuer": "i", "audiences": "a" });
    assert_eq!(
        invalid(|config| config["identity"] = json!({ "issuers": [keyless] })),
        "$.identity.issuers[0]: the member `keys` is missing; give the issuer's JWK set, or where it is"
    );
    assert_eq!(
        invalid(|config| {
            config["identity"] = json!({
                "issuers": [{ "issuer": "i", "audiences": "a" }], "tokens": [{ "header": "authorization" }],
                "trusted_headers": { "peers": "spiffe://mesh", "payload": "x-jwt-payload" },
            });
        }),
        "$.identity.tokens: no token is accepted without `issuers`; write `issuers` as well"
    );
}
