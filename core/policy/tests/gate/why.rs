//! What a refusal says: to the log, to the client, and to a client of gRPC.

use super::*;

fn denied(claims: &Value) -> Value {
    let mut gate = gate(|config| {
        config["identity"]["issuers"][0]["roles"] = json!(["agent", "agnet"]);
        config["identity"]["issuers"][0]["claims"] = json!({
            "roles": { "path": ["realm_access", "roles"] },
            "groups": [{ "path": "groups" }, { "constant": "everybody" }],
            "team_roles": "team_roles",
        });
    });
    let token = token(9, claims);
    let verdict = ask(&mut gate, "GET /tickets/1", Some(&token), NOW);
    assert_eq!(verdict.entry().code, Code::NotGranted);
    serde_json::from_str(&verdict.entry().to_json()).unwrap()
}

#[test]
fn a_denial_says_what_was_read_from_where_and_what_did_not_count() {
    let entry = denied(&json!({
        "realm_access": { "roles": ["agnet", "admin"] },
        "team_roles": { "emea": ["owner"] },
        "groups": ["staff"],
    }));
    assert_eq!(
        entry["why"],
        json!({
            "by": "token", "issuer": "i",
            "roles": { "read": 3, "from": ["realm_access > roles", "team_roles"] },
            "groups": { "read": 2, "from": ["constant", "groups"] },
            "teams": { "read": 0, "from": [] },
            "unknown_roles": { "count": 1, "names": ["agnet"] },
            "roles_not_of_issuer": { "count": 2, "names": ["admin", "owner"] },
            "unmapped_groups": { "count": 2, "names": ["everybody", "staff"] },
        })
    );
    // What an issuer may not state is counted with what nobody may.
    assert_eq!(entry["roles_dropped"], 2);
}

#[test]
fn the_names_in_a_denial_are_few_and_short() {
    let long = "é".repeat(100);
    let mut groups: Vec<String> = (0..100).map(|at| format!("g{at}")).collect();
    groups.insert(0, long);
    let entry = denied(&json!({ "groups": groups }));
    let unmapped = &entry["why"]["unmapped_groups"];
    assert_eq!(unmapped["count"], 102);
    let names = unmapped["names"].as_array().unwrap();
    assert_eq!(names.len(), 8);
    assert_eq!(names[1], "é".repeat(32));
}

#[test]
fn what_goes_on_says_nothing_of_that() {
    let mut gate = gate(|_| ());
    let token = token(9, &json!({ "roles": ["admin", "unheard-of"] }));
    let verdict = ask(&mut gate, "GET /tickets/1", Some(&token), NOW);
    assert_eq!(verdict.entry().code, Code::Granted);
    assert_eq!(verdict.entry().why, None);
}

/// Returns the answer to a request with these headers.
fn answer(target: &str, headers: &[(&[u8], &[u8])]) -> portcullis_gate::Response {
    let mut gate = gate(|_| ());
    let request = Request {
        method: b"GET",
        authority: b"api.example.com",
        target: target.as_bytes(),
        headers,
        peer: Peer::Unknown,
        nonce: b"",
    };
    let answer = match gate.judge(&request, NOW) {
        Verdict::Respond(answer) => Some(answer),
        Verdict::Forward(_) => None,
    };
    answer.unwrap()
}

#[test]
fn a_problem_says_which_limit_was_passed() {
    let check = |target: &str, headers: &[(&[u8], &[u8])], expected: &str| {
        let answer = answer(target, headers);
        assert_eq!(answer.entry.code, Code::LimitExceeded);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let expected = format!("a limit is passed: more than {expected}");
        assert_eq!(body["title"], expected, "{target}");
    };
    check(&"/a".repeat(129), &[], "128 segments of a path");
    let path = format!("/{}", "a".repeat(5_000));
    check(&path, &[], "4 KiB of path");
    let target = format!("/?{}", "a".repeat(17_000));
    check(&target, &[], "16 KiB of target");
    let many = vec![(b"a".as_slice(), b"".as_slice()); 257];
    check("/open", &many, "256 headers");
    let long = vec![b'a'; 65_600];
    check("/open", &[(b"a", &long)], "64 KiB of headers");
    let roles = vec!["agent"; 257];
    let bearer = format!("Bearer {}", token(9, &json!({ "roles": roles })));
    let sent: &[(&[u8], &[u8])] = &[(b"authorization", bearer.as_bytes())];
    check("/tickets/1", sent, "256 roles (limits.roles)");
}

#[test]
fn a_grpc_client_gets_a_status_and_a_message_of_its_own() {
    for kind in [
        "application/grpc",
        "application/grpc+proto",
        "application/grpc;x=y",
    ] {
        let answer = answer("/tickets/1", &[(b"content-type", kind.as_bytes())]);
        let header = |name: &str| {
            let mut all = answer.headers.iter();
            all.find(|(own, _)| own == name)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        assert_eq!(header("content-type"), Some("application/grpc"));
        assert_eq!(header("grpc-status"), Some("16"));
        let message = header("grpc-message").unwrap();
        let expected = "identity-missing: the request needs an identity that is believed (trace ";
        assert!(message.starts_with(expected), "{message}");
    }
    for kind in [
        "application/grpc-web",
        "application/json",
        "application/grpcx",
    ] {
        let answer = answer("/tickets/1", &[(b"content-type", kind.as_bytes())]);
        assert_eq!(answer.status, 401, "{kind}");
    }
}

#[test]
fn reasons_are_counted_by_fixed_words() {
    let reasons = |target: &str, headers: &[(&[u8], &[u8])]| {
        let entry = answer(target, headers).entry;
        entry.reasons().map(String::from).collect::<Vec<_>>()
    };
    let bad: &[(&[u8], &[u8])] = &[(b"authorization", b"Bearer x")];
    assert_eq!(reasons("/tickets/1", bad), ["malformed"]);
    assert_eq!(
        reasons("/tickets/%2f..%2f", &[]),
        ["encoded-slash", "dot-segment", "empty-segment"]
    );
    assert_eq!(reasons("/tickets/1", &[]), [""; 0]);
}
