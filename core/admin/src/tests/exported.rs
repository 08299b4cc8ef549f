//! Roles that go from one tenant to another.

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
fn it_is_taken_whole_or_not_at_all() {
    let unknown = r#"{"operation":"import","role":"new","grants":{"all":["tickets:read","fax:read"],"nowhere":"tickets:read"}}"#;
    refused(
        &policy(),
        "ann",
        &import(unknown),
        Why::InvalidPolicy,
        "fax:read",
    );
    refused(
        &policy(),
        "ann",
        &import(unknown),
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
