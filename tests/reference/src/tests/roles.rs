//! Grants: patterns, clones, except, only, edits, groups and directory.

use serde_json::{Value, json};

use super::{policy, request, word};
use crate::Reference;

fn catalog(roles: Value) -> Value {
    json!({
        "attributes": { "subject": ["s"], "resource": ["r", "teams"], "team": "teams" },
        "scopes": { "own": "is(subject.type, {user})", "all": "true" },
        "supports": ["own", "all"],
        "actions": { "read": "read", "edit": "write", "export": { "kind": "other", "supports": "all" } },
        "modules": {
            "a": { "modules": { "b": { "modules": { "c": {} } }, "d": { "only": "boss" } } },
            "ab": { "actions": { "read": "read", "view": { "kind": "read", "aliases": ["ab:look", "old:look"] } } },
            "locked": { "only": ["boss", "clerk"], "actions": {
                "read": "read", "edit": { "kind": "write", "only": "clerk" } } } },
        "roles": roles })
}

/// Every `module:action@scope` that the role grants.
fn granted(policy: &Reference, role: &str) -> Vec<String> {
    let grants = &policy.roles[role].grants.0;
    grants
        .iter()
        .flat_map(|(name, scopes)| scopes.iter().map(move |scope| format!("{name}@{scope}")))
        .collect()
}

/// Checks what a role of this source comes to.
#[track_caller]
fn check(source: Value, expected: &[&str]) {
    let policy = policy(catalog(json!({ "x": source })), json!({}));
    assert_eq!(granted(&policy, "x"), expected);
}

#[test]
fn patterns_name_modules() {
    check(json!({ "grants": { "own": "a:read" } }), &["a:read@own"]);
    check(
        json!({ "grants": { "own": "a.*:read" } }),
        // `a.d` is kept for `boss`; `ab` is not below `a`.
        &["a.b.c:read@own", "a.b:read@own", "a:read@own"],
    );
    check(
        json!({ "grants": { "own": "a.b.*:read" } }),
        &["a.b.c:read@own", "a.b:read@own"],
    );
    check(
        json!({ "grants": { "own": "*:read" } }),
        &[
            "a.b.c:read@own",
            "a.b:read@own",
            "a:read@own",
            "ab:read@own",
        ],
    );
}

#[test]
fn patterns_name_actions() {
    check(
        json!({ "grants": { "all": "ab:*" } }),
        &["ab:read@all", "ab:view@all"],
    );
    check(
        json!({ "grants": { "all": ["ab:@read", "a:@other"] } }),
        &["a:export@all", "ab:read@all", "ab:view@all"],
    );
    check(
        json!({ "grants": { "all": ["a:@write", "a.b.c:edit"] } }),
        &["a.b.c:edit@all", "a:edit@all"],
    );
}

#[test]
fn a_pattern_skips_what_does_not_support_the_scope() {
    check(
        json!({ "grants": { "own": "a:*" } }),
        &["a:edit@own", "a:read@own"],
    );
    check(
        json!({ "grants": { "*": "a:*" } }),
        &[
            "a:edit@all",
            "a:edit@own",
            "a:export@all",
            "a:read@all",
            "a:read@own",
        ],
    );
    let policy = policy(
        catalog(json!({ "x": { "grants": { "*": "*" } }, "y": { "grants": { "*": "*:*" } } })),
        json!({}),
    );
    assert_eq!(granted(&policy, "x"), granted(&policy, "y"));
}

#[test]
fn a_grant_on_a_parent_says_nothing_about_its_children() {
    let policy = policy(
        catalog(json!({ "x": { "grants": { "all": "a:*" } } })),
        json!({}),
    );
    let ask = |permission| {
        word(
            &policy,
            &request(json!({ "roles": "x" }), permission, json!({})),
        )
    };
    assert_eq!(ask("a:read"), "x all");
    assert_eq!(ask("a.b:read"), "not-granted");
}

#[test]
fn except_unticks_every_scope_last() {
    check(
        json!({ "except": ["a:@read", "nothing:*"], "grants": { "*": "a:*" } }),
        &["a:edit@all", "a:edit@own", "a:export@all"],
    );
    check(json!({ "except": "*", "grants": { "*": "a:*" } }), &[]);
}

#[test]
fn a_clone_starts_from_its_base_and_unticks_last() {
    let roles = json!({
        "top": { "clones": "middle", "grants": { "own": "a:edit" }, "except": "ab:read" },
        "middle": { "clones": "base", "grants": { "all": "ab:*" }, "except": "a:edit" },
        "base": { "grants": { "own": ["a:read", "a:edit"] } } });
    let policy = policy(
        catalog(roles),
        json!({ "roles": { "mine": { "clones": "top" }, "copy": { "clones": "mine" } } }),
    );
    assert_eq!(
        granted(&policy, "middle"),
        ["a:read@own", "ab:read@all", "ab:view@all"]
    );
    assert_eq!(
        granted(&policy, "top"),
        ["a:edit@own", "a:read@own", "ab:view@all"]
    );
    assert_eq!(granted(&policy, "copy"), granted(&policy, "top"));
}

#[test]
fn a_clone_that_never_ends_is_refused() {
    let source =
        json!({ "catalog": catalog(json!({ "x": { "clones": "y" }, "y": { "clones": "x" } })) });
    assert!(Reference::new(&source.to_string()).is_err());
}

