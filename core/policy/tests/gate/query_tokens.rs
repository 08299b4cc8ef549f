//! Tokens in the query, on routes that say so.

use super::*;

fn desk() -> Gate {
    let policy = policy("acme", |policy| {
        let routes = policy["catalog"]["routes"].as_array_mut().unwrap();
        routes.push(json!({
            "methods": "GET", "path": "/stream", "permission": "tickets:read",
            "conditional": "forward", "token_in_query": true,
        }));
    });
    let mut gate = Gate::new(config(|config| {
        config["identity"]["tokens"] =
            json!([{ "header": "authorization" }, { "query": "access_token" }]);
    }));
    gate.offer(bundle(&policy, 1, None), NOW).unwrap();
    gate
}

fn judge(gate: &mut Gate, target: &str, bearer: Option<&str>) -> Verdict {
    ask(gate, &format!("GET {target}"), bearer, NOW)
}

#[test]
fn a_token_in_the_query_counts_and_is_cut_out_of_what_goes_upstream() {
    let mut gate = desk();
    let jo = token(9, &json!({}));
    for (target, upstream) in [
        (format!("/stream?access_token={jo}"), "/stream"),
        (
            format!("/stream?a=%2f&access_token={jo}&b"),
            "/stream?a=%2f&b",
        ),
        (
            format!("/stream?access%5Ftoken={jo}&a=1&a=2"),
            "/stream?a=1&a=2",
        ),
    ] {
        let Verdict::Forward(forward) = judge(&mut gate, &target, None) else {
            panic!("{target}");
        };
        assert_eq!(forward.entry.code, Code::Conditional);
        assert_eq!(forward.target.as_deref(), Some(upstream));
        let expected = [
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ];
        assert_eq!(
            forward.answer.add,
            expected.map(|(name, value)| (name, String::from(value)))
        );
        assert!(!forward.entry.to_json().contains(&jo));
    }
    // Beside the same token in a header it is cut out too.
    let target = format!("/stream?access_token={jo}");
    let Verdict::Forward(forward) = judge(&mut gate, &target, Some(&jo)) else {
        panic!();
    };
    assert_eq!(forward.target.as_deref(), Some("/stream"));
    // Where there is none, the client's bytes go on.
    let Verdict::Forward(forward) = judge(&mut gate, "/stream?a=1", Some(&jo)) else {
        panic!();
    };
    assert_eq!(forward.target, None);
    assert!(forward.answer.is_empty());
}

#[test]
fn a_token_in_the_query_that_is_not_clear_is_refused() {
    let mut gate = desk();
    let (jo, ada) = (token(9, &json!({})), token(9, &json!({ "sub": "ada" })));
    for (target, bearer, detail) in [
        (
            format!("/stream?access_token={jo}"),
            Some(&ada),
            "two-tokens",
        ),
        (
            format!("/stream?access_token={jo}&access_token={jo}"),
            None,
            "query",
        ),
        (
            format!("/stream?access_token={jo}&Access_Token={jo}"),
            None,
            "query",
        ),
        (format!("/stream?access_token[]={jo}"), None, "query"),
        (format!("/stream?access.token={jo}"), Some(&jo), "query"),
        (format!("/stream?access_token={jo};x"), None, "query"),
        ("/stream?access_token=x".to_owned(), None, "malformed"),
    ] {
        let verdict = judge(&mut gate, &target, bearer.map(String::as_str));
        let entry = verdict.entry();
        assert_eq!(
            (entry.code, &*entry.detail),
            (Code::IdentityInvalid, detail),
            "{target}"
        );
        assert!(!entry.to_json().contains(&jo));
        // What was refused has the token in its address too.
        if detail == "malformed" {
            let Verdict::Respond(answer) = &verdict else {
                panic!();
            };
            let policy = ("referrer-policy".to_owned(), "no-referrer".to_owned());
            assert!(answer.headers.contains(&policy));
        }
    }
    for target in ["/stream?access_token=", "/stream?access_token", "/stream"] {
        assert_eq!(
            judge(&mut gate, target, None).entry().code,
            Code::IdentityMissing
        );
    }
}

#[test]
fn other_routes_and_other_gates_know_nothing_of_it() {
    let mut gate = desk();
    let jo = token(9, &json!({}));
    let target = format!("/tickets/1?access_token={jo}");
    assert_eq!(
        judge(&mut gate, &target, None).entry().code,
        Code::IdentityMissing
    );
    let Verdict::Forward(forward) = judge(&mut gate, &target, Some(&jo)) else {
        panic!();
    };
    assert_eq!(forward.target, None);
    // A route alone is not enough: the configuration names the parameter.
    let policy = policy("acme", |policy| {
        policy["catalog"]["routes"][1]["token_in_query"] = json!(true);
    });
    let mut plain = Gate::new(config(|_| ()));
    plain.offer(bundle(&policy, 1, None), NOW).unwrap();
    assert_eq!(
        judge(&mut plain, &target, None).entry().code,
        Code::IdentityMissing
    );
}

#[test]
fn a_public_route_cannot_read_a_token() {
    let policy = policy("acme", |policy| {
        policy["catalog"]["routes"][0]["token_in_query"] = json!(true);
    });
    let Err(invalid) = Source::load(&policy.to_string()) else {
        panic!();
    };
    assert!(
        invalid
            .to_string()
            .contains("a public route reads no token")
    );
}

#[test]
fn no_attribute_comes_from_where_a_token_is() {
    let policy = policy("acme", |policy| {
        let routes = policy["catalog"]["routes"].as_array_mut().unwrap();
        for (path, origin) in [
            ("/by-query", "query.access_token"),
            ("/by-header", "header.x_token"),
            ("/by-other", "query.owner"),
        ] {
            routes.push(
                json!({ "methods": "GET", "path": path, "permission": "tickets:read",
                "resource": { "owner": origin }, "token_in_query": true }),
            );
        }
    });
    let mut gate = Gate::new(config(|config| {
        config["identity"]["tokens"] = json!([{ "header": "authorization" },
            { "header": "x-token" }, { "query": "access_token" }]);
    }));
    gate.offer(bundle(&policy, 1, None), NOW).unwrap();
    let jo = token(9, &json!({}));
    for target in ["/by-query?access_token=", "/by-query?a=1", "/by-header"] {
        let verdict = judge(&mut gate, target, Some(&jo));
        let entry = verdict.entry();
        assert_eq!(
            (entry.code, entry.detail.as_str()),
            (Code::AttributeAmbiguous, "identity-header"),
            "{target}"
        );
    }
    let verdict = judge(&mut gate, "/by-other?owner=jo", Some(&jo));
    assert_eq!(verdict.entry().code, Code::Granted);
}
