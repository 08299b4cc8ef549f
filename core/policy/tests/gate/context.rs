//! What the configuration says of action and context.

use super::*;

/// A gate whose policy lets somebody write who has no read-only token, and read from within.
fn guarded(identity: impl FnOnce(&mut Value)) -> Gate {
    let mut gate = Gate::new(config(|config| identity(&mut config["identity"])));
    let policy = policy("acme", |policy| {
        let catalog = &mut policy["catalog"];
        catalog["attributes"]["context"] = json!(["token", "zone"]);
        catalog["attributes"]["action"] = json!(["reason"]);
        catalog["scopes"]["inside"] = json!("is(context.zone, {inside})");
        catalog["scopes"]["writing"] = json!([[
            "is(context.token, {full})",
            "lacks(context.token, {read-only})"
        ]]);
        catalog["scopes"]["reasoned"] = json!("is(action.reason, {audit})");
        catalog["roles"]["agent"]["grants"] =
            json!({ "inside": "tickets:read", "writing": "tickets:write" });
        catalog["roles"]["auditor"] = json!({ "grants": { "reasoned": "tickets:read" } });
    });
    gate.offer(bundle(&policy, 1, None), NOW).unwrap();
    gate
}

fn judged(gate: &mut Gate, line: &str, headers: &[(&str, &str)]) -> (Code, String) {
    asked(gate, Peer::Identity("spiffe://mesh"), line, headers)
}

const READ: &str = "GET /tickets/1";
const WRITE: &str = "PUT /of/jo";

#[test]
fn claims_and_constants_fill_context_and_action() {
    let mut gate = guarded(|identity| {
        let claims = &mut identity["issuers"][0]["claims"];
        claims["context"] =
            json!({ "token": "use", "zone": [{ "constant": ["inside"] }, { "path": "zone" }] });
        claims["action"] = json!({ "reason": { "path": "why", "split": ";" } });
    });
    let refused = |detail: &str| (Code::IdentityInvalid, detail.to_owned());
    let answers = |code| (code, String::new());
    for (line, claims, expected) in [
        (READ, json!({}), answers(Code::Granted)),
        (READ, json!({ "zone": "outside" }), answers(Code::Granted)),
        (READ, json!({ "zone": 1.5 }), refused("context")),
        (WRITE, json!({ "use": "full" }), answers(Code::Granted)),
        (
            WRITE,
            json!({ "use": "read-only" }),
            answers(Code::OutOfScope),
        ),
        (
            WRITE,
            json!({ "use": ["full", "read-only"] }),
            answers(Code::OutOfScope),
        ),
        (WRITE, json!({}), answers(Code::OutOfScope)),
        (
            WRITE,
            json!({ "use": { "full": true } }),
            refused("context"),
        ),
        (
            READ,
            json!({ "roles": "auditor", "why": "audit" }),
            answers(Code::Granted),
        ),
        (
            READ,
            json!({ "roles": "auditor", "why": ";audit;" }),
            answers(Code::Granted),
        ),
        (
            READ,
            json!({ "roles": "auditor", "why": ";" }),
            answers(Code::OutOfScope),
        ),
        (
            READ,
            json!({ "roles": "auditor" }),
            answers(Code::OutOfScope),
        ),
        (
            READ,
            json!({ "roles": "auditor", "why": ["audit"] }),
            refused("action"),
        ),
    ] {
        let bearer = format!("Bearer {}", token(9, &claims));
        for _ in 0..2 {
            let got = judged(&mut gate, line, &[("authorization", &bearer)]);
            assert_eq!(got, expected, "{line} {claims}");
        }
    }
}

#[test]
fn a_guard_holds_only_where_its_attribute_was_given() {
    let judge = |source: Value, claims: Value| {
        let mut gate = Gate::new(config(|config| {
            let map = &mut config["identity"]["issuers"][0]["claims"];
            map["context"] = json!({ "token": source });
        }));
        let policy = policy("acme", |policy| {
            let catalog = &mut policy["catalog"];
            catalog["attributes"]["context"] = json!(["token"]);
            catalog["scopes"]["guarded"] = json!("lacks(context.token, {read-only})");
            catalog["roles"]["agent"]["grants"] = json!({ "guarded": "*" });
        });
        gate.offer(bundle(&policy, 1, None), NOW).unwrap();
        code(&mut gate, WRITE, Some(&token(9, &claims)), NOW)
    };
    let plain = || json!("use");
    let empty = || json!({ "path": "use", "absent": "empty" });
    for (source, claims, expected) in [
        (plain(), json!({ "use": "full" }), Code::Granted),
        (plain(), json!({ "use": "read-only" }), Code::OutOfScope),
        (plain(), json!({}), Code::OutOfScope),
        (plain(), json!({ "use": [] }), Code::OutOfScope),
        (plain(), json!({ "use": "" }), Code::OutOfScope),
        (empty(), json!({}), Code::Granted),
        (empty(), json!({ "use": [] }), Code::Granted),
        (
            empty(),
            json!({ "use": ["full", "read-only"] }),
            Code::OutOfScope,
        ),
        (json!("other"), json!({ "use": "full" }), Code::OutOfScope),
    ] {
        let got = judge(source.clone(), claims.clone());
        assert_eq!(got, expected, "{source} {claims}");
    }
}

