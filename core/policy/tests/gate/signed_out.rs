//! Whoever has to sign in again.

use super::*;

/// 999,000 in RFC 3339.
const FROM: &str = "1970-01-12T13:30:00Z";

/// A gate with the policy that says from when on sign-ins count.
fn desk(changes: impl Fn(&mut Value), config_changes: impl FnOnce(&mut Value)) -> Gate {
    let mut gate = Gate::new(config(config_changes));
    gate.offer(bundle(&policy("acme", changes), 1, None), NOW)
        .unwrap();
    gate
}

fn of_jo(policy: &mut Value) {
    policy["tenant"]["directory"] = json!({ "jo": { "sessions_from": FROM } });
}

fn of_all(policy: &mut Value) {
    policy["tenant"]["sessions_from"] = json!(FROM);
}

fn judged(gate: &mut Gate, line: &str, claims: &Value) -> (Code, String) {
    let verdict = ask(gate, line, Some(&token(9, claims)), NOW);
    (verdict.entry().code, verdict.entry().detail.clone())
}

fn signed_out() -> (Code, String) {
    (Code::IdentityInvalid, "signed-out".to_owned())
}

fn passes() -> (Code, String) {
    (Code::Conditional, String::new())
}

#[test]
fn a_token_from_before_is_refused() {
    for (changes, is_of_all) in [(of_jo as fn(&mut Value), false), (of_all, true)] {
        let mut gate = desk(changes, |_| ());
        for (claims, expected) in [
            (json!({ "iat": 999_000 }), passes()),
            (json!({ "iat": 999_000.9 }), passes()),
            (json!({ "iat": 998_999 }), signed_out()),
            (json!({ "iat": 998_999.9 }), signed_out()),
            // It cannot be shown to be from after.
            (json!({}), signed_out()),
            (json!({ "iat": "999000" }), signed_out()),
            // Without the claim's name in the configuration, `iat` alone counts.
            (json!({ "iat": 999_000, "auth_time": 1 }), passes()),
            (json!({ "auth_time": 999_000 }), signed_out()),
        ] {
            let judged = judged(&mut gate, "GET /tickets/1", &claims);
            assert_eq!(judged, expected, "{claims}");
        }
        let other = if is_of_all { signed_out() } else { passes() };
        let al = json!({ "sub": "al", "iat": 1 });
        assert_eq!(judged(&mut gate, "GET /tickets/1", &al), other);
        // Where nobody is asked for, nobody has to sign in.
        assert_eq!(judged(&mut gate, "GET /open", &json!({})).0, Code::Public);
    }
    // Where nobody said so, a token says nothing of it.
    let mut gate = desk(|_| (), |_| ());
    assert_eq!(judged(&mut gate, "GET /tickets/1", &json!({})), passes());
}

#[test]
fn the_later_of_both_counts() {
    for (of_jo, of_all) in [
        (FROM, "1970-01-01T00:00:09Z"),
        ("1970-01-01T00:00:09Z", FROM),
    ] {
        let mut gate = desk(
            |policy| {
                policy["tenant"]["sessions_from"] = json!(of_all);
                policy["tenant"]["directory"] = json!({ "jo": { "sessions_from": of_jo } });
            },
            |_| (),
        );
        let mut at = |iat: u64| judged(&mut gate, "GET /tickets/1", &json!({ "iat": iat }));
        assert_eq!((at(998_999), at(999_000)), (signed_out(), passes()));
    }
    // The first second of all asks for a sign-in too.
    let mut gate = desk(
        |policy| policy["tenant"]["sessions_from"] = json!("1970-01-01T00:00:00Z"),
        |_| (),
    );
    let mut of = |claims: Value| judged(&mut gate, "GET /tickets/1", &claims);
    assert_eq!(of(json!({})), signed_out());
    assert_eq!(of(json!({ "iat": 1 })), passes());
}

#[test]
fn a_token_that_is_renewed_keeps_the_time_of_its_sign_in_where_a_claim_says_it() {
    let mut gate = desk(of_jo, |config| {
        config["identity"]["issuers"][0]["claims"]["signed_in"] = json!("auth_time");
    });
    let time = |why: &str| (Code::IdentityInvalid, why.to_owned());
    for (claims, expected) in [
        (
            json!({ "iat": 999_999, "auth_time": 998_999 }),
            signed_out(),
        ),
        (json!({ "iat": 1, "auth_time": 999_000 }), passes()),
        (json!({ "iat": 999_999 }), passes()),
        (json!({ "iat": 999_999, "auth_time": null }), passes()),
        (json!({}), signed_out()),
        (
            json!({ "iat": 999_999, "auth_time": "999999" }),
            time("time"),
        ),
        (json!({ "iat": 999_999, "auth_time": -1 }), time("time")),
    ] {
        let judged = judged(&mut gate, "GET /tickets/1", &claims);
        assert_eq!(judged, expected, "{claims}");
    }
    let mut nested = desk(of_jo, |config| {
        config["identity"]["issuers"][0]["claims"]["signed_in"] = json!(["session", "at"]);
    });
    let claims = json!({ "iat": 999_999, "session": { "at": 998_999 } });
    assert_eq!(judged(&mut nested, "GET /tickets/1", &claims), signed_out());
    let claims = json!({ "iat": 999_999, "session": "x" });
    assert_eq!(judged(&mut nested, "GET /tickets/1", &claims), time("time"));
}

