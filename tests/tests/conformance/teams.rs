//! A role on many teams makes a filter with one list.

use portcullis_tests::engines::EngineName;
use serde_json::{Value, json};

#[test]
fn a_role_on_200_teams_is_one_list_whatever_its_scope_reads() {
    let teams: Vec<String> = (0..200_u32)
        .map(|at| {
            format!(
                "{:08x}-0000-4000-8000-000000000000",
                at.wrapping_mul(2_654_435_761)
            )
        })
        .collect();
    let bound =
        |role: &str| -> Vec<String> { teams.iter().map(|team| format!("{role}@{team}")).collect() };
    let policy = json!({
        "catalog": {
            "id": "field-service",
            "attributes": { "subject": ["teams"], "resource": ["teams", "owner"], "team": "teams" },
            "scopes": {
                "all": "true",
                "team": "shares(subject.teams, resource.teams)",
                "own": [["shares(subject.teams, resource.teams)", "shares(subject.id, resource.owner)"]],
            },
            "modules": { "visits": { "actions": { "read": "read" } } },
            "roles": {
                "all": { "grants": { "all": "visits:read" } },
                "team": { "grants": { "team": "visits:read" } },
                "own": { "grants": { "own": "visits:read" } },
            },
        },
        "tenant": {
            "id": "acme",
            "directory": {
                "all": { "roles": bound("all") },
                "team": { "roles": bound("team"), "teams": ["elsewhere"] },
                "own": { "roles": bound("own"), "teams": ["elsewhere"] },
                "mixed": { "roles": [bound("team"), bound("all")].concat() },
            },
        },
    })
    .to_string();
    let mut sorted = teams;
    sorted.sort();
    let in_teams = json!({ "attribute": "teams", "in": sorted });
    let own = json!({ "attribute": "owner", "in": ["own"] });
    for engine in EngineName::ALL {
        let opened = engine.open(&policy);
        for (id, all) in [
            ("all", json!([in_teams])),
            ("team", json!([in_teams])),
            ("own", json!([own, in_teams])),
            ("mixed", json!([in_teams])),
        ] {
            let line = json!({
                "subject": { "type": "user", "id": id },
                "action": { "name": "read" },
                "resource": { "type": "visits" },
            });
            let answer = opened.filter(line.to_string().as_bytes());
            let answer: Value = serde_json::from_str(&answer).unwrap();
            let residual = &answer["context"]["residual"];
            assert_eq!(
                *residual,
                json!({ "any": [{ "all": all }] }),
                "{engine:?}: {id}"
            );
        }
    }
}
