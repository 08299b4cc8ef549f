//! `differs`: known, empty, unknown and not given, on either side.

use serde_json::{Value, json};

use super::{check, context, policy, policy_of_scopes, request, word};

/// Checks one condition as the only grant, the subject's `s` being {a, b}.
#[track_caller]
fn holds(condition: &str, known: Value, expected: &str) {
    let expected = if expected == "allow" { "x x" } else { expected };
    check(
        &policy_of_scopes(&[("x", json!(condition))]),
        &["x"],
        known,
        expected,
    );
}

#[test]
fn it_is_the_opposite_of_shares_where_both_are_known() {
    let differs = "differs(subject.s, resource.r)";
    holds(differs, json!({ "r": ["b", "c"] }), "out-of-scope");
    holds(differs, json!({ "r": ["c"] }), "allow");
    holds(differs, json!({ "r": [] }), "allow");
    holds(differs, json!({ "r": null }), "allow");
    holds(differs, json!({}), "conditional");
    holds(
        "differs(subject.id, resource.r)",
        json!({ "r": "u" }),
        "out-of-scope",
    );
    holds(
        "differs(subject.id, resource.id)",
        json!({ "id": "u" }),
        "allow",
    );
}

#[test]
fn what_the_subject_is_not_given_makes_it_false() {
    let differs = "differs(subject.teams, resource.r)";
    holds(differs, json!({}), "out-of-scope");
    holds(differs, json!({ "r": "a" }), "out-of-scope");
    holds(differs, json!({ "r": [] }), "out-of-scope");
}

#[test]
fn the_empty_set_differs_from_the_unknown() {
    let policy = policy_of_scopes(&[("x", json!("differs(subject.s, resource.r)"))]);
    for empty in [json!([]), json!(null), json!("")] {
        let question = request(json!({ "roles": "x", "s": empty }), "doc:read", json!({}));
        assert_eq!(word(&policy, &question), "x x", "{question}");
    }
}

#[test]
fn the_context_must_be_given_too() {
    let policy = policy_of_scopes(&[("x", json!("differs(subject.s, context.ctx)"))]);
    for (context, expected) in [
        (json!({}), "out-of-scope"),
        (json!({ "ctx": [] }), "x x"),
        (json!({ "ctx": "c" }), "x x"),
        (json!({ "ctx": ["c", "a"] }), "out-of-scope"),
    ] {
        let subject = json!({ "roles": "x", "s": ["a", "b"] });
        let mut question = request(subject, "doc:read", json!({}));
        question["context"] = context;
        assert_eq!(word(&policy, &question), expected, "{question}");
        question["subject"]["properties"] = json!({ "roles": "x" });
        assert_eq!(word(&policy, &question), "out-of-scope", "{question}");
    }
}

#[test]
fn what_is_unknown_must_have_none_of_the_subjects_values() {
    let policy = policy_of_scopes(&[("x", json!("differs(subject.teams, resource.r)"))]);
    let mut question = request(
        json!({ "team_roles": { "t": "x" }, "teams": ["z", "a"] }),
        "doc:read",
        json!({ "teams": "t" }),
    );
    // The team of the binding is one of them.
    assert_eq!(
        context(&policy, &question),
        concat!(
            r#"{"effect":"conditional","reason":"conditional","residual":{"any":[{"all":["#,
            r#"{"attribute":"r","not_in":["a","t","z"]}]}]}}"#
        )
    );
    question["resource"]["properties"]["r"] = json!("t");
    assert_eq!(word(&policy, &question), "out-of-scope");
    question["resource"]["properties"]["r"] = json!("u");
    assert_eq!(word(&policy, &question), "x x t");
}

#[test]
fn the_first_is_the_subjects_and_the_second_is_not() {
    for wrong in [
        "differs(resource.r, subject.s)",
        "differs(subject.s, subject.s)",
        "differs(subject.s, action.act)",
        "differs(subject.s, {a})",
    ] {
        let catalog = json!({
            "attributes": { "subject": ["s"], "action": ["act"], "resource": ["r"] },
            "scopes": { "x": wrong } });
        let read = crate::Reference::new(&json!({ "catalog": catalog }).to_string());
        assert!(read.is_err(), "{wrong}");
    }
    policy(
        json!({ "scopes": { "x": "differs( subject.id , context.c )" } }),
        json!({}),
    );
}
