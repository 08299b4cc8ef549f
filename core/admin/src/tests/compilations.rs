//! A change is one trip: the policy is compiled once before it and once after it.

use std::collections::BTreeSet;

use portcullis_policy::compilations_in;
use strum::VariantArray as _;

use super::*;

/// A change of each kind, all of which ann may make.
const CHANGES: &[&str] = &[
    r#"{"operation":"create","role":"helper"}"#,
    r#"{"operation":"clone","from":"lead","role":"small-lead"}"#,
    r#"{"operation":"import","role":"brought","grants":{"all":"tickets:read"}}"#,
    r#"{"operation":"label","role":"copy","label":"Copy"}"#,
    r#"{"operation":"grant","role":"copy","grants":{"all":"tickets:write"}}"#,
    r#"{"operation":"revoke","role":"copy","grants":{"*":"tickets:*"}}"#,
    r#"{"operation":"reset","role":"copy-of-copy"}"#,
    r#"{"operation":"rename","role":"copy","to":"copied"}"#,
    r#"{"operation":"delete","role":"copy-of-copy","reassign":"agent"}"#,
    r#"{"operation":"assign","role":"reader","team":"emea","subject":"new"}"#,
    r#"{"operation":"unassign","role":"admin","subject":"bob"}"#,
    r#"{"operation":"deactivate","subject":"jo"}"#,
    r#"{"operation":"activate","subject":"idle"}"#,
    r#"{"operation":"sign-out","subject":"jo"}"#,
    r#"{"operation":"sign-out-all"}"#,
    r#"{"operation":"attribute","subject":"jo","attribute":"numbers","values":["7"]}"#,
    r#"{"operation":"map","group":"g-more","role":"reader"}"#,
    r#"{"operation":"unmap","group":"g-readers","role":"reader"}"#,
    r#"{"operation":"claim","role":"reader"}"#,
    r#"{"operation":"unclaim","role":"copy-of-copy"}"#,
    r#"{"operation":"enable","feature":"quality"}"#,
    r#"{"operation":"disable","feature":"office"}"#,
];

/// The policy with something for each of them to be made to.
fn policy_text() -> String {
    let mut text = POLICY.to_owned();
    for (from, to) in [
        (
            r#""people:assign": "assign""#,
            r#""people:assign": ["assign", "activate"]"#,
        ),
        (
            r#""people:remove": "unassign""#,
            r#""people:remove": ["unassign", "deactivate", "sign-out", "attribute"]"#,
        ),
        (
            r#""id": "acme","#,
            r#""id": "acme", "features": ["office"],"#,
        ),
        (
            r#"{ "clones": "copy", "#,
            r#"{ "clones": "copy", "claimable": true, "#,
        ),
        (
            r#""ann": {"#,
            r#""idle": { "active": false, "roles": "agent" }, "ann": {"#,
        ),
    ] {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    text
}

#[test]
fn a_change_compiles_at_most_twice() {
    let text = policy_text();
    let mut left: BTreeSet<&str> = ChangeKind::VARIANTS
        .iter()
        .map(|kind| kind.name())
        .collect();
    for json in CHANGES {
        let one: Change = serde_json::from_str(json).unwrap();
        left.remove(one.kind().name());
        let (changed, count) = compilations_in(|| {
            let first = Document::load(text.as_str()).unwrap();
            change(&first, "ann", &one).map(|done| done.document)
        });
        let changed = changed.unwrap_or_else(|refused| panic!("{json}: {refused}"));
        assert_eq!(count, 2, "{json}");
        // The document after it carries its model to the next change.
        let next = assign("agent", "next");
        let (done, count) = compilations_in(|| change(&changed, "ann", &next));
        assert!(done.is_ok(), "{json}");
        assert_eq!(count, 1, "{json}");
    }
    assert_eq!(left, BTreeSet::new(), "kinds without a change");
}

#[test]
fn a_refusal_compiles_nothing() {
    let document = policy();
    let (no, count) = compilations_in(|| change(&document, "jo", &create("x")));
    assert!(no.is_err());
    assert_eq!(count, 0);
}
