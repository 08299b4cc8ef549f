//! The gate over real bundles: tenants, versions, tokens over time, and hostile bytes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "support of tests: what fails here is a failed test"
)]

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ed25519_dalek::Signer as _;
use portcullis_gate::{
    Code, Gate, GateConfig, GateRejection, Offer, Peer, Request, TokenCache, UnixSeconds, Verdict,
};
use portcullis_policy::{
    Source,
    encode::{BundleMetadata, encode},
    sign::{SigningKey, sign},
};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: UnixSeconds = UnixSeconds(1_000_000);

fn policy(tenant: &str, changes: impl FnOnce(&mut Value)) -> Value {
    let mut policy = json!({
        "catalog": {
            "id": "c",
            "attributes": { "resource": ["owner"] },
            "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
            "modules": { "tickets": { "actions": { "read": "read", "write": "write" } } },
            "roles": { "agent": { "grants": { "own": "*" } }, "admin": { "grants": { "*": "*" } } },
            "routes": [
                { "methods": "GET", "path": "/open", "public": true },
                { "methods": "GET", "path": "/tickets/{id}", "permission": "tickets:read", "conditional": "forward", "resource": { "id": "path.id" } },
                { "methods": "PUT", "path": "/of/{owner}", "permission": "tickets:write", "resource": { "owner": "path.owner" } }
            ]
        },
        "tenant": { "id": tenant }
    });
    changes(&mut policy);
    policy
}

fn bundle(policy: &Value, sequence: u64, routes: Option<&[u8]>) -> Vec<u8> {
    let (source, model) = Source::load(&policy.to_string()).unwrap();
    let mut metadata = BundleMetadata::new("default", NOW, 10_000, &source.catalog);
    metadata.sequence = sequence;
    if let Some(routes) = routes {
        metadata.routes = routes.to_vec();
    }
    sign(
        &encode(&model, &metadata).unwrap(),
        &[SigningKey::from_bytes(&[1; 32])],
    )
    .unwrap()
}

fn text(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn issuer(seed: u8) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[seed; 32])
}

fn jwks(seed: u8) -> Value {
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": text(issuer(seed).verifying_key().as_bytes()) }] })
}

fn config(changes: impl FnOnce(&mut Value)) -> GateConfig {
    let mut config = json!({
        "trust": { "threshold": 1, "audience": "default",
                   "keys": [{ "key": text(&SigningKey::from_bytes(&[1; 32]).public_key()) }] },
        "tenant": "acme",
        "identity": { "jwt": { "issuers": "i", "audiences": "a", "keys": jwks(9),
                               "claims": { "roles": "roles", "tenant": "tenant", "version": "version" } } }
    });
    changes(&mut config);
    GateConfig::from_json(config.to_string().as_bytes()).unwrap()
}

fn token(seed: u8, claims: &Value) -> String {
    token_headed(seed, r#"{"alg":"EdDSA"}"#, claims)
}

fn token_headed(seed: u8, header: &str, claims: &Value) -> String {
    let mut all = json!({ "iss": "i", "aud": "a", "exp": NOW.0 + 100, "sub": "jo", "roles": "agent", "tenant": "acme" });
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    let signed = format!(
        "{}.{}",
        text(header.as_bytes()),
        text(all.to_string().as_bytes())
    );
    let signature = issuer(seed).sign(signed.as_bytes());
    format!("{signed}.{}", text(&signature.to_bytes()))
}

/// Asks with `METHOD TARGET` and perhaps a token.
fn ask(gate: &mut Gate, line: &str, token: Option<&str>, now: UnixSeconds) -> Verdict {
    let (method, target) = line.split_once(' ').unwrap();
    let bearer = format!("Bearer {}", token.unwrap_or_default());
    let headers: &[(&[u8], &[u8])] = &[(b"authorization", bearer.as_bytes())];
    let request = Request {
        method: method.as_bytes(),
        authority: b"api.example.com",
        target: target.as_bytes(),
        headers: if token.is_some() { headers } else { &[] },
        peer: Peer::Unknown,
        nonce: b"",
    };
    gate.judge(&request, now)
}

fn code(gate: &mut Gate, line: &str, token: Option<&str>, now: UnixSeconds) -> Code {
    ask(gate, line, token, now).entry().code
}

fn gate(changes: impl FnOnce(&mut Value)) -> Gate {
    let mut gate = Gate::new(config(changes));
    let offered = gate.offer(bundle(&policy("acme", |_| ()), 1, None), NOW);
    assert!(matches!(offered, Ok(Offer::Accepted(_))));
    gate
}

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
    assert!(gate.replace_token_keys(br#"{"keys":[]}"#).is_err());
    assert_eq!(
        code(&mut gate, "GET /tickets/1", Some(&old), NOW),
        Code::Conditional
    );
    gate.replace_token_keys(jwks(8).to_string().as_bytes())
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
                config["identity"]["jwt"]["types"] = types;
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
    let mut gate = gate(|config| config["identity"]["jwt"]["max_age_seconds"] = json!(10));
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
        let mut gate = gate(|config| config["identity"]["jwt"]["keys"] = set(&[5, 6, 7, 8], kid));
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
        let keys = config["identity"]["jwt"]["keys"]["keys"].as_array_mut();
        keys.unwrap().push(other.clone());
    });
    let named = "`for \"others\"`: `use` is not sig";
    let status = gate.status(NOW);
    assert_eq!(status.unused_keys, [named]);
    let status: Value = serde_json::from_str(&status.to_json()).unwrap();
    assert_eq!(status["unused_keys"], json!([named]));
    // A set of which nothing is left is refused, and the last good one stays.
    let refused = gate.replace_token_keys(json!({ "keys": [other] }).to_string().as_bytes());
    assert!(refused.is_err());
    let old = token(9, &json!({}));
    let got = code(&mut gate, "GET /tickets/1", Some(&old), NOW);
    assert_eq!(got, Code::Conditional);
    gate.replace_token_keys(jwks(9).to_string().as_bytes())
        .unwrap();
    let status = gate.status(NOW);
    assert_eq!(status.unused_keys, [""; 0]);
    assert!(!status.to_json().contains("unused_keys"));
}

