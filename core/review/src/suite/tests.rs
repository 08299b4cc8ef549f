//! Tests of running the tests of a policy.

use super::*;
use portcullis_engine::UnixSeconds;
use portcullis_policy::Source;

const HELPDESK: &str = include_str!("../../../policy/tests/helpdesk.json");

fn run(text: &str) -> Report {
    let (source, model) = Source::load(text).unwrap();
    let metadata = BundleMetadata::new("default", UnixSeconds(1_000), 60, &source.catalog);
    test(&model, &source.tests, &metadata).unwrap()
}

/// Replaces the tests of the example.
fn with_tests(tests: &str) -> String {
    let (policy, _) = HELPDESK.split_once("\"tests\":").unwrap();
    format!("{policy}\"tests\": [{tests}] }}")
}

fn failures(tests: &str) -> Vec<String> {
    let report = run(&with_tests(tests));
    let failures = report.tests.iter().flat_map(|test| &test.failures);
    failures.map(ToString::to_string).collect()
}

#[test]
fn the_example_passes_its_own_tests() {
    let report = run(HELPDESK);
    assert!(
        report.passes(),
        "{:#?}",
        report.failing().collect::<Vec<_>>()
    );
    assert_eq!(report.tests.len(), 3);
    assert!(report.coverage.total > report.coverage.exercised());
}

#[test]
fn failures_say_what_was_expected_and_why_not() {
    let found = failures(
        r#"{ "name": "a", "subject": { "id": "jo", "roles": ["agent", "ghost", "team-lead"] }, "resource": { "owner": "al", "assignees": [], "user": [] },
            "expect": { "tickets:read": "allow", "tickets:merge": "allow", "quality:read": "allow", "tickets:reply": "out-of-scope", "nope:nope": "unknown-permission" },
            "visible": ["tickets", "analytics"] },
           { "name": "b", "subject": { "id": "jo", "roles": "agent" }, "expect": { "tickets:read": "allow" } },
           { "name": "c", "subject": { "id": "jo", "roles": "auditor@emea" }, "resource": { "teams": "emea" }, "expect": { "tickets:read": "not-granted" } }"#,
    );
    assert_eq!(
        found,
        [
            "the subject: expected a role of the policy, got no role `ghost`: name a role that is there, or none",
            "tickets:read: expected allow, got out-of-scope: none of these holds of this resource: agent at own",
            "tickets:merge: expected allow, got not-granted: no role grants it; held are agent; the role ghost is unknown; the role team-lead is not yet available",
            "quality:read: expected allow, got feature-disabled: off are quality",
            "visible: expected tickets, analytics, got tickets, profile: too many: profile; missing: analytics",
            r#"tickets:read: expected allow, got conditional: it holds where {"any":[{"all":[{"attribute":"assignees","in":["jo"]}]},{"all":[{"attribute":"owner","in":["jo"]}]}]}"#,
            "tickets:read: expected not-granted, got allow: auditor@emea grants it at all",
        ]
    );
}

#[test]
fn a_guard_without_its_data_is_named() {
    let report = run(r#"{ "catalog": { "id": "notes",
          "attributes": { "subject": ["suspended"], "context": ["token"], "resource": [] },
          "scopes": { "full": "lacks(context.token, {read-only})", "active": "lacks(subject.suspended, {yes})" },
          "modules": { "notes": { "actions": { "write": "write" } } },
          "roles": { "editor": { "grants": { "*": "notes:write" } } } },
        "tenant": { "id": "acme" },
        "tests": [
          { "name": "nothing is said of the token", "subject": { "id": "jo", "roles": "editor" }, "expect": { "notes:write": "allow" } },
          { "name": "one guard is enough", "subject": { "id": "jo", "roles": "editor", "suspended": [] }, "expect": { "notes:write": "allow" } },
          { "name": "a read-only token", "subject": { "id": "jo", "roles": "editor" }, "context": { "token": "read-only" }, "expect": { "notes:write": "allow" } }] }"#);
    let failures = report.tests.iter().flat_map(|test| &test.failures);
    let failures = failures.map(ToString::to_string).collect::<Vec<_>>();
    let start =
        "notes:write: expected allow, got out-of-scope: none of these holds of this resource";
    assert_eq!(
        failures,
        [
            format!(
                "{start}: editor at full (not given: context.token), editor at active (not given: subject.suspended)"
            ),
            format!("{start}: editor at full, editor at active (not given: subject.suspended)"),
        ]
    );
}

#[test]
fn features_and_time_can_be_given() {
    let found = failures(
        r#"{ "name": "on", "features": ["quality"], "subject": { "id": "jo", "roles": "admin" }, "resource": { "owner": "jo" },
             "expect": { "quality.settings:read": "allow", "analytics:read": "feature-disabled" } },
           { "name": "last", "now": 1059, "subject": { "id": "jo", "roles": "admin" }, "expect": { "roles:read": "allow" } },
           { "name": "late", "now": 1060, "subject": { "id": "jo", "roles": "admin" }, "expect": { "roles:read": "bundle-expired" } },
           { "name": "wrong", "now": 1060, "subject": { "id": "jo", "roles": "admin" }, "expect": { "roles:read": "allow" }, "visible": [] }"#,
    );
    assert_eq!(
        found,
        [
            "roles:read: expected allow, got bundle-expired",
            "visible: expected modules, got bundle-expired",
        ]
    );
}