#[test]
fn a_token_that_is_remembered_is_refused_once_somebody_signs_it_out() {
    let mut gate = desk(|_| (), |_| ());
    let old = token(9, &json!({ "iat": 998_999 }));
    let of = |gate: &mut Gate| code(gate, "GET /tickets/1", Some(&old), NOW);
    assert_eq!(of(&mut gate), Code::Conditional);
    assert_eq!(gate.status(NOW).tokens, 1);
    gate.offer(bundle(&policy("acme", of_jo), 2, None), NOW)
        .unwrap();
    assert_eq!(of(&mut gate), Code::IdentityInvalid);
}

#[test]
fn the_newest_policy_says_who_is_signed_out_and_who_is_active() {
    let waits = |policy: &mut Value| policy["tenant"]["role_changes"] = json!("next-session");
    let pinned = json!({ "version": 1, "iat": 998_999 });
    let mut gate = Gate::new(config(|config| {
        config["identity"]["issuers"][0]["claims"]["type"] = json!("kind");
    }));
    let offer = |gate: &mut Gate, sequence, changes: &dyn Fn(&mut Value)| {
        let policy = policy("acme", |policy| {
            waits(policy);
            changes(policy);
        });
        gate.offer(bundle(&policy, sequence, None), NOW).unwrap();
    };
    offer(&mut gate, 1, &|policy| {
        policy["catalog"]["subject_types"] = json!(["robot", "user"]);
    });
    let robot = json!({ "version": 1, "kind": "robot" });
    assert_eq!(judged(&mut gate, "GET /tickets/1", &robot), passes());
    let of = |gate: &mut Gate| judged(gate, "GET /tickets/1", &pinned);
    assert_eq!(of(&mut gate), passes());
    offer(&mut gate, 2, &of_jo);
    assert_eq!(of(&mut gate), signed_out());
    offer(&mut gate, 3, &|policy| {
        policy["tenant"]["directory"] = json!({ "jo": { "active": false } });
    });
    assert_eq!(of(&mut gate).0, Code::NotActive);
    // The type must mean somebody in the newest policy too, or nothing could be said of it.
    let undeclared = (Code::IdentityInvalid, "subject-type".to_owned());
    assert_eq!(judged(&mut gate, "GET /tickets/1", &robot), undeclared);
    offer(&mut gate, 4, &|_| ());
    assert_eq!(of(&mut gate), passes());
    // Who is active again is so at once, whatever the version says that its token names.
    let idle = json!({ "version": 3, "iat": 998_999 });
    assert_eq!(judged(&mut gate, "GET /tickets/1", &idle), passes());
}

#[test]
fn the_headers_of_a_trusted_peer_say_nothing_of_sessions_and_its_payload_does() {
    let mesh = Peer::Identity("spiffe://mesh");
    let mut gate = desk(of_all, |config| {
        config["identity"]["trusted_headers"] =
            json!({ "peers": "spiffe://mesh", "subject": "x-id", "roles": "x-roles" });
    });
    let headers = [("x-id", "jo"), ("x-roles", "agent")];
    assert_eq!(asked(&mut gate, mesh, "GET /tickets/1", &headers), passes());
    let mut gate = desk(of_all, |config| {
        let issuer = config["identity"]["issuers"][0].as_object_mut().unwrap();
        issuer.remove("keys");
        config["identity"]["trusted_headers"] =
            json!({ "peers": "spiffe://mesh", "payload": "x-jwt" });
    });
    let mut of = |iat: u64| {
        let token = token(9, &json!({ "iat": iat }));
        let payload = token.split('.').nth(1).unwrap();
        asked(&mut gate, mesh, "GET /tickets/1", &[("x-jwt", payload)])
    };
    assert_eq!((of(998_999), of(999_000)), (signed_out(), passes()));
}

#[test]
fn where_anybody_may_ask_a_cookie_that_is_signed_out_is_nobody() {
    let feed = |policy: &mut Value| {
        of_jo(policy);
        let feed =
            json!({ "methods": "GET", "path": "/feed", "public": true, "identity": "optional" });
        let known = json!({ "methods": "GET", "path": "/me", "authenticated": true });
        let routes = policy["catalog"]["routes"].as_array_mut().unwrap();
        routes.extend([feed, known]);
    };
    let mut gate = desk(feed, |config| {
        config["identity"]["tokens"] = json!([{ "header": "authorization" }, { "cookie": "s" }]);
    });
    let old = token(9, &json!({ "iat": 1 }));
    let (bearer, cookie) = (format!("Bearer {old}"), format!("s={old}"));
    let public = (Code::Public, String::new());
    for (line, name, value, expected) in [
        ("GET /feed", "cookie", &cookie, public),
        ("GET /feed", "authorization", &bearer, signed_out()),
        ("GET /me", "cookie", &cookie, signed_out()),
        ("GET /tickets/1", "cookie", &cookie, signed_out()),
    ] {
        let judged = asked(&mut gate, Peer::Unknown, line, &[(name, value)]);
        assert_eq!(judged, expected, "{line} {name}");
    }
}

#[test]
fn in_shadow_nobody_upstream_hears_who_it_was() {
    let mut gate = desk(of_jo, |config| config["mode"] = json!("shadow"));
    let old = token(9, &json!({ "iat": 1 }));
    let verdict = ask(&mut gate, "GET /tickets/1", Some(&old), NOW);
    assert_eq!(verdict.entry().detail, "signed-out");
    let names = match verdict {
        Verdict::Forward(forward) => forward.set.into_iter().map(|(name, _)| name).collect(),
        Verdict::Respond(_) => Vec::new(),
    };
    assert!(names.contains(&"x-portcullis-decision"), "{names:?}");
    assert!(!names.contains(&"x-portcullis-subject"), "{names:?}");
}
