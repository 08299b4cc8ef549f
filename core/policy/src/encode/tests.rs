//! Tests of the encoder, through the engine.

use portcullis_engine::UnixSeconds;

use super::*;
use crate::Source;
use crate::preview;

const HELPDESK: &str = include_str!("../../tests/helpdesk.json");

fn metadata(source: &Source) -> BundleMetadata {
    BundleMetadata::new("default", UnixSeconds(10), 60, &source.catalog)
}

#[test]
fn the_engine_reads_what_was_written() {
    let (source, model) = Source::load(HELPDESK).unwrap();
    let policy = preview(&model, &metadata(&source)).unwrap();
    let header = policy.header();
    assert_eq!(
        (header.audience.as_str(), header.tenant.as_str()),
        ("default", "acme")
    );
    assert_eq!((header.catalog.as_str(), header.sequence), ("helpdesk", 10));
    assert_eq!(header.expires_at, UnixSeconds(70));
    assert_eq!(header.catalog_digest, catalog_digest(&source.catalog));
    assert!(header.generator.starts_with("portcullis "));
    let modules = model.modules.iter().map(|module| module.id.as_str());
    assert!(policy.modules().eq(modules));
    assert!(policy.scopes().eq(model.scopes.iter().map(String::as_str)));
    assert_eq!(
        policy.features().collect::<Vec<_>>(),
        ["analytics", "quality"]
    );
    assert_eq!(policy.enabled_features().collect::<Vec<_>>(), ["analytics"]);
    assert_eq!(
        policy.roles().collect::<Vec<_>>(),
        ["admin", "agent", "auditor", "reader", "team-lead"]
    );
    for (permission, index) in model.permissions.iter().zip(0..) {
        let found = policy.permission(&permission.name).unwrap();
        assert_eq!(found.0, index, "{}", permission.name);
    }
    let available = policy.role("team-lead").unwrap();
    assert!(!policy.role_is_available(available));
    let reader = policy.role("reader").unwrap();
    assert!(!policy.role_is_built_in(reader));
    assert_eq!(policy.role_label(reader), "Reader");
    let grants = model
        .roles
        .iter()
        .map(|role| role.grants.len())
        .sum::<usize>();
    assert_eq!(policy.grant_count(), grants);
}

#[test]
fn one_policy_has_one_encoding() {
    let (source, model) = Source::load(HELPDESK).unwrap();
    let bytes = encode(&model, &metadata(&source)).unwrap();
    // Spacing of the text does not reach the bundle.
    let spaced = serde_json::to_string(&source).unwrap();
    let (again, model) = Source::load(&spaced).unwrap();
    assert_eq!(encode(&model, &metadata(&again)), Ok(bytes));
}

#[test]
fn the_directory_can_be_left_out() {
    let (source, model) = Source::load(HELPDESK).unwrap();
    let with = encode(&model, &metadata(&source)).unwrap();
    let metadata = BundleMetadata {
        without_directory: true,
        ..metadata(&source)
    };
    let without = encode(&model, &metadata).unwrap();
    let names = |bytes: &[u8]| bytes.windows(5).any(|window| window == b"sarah");
    assert!(names(&with) && !names(&without));
    assert!(preview(&model, &metadata).is_ok());
}

#[test]
fn a_former_name_answers_in_the_bundle() {
    let text = HELPDESK.replacen(
        r#""supports": "all" }"#,
        r#""supports": "all", "aliases": ["tickets:join", "old.place:merge"] }"#,
        1,
    );
    let (source, model) = Source::load(&text).unwrap();
    let policy = preview(&model, &metadata(&source)).unwrap();
    let merge = policy.permission("tickets:merge");
    assert!(merge.is_some());
    assert_eq!(policy.permission("tickets:join"), merge);
    assert_eq!(policy.permission("old.place:merge"), merge);
}

#[test]
fn every_kind_of_atom_requirement_and_binding_is_encoded() {
    let text = r#"{ "catalog": { "id": "c", "features": ["z", "y", "x"],
        "attributes": { "subject": ["s", "t"], "action": "m", "context": ["p", "q"], "resource": ["r", "t"], "team": "t", "directory_only": "s" },
        "requires": { "any": ["z", "x"] },
        "scopes": {
          "a": "shares(subject.id, resource.id)", "b": ["shares(subject.type, context.q)", ["is(subject.s, {v, w})", "lacks(action.m, {v})"]],
          "c": [["within(resource.r, {v})", "present(resource.r)", "true"]], "d": "absent(resource.id)", "e": "true" },
        "actions": { "read": "read", "go": { "kind": "other", "requires": ["z", "y"] } },
        "modules": { "m": { "requires": "y", "modules": { "n": { "requires": { "any": ["y", "x"] } } } } },
        "roles": { "zed": { "grants": { "*": "*" } }, "abe": { "grants": { "a": "m:read" } } } },
      "tenant": { "id": "t", "features": ["y", "x", "z"], "role_changes": "next-session",
        "groups": { "g": ["zed", "abe@team", "abe"], "f": [] },
        "directory": { "b": { "roles": ["zed@x", "abe"], "groups": ["g", "f"], "t": ["2", "1"], "s": "v" }, "a:b": {} } } }"#;
    let (source, model) = Source::load(text).unwrap();
    let policy = preview(&model, &metadata(&source)).unwrap();
    assert!(policy.changes_at_next_session());
    assert_eq!(policy.grant_count(), 5);
    assert_eq!(policy.enabled_features().count(), 3);
}
