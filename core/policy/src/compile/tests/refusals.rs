//! Tests of what the compiler refuses, and of what it says.

use super::{BASE, compiled, errors, grants};

#[test]
fn every_error_names_place_and_cure() {
    let cases = [
        (
            r#""labl": 1, "id": "helpdesk""#,
            r#""id": "helpdesk""#,
            "$.catalog.labl: unknown member `labl`",
        ),
        (
            r#""id": "help desk""#,
            r#""id": "helpdesk""#,
            "$.catalog.id: `help desk` cannot name a catalog",
        ),
        (
            r#""features": ["quality", "quality", "analytics"]"#,
            r#""features": ["quality", "analytics"]"#,
            "$.catalog.features[1]: the feature `quality` appears twice",
        ),
        (
            r#""subject": ["teams", "roles"]"#,
            r#""subject": ["teams"]"#,
            "the attribute name `roles` is reserved",
        ),
        (
            r#""team": "team""#,
            r#""team": "teams""#,
            "$.catalog.attributes.team: unknown resource attribute `team`; did you mean `teams`?",
        ),
        (
            r#""own": "shares(subject.id, resource.ownr)""#,
            r#""own": "shares(subject.id, resource.owner)""#,
            "$.catalog.scopes.own: `resource.ownr` is not declared; did you mean `owner`?",
        ),
        (
            r#""own": "share(subject.id, resource.owner)""#,
            r#""own": "shares(subject.id, resource.owner)""#,
            "$.catalog.scopes.own: unknown atom `share` at character 1; did you mean `shares`?",
        ),
        (
            r#""own": []"#,
            r#""own": "shares(subject.id, resource.owner)""#,
            "$.catalog.scopes.own: a choice among no atoms never holds",
        ),
        (
            r#""own": ["true", ["present(resource.owner)", "nil"]]"#,
            r#""own": "shares(subject.id, resource.owner)""#,
            "$.catalog.scopes.own[1][1]: unknown atom `nil`",
        ),
        (
            r#""actions": { "read": "raed", "#,
            r#""actions": { "read": "read", "#,
            "$.catalog.actions.read: unknown kind of action `raed`; did you mean `read`?",
        ),
        (
            r#""supports": ["own", "al"]"#,
            r#""supports": ["own", "all"]"#,
            "$.catalog.supports[1]: unknown scope `al`; did you mean `all`?",
        ),
        (
            r#""route": {}, "tickets""#,
            r#""tickets""#,
            "$.catalog.modules.route: the module id `route` is reserved",
        ),
        (
            r#""a.b": {}, "tickets""#,
            r#""tickets""#,
            r#"$.catalog.modules["a.b"]: `a.b` is written with a point; write the last part among the `modules` of `a`"#,
        ),
        (
            r#""requires": "qualty""#,
            r#""requires": "quality""#,
            "$.catalog.modules.quality.requires: unknown feature `qualty`; did you mean `quality`?",
        ),
        (
            r#""requires": {"any": []}"#,
            r#""requires": "quality""#,
            "$.catalog.modules.quality.requires.any: a choice among no features",
        ),
        (
            r#""only": "admn""#,
            r#""only": "admin""#,
            "$.catalog.modules.quality.modules.settings.only: the catalog has no role `admn`; did you mean `admin`?",
        ),
        (
            r#""only": "reader""#,
            r#""only": "admin""#,
            "`reader` is a role of the tenant",
        ),
        (
            r#""supports": "all", "default_for": "agent", "only": "admin""#,
            r#""supports": "all""#,
            "`tickets:merge` is by default for `agent`, which `only` keeps from it",
        ),
        (
            r#""supports": "all", "aliases": "tickets:read""#,
            r#""supports": "all""#,
            "$.catalog.modules.tickets.actions.merge.aliases: the former name `tickets:read` is the name of a permission",
        ),
        (
            r#""supports": "all", "aliases": "join""#,
            r#""supports": "all""#,
            "`join` cannot have been the name",
        ),
        (
            r#""on": "tickets:read""#,
            r#""own": "tickets:read""#,
            "$.catalog.roles.agent.grants.on: unknown scope `on`; did you mean `own`?",
        ),
        (
            r#""own": "tickets:raed""#,
            r#""own": "tickets:read""#,
            "$.catalog.roles.agent.grants.own: unknown permission `tickets:raed`; did you mean `tickets:read`?",
        ),
        (
            r#""own": "ticket:read""#,
            r#""own": "tickets:read""#,
            "unknown permission `ticket:read`; did you mean `tickets:read`?",
        ),
        (
            r#""own": "tickets:merge""#,
            r#""own": "tickets:read""#,
            "`tickets:merge` does not support this scope; it supports `all`",
        ),
        (
            r#""own": "tickets:@delete""#,
            r#""own": "tickets:read""#,
            "`tickets:@delete` matches no permission that supports this scope",
        ),
        (
            r#""team": "*""#,
            r#""own": "tickets:read""#,
            "`*:*` matches no permission that supports this scope",
        ),
        (
            r#""own": "quality.settings:read""#,
            r#""own": "tickets:read""#,
            "`only` keeps `quality.settings:read` from the role `agent`",
        ),
        (
            r#""own": "tickets""#,
            r#""own": "tickets:read""#,
            "`tickets` does not say which actions; write `tickets:*`",
        ),
        (
            r#""manages": "agnt", "editable": true"#,
            r#""editable": true"#,
            "$.catalog.roles.agent.manages: the catalog has no role `agnt`; did you mean `agent`?",
        ),
        (
            r#""manages": ["*", "agent"], "editable": true"#,
            r#""editable": true"#,
            "`*` is every role already",
        ),
        (
            r#""clones": "reader""#,
            r#""clones": "agent""#,
            "$.tenant.roles.reader.clones: this role is a copy of itself: `reader` → `reader`",
        ),
        (
            r#""clones": "agent", "base": "admin""#,
            r#""clones": "agent""#,
            "$.tenant.roles.reader.base: this role already says that it `clones`",
        ),
        (
            r#""administration": { "tickets:reed": ["create"] }, "roles": { "admin""#,
            r#""roles": { "admin""#,
            "unknown permission `tickets:reed`; did you mean `tickets:read`?",
        ),
        (
            r#""administration": { "tickets:read": ["creat"] }, "roles": { "admin""#,
            r#""roles": { "admin""#,
            "unknown operation `creat`; did you mean `create`?",
        ),
        (
            r#""id": "acme", "features": [{ "feature": "quality", "until": "soon" }]"#,
            r#""id": "acme""#,
            "$.tenant.features[0].until: `soon` is no time of RFC 3339 in whole seconds; write it as 2026-12-31T00:00:00Z",
        ),
        (
            r#""id": "acme", "directory": { "jo": { "roles": { "role": "agent" } } }"#,
            r#""id": "acme""#,
            "$.tenant.directory.jo.roles: the member `until` is missing; say until when",
        ),
        (
            r#""id": "acme", "directory": { "jo": { "roles": ["agent", { "role": "agent", "until": "2026-12-31T00:00:00Z" }] } }"#,
            r#""id": "acme""#,
            "$.tenant.directory.jo.roles[1]: the role `agent`",
        ),
        (
            r#""id": "acme", "groups": { "g": [{ "role": "agent", "until": "2026-12-31T00:00:00Z" }] }"#,
            r#""id": "acme""#,
            "$.tenant.groups.g[0]: expected a string, found an object",
        ),
        (
            r#""id": "acme", "groups": { "g": "agent@" }"#,
            r#""id": "acme""#,
            "$.tenant.groups.g: `` cannot be a team",
        ),
        (
            r#""id": "acme", "directory": { "jo": {}, "user:jo": {} }"#,
            r#""id": "acme""#,
            "the user `jo` is in the directory twice",
        ),
        (
            r#""id": "acme", "directory": { "service:": {} }"#,
            r#""id": "acme""#,
            "`` cannot be a subject's id",
        ),
        (
            r#""subject_types": "service", "features": ["quality""#,
            r#""features": ["quality""#,
            "$.catalog.subject_types: `user` is not among the subject types",
        ),
        (
            r#""subject_types": ["user", "a:b"], "features": ["quality""#,
            r#""features": ["quality""#,
            "$.catalog.subject_types[1]: `a:b` cannot be a subject's type",
        ),
        (
            r#""subject_types": ["user", "user"], "features": ["quality""#,
            r#""features": ["quality""#,
            "$.catalog.subject_types[1]: the subject type `user`",
        ),
        (
            r#""subject_types": ["user", "User"], "features": ["quality""#,
            r#""features": ["quality""#,
            "$.catalog.subject_types[1]: `User` looks like the subject type `user`, and is another",
        ),
        (
            r#""subject_types": ["user", "robot", "rоbоt"], "features": ["quality""#,
            r#""features": ["quality""#,
            "looks like the subject type `robot`",
        ),
        (
            r#""id": "acme", "directory": { "uѕer:jo": { "active": false } }"#,
            r#""id": "acme""#,
            "`uѕer` is no subject type, so this would be a user called `uѕer:jo`; write `user:jo`",
        ),
        (
            r#""everyone": { "role": "reader" }, "features": ["quality""#,
            r#""features": ["quality""#,
            "$.catalog.everyone.role: `reader` is a role of the tenant",
        ),
        (
            r#""everyone": { "role": "agent", "types": [] }, "features": ["quality""#,
            r#""features": ["quality""#,
            "$.catalog.everyone.types: everybody is of no type",
        ),
        (
            r#""everyone": { "role": "agent", "types": ["user", "User"] }, "features": ["quality""#,
            r#""features": ["quality""#,
            "$.catalog.everyone.types[1]: `User` is no subject type",
        ),
        (
            r#""id": "acme", "directory": { "User:jo": { "active": false } }"#,
            r#""id": "acme""#,
            "$.tenant.directory[\"User:jo\"]: `User` is no subject type, so this would be a user called `User:jo`; write `user:jo`, or `user:User:jo` if that is its id",
        ),
        (
            r#""id": "acme", "directory": { "jo": { "active": "no" } }"#,
            r#""id": "acme""#,
            "$.tenant.directory.jo.active: expected a boolean",
        ),
        (
            r#""id": "acme", "directory": { "jo": { "sessions_from": "yesterday" } }"#,
            r#""id": "acme""#,
            "$.tenant.directory.jo.sessions_from: `yesterday` is no time of RFC 3339 in whole seconds",
        ),
        (
            r#""id": "acme", "sessions_from": 1000"#,
            r#""id": "acme""#,
            "$.tenant.sessions_from: expected a string",
        ),
        (
            r#""id": "acme", "retired": "reader""#,
            r#""id": "acme""#,
            "$.tenant.retired: the id `reader` belonged to a deleted role",
        ),
        (
            r#""id": "acme", "role_changes": "next""#,
            r#""id": "acme""#,
            "$.tenant.role_changes: unknown time for role changes `next`",
        ),
        (
            r#""id": "acme", "id": "acme""#,
            r#""id": "acme""#,
            "$.tenant.id: this member appears twice",
        ),
        (
            r#""id": 7"#,
            r#""id": "acme""#,
            "$.tenant.id: expected a string, found a number",
        ),
    ];
    for (to, from, expected) in cases {
        // Line breaks of the base must not hide the place to change.
        let base = BASE.replace("\n      ", " ").replace("{  ", "{ ");
        assert!(base.contains(from), "{from}");
        let found = errors(&base.replacen(from, to, 1));
        assert!(
            found.iter().any(|error| error.contains(expected)),
            "{to}: {found:#?}"
        );
        assert!(
            found.iter().all(|error| !error.ends_with("; ")),
            "{to}: {found:#?}"
        );
    }
}

