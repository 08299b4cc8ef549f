//! Guards and their data: what is given, and what a `lacks` is worth where it is not.

use serde_json::{Value, json};

use super::{policy, policy_of_scopes, request, word};

/// Checks a `lacks` of each party, as the only grant, with the request changed by `change`.
#[track_caller]
fn lacks(of: &str, constants: &str, change: fn(&mut Value), expected: &str) {
    let policy = policy_of_scopes(&[("x", json!(format!("lacks({of}, {{{constants}}})")))]);
    let mut question = request(json!({ "roles": ["x"] }), "doc:read", json!({}));
    change(&mut question);
    assert_eq!(word(&policy, &question), expected, "{question}");
}

#[test]
fn what_nobody_states_is_not_given() {
    for of in ["subject.s", "subject.teams", "action.act", "context.ctx"] {
        lacks(of, "b", |_| {}, "out-of-scope");
        // Neither is it where there is nothing to lack.
        lacks(of, "", |_| {}, "out-of-scope");
    }
}

#[test]
fn what_is_stated_is_given_also_if_empty() {
    for stated in [json!("a"), json!(["a"]), json!([]), json!(null), json!("")] {
        let policy = policy_of_scopes(&[(
            "x",
            json!([[
                "lacks(subject.s, {b})",
                "lacks(action.act, {b})",
                "lacks(context.ctx, {b})",
                "lacks(context.ctx, {})"
            ]]),
        )]);
        let mut question = request(json!({ "roles": "x", "s": stated }), "doc:read", json!({}));
        question["action"]["properties"] = json!({ "act": stated });
        question["context"] = json!({ "ctx": stated });
        assert_eq!(word(&policy, &question), "x x", "{question}");
        // One that is missing is enough.
        for party in ["subject", "action", "context"] {
            let mut less = question.clone();
            match party {
                "subject" => less["subject"]["properties"] = json!({ "roles": "x" }),
                "action" => less["action"]["properties"] = json!({ "other": stated }),
                _ => less["context"] = json!({ "Ctx": stated }),
            }
            assert_eq!(word(&policy, &less), "out-of-scope", "{less}");
        }
    }
}

#[test]
fn what_is_given_and_has_the_constant_does_not_lack_it() {
    lacks(
        "subject.s",
        "b",
        |question| question["subject"]["properties"]["s"] = json!(["a", "b"]),
        "out-of-scope",
    );
    lacks(
        "context.ctx",
        "b",
        |question| question["context"] = json!({ "ctx": "b" }),
        "out-of-scope",
    );
}

#[test]
fn an_id_or_type_is_given_unless_it_is_empty() {
    lacks("subject.id", "b", |_| {}, "x x");
    lacks("subject.type", "b", |_| {}, "x x");
    lacks("subject.id", "u", |_| {}, "out-of-scope");
    for (of, member) in [("subject.id", "id"), ("subject.type", "type")] {
        let policy = policy_of_scopes(&[("x", json!(format!("lacks({of}, {{b}})")))]);
        let mut question = request(json!({ "roles": ["x"] }), "doc:read", json!({}));
        question["subject"][member] = json!("");
        assert_eq!(word(&policy, &question), "out-of-scope");
    }
    // What is of the resource stays as it is.
    lacks(
        "resource.id",
        "b",
        |question| question["resource"]["id"] = json!(""),
        "x x",
    );
    lacks("resource.r", "b", |_| {}, "conditional");
    lacks("resource.r", "", |_| {}, "x x");
}

#[test]
fn the_team_of_a_binding_gives_nothing() {
    let policy = policy_of_scopes(&[
        ("on", json!("shares(subject.teams, resource.teams)")),
        ("x", json!("lacks(subject.teams, {other})")),
    ]);
    let bound = |teams: Value| {
        let mut subject = json!({ "team_roles": { "t": ["on", "x"] } });
        if !teams.is_null() {
            subject["teams"] = teams;
        }
        request(subject, "doc:read", json!({ "teams": "t" }))
    };
    // The binding's team is read, but it does not say which other teams there are.
    assert_eq!(word(&policy, &bound(Value::Null)), "on on t");
    let only = policy_of_scopes(&[("x", json!("lacks(subject.teams, {other})"))]);
    assert_eq!(word(&only, &bound(Value::Null)), "out-of-scope");
    assert_eq!(word(&only, &bound(json!([]))), "x x t");
    assert_eq!(word(&only, &bound(json!(["other"]))), "out-of-scope");
    // The team that a binding adds counts as one that is not lacked.
    let own = policy_of_scopes(&[("x", json!("lacks(subject.teams, {t})"))]);
    assert_eq!(word(&own, &bound(json!([]))), "out-of-scope");
}

#[test]
fn the_directory_gives_what_it_has_a_value_of() {
    let policy = policy(
        json!({
            "attributes": {
                "subject": ["own", "listed"], "resource": ["r"], "directory_only": ["listed"] },
            "scopes": { "own": "lacks(subject.own, {b})", "listed": "lacks(subject.listed, {b})" },
            "modules": { "doc": { "actions": { "read": "read" } } },
            "roles": {
                "own": { "grants": { "own": "doc:read" } },
                "listed": { "grants": { "listed": "doc:read" } } } }),
        json!({ "directory": {
            "valued": { "own": "a", "listed": "a" },
            "blocked": { "own": "b", "listed": "b" },
            "hollow": { "own": [], "listed": [] },
            "entry": { "groups": "g" } } }),
    );
    for (id, role, expected) in [
        ("valued", "own", "own own"),
        ("valued", "listed", "listed listed"),
        ("blocked", "own", "out-of-scope"),
        ("blocked", "listed", "out-of-scope"),
        // An entry without a value says nothing of what a request may state as well …
        ("hollow", "own", "out-of-scope"),
        ("entry", "own", "out-of-scope"),
        // … but all that there is of what only the directory may give.
        ("hollow", "listed", "listed listed"),
        ("entry", "listed", "listed listed"),
        ("stranger", "listed", "out-of-scope"),
    ] {
        let mut question = request(json!({ "roles": role }), "doc:read", json!({}));
        question["subject"]["id"] = json!(id);
        assert_eq!(word(&policy, &question), expected, "{id} {role}");
        // A request does not state what only the directory may give.
        question["subject"]["properties"]["listed"] = json!([]);
        assert_eq!(word(&policy, &question), expected, "{id} {role}");
    }
    let mut question = request(json!({ "roles": "own", "own": [] }), "doc:read", json!({}));
    question["subject"]["id"] = json!("entry");
    assert_eq!(word(&policy, &question), "own own");
}

#[test]
fn a_guard_without_its_data_leaves_nothing_of_a_filter() {
    let policy = policy_of_scopes(&[
        (
            "x",
            json!([["is(resource.r, {a})", "lacks(context.ctx, {b})"]]),
        ),
        ("y", json!([["is(resource.q, {a})"]])),
    ]);
    let mut question = request(json!({ "roles": ["x", "y"] }), "doc:read", json!({}));
    assert_eq!(
        super::context(&policy, &question),
        r#"{"effect":"conditional","reason":"conditional","residual":{"any":[{"all":[{"attribute":"q","in":["a"]}]}]}}"#
    );
    question["subject"]["properties"]["roles"] = json!("x");
    assert_eq!(word(&policy, &question), "out-of-scope");
    question["context"] = json!({ "ctx": [] });
    assert_eq!(word(&policy, &question), "conditional");
}
