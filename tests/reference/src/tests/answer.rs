//! The six steps, the order of naming, and the canonical bytes.

use serde_json::json;

use super::{context, policy, policy_of_scopes, request, word};
use crate::Reference;

/// Two teams' worth of roles: `m` before `n` in bytes, scopes `late` before `early` in the catalog.
fn ordered() -> Reference {
    policy(
        json!({
            "features": ["f", "g", "h"],
            "attributes": { "subject": ["teams"], "resource": ["r", "teams"], "team": "teams" },
            "scopes": { "late": "true", "early": "true", "maybe": "present(resource.r)",
                        "mates": "shares(subject.teams, resource.teams)" },
            "modules": {
                "doc": { "actions": { "read": "read", "write": "write" } },
                "shut": { "requires": ["f", "g"], "modules": {
                    "in": { "requires": { "any": ["h", "g"] },
                            "actions": { "read": { "kind": "read", "requires": "f" } } } } } },
            "roles": {
                "n": { "grants": { "early": "doc:read", "late": "doc:read" } },
                "m": { "grants": { "early": "doc:read" } },
                "a-maybe": { "grants": { "maybe": "doc:read" } },
                "mate": { "grants": { "mates": "doc:read" } } } }),
        json!({ "features": ["f"] }),
    )
}

fn ask(subject: serde_json::Value, resource: serde_json::Value) -> String {
    word(&ordered(), &request(subject, "doc:read", resource))
}

#[test]
fn canonical_bytes() {
    let policy = ordered();
    let bytes = |subject, permission, resource| {
        policy.decide_line(
            request(subject, permission, resource)
                .to_string()
                .as_bytes(),
        )
    };
    for (subject, permission, resource, expected) in [
        (
            json!({ "roles": "m" }),
            "doc:read",
            json!({}),
            r#"{"decision":true,"context":{"effect":"allow","reason":"granted","role":"m","scope":"early"}}"#,
        ),
        (
            json!({ "team_roles": { "ému\"": "m" } }),
            "doc:read",
            json!({ "teams": ["x", "ému\""] }),
            r#"{"decision":true,"context":{"effect":"allow","reason":"granted","role":"m","scope":"early","team":"ému\""}}"#,
        ),
        (
            json!({ "roles": "a-maybe" }),
            "doc:read",
            json!({}),
            r#"{"decision":false,"context":{"effect":"conditional","reason":"conditional","residual":{"any":[{"all":[{"attribute":"r","is":"present"}]}]}}}"#,
        ),
        (
            json!({ "roles": "a-maybe" }),
            "doc:read",
            json!({ "r": [] }),
            r#"{"decision":false,"context":{"effect":"deny","reason":"out-of-scope"}}"#,
        ),
        (
            json!({ "roles": "m" }),
            "doc:write",
            json!({}),
            r#"{"decision":false,"context":{"effect":"deny","reason":"not-granted"}}"#,
        ),
        (
            json!({ "roles": "m" }),
            "doc:erase",
            json!({}),
            r#"{"decision":false,"context":{"effect":"deny","reason":"unknown-permission"}}"#,
        ),
        (
            json!({ "roles": "m" }),
            "shut.in:read",
            json!({}),
            r#"{"decision":false,"context":{"effect":"deny","reason":"feature-disabled","features":["f","g","h"]}}"#,
        ),
    ] {
        assert_eq!(bytes(subject, permission, resource), expected);
    }
}