#[test]
fn a_test_is_asked_before_anything_ends_unless_it_says_when() {
    let policy = r#"{ "catalog": { "id": "c", "features": ["extra"], "scopes": { "all": "true" },
        "modules": { "m": { "actions": { "read": "read" } }, "x": { "requires": "extra", "actions": { "read": "read" } } },
        "roles": { "agent": { "grants": { "all": "*" } } },
        "routes": [{ "methods": "GET", "path": "/m", "permission": "m:read" }, { "methods": "GET", "path": "/x", "permission": "x:read" }] },
      "tenant": { "id": "t", "features": { "feature": "extra", "until": "1970-01-01T00:17:00Z" },
        "directory": { "jo": { "roles": { "role": "agent", "until": "1970-01-01T00:17:10Z" } } } },
      "tests": [TESTS] }"#;
    let jo = r#""subject": { "id": "jo" }"#;
    let named = |now: Option<u64>, m: &str, x: &str| {
        let stated = now.map_or_else(String::new, |now| format!(r#""now": {now},"#));
        let name = now.unwrap_or_default();
        format!(
            r#"{{ "name": "{name}", {stated} {jo}, "expect": {{ "m:read": "{m}", "x:read": "{x}" }} }},
               {{ "name": "m {name}", {stated} {jo}, "request": "GET /m", "expect": "{m}" }},
               {{ "name": "x {name}", {stated} {jo}, "request": "GET /x", "expect": "{x}" }}"#
        )
    };
    let tests = [
        named(None, "allow", "allow"),
        named(Some(1_019), "allow", "allow"),
        named(Some(1_020), "allow", "feature-disabled"),
        named(Some(1_029), "allow", "feature-disabled"),
        named(Some(1_030), "not-granted", "feature-disabled"),
    ];
    let report = run(&policy.replace("TESTS", &tests.join(",")));
    let failures = report.tests.iter().flat_map(|test| &test.failures);
    let failures: Vec<String> = failures.map(ToString::to_string).collect();
    assert_eq!(failures, [""; 0]);
    // What is over when the tests run is still asked of before.
    let past = policy
        .replace("00:17:", "00:01:")
        .replace("TESTS", &tests[0]);
    assert!(run(&past).passes());
}

#[test]
fn the_directory_and_groups_are_heard() {
    let found = failures(
        r#"{ "name": "group", "subject": { "id": "x", "groups": "idp-leads" }, "resource": { "teams": "emea" }, "expect": { "tickets:read": "allow" } },
           { "name": "other team", "subject": { "id": "x", "groups": "idp-leads" }, "resource": { "teams": "apac" }, "expect": { "tickets:read": "out-of-scope" } },
           { "name": "directory", "subject": { "id": "sarah" }, "resource": { "owner": "sarah" }, "expect": { "tickets:reply": "allow" } },
           { "name": "service", "subject": { "type": "service", "id": "ci" }, "resource": {}, "expect": { "tickets:read": "allow" } },
           { "name": "team roles", "subject": { "id": "y", "team_roles": { "emea": "auditor" } }, "resource": { "teams": [] }, "expect": { "tickets:read": "out-of-scope" } }"#,
    );
    assert_eq!(found, [""; 0]);
}

#[test]
fn coverage_counts_what_passing_tests_exercise() {
    let coverage = |tests: &str| {
        let report = run(&with_tests(tests));
        assert!(
            report.passes(),
            "{:#?}",
            report.failing().collect::<Vec<_>>()
        );
        let agent = report
            .coverage
            .unexercised
            .iter()
            .filter(|grant| grant.role == "agent");
        agent.map(ToString::to_string).collect::<Vec<_>>()
    };
    let none = [
        "agent: tickets:read at own",
        "agent: tickets:reply at own",
        "agent: profile:read at own",
        "agent: profile:write at own",
        "agent: profile:delete at own",
    ];
    assert_eq!(
        coverage(
            r#"{ "name": "deny", "subject": { "id": "jo", "roles": "agent" }, "resource": { "owner": "x", "assignees": [] }, "expect": { "tickets:read": "out-of-scope" } }"#
        ),
        none
    );
    assert_eq!(
        coverage(
            r#"{ "name": "allow", "subject": { "id": "jo", "roles": "agent" }, "resource": { "owner": "jo" }, "expect": { "tickets:read": "allow" } },
               { "name": "conditional", "subject": { "id": "jo", "roles": "agent" }, "expect": { "profile:read": "conditional", "profile:write": "conditional" } },
               { "name": "also", "subject": { "id": "jo", "roles": ["agent", "auditor"] }, "resource": { "owner": "jo", "user": "jo" }, "expect": { "tickets:reply": "allow", "profile:delete": "allow" } }"#
        ),
        [""; 0]
    );
    let report = run(&with_tests(""));
    assert_eq!(
        (report.coverage.percent(), report.coverage.exercised()),
        (0, 0)
    );
}
