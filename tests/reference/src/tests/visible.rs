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
