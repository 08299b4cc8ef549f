//! Both sides of each bound on a request, on every engine.

use portcullis_tests::{
    bundles::{self, NOW},
    engines::{EngineName, is_malformed},
    packed::packed_parts,
};
use serde_json::{Value, json};

/// A policy of many attributes, with one role that allows and one whose filter holds them.
fn policy() -> String {
    let names: Vec<String> = (0..65).map(|at| format!("a{at}")).collect();
    json!({
        "catalog": {
            "id": "bounds",
            "attributes": { "subject": names, "action": names, "context": names, "resource": names },
            "scopes": { "all": "true", "met": "shares(subject.a0, resource.a0)" },
            "modules": { "doc": { "actions": { "read": "read" } } },
            "roles": { "all": { "grants": { "all": "*" } }, "met": { "grants": { "met": "*" } } } },
        "tenant": { "id": "acme", "directory": { "listed": { "roles": "met", "a0": listed() } } } })
    .to_string()
}

/// What the directory holds is not the request's and counts for none of its bounds.
fn listed() -> Vec<String> {
    (0..1_500).map(|at| format!("{at:04}")).collect()
}

fn request(subject: Value, resource: Value) -> Value {
    json!({
        "subject": { "type": "user", "id": "u", "properties": subject },
        "action": { "name": "read" },
        "resource": { "type": "doc", "id": "i", "properties": resource } })
}

fn values(start: &str, count: usize) -> Vec<String> {
    (0..count).map(|at| format!("{start}{at}")).collect()
}

/// Attributes `a0`, `a1`, …, of so many values each.
fn attributes(counts: &[usize]) -> serde_json::Map<String, Value> {
    let named = counts.iter().enumerate();
    named
        .map(|(at, count)| (format!("a{at}"), json!(values("v", *count))))
        .collect()
}

