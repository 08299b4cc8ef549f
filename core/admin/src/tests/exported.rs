//! Roles that go from one tenant to another.

use serde_json::Value;

use super::*;
use RefusedReason as Why;

fn exported(document: &Document, id: &str) -> String {
    let role = ExportedRole::new(document.model(), id).unwrap();
    serde_json::to_string(&role).unwrap()
}

fn import(json: &str) -> Change {
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_role_goes_to_another_tenant() {
    let json = exported(&policy(), "copy-of-copy");
    assert_eq!(
        json,
        r#"{"operation":"import","role":"copy-of-copy","label":"Agent","grants":{"own":["tickets:read","tickets:write","tickets:delete"],"team":"tickets:read","all":"tickets:delete"}}"#
            .replace(r#""label":"Agent","#, "")
    );
    let other = POLICY.replacen(r#""id": "acme""#, r#""id": "globex""#, 1);
    let other = other.replacen(
        r#""copy-of-copy": { "clones": "copy","#,
        r#""third": { "clones": "copy","#,
        1,
    );
    let other = Document::load(other).unwrap();
    let done = change(&other, "ann", &import(&json)).unwrap();
    let (one, two) = (policy(), done.document);
    let grants = |document: &Document| exported(document, "copy-of-copy");
    assert_eq!(grants(&one), grants(&two));
    refused(&two, "ann", &import(&json), Why::Duplicate, "already");
}

#[test]
fn what_only_roles_of_the_catalog_may_hold_stays_behind() {
    let admin = ExportedRole::new(policy().model(), "admin").unwrap();
    let left = ["secrets:read", "secrets:write", "secrets:delete"];
    assert_eq!(admin.left_out(), left);
    let json = serde_json::to_string(&admin).unwrap();
    assert!(!json.contains("secrets"), "{json}");
    let json = json.replacen(r#""role":"admin""#, r#""role":"all-but-secrets""#, 1);
    let done = change(&policy(), "ann", &import(&json)).unwrap();
    let grants = |id: &str, document: &Document| {
        let exported: Value = serde_json::from_str(&exported(document, id)).unwrap();
        exported["grants"].clone()
    };
    assert_eq!(
        grants("all-but-secrets", &done.document),
        grants("admin", &policy())
    );
    let reader = ExportedRole::new(policy().model(), "copy").unwrap();
    assert!(reader.left_out().is_empty());
}

#[test]
fn what_the_catalog_has_retired_is_refused() {
    let retired = POLICY.replacen(
        r#""id": "desk","#,
        r#""id": "desk", "retired": ["fax", "tickets:print"],"#,
        1,
    );
    let retired = Document::load(retired).unwrap();
    let json = r#"{"operation":"import","role":"new","grants":{"all":["tickets:read","tickets:print","fax.*:@read"]}}"#;
    refused(
        &retired,
        "ann",
        &import(json),
        Why::Unknown,
        "the catalog has retired `fax.*:@read`, `tickets:print`",
    );
    // A role that has it already goes on without.
    let held = retired.text().replacen(
        r#""reader": { "label": "Reader", "grants": { "all": "*:@read" } }"#,
        r#""reader": { "grants": { "all": ["tickets:read", "tickets:print"] } }"#,
        1,
    );
    let held = Document::load(held).unwrap();
    let warnings = held.model().warnings.iter();
    let gone = warnings.filter(|warning| warning.message.contains("is retired"));
    assert_eq!(gone.count(), 1);
}

#[test]
fn it_is_taken_whole_or_not_at_all() {
    let unknown = r#"{"operation":"import","role":"new","grants":{"all":["tickets:read","fax:read"],"nowhere":"tickets:read"}}"#;
    refused(
        &policy(),
        "ann",
        &import(unknown),
        Why::InvalidPolicy,
        "fax:read",
    );
    let nowhere = r#"{"operation":"import","role":"new","grants":{"all":"tickets:read","nowhere":"tickets:read"}}"#;
    refused(
        &policy(),
        "ann",
        &import(nowhere),
        Why::InvalidPolicy,
        "nowhere",
    );
    let reserved = r#"{"operation":"import","role":"new","grants":{"all":"secrets:read"}}"#;
    refused(
        &policy(),
        "ann",
        &import(reserved),
        Why::InvalidPolicy,
        "secrets:read",
    );
    // Cleo reads tickets everywhere, and no quality.
    let more =
        r#"{"operation":"import","role":"new","grants":{"all":["tickets:read","quality:read"]}}"#;
    refused(
        &policy(),
        "cleo",
        &import(more),
        Why::NotCovered,
        "quality:read",
    );
    let enough = r#"{"operation":"import","role":"new","grants":{"all":"tickets:read"}}"#;
    change(&policy(), "cleo", &import(enough)).unwrap();
    assert!(ExportedRole::new(policy().model(), "soon").is_err());
}
