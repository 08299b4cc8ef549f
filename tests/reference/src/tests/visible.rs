//! The snapshot: which modules, in which order, with which grants.

use serde_json::{Value, json};

use super::policy;
use crate::Reference;

fn shop() -> Reference {
    policy(
        json!({
            "features": ["f", "g"],
            "attributes": { "subject": ["teams"], "resource": ["r", "teams"], "team": "teams" },
            "scopes": { "own": "is(resource.r, {a})", "all": "true" },
            "actions": { "write": "write", "read": "read" },
            "modules": {
                "z": { "label": "Zed", "modules": { "in": { "modules": { "deep": {} } }, "other": {} } },
                "gated": { "requires": "f", "modules": { "free": {} } },
                "half": { "actions": { "pay": { "kind": "other", "requires": "g" }, "see": "read" } },
                "a": {} },
            "roles": {
                "deep": { "grants": { "own": "z.in.deep:read" } },
                "gated": { "grants": { "all": "gated.*:read" } },
                "payer": { "grants": { "all": "half:pay" } },
                "both": { "grants": { "own": "a:*", "all": "a:read" } },
                "reader": { "grants": { "all": "a:read" } },
                "soon": { "available": false, "grants": { "*": "*" } } } }),
        json!({ "groups": { "deep-ones": "deep" }, "directory": { "u": { "groups": "deep-ones" } } }),
    )
}

fn subject(id: &str, properties: Value) -> String {
    json!({ "type": "user", "id": id, "properties": properties }).to_string()
}

#[test]
fn a_parent_is_visible_for_its_child() {
    let deep = concat!(
        r#"{"modules":[{"module":"z","label":"Zed","grants":[]},{"module":"z.in","label":"z.in","grants":[]},"#,
        r#"{"module":"z.in.deep","label":"z.in.deep","grants":[{"action":"read","scope":"own"}]}]}"#
    );
    assert_eq!(
        shop().visible(&subject("v", json!({ "roles": "deep" }))),
        deep
    );
    assert_eq!(shop().visible(&subject("u", json!({}))), deep);
}

#[test]
fn a_closed_module_hides_its_subtree() {
    let gated = subject("v", json!({ "roles": "gated" }));
    assert_eq!(shop().visible(&gated), r#"{"modules":[]}"#);
    assert_eq!(
        shop().with_features(&["f".to_owned()]).visible(&gated),
        concat!(
            r#"{"modules":[{"module":"gated","label":"gated","grants":[{"action":"read","scope":"all"}]},"#,
            r#"{"module":"gated.free","label":"gated.free","grants":[{"action":"read","scope":"all"}]}]}"#
        )
    );
}

#[test]
fn a_grant_must_pass_the_permissions_own_requirement() {
    let payer = subject("v", json!({ "roles": "payer" }));
    assert_eq!(shop().visible(&payer), r#"{"modules":[]}"#);
    assert_eq!(
        shop().with_features(&["g".to_owned()]).visible(&payer),
        r#"{"modules":[{"module":"half","label":"half","grants":[{"action":"pay","scope":"all"}]}]}"#
    );
}

#[test]
fn grants_are_distinct_and_ordered() {
    let many = json!({ "roles": ["reader", "both"], "team_roles": { "y": ["reader", "both"], "x": "reader" } });
    assert_eq!(
        shop().visible(&subject("v", many)),
        concat!(
            r#"{"modules":[{"module":"a","label":"a","grants":[{"action":"write","scope":"own"},"#,
            r#"{"action":"write","scope":"own","team":"y"},{"action":"read","scope":"own"},"#,
            r#"{"action":"read","scope":"all"},{"action":"read","scope":"all","team":"x"},"#,
            r#"{"action":"read","scope":"own","team":"y"},{"action":"read","scope":"all","team":"y"}]}]}"#
        )
    );
}

#[test]
fn a_grant_that_is_false_whatever_is_asked_shows_nothing() {
    let menu = |subject: Value| {
        let scopes = json!({
            "finance": "is(subject.department, {finance})",
            "rollout": "is(subject.bucket, {b0, b1})",
            "token": "lacks(context.token, {read-only})",
            "own": "shares(subject.id, resource.owner)",
            "not-own": "differs(subject.id, resource.owner)",
            "mode": "is(action.mode, {dry})",
            "teams": "shares(subject.teams, context.teams)",
            "active": [["lacks(subject.suspended, {yes})", "present(resource.owner)"]] });
        let modules: serde_json::Map<_, _> = scopes
            .as_object()
            .unwrap()
            .keys()
            .map(|name| {
                (
                    name.clone(),
                    json!({ "supports": name, "actions": { "read": "read" } }),
                )
            })
            .collect();
        let policy = policy(
            json!({
                "attributes": {
                    "subject": ["department", "bucket", "suspended", "teams"],
                    "action": ["mode"], "context": ["token", "teams"], "resource": ["owner"] },
                "scopes": scopes,
                "modules": modules,
                "roles": { "all": { "grants": { "*": "*" } } } }),
            json!({}),
        );
        let snapshot: Value = serde_json::from_str(&policy.visible(&subject.to_string())).unwrap();
        let modules = snapshot["modules"].as_array().unwrap().clone();
        let names = modules
            .iter()
            .map(|module| module["module"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>().join(" ")
    };
    let jo = |properties: Value| {
        let mut subject = json!({ "type": "user", "id": "jo", "properties": properties });
        subject["properties"]["roles"] = json!("all");
        subject
    };
    // What a question may still say is unknown; what the subject is not is false.
    assert_eq!(menu(jo(json!({}))), "token own not-own mode");
    assert_eq!(
        menu(jo(json!({ "department": "sales", "bucket": "b7" }))),
        "token own not-own mode"
    );
    assert_eq!(
        menu(jo(json!({ "department": "finance", "bucket": ["b0"] }))),
        "finance rollout token own not-own mode"
    );
    assert_eq!(
        menu(jo(json!({ "teams": "emea", "suspended": "no" }))),
        "token own not-own mode teams active"
    );
    assert_eq!(
        menu(jo(json!({ "suspended": "yes" }))),
        "token own not-own mode"
    );
    // Without an id nothing is theirs, and nothing can be said not to be.
    let mut nobody = jo(json!({}));
    nobody["id"] = json!("");
    assert_eq!(menu(nobody), "token mode");
}

#[test]
fn nothing_is_visible_without_a_grant() {
    for properties in [
        json!(null),
        json!({}),
        json!({ "roles": ["soon", "nobody"] }),
    ] {
        assert_eq!(
            shop().visible(&subject("v", properties)),
            r#"{"modules":[]}"#
        );
    }
}

#[test]
fn a_malformed_subject_is_an_error() {
    for malformed in [
        "",
        "{}",
        r#"{"type":"user"}"#,
        r#"{"type":"user","id":"v","properties":[]}"#,
    ] {
        assert!(
            shop().visible(malformed).contains(r#""effect":"error""#),
            "{malformed}"
        );
    }
}