/// Asks as a trusted peer does, with these headers.
fn ask_by_headers(target: &str, headers: &[(&[u8], &[u8])]) -> Verdict {
    let mut gate = gate(|config| {
        config["identity"] = json!({ "trusted_headers": {
            "peers": "mesh", "subject": "x-user-id", "roles": "x-user-roles", "teams": "x-teams",
        } });
    });
    let request = Request {
        method: b"GET",
        authority: b"api.example.com",
        target: target.as_bytes(),
        headers,
        peer: Peer::Identity("mesh"),
        nonce: b"",
    };
    gate.judge(&request, NOW)
}

#[test]
fn another_spelling_of_an_identity_header_ends_here_even_from_a_trusted_peer() {
    let headers: &[(&[u8], &[u8])] = &[
        (b"X-User-Id", b"jo"),
        (b"x_user_id", b"boss"),
        (b"X-User.Roles", b"admin"),
        (b"x_teams", b"all"),
        (b"x-user-roles", b"agent"),
    ];
    let Verdict::Forward(forward) = ask_by_headers("/open", headers) else {
        panic!("a public route was refused");
    };
    assert_eq!(forward.remove, ["x_user_id", "X-User.Roles", "x_teams"]);
    let verdict = ask_by_headers("/tickets/1", headers);
    assert_eq!(verdict.entry().code, Code::IdentityInvalid);
}

#[test]
fn a_header_of_thousands_of_teams_is_refused_by_the_limit_that_it_passes() {
    let list = |each: &str| {
        let values: Vec<String> = (0..9_000).map(|at| format!("{each}{at:x}")).collect();
        values.join(",")
    };
    for (header, each, expected) in [
        ("x-teams", "", "more than 1,024 values of one attribute"),
        ("x-user-roles", "r@", "more than 256 roles and groups"),
    ] {
        let list = list(each);
        let headers: &[(&[u8], &[u8])] =
            &[(b"x-user-id", b"jo"), (header.as_bytes(), list.as_bytes())];
        let verdict = ask_by_headers("/tickets/1", headers);
        let entry = verdict.entry();
        assert_eq!(
            (entry.code, entry.detail.as_str()),
            (Code::LimitExceeded, expected)
        );
    }
}

