//! The module tree: order, and what is inherited, added or restated.

use serde_json::{Value, json};

use super::{policy, request, word};
use crate::Reference;

fn of(catalog: Value) -> Reference {
    policy(catalog, json!({}))
}

fn names(reference: &Reference) -> Vec<String> {
    reference
        .catalog
        .permissions
        .iter()
        .map(|permission| permission.name())
        .collect()
}

#[test]
fn order_is_of_appearance_depth_first() {
    let reference = of(json!({
        "actions": { "write": "write", "read": "read" },
        "modules": {
            "z": { "modules": { "y": { "actions": { "b": "read", "a": "read" }, "modules": { "x": {} } }, "w": {} } },
            "a": { "label": "Aye" } } }));
    assert_eq!(
        names(&reference),
        [
            "z:write",
            "z:read",
            "z.y:b",
            "z.y:a",
            "z.y.x:b",
            "z.y.x:a",
            "z.w:write",
            "z.w:read",
            "a:write",
            "a:read"
        ]
    );
    let labels: Vec<_> = reference
        .catalog
        .modules
        .iter()
        .map(|module| module.label.as_str())
        .collect();
    assert_eq!(labels, ["z", "z.y", "z.y.x", "z.w", "Aye"]);
}

#[test]
fn a_scope_takes_its_place_where_its_name_first_appears() {
    let reference = of(json!({
        "scopes": { "c": "true" },
        "actions": { "read": { "kind": "read", "scopes": { "root-action": "true" } } },
        "modules": {
            "m": { "scopes": { "b": "true", "c": "true" }, "modules": { "n": { "scopes": { "a": "true" } } },
                   "actions": { "read": { "kind": "read", "scopes": { "own": "true" } } } },
            "o": { "scopes": { "last": "true", "a": "true" } } } }));
    assert_eq!(
        reference.all_questions().scopes,
        ["c", "root-action", "b", "own", "a", "last"]
    );
}

#[test]
fn without_supports_every_visible_scope_is_supported() {
    let reference = of(json!({
        "scopes": { "root": "true" }, "actions": { "read": "read" },
        "modules": {
            "m": { "scopes": { "mine": "true" }, "modules": { "n": {
                "actions": { "read": { "kind": "read", "scopes": { "own": "true" } }, "write": "write" } } } },
            "o": {} } }));
    assert_eq!(reference.supported_scopes("m", "read"), ["root", "mine"]);
    assert_eq!(
        reference.supported_scopes("m.n", "read"),
        ["root", "mine", "own"]
    );
    assert_eq!(reference.supported_scopes("m.n", "write"), ["root", "mine"]);
    assert_eq!(reference.supported_scopes("o", "read"), ["root"]);
    assert_eq!(
        reference.supported_scopes("no", "read"),
        Vec::<String>::new()
    );
}

#[test]
fn supports_is_inherited_unless_restated() {
    let reference = of(json!({
        "scopes": { "a": "true", "b": "true", "c": "true" }, "supports": ["a", "b"],
        "actions": { "read": "read", "write": { "kind": "write", "supports": "c" } },
        "modules": {
            "m": { "scopes": { "d": "true" } },
            "n": { "supports": "b", "modules": { "o": {} } } } }));
    assert_eq!(reference.supported_scopes("m", "read"), ["a", "b"]);
    assert_eq!(reference.supported_scopes("n", "read"), ["b"]);
    assert_eq!(reference.supported_scopes("n.o", "read"), ["b"]);
    // The permission's own word is the nearest, wherever its action was stated.
    assert_eq!(reference.supported_scopes("n.o", "write"), ["c"]);
}

#[test]
fn a_scope_is_redefined_for_a_subtree_and_by_a_permission_for_itself() {
    let reference = of(json!({
        "attributes": { "resource": ["r"] },
        "scopes": { "s": "is(resource.r, {root})" },
        "actions": { "read": "read", "own": { "kind": "read", "scopes": { "s": "is(resource.r, {action})" } } },
        "modules": { "m": { "scopes": { "s": "is(resource.r, {m})" }, "modules": { "n": {} } }, "o": {} },
        "roles": { "x": { "grants": { "s": "*" } } } }));
    for (permission, value) in [
        ("o:read", "root"),
        ("m:read", "m"),
        ("m.n:read", "m"),
        ("o:own", "action"),
        ("m.n:own", "action"),
    ] {
        for given in ["root", "m", "action"] {
            let question = request(json!({ "roles": "x" }), permission, json!({ "r": given }));
            let expected = if given == value {
                "x s"
            } else {
                "out-of-scope"
            };
            assert_eq!(word(&reference, &question), expected, "{question}");
        }
    }
}

#[test]
fn requirements_add_up_downwards() {
    let reference = policy(
        json!({
            "features": ["root", "m", "n", "p"], "requires": "root",
            "actions": { "read": "read", "pay": { "kind": "other", "requires": "p" } },
            "modules": { "m": { "requires": "m", "modules": { "n": { "requires": "n" } } } } }),
        json!({}),
    );
    let missing = |on: &[&str], permission| {
        let on: Vec<String> = on.iter().map(|name| (*name).to_owned()).collect();
        super::context(
            &reference.with_features(&on),
            &request(json!({}), permission, json!({})),
        )
    };
    let disabled = |features| {
        format!(r#"{{"effect":"deny","reason":"feature-disabled","features":{features}}}"#)
    };
    assert_eq!(missing(&[], "m.n:pay"), disabled(r#"["m","n","p","root"]"#));
    assert_eq!(
        missing(&["p", "n", "m"], "m.n:pay"),
        disabled(r#"["root"]"#)
    );
    assert_eq!(missing(&["root", "n"], "m.n:read"), disabled(r#"["m"]"#));
    assert_eq!(
        missing(&["root", "m"], "m:read"),
        r#"{"effect":"deny","reason":"not-granted"}"#
    );
}

#[test]
fn a_tenant_cannot_turn_on_what_the_catalog_does_not_declare() {
    let catalog = json!({ "features": ["f"], "modules": { "m": { "requires": { "any": ["f", "g"] }, "actions": { "read": "read" } } } });
    let reference = policy(catalog, json!({ "features": ["g"] }));
    assert_eq!(
        word(&reference, &request(json!({}), "m:read", json!({}))),
        "feature-disabled"
    );
}
