//! A change of the catalog stops no tenant: what it takes away grants nothing, with a warning.

use super::*;

/// A tenant that uses something of everything.
const USED: &str = r#"{ "catalog": {
    "id": "c", "features": ["extra", "more"], "subject_types": ["user", "robot"],
    "attributes": { "subject": ["teams", "region"], "resource": ["owner", "teams"], "team": "teams" },
    "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
    "actions": { "read": "read", "delete": "delete" }, "supports": ["own", "all"],
    "administration": { "x:read": "create" },
    "modules": { "m": {}, "x": { "actions": { "read": "read" } } },
    "roles": { "admin": { "grants": { "*": "*" } },
      "agent": { "editable": true, "grants": { "own": "m:read" } },
      "spare": { "editable": true, "grants": { "all": "m:read" } } } },
  "tenant": { "id": "t", "features": ["extra"],
    "roles": {
      "mine": { "manages": ["spare", "agent"], "grants": { "all": ["m:@delete", "x:read"], "own": "m:read" } },
      "copy": { "clones": "spare", "grants": { "own": "m:delete" } },
      "based": { "base": "spare", "grants": { "own": "m:read" } } },
    "edits": { "spare": { "added": { "own": "x:read" }, "removed": { "all": "m:read" } } },
    "groups": { "g": ["spare", "mine@emea"] },
    "directory": { "robot:x": { "roles": "mine", "region": "eu" }, "user:jo": { "roles": ["spare", "agent"] } } } }"#;

/// Changes the catalog, and returns the model and the warnings that are new.
fn after(changes: &[(&str, &str)]) -> (Model, Vec<String>) {
    let mut policy = USED.to_owned();
    for (from, to) in changes {
        assert!(policy.contains(from), "{from}");
        policy = policy.replacen(from, to, 1);
    }
    let model = compiled(&policy);
    let warnings = model.warnings.iter().map(ToString::to_string);
    let warnings = warnings
        .filter(|warning| warning.starts_with("$.tenant."))
        .collect();
    (model, warnings)
}

#[track_caller]
fn check(changes: &[(&str, &str)], expected: &[&str]) -> Model {
    let (model, warnings) = after(changes);
    assert_eq!(warnings.len(), expected.len(), "{warnings:#?}");
    for (warning, expected) in warnings.iter().zip(expected) {
        assert!(warning.starts_with(expected), "{warning}\n{expected}");
    }
    model
}

/// Lists what somebody of the directory is given.
fn given(model: &Model, kind: &str, id: &str) -> Vec<String> {
    let person = model.person(kind, id).unwrap();
    let roles = person.roles.iter();
    roles.map(|binding| model.binding_name(binding)).collect()
}

const SPARE: &str = r#",
      "spare": { "editable": true, "grants": { "all": "m:read" } }"#;

#[test]
fn a_tenant_has_no_warning_as_it_is() {
    let model = check(&[], &[]);
    assert_eq!(
        grants(&model, "mine"),
        ["m:read@own", "m:delete@all", "x:read@all"]
    );
    assert_eq!(grants(&model, "copy"), ["m:read@all", "m:delete@own"]);
}

#[test]
fn a_pattern_that_matches_nothing_more_grants_nothing() {
    let model = check(
        &[(
            r#""actions": { "read": "read", "delete": "delete" }, "#,
            r#""actions": { "read": "read" }, "retired": "m:delete", "#,
        )],
        &[
            "$.tenant.roles.mine.grants.all[0]: `m:@delete` matches no permission",
            "$.tenant.roles.copy.grants.own: `m:delete` is retired",
        ],
    );
    assert_eq!(grants(&model, "mine"), ["m:read@own", "x:read@all"]);
}

