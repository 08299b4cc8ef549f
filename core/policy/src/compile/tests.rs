//! Tests of the compiler, by policy text.

mod catalog_changes;
mod formers;
mod refusals;
mod tenant;

use crate::Source;
use crate::model::{Manages, Model, RoleIndex, ScopeIndex};

/// A policy around which a case changes one thing.
const BASE: &str = r#"{ "catalog": {
    "id": "helpdesk",
    "features": ["quality", "analytics"],
    "attributes": { "subject": ["teams"], "resource": ["owner", "teams"], "team": "teams" },
    "scopes": { "own": "shares(subject.id, resource.owner)", "team": "shares(subject.teams, resource.teams)", "all": "true" },
    "actions": { "read": "read", "write": "write" },
    "supports": ["own", "all"],
    "modules": {
      "tickets": { "actions": { "read": "read", "merge": { "kind": "write", "supports": "all" } } },
      "quality": { "requires": "quality", "modules": { "evaluations": {}, "settings": { "only": "admin" } } } },
    "roles": {
      "admin": { "grants": { "*": "*" } },
      "agent": { "editable": true, "grants": { "own": "tickets:read" } } } },
  "tenant": { "id": "acme", "roles": { "reader": { "clones": "agent", "grants": { "all": "tickets:read" } } } } }"#;

fn compiled(text: &str) -> Model {
    match Source::load(text) {
        Ok((_, model)) => model,
        Err(invalid) => panic!("{invalid}"),
    }
}

fn errors(text: &str) -> Vec<String> {
    match Source::load(text) {
        Ok(_) => Vec::new(),
        Err(invalid) => invalid.problems().iter().map(ToString::to_string).collect(),
    }
}

/// Writes a role's grants as `module:action@scope`, in catalog order.
fn grants(model: &Model, role: &str) -> Vec<String> {
    let role = model.role(role).unwrap();
    let mut found = Vec::new();
    for grant in &model.roles[role.get()].grants {
        let permission = &model.permissions[grant.permission.get()].name;
        for scope in model.scopes_of(*grant) {
            found.push(format!("{permission}@{}", model.scopes[scope.get()]));
        }
    }
    found
}

#[test]
fn the_tree_is_flattened_in_catalog_order() {
    let model = compiled(BASE);
    let modules = model.modules.iter().map(|module| module.id.as_str());
    assert_eq!(
        modules.collect::<Vec<_>>(),
        [
            "tickets",
            "quality",
            "quality.evaluations",
            "quality.settings"
        ]
    );
    let parents = model
        .modules
        .iter()
        .map(|module| module.parent.map(|parent| parent.0));
    assert_eq!(parents.collect::<Vec<_>>(), [None, None, Some(1), Some(1)]);
    let permissions = model
        .permissions
        .iter()
        .map(|permission| permission.name.as_str());
    assert_eq!(
        permissions.collect::<Vec<_>>(),
        [
            "tickets:read",
            "tickets:merge",
            "quality:read",
            "quality:write",
            "quality.evaluations:read",
            "quality.evaluations:write",
            "quality.settings:read",
            "quality.settings:write",
        ]
    );
    assert_eq!(model.scopes, ["own", "team", "all"]);
    assert_eq!(model.permissions[1].scopes.len(), 1);
    assert_eq!(model.permissions[1].scopes[0].0, ScopeIndex(2));
    assert_eq!(model.permissions[6].only, [[RoleIndex(0)]]);
    // A scope that nothing supports is worth a word.
    assert_eq!(model.warnings.len(), 1);
    assert!(model.warnings[0].message.contains("`team`"));
}

#[test]
fn roles_are_written_out() {
    let model = compiled(BASE);
    assert_eq!(grants(&model, "agent"), ["tickets:read@own"]);
    assert_eq!(
        grants(&model, "reader"),
        ["tickets:read@own", "tickets:read@all"]
    );
    assert_eq!(grants(&model, "admin").len(), 1 + 2 + 6 * 2);
    let reader = &model.roles[2];
    assert_eq!(reader.base, Some(RoleIndex(1)));
    assert!(!reader.built_in && reader.editable && reader.available);
    assert!(model.roles[1].built_in && model.roles[1].editable && !model.roles[0].editable);
    assert_eq!(model.stands_as(RoleIndex(2)), RoleIndex(1));
    assert_eq!(reader.manages, Manages::None);
}