#[test]
fn every_error_is_reported_not_only_the_first() {
    let text = BASE
        .replace(
            "\"supports\": [\"own\", \"all\"]",
            "\"supports\": [\"own\", \"al\"], \"labl\": 1",
        )
        .replace(
            "\"own\": \"tickets:read\"",
            "\"own\": [\"tickets:raed\", \"ticket:read\"]",
        )
        .replace("\"id\": \"acme\"", "\"id\": 3, \"features\": \"qality\"");
    let found = errors(&text);
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn cycles_of_clones_are_reported_once() {
    let roles = r#""roles": { "a": { "clones": "b" }, "b": { "clones": "c" }, "c": { "clones": "b" }, "reader": {"#;
    let found = errors(&BASE.replacen(r#""roles": { "reader": {"#, roles, 1));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0]
            .starts_with("$.tenant.roles.b.clones: this role is a copy of itself: `b` → `c` → `b`")
    );
}

#[test]
fn a_long_chain_of_clones_is_no_trouble() {
    let mut roles = String::from(r#""roles": { "#);
    for index in 0..5_000 {
        roles.push_str(&format!(
            "\"r{index}\": {{ \"clones\": \"r{}\" }}, ",
            index + 1
        ));
    }
    roles.push_str(r#""r5000": { "clones": "agent" }, "reader": {"#);
    let model = compiled(&BASE.replacen(r#""roles": { "reader": {"#, &roles, 1));
    assert_eq!(grants(&model, "r0"), ["tickets:read@own"]);
}
