//! A role on many teams makes a filter with one list.

use portcullis_gate::{Code, Gate, GateConfig, InvalidConfig, Peer, Request};
use portcullis_tests::{
    bundles::{NOW, bundle, trust_file},
    engines::EngineName,
};
use serde_json::{Value, json};

#[test]
fn a_role_on_200_teams_is_one_list_whatever_its_scope_reads() {
    let teams = teams(200);
    let bound =
        |role: &str| -> Vec<String> { teams.iter().map(|team| format!("{role}@{team}")).collect() };
    let mixed = [bound("team"), bound("all")].concat();
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
                "mixed": { "roles": mixed },
            },
        },
    })
    .to_string();
    let in_teams = json!({ "attribute": "teams", "in": teams });
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

#[test]
fn the_gate_forwards_a_filter_up_to_its_bound_which_can_be_set() {
    let people = [35, 200].map(|count| {
        let bound = teams(count).into_iter().map(|team| format!("all@{team}"));
        (
            format!("on-{count}"),
            json!({ "roles": bound.collect::<Vec<_>>() }),
        )
    });
    let policy = json!({
        "catalog": {
            "id": "field-service",
            "attributes": { "subject": ["teams"], "resource": ["teams"], "team": "teams" },
            "scopes": { "all": "true" },
            "modules": { "visits": { "actions": { "read": "read" } } },
            "roles": { "all": { "grants": { "all": "visits:read" } } },
            "routes": [{ "methods": "GET", "path": "/visits", "permission": "visits:read", "conditional": "forward" }],
        },
        "tenant": { "id": "acme", "directory": people.into_iter().collect::<Value>() },
    })
    .to_string();
    for (limits, on_35, on_200) in [
        (json!({}), Code::Conditional, Code::ConditionalRefused),
        (
            json!({ "filter_bytes": 49_152 }),
            Code::Conditional,
            Code::Conditional,
        ),
        (
            json!({ "filter_bytes": 100 }),
            Code::ConditionalRefused,
            Code::ConditionalRefused,
        ),
    ] {
        let mut gate = Gate::new(config(&limits).unwrap());
        gate.offer(bundle(&policy), NOW).unwrap();
        assert_eq!(code(&mut gate, "on-35"), on_35, "{limits}");
        assert_eq!(code(&mut gate, "on-200"), on_200, "{limits}");
    }
    assert!(config(&json!({ "filter_bytes": 49_153 })).is_err());
}

/// Ids of teams as identity providers give them, sorted.
fn teams(count: u32) -> Vec<String> {
    let mut teams: Vec<String> = (0..count)
        .map(|at| {
            format!(
                "{:08x}-0000-4000-8000-000000000000",
                at.wrapping_mul(2_654_435_761)
            )
        })
        .collect();
    teams.sort();
    teams
}

fn config(limits: &Value) -> Result<GateConfig, InvalidConfig> {
    let config = json!({
        "trust": trust_file(),
        "tenant": "acme",
        "identity": { "trusted_headers": { "peers": ["10.0.0.9"], "subject": "x-user-id" } },
        "limits": limits,
    });
    GateConfig::from_json(config.to_string().as_bytes())
}

fn code(gate: &mut Gate, subject: &str) -> Code {
    let verdict = gate.judge(
        &Request {
            method: b"GET",
            authority: b"visits.example",
            target: b"/visits",
            headers: &[(b"x-user-id", subject.as_bytes())],
            peer: Peer::read("10.0.0.9"),
            nonce: b"",
        },
        NOW,
    );
    verdict.entry().code
}