#[test]
fn only_holds_for_the_subtree_and_every_list_counts() {
    let roles = json!({
        "boss": { "grants": { "all": ["locked:*", "a.d:read"] } },
        "clerk": { "grants": { "all": ["locked:*", "a.d:*"] } },
        "like-boss": { "clones": "boss" } });
    let policy = policy(catalog(roles), json!({}));
    assert_eq!(
        granted(&policy, "boss"),
        ["a.d:read@all", "locked:read@all"]
    );
    assert_eq!(
        granted(&policy, "clerk"),
        ["locked:edit@all", "locked:read@all"]
    );
    assert_eq!(granted(&policy, "like-boss"), Vec::<String>::new());
}

#[test]
fn edits_add_then_remove() {
    let roles = json!({ "base": { "grants": { "own": ["a:read", "a:edit"] } }, "heir": { "clones": "base" } });
    let edits = json!({ "base": {
        "added": { "all": ["a:read", "ab:read", "locked:read"] },
        "removed": { "own": "a:edit", "*": "ab:*" } } });
    let policy = policy(
        catalog(roles),
        json!({ "edits": edits, "roles": { "mine": { "clones": "base" } } }),
    );
    assert_eq!(granted(&policy, "base"), ["a:read@all", "a:read@own"]);
    // A clone copies the role as it is written, without the tenant's edits of it.
    assert_eq!(granted(&policy, "heir"), ["a:edit@own", "a:read@own"]);
    assert_eq!(granted(&policy, "mine"), ["a:edit@own", "a:read@own"]);
    // What is left without a scope is not granted.
    assert_eq!(
        word(
            &policy,
            &request(json!({ "roles": "base" }), "a:edit", json!({}))
        ),
        "not-granted"
    );
    assert_eq!(
        word(
            &policy,
            &request(json!({ "roles": "base" }), "ab:read", json!({}))
        ),
        "not-granted"
    );
}

#[test]
fn an_alias_answers_under_the_new_name() {
    let policy = policy(
        catalog(json!({ "x": { "grants": { "all": ["old:look"] } } })),
        json!({}),
    );
    assert_eq!(granted(&policy, "x"), ["ab:view@all"]);
    for permission in ["ab:view", "ab:look", "old:look"] {
        assert_eq!(
            word(
                &policy,
                &request(json!({ "roles": "x" }), permission, json!({}))
            ),
            "x all"
        );
    }
    assert_eq!(
        word(&policy, &request(json!({}), "old:view", json!({}))),
        "unknown-permission"
    );
}

#[test]
fn a_role_not_yet_available_grants_nothing() {
    let roles = json!({ "soon": { "available": false, "grants": { "all": "*" } }, "now": { "available": true, "clones": "soon" } });
    let policy = policy(catalog(roles), json!({}));
    let ask = |role| {
        word(
            &policy,
            &request(json!({ "roles": role }), "a:read", json!({})),
        )
    };
    assert_eq!(ask("soon"), "not-granted");
    assert_eq!(ask("now"), "now all");
}

#[test]
fn roles_unite_from_request_groups_and_directory() {
    let roles = json!({
        "r1": { "grants": { "all": "a:read" } }, "r2": { "grants": { "all": "a.b:read" } },
        "r3": { "grants": { "all": "a.b.c:read" } }, "r4": { "grants": { "all": "ab:read" } } });
    let tenant = json!({
        "groups": { "g2": "r2", "g3": ["r3@t"] },
        "directory": { "u": { "roles": "r4", "groups": ["g3"] }, "service:u:1": { "roles": ["r1"] } } });
    let policy = policy(catalog(roles), tenant);
    let subject = || json!({ "roles": ["r1"], "groups": "g2" });
    let ask = |permission| {
        word(
            &policy,
            &request(subject(), permission, json!({ "teams": "t" })),
        )
    };
    assert_eq!(ask("a:read"), "r1 all");
    assert_eq!(ask("a.b:read"), "r2 all");
    assert_eq!(ask("a.b.c:read"), "r3 all t");
    assert_eq!(ask("ab:read"), "r4 all");

    // A key is split at its first colon.
    let mut service = request(json!({}), "a:read", json!({}));
    service["subject"] = json!({ "type": "service", "id": "u:1" });
    assert_eq!(word(&policy, &service), "r1 all");
}

#[test]
fn directory_attributes_unite_and_may_be_the_only_source() {
    let catalog = json!({
        "attributes": { "subject": ["s", "delegated"], "resource": ["r"], "directory_only": ["delegated"] },
        "scopes": { "s": "shares(subject.s, resource.r)", "d": "shares(subject.delegated, resource.r)" },
        "modules": { "doc": { "actions": { "read": "read" } } },
        "roles": { "s": { "grants": { "s": "*" } }, "d": { "grants": { "d": "*" } } } });
    let policy = policy(
        catalog,
        json!({ "directory": { "u": { "s": "one", "delegated": ["two"] } } }),
    );
    let ask = |role: &str, value: &str| {
        let subject = json!({ "roles": role, "s": "three", "delegated": ["four"] });
        word(
            &policy,
            &request(subject, "doc:read", json!({ "r": value })),
        )
    };
    assert_eq!(ask("s", "one"), "s s");
    assert_eq!(ask("s", "three"), "s s");
    assert_eq!(ask("s", "two"), "out-of-scope");
    assert_eq!(ask("d", "two"), "d d");
    assert_eq!(ask("d", "four"), "out-of-scope");
}
