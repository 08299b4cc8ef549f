//! The grammar of values, and how many of them a request may give.

use serde_json::{Value, json};

use super::{allowed, context_of_line, malformed, policy, probe, request, word};

#[test]
fn values_outside_the_grammar_are_malformed() {
    let long = "v".repeat(257);
    let question = |value: &str| {
        let mut ids = allowed();
        ids["subject"]["id"] = json!(value);
        let mut ids_too = allowed();
        ids_too["resource"]["id"] = json!(value);
        [
            request(json!({ "roles": "all", "s": value }), "doc:read", json!({})),
            request(
                json!({ "roles": "all" }),
                "doc:read",
                json!({ "r": [value] }),
            ),
            ids,
            ids_too,
        ]
    };
    for wrong in [long.as_str(), "a\nb", "\u{0}", "\u{7f}", "\u{85}"] {
        for question in question(wrong) {
            let line = question.to_string();
            malformed(line.as_bytes());
            assert!(context_of_line(&probe(), line.as_bytes()).contains("limit-exceeded"));
        }
    }
    for right in ["v".repeat(256).as_str(), "é ☃", " "] {
        for question in question(right) {
            assert_eq!(word(&probe(), &question), "all all");
        }
    }
    // A type or an action that is not an id names nothing.
    let odd = request(json!({}), &format!("{long}:a\nb"), json!({}));
    assert_eq!(word(&probe(), &odd), "unknown-permission");
}

#[test]
fn limits() {
    let many = |prefix: &str, count: usize| {
        (0..count)
            .map(|n| format!("{prefix}{n}"))
            .collect::<Vec<_>>()
    };
    let roles = |roles: usize, bound: usize, groups: usize| {
        let mut all = many("r", roles);
        all.push("all".to_owned());
        json!({ "roles": all, "team_roles": { "t": many("b", bound) }, "groups": many("g", groups) })
    };
    let ask = |subject, resource| word(&probe(), &request(subject, "doc:read", resource));
    assert_eq!(ask(roles(255, 0, 0), json!({})), "all all");
    assert_eq!(ask(roles(100, 155, 0), json!({})), "all all");
    assert_eq!(ask(roles(100, 156, 0), json!({})), "error");
    assert_eq!(ask(roles(100, 155, 4096), json!({})), "all all");
    assert_eq!(ask(roles(1, 0, 4097), json!({})), "error");
    assert_eq!(ask(roles(256, 0, 0), json!({})), "error");

    let all = || json!({ "roles": "all" });
    assert_eq!(ask(all(), json!({ "r": many("v", 1024) })), "all all");
    assert_eq!(ask(all(), json!({ "r": many("v", 1025) })), "error");
    // Sets are counted, not what is written.
    assert_eq!(ask(all(), json!({ "r": vec!["v"; 2000] })), "all all");
    let total = |last: usize| {
        let subject = json!({ "roles": "all", "s": many("v", 1024), "teams": many("v", last) });
        ask(
            subject,
            json!({ "r": many("v", 1024), "q": many("v", 1024) }),
        )
    };
    assert_eq!(total(1024), "all all");
    let over = json!({ "r": many("v", 1024), "q": many("v", 1024), "z": ["one"] });
    assert_eq!(
        ask(
            json!({ "roles": "all", "s": many("v", 1024), "teams": many("v", 1024) }),
            over
        ),
        "error"
    );
}

#[test]
fn at_most_64_attributes_are_given() {
    let names: Vec<String> = (0..65).map(|n| format!("a{n}")).collect();
    let reference = policy(
        json!({ "attributes": { "resource": names }, "scopes": { "all": "true" },
                "modules": { "doc": { "actions": { "read": "read" } } },
                "roles": { "x": { "grants": { "all": "*" } } } }),
        json!({}),
    );
    let ask = |count: usize| {
        let given: serde_json::Map<_, _> = names
            .iter()
            .take(count)
            .map(|name| (name.clone(), json!([])))
            .collect();
        let question = request(json!({ "roles": "x" }), "doc:read", Value::Object(given));
        reference
            .decide_line(question.to_string().as_bytes())
            .contains("\"decision\":true")
    };
    assert!(ask(64));
    assert!(!ask(65));
}