#[test]
fn a_request_is_taken_up_to_each_bound_and_not_beyond() {
    let held = |roles: usize, teams: usize, groups: usize| {
        let mut all = values("r", roles);
        all[0] = "all".to_owned();
        let team_roles =
            json!({ "t": values("t", teams / 2), "s": values("s", teams - teams / 2) });
        request(
            json!({ "roles": all, "team_roles": team_roles, "groups": values("g", groups) }),
            json!({}),
        )
    };
    let given = |subject: &[usize], action: &[usize], context: &[usize], resource: &[usize]| {
        let mut subject = attributes(subject);
        subject.insert("roles".to_owned(), json!("all"));
        let mut request = request(subject.into(), attributes(resource).into());
        request["action"]["properties"] = attributes(action).into();
        request["context"] = attributes(context).into();
        request
    };
    let mut repeated = values("v", 1_024);
    repeated.extend(values("v", 1_024));
    repeated.push(String::new());
    let cases = [
        ("256 roles", held(256, 0, 0), true),
        ("257 roles", held(257, 0, 0), false),
        ("256 roles and a group", held(256, 0, 1), true),
        ("256 roles, some on a team", held(100, 156, 0), true),
        ("257 roles, some on a team", held(100, 157, 0), false),
        ("4,096 groups", held(1, 0, 4_096), true),
        ("4,097 groups", held(1, 0, 4_097), false),
        (
            "64 attributes of the subject",
            given(&[1; 64], &[], &[], &[]),
            true,
        ),
        (
            "65 attributes of the subject",
            given(&[1; 65], &[], &[], &[]),
            false,
        ),
        (
            "64 attributes of the action",
            given(&[], &[1; 64], &[], &[]),
            true,
        ),
        (
            "65 attributes of the action",
            given(&[], &[1; 65], &[], &[]),
            false,
        ),
        (
            "64 attributes of the context",
            given(&[], &[], &[1; 64], &[]),
            true,
        ),
        (
            "65 attributes of the context",
            given(&[], &[], &[1; 65], &[]),
            false,
        ),
        (
            "64 attributes of the resource",
            given(&[], &[], &[], &[0; 64]),
            true,
        ),
        (
            "65 attributes of the resource",
            given(&[], &[], &[], &[0; 65]),
            false,
        ),
        (
            "64 attributes of each",
            given(&[1; 64], &[1; 64], &[1; 64], &[1; 64]),
            true,
        ),
        ("1,024 values", given(&[], &[], &[], &[1_024]), true),
        ("1,025 values", given(&[], &[], &[], &[1_025]), false),
        (
            "1,024 values twice and an empty one",
            request(json!({ "roles": "all", "a1": repeated }), json!({})),
            true,
        ),
        (
            "4,096 values",
            given(&[1_024], &[1_024], &[1_024], &[1_024]),
            true,
        ),
        (
            "4,097 values",
            given(&[1_024], &[1_024], &[1_024], &[1_024, 1]),
            false,
        ),
    ];
    for engine in EngineName::ALL {
        let opened = engine.open(&policy());
        for (name, request, taken) in &cases {
            let answer = opened.decide(request.to_string().as_bytes());
            if *taken {
                assert!(
                    answer.contains(r#""role":"all""#),
                    "{engine:?}: {name}: {answer}"
                );
            } else {
                assert!(is_malformed(&answer), "{engine:?}: {name}: {answer}");
                assert!(
                    answer.contains("limit-exceeded"),
                    "{engine:?}: {name}: {answer}"
                );
            }
        }
    }
}

#[test]
fn a_filter_of_16_kib_is_given_whole_and_a_longer_one_not_at_all() {
    let frame = r#"{"any":[{"all":[{"attribute":"a0","in":[]}]}]}"#.len();
    // Values of 252 bytes with their quotes and comma are 255 bytes; the last one fills up.
    let mut all: Vec<String> = (0..64)
        .map(|at| format!("{at:03}{}", "x".repeat(249)))
        .collect();
    let left = 16 * 1_024 - frame - 64 * 255 - 2;
    for engine in EngineName::ALL {
        let opened = engine.open(&policy());
        for (more, taken) in [(0, true), (1, false)] {
            all.push("y".repeat(left + more));
            let request = request(json!({ "roles": "met", "a0": all }), json!({}));
            let answer = opened.decide(request.to_string().as_bytes());
            let residual = answer
                .split(r#""residual":"#)
                .nth(1)
                .map_or(0, |rest| rest.len() - 2);
            if taken {
                assert_eq!(residual, 16 * 1_024, "{engine:?}: {answer}");
            } else {
                assert!(is_malformed(&answer), "{engine:?}: {answer}");
                assert!(answer.contains("limit-exceeded"), "{engine:?}: {answer}");
            }
            all.pop();
        }
        // Effect and reason are known though the filter is too long.
        let known = request(json!({ "roles": ["met", "all"], "a0": all }), json!({}));
        assert!(
            opened
                .decide(known.to_string().as_bytes())
                .contains(r#""scope":"all""#)
        );
    }
}

#[test]
fn the_directory_is_not_bounded_as_a_request_is() {
    let mut line = request(json!({}), json!({ "a0": "1234" }));
    line["subject"]["id"] = json!("listed");
    for engine in EngineName::ALL {
        let answer = engine.open(&policy()).decide(line.to_string().as_bytes());
        assert!(answer.contains(r#""scope":"met""#), "{engine:?}: {answer}");
    }
}

#[test]
fn a_batch_has_4_096_questions() {
    let bundle = bundles::bundle(&policy());
    for engine in [EngineName::Native, EngineName::Component] {
        let opened = engine.open_bundle(&bundle, &bundles::trust(), NOW);
        let line = request(json!({ "roles": "all" }), json!({}));
        let request = opened.read(line.to_string().as_bytes()).unwrap();
        let (subject, question) = packed_parts(&request);
        for (count, answered) in [(1, 1), (4_096, 4_096), (4_097, 4_096)] {
            let batch = [subject.as_slice(), &question.repeat(count)].concat();
            let verdicts = opened.policy.check_many(&batch, NOW).unwrap();
            let allowed = verdicts.iter().filter(|verdict| verdict.is_allow()).count();
            assert_eq!((allowed, verdicts.len()), (answered, count), "{engine:?}");
        }
        // What holds no question at all is no single question.
        let verdict = opened.policy.check(&subject, NOW).unwrap();
        assert_eq!(verdict.effect(), None);
    }
}