#[test]
fn a_cache_of_another_gate_vouches_for_nothing() {
    let (first, second) = (
        gate(|_| ()),
        gate(|config| config["identity"]["jwt"]["audiences"] = json!("b")),
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
fn a_bundle_that_turns_bad_leaves_the_last_good_one() {
    let mut gate = gate(|_| ());
    let good = token(9, &json!({}));
    let routes = |line: &str| {
        let other = policy("acme", |policy| {
            policy["catalog"]["attributes"]["resource"] = json!(["owner", "other"]);
            policy["catalog"]["modules"]["tickets"]["actions"]["go"] = json!("other");
            policy["catalog"]["routes"] = serde_json::from_str(line).unwrap();
        });
        let (_, model) = Source::load(&other.to_string()).unwrap();
        portcullis_gate::routes::Routes::new(model.routes)
            .unwrap()
            .encode()
            .unwrap()
    };
    let strange = routes(r#"[{"methods":"GET","path":"/x","permission":"tickets:go"}]"#);
    let undeclared = routes(
        r#"[{"methods":"GET","path":"/{x}","permission":"tickets:read","resource":{"other":"path.x"}}]"#,
    );
    for (offered, expected) in [
        (
            bundle(&policy("acme", |_| ()), 2, Some(b"\x01\xff")),
            GateRejection::Routes,
        ),
        (
            bundle(&policy("acme", |_| ()), 2, Some(b"\x02")),
            GateRejection::Routes,
        ),
        (
            bundle(&policy("acme", |_| ()), 2, Some(&strange)),
            GateRejection::RoutePermission,
        ),
        (
            bundle(&policy("acme", |_| ()), 2, Some(&undeclared)),
            GateRejection::RouteAttribute,
        ),
        (
            bundle(&policy("globex", |_| ()), 2, None),
            GateRejection::Bundle(portcullis_engine::RejectedBundle::WrongTenant),
        ),
        (
            bundle(&policy("acme", |_| ()), 0, None),
            GateRejection::Bundle(portcullis_engine::RejectedBundle::RolledBack),
        ),
        (
            b"PCLB".to_vec(),
            GateRejection::Bundle(portcullis_engine::RejectedBundle::MalformedEnvelope),
        ),
    ] {
        assert_eq!(gate.offer(offered, NOW), Err(expected));
        assert_eq!(gate.status(NOW).last_rejection, Some(expected));
        assert!(gate.status(NOW).ready);
        assert_eq!(
            code(&mut gate, "GET /tickets/1", Some(&good), NOW),
            Code::Conditional
        );
    }
    assert_eq!(
        gate.offer(bundle(&policy("acme", |_| ()), 1, None), NOW),
        Ok(Offer::Unchanged)
    );
    assert!(matches!(
        gate.offer(bundle(&policy("acme", |_| ()), 3, None), NOW),
        Ok(Offer::Accepted(_))
    ));
    assert_eq!(gate.status(NOW).last_rejection, None);
    let expiry = UnixSeconds(NOW.0 + 10_000);
    assert_eq!(
        code(&mut gate, "GET /open", None, expiry),
        Code::BundleExpired
    );
    assert!(!gate.status(expiry).ready);
}

#[test]
fn each_tenant_is_answered_by_its_own_policy() {
    let mut gate = Gate::new(config(|config| {
        config.as_object_mut().unwrap().remove("tenant");
    }));
    assert_eq!(code(&mut gate, "GET /open", None, NOW), Code::NoBundle);
    gate.offer(bundle(&policy("acme", |_| ()), 1, None), NOW)
        .unwrap();
    gate.offer(
        bundle(
            &policy("globex", |policy| {
                policy["catalog"]["roles"]["agent"]["grants"] = json!({ "all": "tickets:read" })
            }),
            1,
            None,
        ),
        NOW,
    )
    .unwrap();
    let acme = token(9, &json!({}));
    let globex = token(9, &json!({ "tenant": "globex" }));
    let nobody = token(9, &json!({ "tenant": "initech" }));
    // One catalog: public routes are settled before anybody is known.
    assert_eq!(code(&mut gate, "GET /open", None, NOW), Code::Public);
    assert_eq!(
        code(&mut gate, "GET /nowhere", None, NOW),
        Code::RouteUnknown
    );
    assert_eq!(
        code(&mut gate, "GET /tickets/1", None, NOW),
        Code::IdentityMissing
    );
    assert_eq!(
        code(&mut gate, "GET /tickets/1", Some(&acme), NOW),
        Code::Conditional
    );
    assert_eq!(
        code(&mut gate, "GET /tickets/1", Some(&globex), NOW),
        Code::Granted
    );
    assert_eq!(
        code(&mut gate, "GET /tickets/1", Some(&nobody), NOW),
        Code::TenantMismatch
    );
    // Another catalog: what differs waits until somebody is known.
    gate.offer(
        bundle(
            &policy(
                "globex",
                |policy| {
                    policy["catalog"]["routes"][0] =
                        json!({ "methods": "GET", "path": "/open", "permission": "tickets:write" })
                },
            ),
            2,
            None,
        ),
        NOW,
    )
    .unwrap();
    assert_eq!(
        code(&mut gate, "GET /open", None, NOW),
        Code::IdentityMissing
    );
    assert_eq!(code(&mut gate, "GET /open", Some(&acme), NOW), Code::Public);
    assert_eq!(
        code(&mut gate, "GET /open", Some(&globex), NOW),
        Code::ConditionalRefused
    );
    assert_eq!(
        code(&mut gate, "GET /nowhere", None, NOW),
        Code::RouteUnknown
    );
    assert_eq!(gate.status(NOW).tenants.len(), 2);
}

#[test]
fn a_verified_version_is_followed_where_role_changes_wait() {
    let waits = |policy: &mut Value| policy["tenant"]["role_changes"] = json!("next-session");
    let mut gate = Gate::new(config(|_| ()));
    gate.offer(bundle(&policy("acme", waits), 1, None), NOW)
        .unwrap();
    let fewer = policy("acme", |policy| {
        waits(policy);
        policy["catalog"]["roles"]["agent"]["grants"] = json!({ "own": "tickets:write" });
    });
    gate.offer(bundle(&fewer, 2, None), NOW).unwrap();
    for (claims, expected, sequence) in [
        (json!({}), Code::NotGranted, 2),
        (json!({ "version": 1 }), Code::Conditional, 1),
        (json!({ "version": "1" }), Code::Conditional, 1),
        (json!({ "version": 2 }), Code::NotGranted, 2),
        (json!({ "version": 7 }), Code::NotGranted, 2),
    ] {
        let verdict = ask(&mut gate, "GET /tickets/1", Some(&token(9, &claims)), NOW);
        assert_eq!(
            (verdict.entry().code, verdict.entry().sequence),
            (expected, sequence),
            "{claims}"
        );
    }
    let strange = token(9, &json!({ "version": "x" }));
    assert_eq!(
        code(&mut gate, "GET /tickets/1", Some(&strange), NOW),
        Code::IdentityInvalid
    );
}

#[test]
fn a_configuration_is_refused_with_its_place_and_cure() {
    let base = || {
        json!({ "trust": { "threshold": 1, "audience": "default", "keys": [{ "key": text(&SigningKey::from_bytes(&[1; 32]).public_key()) }] }, "tenant": "acme",
                "identity": { "jwt": { "issuers": "i", "audiences": "a", "keys": jwks(9) } } })
    };
    let mut cases: Vec<(Value, &str)> = Vec::new();
    let mut case = |pointer: &str, name: &str, value: Value, expected: &'static str| {
        let mut config = base();
        config.pointer_mut(pointer).unwrap()[name] = value;
        cases.push((config, expected));
    };
    case(
        "",
        "tennant",
        json!("x"),
        "$.tennant: unknown member `tennant`; did you mean `tenant`?",
    );
    case(
        "/trust",
        "threshold",
        json!(2),
        "$.trust: the threshold is zero or above the number of distinct keys; see `threshold` and `keys`",
    );
    case(
        "/trust/keys/0",
        "use",
        json!("all"),
        "$.trust.keys[0].use: unknown use `all`; known here are `any`, `slices-only`",
    );
    case(
        "/identity/jwt",
        "isuers",
        json!("i"),
        "$.identity.jwt.isuers: unknown member `isuers`; did you mean `issuers`?",
    );
    case(
        "/identity/jwt",
        "issuers",
        json!(["i", "j"]),
        "$.identity.jwt.issuers: several issuers would share one set of keys, so that each could sign for the others; name the issuer that the keys belong to, and run a listener of its own for another",
    );
    case(
        "/identity/jwt",
        "audiences",
        json!([]),
        "$.identity.jwt.audiences: the list is empty; name at least one",
    );
    case(
        "/identity/jwt",
        "leeway_seconds",
        json!(301),
        "$.identity.jwt.leeway_seconds: the leeway is over 300 seconds; set the clocks instead",
    );
    case(
        "/identity/jwt",
        "max_age_seconds",
        json!(0),
        "$.identity.jwt.max_age_seconds: no token is that young; write at least 1, or leave it out",
    );
    case(
        "/identity/jwt",
        "header",
        json!("X-Token"),
        "$.identity.jwt.header: this is not a header's name in lower case; use letters, digits, `-` and `_`",
    );
    case(
        "/identity/jwt/keys/keys/0",
        "d",
        json!("x"),
        "$.identity.jwt.keys.keys[0]: `d` is secret; give the public key alone",
    );
    case(
        "/identity/jwt/keys/keys/0",
        "alg",
        json!("RS256"),
        "$.identity.jwt.keys.keys[0]: `RS256` is not verified here; this key is for EdDSA",
    );
    case(
        "/identity/jwt/keys/keys/0",
        "kty",
        json!("oct"),
        "$.identity.jwt.keys.keys[0]: no algorithm here is for such a key; give one with `kty` OKP and `crv` Ed25519, EC and P-256, or RSA",
    );
    case(
        "/identity/jwt/keys/keys/0",
        "x",
        json!("AAAA"),
        "$.identity.jwt.keys.keys[0]: the public key cannot be used; give a valid one; RSA takes 2048 to 4096 bits",
    );
    case(
        "",
        "log",
        json!({ "grantd": "info" }),
        "$.log.grantd: unknown code `grantd`; did you mean `granted`?",
    );
    case(
        "",
        "log",
        json!({ "granted": "loud" }),
        "$.log.granted: unknown level `loud`; known here are `off`, `debug`, `info`, `warn`, `error`",
    );
    case(
        "",
        "bundle",
        json!("*"),
        "$.bundle: the bundle is not base64; write it with padding",
    );
    case(
        "",
        "shell",
        json!(1),
        "$.shell: expected an object, found a number; write what the shell needs, by name",
    );
    case(
        "/identity",
        "trusted_headers",
        json!({ "peers": "10.0.0.0/33", "subject": "x-user" }),
        "$.identity.trusted_headers.peers: this is neither an address range nor an identity; write a range such as 10.0.0.0/8, or a whole identity",
    );
    for (config, expected) in &cases {
        let error = GateConfig::from_json(config.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), *expected);
    }
    let mut homeless = base();
    homeless.as_object_mut().unwrap().remove("tenant");
    let error = GateConfig::from_json(homeless.to_string().as_bytes()).unwrap_err();
    assert!(
        error.to_string().contains("say whose listener it is"),
        "{error}"
    );
    let twice = base().to_string().replacen('{', r#"{"tenant":"acme","#, 1);
    assert!(
        GateConfig::from_json(twice.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("appears twice")
    );
    let whole = config(|config| {
        config["shell"] = json!({ "b": [1, true, null, "x"], "a": {} });
        config["limits"] = json!({ "poll_seconds": 7 });
        config["bundle"] = json!("UENMQg==");
    });
    assert_eq!(whole.shell(), r#"{"b":[1,true,null,"x"],"a":{}}"#);
    assert_eq!(
        (whole.poll_seconds(), whole.bundle()),
        (7, Some(b"PCLB".as_slice()))
    );
}

fn nasty_target() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "/", "/open", "/tickets", "/of", "/jo", "1", ".", "..", "%2e", "%2f", "%5c", "\\", ";",
        "%00", "%25", "%252f", "//", "?", "#", "A", "O", "%6f", " ", "é",
    ]);
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_judged_without_panic_and_nothing_unasked_is_let_through(
        method in prop_oneof![Just(b"GET".to_vec()), Just(b"PUT".to_vec()), prop::collection::vec(any::<u8>(), 0..8)],
        target in prop_oneof![nasty_target(), prop::collection::vec(any::<u8>(), 0..64)],
        authority in prop_oneof![Just(Vec::new()), prop::collection::vec(any::<u8>(), 0..16)],
        headers in prop::collection::vec((
            prop_oneof![Just(b"authorization".to_vec()), Just(b"Origin".to_vec()), Just(b"traceparent".to_vec()), prop::collection::vec(any::<u8>(), 0..12)],
            prop_oneof![Just(format!("Bearer {}", token(9, &json!({}))).into_bytes()), prop::collection::vec(any::<u8>(), 0..40)],
        ), 0..5),
    ) {
        let mut gate = gate(|_| ());
        let borrowed: Vec<(&[u8], &[u8])> = headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        let request = Request { method: &method, authority: &authority, target: &target, headers: &borrowed, peer: Peer::Unknown, nonce: b"" };
        let verdict = gate.judge(&request, NOW);
        serde_json::from_str::<Value>(&verdict.entry().to_json()).unwrap();
        if let Verdict::Forward(forward) = &verdict {
            // What goes on is one of the three routes, and never for nobody but the open one.
            let path = String::from_utf8(target.clone()).unwrap();
            let path = path.split('?').next().unwrap();
            prop_assert!(!path.contains("//") && !path.contains("..") && !path.ends_with('/'), "{path}");
            let subject = forward.set.iter().find(|(name, _)| *name == "x-portcullis-subject");
            prop_assert_eq!(subject.is_none(), verdict.entry().code == Code::Public);
        }
    }

    #[test]
    fn any_configuration_is_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = GateConfig::from_json(&bytes).is_ok();
    }
}