#[test]
fn headers_of_trusted_peers_and_constants_fill_them_too() {
    let mut gate = guarded(|identity| {
        *identity = json!({ "trusted_headers": {
            "peers": "spiffe://mesh", "subject": "x-user-id", "roles": "x-roles", "separator": "|",
            "context": { "token": "x-token-use", "zone": { "constant": "inside" } },
            "action": { "reason": "x-reason" },
        } });
    });
    let agent = [("x-user-id", "jo"), ("x-roles", "agent|other")];
    let auditor = [("x-user-id", "jo"), ("x-roles", "auditor")];
    let with = |own: &[(&'static str, &'static str)], more: &[(&'static str, &'static str)]| {
        own.iter().chain(more).copied().collect::<Vec<_>>()
    };
    for (line, headers, expected, detail) in [
        (READ, with(&agent, &[]), Code::Granted, ""),
        (WRITE, with(&agent, &[]), Code::OutOfScope, ""),
        (
            WRITE,
            with(&agent, &[("x-token-use", "full")]),
            Code::Granted,
            "",
        ),
        (
            WRITE,
            with(&agent, &[("x-token-use", "full | read-only")]),
            Code::OutOfScope,
            "",
        ),
        (
            WRITE,
            with(&agent, &[("x-token-use", "full,read-only")]),
            Code::OutOfScope,
            "",
        ),
        (
            WRITE,
            with(&agent, &[("x-token-use", "full"), ("x-token-use", "full")]),
            Code::IdentityInvalid,
            "repeated",
        ),
        (
            WRITE,
            with(&agent, &[("x-token-use", "full"), ("x_token_use", "full")]),
            Code::IdentityInvalid,
            "repeated",
        ),
        (
            WRITE,
            with(&agent, &[("x-token-use", "a\u{7f}")]),
            Code::IdentityInvalid,
            "context",
        ),
        (
            READ,
            with(&auditor, &[("x-reason", "audit")]),
            Code::Granted,
            "",
        ),
        (
            READ,
            with(&auditor, &[("x-reason", "|")]),
            Code::OutOfScope,
            "",
        ),
        (READ, with(&auditor, &[]), Code::OutOfScope, ""),
        (
            READ,
            with(&agent, &[("connection", "x-token-use")]),
            Code::RequestMalformed,
            "connection",
        ),
    ] {
        let got = judged(&mut gate, line, &headers);
        assert_eq!(got, (expected, detail.to_owned()), "{line} {headers:?}");
    }
}

#[test]
fn a_header_that_fills_the_context_ends_here_unless_a_trusted_peer_sets_it() {
    let mut gate = guarded(|identity| {
        *identity = json!({ "trusted_headers": {
            "peers": "spiffe://other", "subject": "x-user-id", "context": { "token": "x-token-use" },
        } });
    });
    let request = Request {
        method: b"GET",
        authority: b"api.example.com",
        target: b"/open",
        headers: &[(b"X_Token_Use", b"full"), (b"x-other", b"1")],
        peer: Peer::Identity("spiffe://mesh"),
        nonce: b"",
    };
    let Verdict::Forward(forward) = gate.judge(&request, NOW) else {
        panic!("a public route was refused");
    };
    assert_eq!(forward.remove, ["X_Token_Use"]);
}

#[test]
fn what_cannot_fill_an_attribute_is_refused() {
    let claims = |context: Value| {
        invalid(|config| config["identity"]["issuers"][0]["claims"] = json!({ "context": context }))
    };
    let values = "this is not a list of values; write at least one, each of 1 to 256 bytes without control characters";
    let at = "$.identity.issuers[0].claims.context";
    assert_eq!(claims(json!({ "teams": { "constant": ["a", "b"] } })), "");
    assert_eq!(
        claims(json!({ "a": { "constant": [] } })),
        format!("{at}.a.constant: {values}")
    );
    assert_eq!(
        claims(json!({ "a": { "constant": "x\ny" } })),
        format!("{at}.a.constant: {values}")
    );
    assert_eq!(
        claims(json!({ "a": { "constant": "x", "path": "y" } })),
        format!("{at}.a.path: unknown member `path`; known here are `constant`")
    );
    let headers = |name: &'static str, value: Value| {
        invalid(move |config| {
            config["identity"] =
                json!({ "trusted_headers": { "peers": "spiffe://mesh", "subject": "x-user" } });
            config["identity"]["trusted_headers"][name] = value;
        })
    };
    let at = "$.identity.trusted_headers";
    assert_eq!(
        headers("context", json!({ "a": "x-a", "b": { "constant": "c" } })),
        ""
    );
    assert_eq!(
        headers("context", json!({ "a": "X-A" })),
        format!("{at}.context.a: this is not a header's name in lower case; write `x-a`")
    );
    assert_eq!(
        headers("action", json!({ "a": {} })),
        format!("{at}.action.a: the member `constant` is missing; write the value, or the values")
    );
    for fine in ["|", ";", ",", "/", " "] {
        assert_eq!(headers("separator", json!(fine)), "", "{fine}");
    }
    for wrong in ["||", "a", "\t", "%", "-", "é"] {
        assert_eq!(
            headers("separator", json!(wrong)),
            format!(
                "{at}.separator: this cannot separate the values of a list; write one sign, such as `|` or `;`, or a space"
            )
        );
    }
}
