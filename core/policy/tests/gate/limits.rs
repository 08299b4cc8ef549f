//! What a configuration bounds, and what is said where it is passed.

use super::*;

/// Asks with a token of these claims; returns the code, the detail and the title of the answer.
fn passed(limits: Value, claims: &Value) -> (Code, String, String) {
    let mut gate = gate(|config| {
        config["limits"] = limits;
        let claims = &mut config["identity"]["issuers"][0]["claims"];
        claims["groups"] = json!("groups");
        claims["teams"] = json!("teams");
        claims["attributes"] = json!({ "region": "region" });
    });
    let verdict = ask(&mut gate, "GET /tickets/1", Some(&token(9, claims)), NOW);
    let entry = verdict.entry();
    let found = (entry.code, entry.detail.clone());
    let title = match &verdict {
        Verdict::Forward(_) => String::new(),
        Verdict::Respond(answer) => {
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            body["title"].as_str().unwrap().to_owned()
        }
    };
    (found.0, found.1, title)
}

#[test]
fn a_limit_that_is_passed_is_named_with_its_value_and_its_setting() {
    let limits = json!({ "roles": 2, "groups": 3, "teams": 1, "values": 2 });
    let list = |count: usize| (0..count).map(|at| format!("v{at}")).collect::<Vec<_>>();
    let known = |count: usize| vec!["agent".to_owned(); count];
    for (claim, most, expected) in [
        ("roles", 2, "more than 2 roles (limits.roles)"),
        ("groups", 3, "more than 3 groups (limits.groups)"),
        ("teams", 1, "more than 1 teams (limits.teams)"),
        (
            "region",
            2,
            "more than 2 values of one attribute (limits.values)",
        ),
    ] {
        let list = |count| {
            if claim == "roles" {
                known(count)
            } else {
                list(count)
            }
        };
        let (code, ..) = passed(limits.clone(), &json!({ claim: list(most) }));
        assert_ne!(code, Code::LimitExceeded, "{claim}");
        let over = passed(limits.clone(), &json!({ claim: list(most + 1) }));
        let title = format!("a limit is passed: {expected}");
        assert_eq!(over, (Code::LimitExceeded, expected.to_owned(), title));
    }
}

#[test]
fn a_token_or_filter_that_is_too_long_names_its_setting_too() {
    let long = json!({ "x": "y".repeat(9_000) });
    let too_long = "a limit is passed: more than 8,192 bytes of a token (limits.token_bytes)";
    let expected = (Code::IdentityInvalid, "too-long".into(), too_long.into());
    assert_eq!(passed(json!({}), &long), expected);
    assert_eq!(
        passed(json!({ "token_bytes": 16_384 }), &long).0,
        Code::Conditional
    );
    let filter = "a limit is passed: more than 16 bytes of a filter (limits.filter_bytes)";
    let expected = (Code::ConditionalRefused, "filter".into(), filter.into());
    assert_eq!(passed(json!({ "filter_bytes": 16 }), &json!({})), expected);
}

#[test]
fn no_limit_is_set_higher_than_what_an_engine_takes() {
    for (setting, most, what) in [
        ("roles", 256, "256 roles"),
        ("groups", 4_096, "4,096 groups"),
        ("teams", 1_024, "1,024 teams"),
        ("values", 1_024, "1,024 values of one attribute"),
    ] {
        let with = |count: usize| invalid(|config| config["limits"] = json!({ setting: count }));
        assert_eq!(with(most), "", "{setting}");
        assert_eq!(
            with(most + 1),
            format!(
                "$.limits.{setting}: over {what}; no engine takes more: let the issuer state fewer"
            )
        );
    }
}

#[test]
fn an_attribute_may_be_called_as_a_part_of_a_request_is() {
    for name in ["path", "query", "headers"] {
        let mut gate = Gate::new(config(|_| ()));
        let policy = policy("acme", |policy| {
            let catalog = &mut policy["catalog"];
            catalog["attributes"]["resource"] = json!(["owner", name]);
            catalog["routes"] = json!([{ "methods": "GET", "path": "/tickets", "permission": "tickets:read",
                                         "conditional": "forward", "resource": { name: "query.q" } }]);
        });
        gate.offer(bundle(&policy, 1, None), NOW).unwrap();
        let mut check = |query: String, detail: &str, expected: &str| {
            let token = token(9, &json!({}));
            let line = format!("GET /tickets?{query}");
            let verdict = ask(&mut gate, &line, Some(&token), NOW);
            assert_eq!(verdict.entry().detail, detail);
            let body = match &verdict {
                Verdict::Respond(answer) => answer.body.as_str(),
                Verdict::Forward(_) => "{}",
            };
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["title"], format!("a limit is passed: {expected}"));
        };
        let long = format!("q={}", "a".repeat(257));
        check(long, name, "more than 256 bytes of a value");
        let many = "x&".repeat(1_000);
        check(many, "query", "more than 1,000 parameters of the query");
    }
}