#[test]
fn every_feature_of_an_unmet_requirement_is_named_once_on_or_off() {
    let question = request(json!({}), "shut.in:read", json!({}));
    for (on, expected) in [
        (vec![], Some(r#"["f","g","h"]"#)),
        (vec!["f"], Some(r#"["f","g","h"]"#)),
        (vec!["g"], Some(r#"["f","g"]"#)),
        (vec!["f", "h"], Some(r#"["f","g"]"#)),
        (vec!["h"], Some(r#"["f","g"]"#)),
        (vec!["f", "g"], None),
    ] {
        let on: Vec<String> = on.into_iter().map(str::to_owned).collect();
        let expected = expected.map_or_else(
            || r#"{"effect":"deny","reason":"not-granted"}"#.to_owned(),
            |features| {
                format!(r#"{{"effect":"deny","reason":"feature-disabled","features":{features}}}"#)
            },
        );
        assert_eq!(context(&ordered().with_features(&on), &question), expected);
    }
}

#[test]
fn a_module_without_a_permission_of_its_own_is_unknown() {
    let question = request(json!({}), "shut:read", json!({}));
    assert_eq!(word(&ordered(), &question), "unknown-permission");
    let question = request(json!({}), "in:read", json!({}));
    assert_eq!(word(&ordered(), &question), "unknown-permission");
}

#[test]
fn the_first_true_grant_is_named() {
    let in_teams = || json!({ "teams": ["y", "x"] });
    // Role bytes, whatever the order of asking or of the catalog.
    assert_eq!(ask(json!({ "roles": ["n", "m"] }), json!({})), "m early");
    // Scopes in catalog order, whatever the order in the grant.
    assert_eq!(ask(json!({ "roles": ["n"] }), json!({})), "n late");
    // Global before team-bound, even of a later role.
    let both = json!({ "roles": ["n"], "team_roles": { "x": ["m"] } });
    assert_eq!(ask(both, in_teams()), "n late");
    // Among team-bound ones the role before the team.
    let teams = json!({ "team_roles": { "x": ["n"], "y": ["m"] } });
    assert_eq!(ask(teams, in_teams()), "m early y");
    // Then team bytes.
    let teams = json!({ "team_roles": { "y": ["m"], "x": ["m"] } });
    assert_eq!(ask(teams, in_teams()), "m early x");
    // The team before the scope.
    let teams = json!({ "team_roles": { "y": ["n"], "x": ["n"] } });
    assert_eq!(ask(teams, in_teams()), "n late x");
}

#[test]
fn a_true_grant_wins_over_an_earlier_unknown_one() {
    assert_eq!(
        ask(json!({ "roles": ["a-maybe", "n"] }), json!({})),
        "n late"
    );
    assert_eq!(
        ask(json!({ "roles": ["a-maybe"] }), json!({})),
        "conditional"
    );
}

#[test]
fn a_team_role_holds_on_its_team_alone() {
    let bound = || json!({ "team_roles": { "x": ["m"] } });
    assert_eq!(ask(bound(), json!({ "teams": ["x", "y"] })), "m early x");
    assert_eq!(ask(bound(), json!({ "teams": ["y"] })), "out-of-scope");
    assert_eq!(ask(bound(), json!({ "teams": [] })), "out-of-scope");
    assert_eq!(
        context(&ordered(), &request(bound(), "doc:read", json!({}))),
        r#"{"effect":"conditional","reason":"conditional","residual":{"any":[{"all":[{"attribute":"teams","in":["x"]}]}]}}"#
    );
}

#[test]
fn within_a_team_bound_grant_the_subject_is_in_that_team() {
    // `mates` asks that the subject's teams meet the resource's.
    let bound = || json!({ "team_roles": { "x": ["mate"] } });
    assert_eq!(ask(bound(), json!({ "teams": ["x"] })), "mate mates x");
    assert_eq!(ask(bound(), json!({ "teams": ["y"] })), "out-of-scope");
    // It is in that team within that grant only, and in its own teams too.
    let bound = json!({ "teams": "y", "team_roles": { "x": ["mate"], "z": "nobody" } });
    assert_eq!(
        context(&ordered(), &request(bound, "doc:read", json!({}))),
        r#"{"effect":"conditional","reason":"conditional","residual":{"any":[{"all":[{"attribute":"teams","in":["x"]}]}]}}"#
    );
    let other = json!({ "roles": "mate", "team_roles": { "x": ["a-maybe"] } });
    assert_eq!(
        ask(other, json!({ "teams": ["x"], "r": [] })),
        "out-of-scope"
    );
}

#[test]
fn unknown_roles_groups_and_teams_grant_nothing() {
    for subject in [
        json!({}),
        json!({ "roles": ["nobody", "m@x", "not an id", 3, true] }),
        json!({ "groups": ["nobody", "with\u{7}bell"] }),
        json!({ "team_roles": { "": "m", "with\u{7}bell": "m" } }),
        json!({ "team_roles": { "t".repeat(257): "m" } }),
    ] {
        assert_eq!(ask(subject, json!({ "teams": ["x"] })), "not-granted");
    }
    let longest = "t".repeat(256);
    let subject = json!({ "team_roles": { longest.clone(): "m" } });
    assert_eq!(
        ask(subject, json!({ "teams": longest })),
        format!("m early {}", "t".repeat(256))
    );
}

#[test]
fn without_a_team_attribute_team_roles_grant_nothing() {
    let policy = policy(
        json!({
            "attributes": { "resource": ["teams"] },
            "scopes": { "all": "true" },
            "modules": { "doc": { "actions": { "read": "read" } } },
            "roles": { "m": { "grants": { "all": "*" } } } }),
        json!({}),
    );
    let bound = json!({ "team_roles": { "x": ["m"] } });
    assert_eq!(
        word(
            &policy,
            &request(bound, "doc:read", json!({ "teams": "x" }))
        ),
        "not-granted"
    );
    assert_eq!(
        word(
            &policy,
            &request(json!({ "roles": "m" }), "doc:read", json!({}))
        ),
        "m all"
    );
}

#[test]
fn a_grant_whose_conditions_are_all_false_is_still_a_grant() {
    let policy = policy_of_scopes(&[("x", json!("is(subject.s, {none})"))]);
    let question = request(json!({ "roles": "x" }), "doc:read", json!({}));
    assert_eq!(word(&policy, &question), "out-of-scope");
}
