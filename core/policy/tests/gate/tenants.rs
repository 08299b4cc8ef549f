//! Bundles of several tenants and versions.

use super::*;

#[test]
fn a_type_that_the_catalog_does_not_declare_is_refused() {
    let changes = |types: Value| {
        policy("acme", |policy| {
            policy["catalog"]["everyone"] = json!({ "role": "member" });
            policy["catalog"]["roles"]["member"] = json!({ "grants": { "all": "tickets:read" } });
            policy["catalog"]["routes"][0]["identity"] = json!("optional");
            policy["tenant"]["directory"] = json!({ "bob": { "active": false } });
            if types != Value::Null {
                policy["catalog"]["subject_types"] = types;
            }
        })
    };
    let asked = |policy: &Value, kind: &str, target: &str, by_headers: bool| {
        let mut gate = Gate::new(config(|config| {
            config["identity"]["issuers"][0]["claims"]["type"] = json!("kind");
            config["identity"]["trusted_headers"] = json!({ "peers": "spiffe://mesh", "subject": "x-id", "type": "x-type", "roles": "x-roles" });
        }));
        gate.offer(bundle(policy, 1, None), NOW).unwrap();
        let bearer = format!(
            "Bearer {}",
            token(
                9,
                &json!({ "sub": "bob", "kind": kind, "roles": ["admin", "member"] })
            )
        );
        let by_token: &[(&[u8], &[u8])] = &[(b"authorization", bearer.as_bytes())];
        let stated: &[(&[u8], &[u8])] = &[
            (b"x-id", b"bob"),
            (b"x-type", kind.as_bytes()),
            (b"x-roles", b"admin, member"),
        ];
        let request = Request {
            method: b"GET",
            authority: b"api.example.com",
            target: target.as_bytes(),
            headers: if by_headers { stated } else { by_token },
            peer: Peer::Identity("spiffe://mesh"),
            nonce: b"",
        };
        let verdict = gate.judge(&request, NOW);
        (verdict.entry().code, verdict.entry().detail.clone())
    };
    let undeclared = (Code::IdentityInvalid, "subject-type".to_owned());
    for by_headers in [false, true] {
        for target in ["/tickets/1", "/open"] {
            let usual = changes(Value::Null);
            let of = |kind: &str| asked(&usual, kind, target, by_headers);
            assert_eq!(of("user").0, Code::NotActive);
            for kind in ["User", "USER", "users", "robot"] {
                assert_eq!(of(kind), undeclared, "{kind}");
            }
            let more = changes(json!(["robot", "user"]));
            let of = |kind: &str| asked(&more, kind, target, by_headers);
            assert_ne!(of("robot").0, Code::IdentityInvalid);
            assert_eq!(of("service"), undeclared);
        }
    }
    // A role that everybody of other types holds is not given by a token.
    let service = asked(&changes(Value::Null), "service", "/tickets/1", false);
    assert_eq!(service.0, Code::Granted);
    let without = policy("acme", |policy| {
        policy["catalog"]["everyone"] = json!({ "role": "admin" });
    });
    let service = asked(&without, "service", "/tickets/1", false);
    assert_eq!(service.0, Code::NotGranted);
}

#[test]
fn who_is_not_active_is_refused_whatever_the_token_says() {
    let mut gate = Gate::new(config(|_| ()));
    let policy = policy("acme", |policy| {
        policy["tenant"]["directory"] = json!({ "jo": { "roles": "admin", "active": false } });
    });
    gate.offer(bundle(&policy, 1, None), NOW).unwrap();
    let bearer = |sub: &str| token(9, &json!({ "sub": sub, "roles": "admin" }));
    let mut code = |line: &str, sub: &str| code(&mut gate, line, Some(&bearer(sub)), NOW);
    assert_eq!(code("GET /tickets/1", "jo"), Code::NotActive);
    assert_eq!(code("GET /tickets/1", "al"), Code::Granted);
    assert_eq!(code("GET /open", "jo"), Code::Public);
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