#[test]
fn a_scope_that_is_gone_grants_nothing() {
    let model = check(
        &[
            (r#""own": "shares(subject.id, resource.owner)", "#, ""),
            (r#""supports": ["own", "all"]"#, r#""supports": "all""#),
            (
                r#""agent": { "editable": true, "grants": { "own": "m:read" } }"#,
                r#""agent": {}"#,
            ),
        ],
        &[
            "$.tenant.roles.mine.grants.own: unknown scope `own`",
            "$.tenant.roles.copy.grants.own: unknown scope `own`",
            "$.tenant.roles.based.grants.own: unknown scope `own`",
            "$.tenant.edits.spare.added.own: unknown scope `own`",
        ],
    );
    assert_eq!(grants(&model, "based"), [""; 0]);
    // No longer supported by the permission alone.
    let model = check(
        &[
            (r#""m": {}"#, r#""m": { "supports": "all" }"#),
            (
                r#""agent": { "editable": true, "grants": { "own": "m:read" } }"#,
                r#""agent": {}"#,
            ),
        ],
        &[
            "$.tenant.roles.mine.grants.own: `m:read` does not support this scope; it supports `all`",
            "$.tenant.roles.copy.grants.own: `m:delete` does not support this scope",
            "$.tenant.roles.based.grants.own: `m:read` does not support this scope",
        ],
    );
    assert_eq!(grants(&model, "mine"), ["m:delete@all", "x:read@all"]);
}

#[test]
fn what_only_keeps_from_a_role_is_not_granted() {
    let model = check(
        &[(r#""x": { "#, r#""x": { "only": "admin", "#)],
        &[
            "$.tenant.roles.mine.grants.all[1]: `only` keeps `x:read` from the role `mine`",
            "$.tenant.edits.spare.added.own: `only` keeps `x:read` from the role `spare`",
        ],
    );
    assert_eq!(grants(&model, "mine"), ["m:read@own", "m:delete@all"]);
}

#[test]
fn a_feature_that_is_gone_is_not_on() {
    let model = check(
        &[(r#""features": ["extra", "more"]"#, r#""features": "more""#)],
        &["$.tenant.features: unknown feature `extra`"],
    );
    assert_eq!(model.tenant.features, []);
}

#[test]
fn a_role_that_is_gone_is_nobodys() {
    let model = check(
        &[(SPARE, "")],
        &[
            "$.tenant.roles.copy.clones: unknown role `spare`",
            "$.tenant.roles.based.base: unknown role `spare`",
            "$.tenant.roles.mine.manages[0]: unknown role `spare`",
            "$.tenant.edits.spare: the catalog has no role `spare`",
            "$.tenant.groups.g[0]: unknown role `spare`",
            "$.tenant.directory[\"user:jo\"].roles[0]: unknown role `spare`",
        ],
    );
    assert_eq!(grants(&model, "copy"), ["m:delete@own"]);
    assert_eq!(given(&model, "user", "jo"), ["agent"]);
    let mine = &model.roles[model.role("mine").unwrap().get()];
    assert_eq!(mine.manages, Manages::Roles(vec![RoleIndex(1)]));
}

#[test]
fn what_was_taken_from_a_role_stays_so_where_it_is_not_editable_now() {
    let model = check(
        &[(r#""spare": { "editable": true,"#, r#""spare": {"#)],
        &[
            "$.tenant.edits.spare: the catalog does not let a tenant edit the role `spare`, so nothing is added",
        ],
    );
    assert_eq!(grants(&model, "spare"), [""; 0]);
}

#[test]
fn what_becomes_everybodys_role_is_given_to_nobody_and_administers_nothing() {
    let model = check(
        &[(
            r#""id": "c","#,
            r#""id": "c", "everyone": { "role": "spare" },"#,
        )],
        &[
            "$.tenant.edits.spare: `spare` grants a permission that stands for create",
            "$.tenant.groups.g[0]: `spare` is everybody's role, and nobody is given it",
            "$.tenant.directory[\"user:jo\"].roles[0]: `spare` is everybody's role",
        ],
    );
    assert_eq!(grants(&model, "spare"), [""; 0]);
    assert_eq!(given(&model, "user", "jo"), ["agent"]);
}

#[test]
fn an_id_that_the_catalog_takes_means_neither_role() {
    let wide = r#"
      "mine": { "grants": { "*": "*" } }, "agent""#;
    let model = check(
        &[
            (
                r#"
      "agent""#,
                wide,
            ),
            (r#""clones": "spare""#, r#""clones": "mine""#),
        ],
        &[
            "$.tenant.roles.mine: the catalog has a role `mine` too, so neither grants anything here",
            "$.tenant.roles.copy.clones: `mine` is a role of the tenant and one of the catalog",
        ],
    );
    let mine = &model.roles[model.role("mine").unwrap().get()];
    assert!(mine.built_in && !mine.available && !mine.claimable);
    assert_eq!(grants(&model, "copy"), ["m:delete@own"]);
    // Whoever was given a role that is deleted must not hold another of its id.
    let model = check(
        &[
            (
                r#"
      "agent""#,
                r#"
      "old": { "grants": { "*": "*" } }, "agent""#,
            ),
            (
                r#""id": "t","#,
                r#""id": "t", "retired": ["older", "old"],"#,
            ),
        ],
        &["$.tenant.retired[1]: the id `old` belonged to a deleted role"],
    );
    assert!(!model.roles[model.role("old").unwrap().get()].available);
}

#[test]
fn attributes_and_types_that_are_gone_give_nothing() {
    let model = check(
        &[(
            r#""subject": ["teams", "region"]"#,
            r#""subject": ["teams"]"#,
        )],
        &["$.tenant.directory[\"robot:x\"].region: `region` is no declared subject attribute"],
    );
    assert_eq!(model.person("robot", "x").unwrap().attributes, []);
    let model = check(
        &[(r#", "team": "teams" }"#, " }")],
        &["$.tenant.groups.g[1]: `mine@emea` binds a role to a team"],
    );
    assert_eq!(model.group_roles("g").len(), 1);
    let model = check(
        &[(r#", "subject_types": ["user", "robot"]"#, "")],
        &[
            "$.tenant.directory[\"robot:x\"]: this is a user called `robot:x`, for `robot` is no subject type; write `user:robot:x`",
        ],
    );
    assert_eq!(given(&model, "user", "robot:x"), ["mine"]);
    // Two subjects become one: it holds nothing, and is not active if either was not.
    let both = r#""user:robot:x": { "active": false }, "robot:x": {"#;
    let model = check(
        &[
            (r#", "subject_types": ["user", "robot"]"#, ""),
            (r#""robot:x": {"#, both),
        ],
        &[
            "$.tenant.directory[\"robot:x\"]: this is a user called `robot:x`",
            "$.tenant.directory[\"robot:x\"]: the user `robot:x` is in the directory twice",
        ],
    );
    let person = model.person("user", "robot:x").unwrap();
    assert!(person.inactive && person.roles.is_empty());
}

/// A lost removal would leave a role more than its tenant meant.
#[test]
fn a_removal_that_is_lost_is_an_error() {
    for (from, to, tenant, expected) in [
        (
            r#""own": "shares(subject.id, resource.owner)", "#,
            "",
            r#""removed": { "own": "m:read" }"#,
            "$.tenant.edits.spare.removed.own: unknown scope `own`",
        ),
        (
            r#""m": {}, "#,
            r#""n": {}, "#,
            r#""removed": { "all": "m:read" }"#,
            "$.tenant.edits.spare.removed.all: nothing is called `m:read`, so nothing is taken away",
        ),
    ] {
        let policy = USED.replacen(from, to, 1);
        let policy = policy.replacen(r#""removed": { "all": "m:read" }"#, tenant, 1);
        let found = errors(&policy);
        assert!(
            found.iter().any(|error| error.starts_with(expected)),
            "{found:#?}"
        );
    }
}

/// The catalog itself is held to its own words.
#[test]
fn the_same_in_the_catalog_is_an_error() {
    for (from, to, expected) in [
        (
            r#""own": "m:read""#,
            r#""own": "m:@write""#,
            "$.catalog.roles.agent.grants.own: `m:@write` matches no",
        ),
        (
            r#""own": "m:read""#,
            r#""owned": "m:read""#,
            "$.catalog.roles.agent.grants.owned: unknown scope `owned`",
        ),
        (
            r#""x": { "#,
            r#""x": { "requires": "extras", "#,
            "$.catalog.modules.x.requires: unknown feature `extras`",
        ),
        (
            r#""agent": { "#,
            r#""agent": { "clones": "mine", "#,
            "$.catalog.roles.agent.clones: `mine` is a role of the tenant",
        ),
    ] {
        let found = errors(&USED.replacen(from, to, 1));
        assert!(
            found.iter().any(|error| error.starts_with(expected)),
            "{found:#?}"
        );
    }
}