#[test]
fn patterns_exceptions_clones_and_edits_expand() {
    for (from, to, role, expected) in [
        (
            r#""own": "tickets:read""#,
            r#""all": ["quality.*:@write", "tickets:*"]"#,
            "agent",
            // `settings` is for admin only, and a pattern leaves it out.
            &[
                "tickets:read@all",
                "tickets:merge@all",
                "quality:write@all",
                "quality.evaluations:write@all",
            ] as &[_],
        ),
        (
            r#""own": "tickets:read""#,
            r#""own": "*:*""#,
            "agent",
            &[
                "tickets:read@own",
                "quality:read@own",
                "quality:write@own",
                "quality.evaluations:read@own",
                "quality.evaluations:write@own",
            ],
        ),
        (
            r#""own": "tickets:read" }"#,
            r#""*": ["quality:read", "tickets:*"] }, "except": ["tickets:merge", "quality.settings:*"]"#,
            "agent",
            &[
                "tickets:read@own",
                "tickets:read@all",
                "quality:read@own",
                "quality:read@all",
            ],
        ),
        (
            r#""clones": "agent""#,
            r#""clones": "admin", "except": ["quality:*", "quality.evaluations:@write", "tickets:merge"]"#,
            "reader",
            &[
                "tickets:read@own",
                "tickets:read@all",
                "quality.evaluations:read@own",
                "quality.evaluations:read@all",
            ],
        ),
        (
            r#""clones": "agent""#,
            r#""base": "admin""#,
            "reader",
            &["tickets:read@all"],
        ),
        (
            r#""id": "acme""#,
            r#""id": "acme", "edits": { "agent": { "added": { "all": "tickets:*" }, "removed": { "own": "tickets:read" } } }"#,
            "agent",
            &["tickets:read@all", "tickets:merge@all"],
        ),
        (
            r#""id": "acme""#,
            r#""id": "acme", "edits": { "agent": { "removed": { "*": "*" } } }"#,
            // What a tenant edits in a built-in role is not copied.
            "reader",
            &["tickets:read@own", "tickets:read@all"],
        ),
    ] {
        assert!(BASE.contains(from), "{from}");
        let model = compiled(&BASE.replacen(from, to, 1));
        assert_eq!(grants(&model, role), expected, "{to}");
    }
}

#[test]
fn a_former_name_stands_for_the_new_one() {
    let text = BASE
        .replacen(
            r#""supports": "all""#,
            r#""supports": "all", "aliases": "tickets:join""#,
            1,
        )
        .replacen(r#""own": "tickets:read""#, r#""all": "tickets:join""#, 1);
    let model = compiled(&text);
    assert_eq!(grants(&model, "agent"), ["tickets:merge@all"]);
    assert_eq!(
        model.permission("tickets:join"),
        model.permission("tickets:merge")
    );
}

#[test]
fn scopes_and_supports_are_inherited_and_restated() {
    let text = r#"{ "catalog": { "id": "c",
        "attributes": { "resource": ["owner", "user"] },
        "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
        "actions": { "read": "read" },
        "modules": {
          "a": {},
          "b": { "scopes": { "own": "shares(subject.id, resource.user)", "extra": "present(resource.user)" },
                 "modules": { "c": { "supports": "own" }, "d": { "actions": { "go": { "kind": "other", "scopes": { "own": "true" } } } } } } } },
      "tenant": { "id": "t" } }"#;
    let model = compiled(text);
    let shown = model.permissions.iter().map(|permission| {
        let scopes = permission.scopes.iter().map(|(scope, condition)| {
            let condition = &model.conditions[condition.get()].0;
            let atoms = condition[0].iter().map(ToString::to_string);
            format!(
                "{}={}",
                model.scopes[scope.get()],
                atoms.collect::<Vec<_>>().join("&")
            )
        });
        format!(
            "{} {}",
            permission.name,
            scopes.collect::<Vec<_>>().join(" ")
        )
    });
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            "a:read own=shares(subject.id, resource.owner) all=",
            "b:read own=shares(subject.id, resource.user) all= extra=present(resource.user)",
            "b.c:read own=shares(subject.id, resource.user)",
            "b.d:go own= all= extra=present(resource.user)",
        ]
    );
    assert_eq!(model.conditions.len(), 4);
    let unsupported = text.replacen("\"a\": {}", "\"a\": { \"supports\": [\"extra\"] }", 1);
    assert!(
        errors(&unsupported)[0]
            .starts_with("$.catalog.modules.a: permissions here support the scope `extra`")
    );
}
