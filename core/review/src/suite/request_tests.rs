//! Tests of tests of requests.

use super::*;
use portcullis_engine::UnixSeconds;
use portcullis_policy::Source;

const HELPDESK: &str = include_str!("../../../policy/tests/helpdesk.json");

fn run(text: &str) -> Report {
    let (source, model) = Source::load(text).unwrap_or_else(|error| panic!("{error}"));
    let metadata = BundleMetadata::new("default", UnixSeconds(1_000), 60, &source.catalog);
    test(&model, &source.tests, &metadata).unwrap()
}

/// A policy with routes, and tests of them.
fn routed(tests: &str) -> String {
    format!(
        r#"{{ "catalog": {{ "id": "c", "features": ["extra"],
            "attributes": {{ "subject": ["teams", "region"], "resource": ["owner", "teams", "kind"], "team": "teams" }},
            "scopes": {{ "own": "shares(subject.id, resource.owner)", "team": "shares(subject.teams, resource.teams)", "all": "true" }},
            "modules": {{ "tickets": {{ "actions": {{ "read": "read", "reply": {{ "kind": "write", "aliases": "tickets:respond" }} }} }},
                          "reports": {{ "requires": "extra", "actions": {{ "read": "read" }} }} }},
            "roles": {{ "agent": {{ "grants": {{ "own": "tickets:*", "team": "tickets:read", "all": "reports:read" }} }} }},
            "routes": [
                {{ "methods": "GET", "path": "/health", "public": true }},
                {{ "methods": "GET", "path": "/t/{{id}}", "permission": "tickets:read", "conditional": "forward",
                   "resource": {{ "id": "path.id", "owner": "query.owner", "teams": "header.x-team", "kind": {{ "constant": ["chat", "mail"] }} }},
                   "accepts": "encoded-slash", "cors": {{ "origins": "*" }} }},
                {{ "methods": ["PUT", "PATCH"], "host": "api.example.com", "path": "/t/{{id}}", "permission": "tickets:reply", "resource": {{ "owner": "path.id" }} }},
                {{ "methods": "GET", "path": "/reports", "permission": "reports:read" }} ] }},
          "tenant": {{ "id": "t", "groups": {{ "g": "agent" }} }},
          "tests": [{tests}] }}"#
    )
}

fn routed_failures(tests: &str) -> Vec<String> {
    let report = run(&routed(tests));
    let failures = report.tests.iter().flat_map(|test| &test.failures);
    failures.map(ToString::to_string).collect()
}

#[test]
fn requests_are_judged_by_the_gate() {
    let jo = r#""subject": { "id": "jo, 1/2", "roles": "agent", "teams": ["a,b", "é"] }"#;
    let found = routed_failures(&format!(
        r#"{{ "name": "public", "subject": {{}}, "request": "GET /health", "expect": "public" }},
           {{ "name": "head", "subject": {{}}, "request": "HEAD /health", "expect": {{ "answer": "public", "route": "GET /health", "resource": {{}} }} }},
           {{ "name": "nobody", "subject": {{}}, "request": "GET /t/1", "expect": "identity-missing" }},
           {{ "name": "a role is needed", "subject": {{ "id": "al" }}, "request": "GET /t/1", "expect": "not-granted" }},
           {{ "name": "filter", {jo}, "request": "GET /t/1", "expect": {{ "answer": "conditional", "resource": {{ "id": "1", "kind": ["mail", "chat"] }} }} }},
           {{ "name": "query", {jo}, "request": "GET /t/1?owner=jo%2c%201%2F2", "expect": {{ "answer": "allow", "resource": {{ "id": "1", "owner": "jo, 1/2", "kind": ["chat", "mail"] }} }} }},
           {{ "name": "header", {jo}, "request": {{ "method": "GET", "target": "/t/1", "headers": {{ "X-Team": "é" }} }}, "expect": {{ "answer": "allow", "resource": {{ "id": "1", "teams": "é", "kind": ["chat", "mail"] }} }} }},
           {{ "name": "twice", {jo}, "request": {{ "method": "GET", "target": "/t/1", "headers": {{ "x-team": ["é", "é"] }} }}, "expect": "attribute-ambiguous" }},
           {{ "name": "a slash", {jo}, "request": "GET /t/1%2f2?owner=x", "expect": {{ "answer": "conditional", "resource": {{ "id": "1/2", "owner": "x", "kind": ["chat", "mail"] }} }} }},
           {{ "name": "dots", {jo}, "request": "GET /t/%2e%2e", "expect": "path-ambiguous" }},
           {{ "name": "none", {jo}, "request": "GET /else", "expect": "route-unknown" }},
           {{ "name": "other host", {jo}, "request": {{ "method": "PATCH", "target": "/t/1", "host": "b.example.com" }}, "expect": "route-unknown" }},
           {{ "name": "no other host has what says none", {jo}, "request": {{ "method": "GET", "target": "/health", "host": "b.example.com" }}, "expect": "route-unknown" }},
           {{ "name": "the route's host", {jo}, "request": "PATCH /t/1", "expect": "out-of-scope" }},
           {{ "name": "host", {jo}, "request": {{ "method": "PATCH", "target": "/t/jo,%201", "host": "API.example.com:443" }},
              "expect": {{ "answer": "out-of-scope", "route": "PUT api.example.com/t/{{id}}", "permission": "tickets:respond", "resource": {{ "owner": "jo, 1" }} }} }},
           {{ "name": "off", {jo}, "request": "GET /reports", "expect": "feature-disabled" }},
           {{ "name": "on", "features": "extra", "subject": {{ "id": "x", "groups": "g" }}, "request": "GET /reports", "expect": "allow" }},
           {{ "name": "a service", "subject": {{ "type": "service", "id": "x", "team_roles": {{ "é": "agent" }} }}, "request": {{ "method": "GET", "target": "/t/1", "headers": {{ "x-team": "é" }} }}, "expect": "allow" }},
           {{ "name": "late", "now": 1060, {jo}, "request": "GET /health", "expect": "bundle-expired" }},
           {{ "name": "spoofed", "subject": {{ "id": "al" }}, "request": {{ "method": "GET", "target": "/t/1", "headers": {{ "x-portcullis-roles": "agent" }} }}, "expect": "not-granted" }},
           {{ "name": "a page asks first", "subject": {{}}, "request": {{ "method": "OPTIONS", "target": "/t/1", "headers": {{ "origin": "https://a.example", "access-control-request-method": "GET" }} }}, "expect": "preflight" }},
           {{ "name": "no method", {jo}, "request": {{ "method": "G T", "target": "/t/1" }}, "expect": "request-malformed" }}"#
    ));
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_request_that_fails_says_what_became_of_it() {
    let found = routed_failures(
        r#"{ "name": "a", "subject": { "id": "jo", "roles": "agent" }, "request": "GET /t/1?owner=jo",
             "expect": { "answer": "conditional", "route": "GET /health", "permission": "reports:read", "resource": { "id": "2", "teams": "a", "kind": "chat" } } },
           { "name": "b", "subject": { "id": "jo", "roles": "agent" }, "request": "GET /reports", "expect": "allow" },
           { "name": "c", "subject": { "id": "jo" }, "request": "GET /t/a/../b", "expect": { "answer": "allow", "route": "GET /t/{id}", "resource": {} } },
           { "name": "d", "subject": {}, "request": "GET /t/1", "expect": "public" },
           { "name": "e", "subject": { "id": "jo", "roles": "agent@x" }, "request": { "method": "PUT", "target": "/t/1", "host": "api.example.com" }, "expect": "allow" },
           { "name": "f", "subject": { "id": "jo", "roles": "agent" }, "request": { "method": "PUT", "target": "/t/jo", "host": "api.example.com" }, "expect": "not-granted" }"#,
    );
    let a = "it takes `GET /t/{id}`, which asks for tickets:read; agent grants it at own";
    let c = "dot-segment";
    assert_eq!(
        found,
        [
            format!("GET /t/1?owner=jo: expected conditional, got allow: {a}"),
            format!("GET /t/1?owner=jo: route: expected GET /health, got GET /t/{{id}}: {a}"),
            format!("GET /t/1?owner=jo: permission: expected reports:read, got tickets:read: {a}"),
            "GET /t/1?owner=jo: resource.id: expected 2, got another value: `GET /t/{id}` takes it from path.id".to_owned(),
            "GET /t/1?owner=jo: resource.teams: expected a, got unknown: `GET /t/{id}` takes it from header.x-team".to_owned(),
            "GET /t/1?owner=jo: resource.kind: expected chat, got chat, mail: `GET /t/{id}` takes it from a constant".to_owned(),
            "GET /t/1?owner=jo: resource.owner: expected unknown, got a value: `GET /t/{id}` takes it from query.owner".to_owned(),
            "GET /reports: expected allow, got feature-disabled: it takes `GET /reports`, which asks for reports:read; off are extra".to_owned(),
            format!("GET /t/a/../b: expected allow, got path-ambiguous: {c}"),
            format!("GET /t/a/../b: route: expected GET /t/{{id}}, got none: {c}"),
            format!("GET /t/a/../b: resource: expected to be read, got nothing: {c}"),
            "GET /t/1: expected public, got identity-missing: it takes `GET /t/{id}`; nobody is known to ask".to_owned(),
            "PUT /t/1: expected allow, got out-of-scope: it takes `PUT api.example.com/t/{id}`, which asks for tickets:reply; no grant holds of what the request says".to_owned(),
            "PUT /t/jo: expected not-granted, got allow: it takes `PUT api.example.com/t/{id}`, which asks for tickets:reply; agent grants it at own".to_owned(),
        ]
    );
}

#[test]
fn a_route_is_exercised_by_what_goes_on_through_it() {
    let routes = |tests: &str| run(&routed(tests)).coverage.routes;
    let none = routes("");
    assert_eq!((none.total, none.exercised(), none.percent()), (4, 0, 0));
    let some = routes(
        r#"{ "name": "public", "subject": {}, "request": "HEAD /health", "expect": "public" },
           { "name": "denied", "subject": { "id": "al" }, "request": "GET /t/1", "expect": "not-granted" },
           { "name": "not as expected", "subject": { "id": "jo", "roles": "agent" }, "request": "GET /t/1", "expect": "allow" },
           { "name": "a method of two", "subject": { "id": "jo", "roles": "agent" }, "request": { "method": "PATCH", "target": "/t/jo", "host": "api.example.com" }, "expect": "allow" }"#,
    );
    assert_eq!(some.unexercised, ["GET /t/{id}", "GET /reports"]);
    assert_eq!((some.exercised(), some.percent()), (2, 50));
    // What asks for a permission by its name exercises no route, and a request no grant.
    let mixed = run(&routed(
        r#"{ "name": "grant", "subject": { "id": "jo", "roles": "agent", "teams": "x" }, "expect": { "tickets:read": "conditional" } },
           { "name": "route", "subject": { "id": "jo", "roles": "agent" }, "request": "GET /t/1", "expect": "conditional" }"#,
    ));
    assert!(mixed.passes());
    assert_eq!(mixed.coverage.routes.exercised(), 1);
    assert_eq!(mixed.coverage.exercised(), 2);
    assert_eq!(run(HELPDESK).coverage.routes.percent(), 100);
}

#[test]
fn a_test_of_a_request_that_makes_no_sense_is_reported_with_its_cure() {
    let check = |test: &str, expected: &[&str]| {
        let invalid = Source::load(&routed(test)).unwrap_err();
        let found = invalid.problems().iter().map(ToString::to_string);
        assert_eq!(found.collect::<Vec<_>>(), expected, "{test}");
    };
    let of_jo = |rest: &str, expected: &[&str]| {
        let test = format!(r#"{{ "name": "n", "subject": {{ "id": "jo" }}, {rest} }}"#);
        check(&test, expected);
    };
    of_jo(
        r#""request": "/t/1", "expect": "allow""#,
        &[
            r#"$.tests[0].request: `/t/1` is no request; write the method and the target: "GET /v1/tickets""#,
        ],
    );
    of_jo(
        r#""request": { "method": "GET", "targt": "/" }, "expect": "allow""#,
        &[
            r#"$.tests[0].request: the member `target` is missing; say which: "target": "/v1/tickets?open=1""#,
            "$.tests[0].request.targt: unknown member `targt`; did you mean `target`?",
        ],
    );
    of_jo(
        r#""request": "GET /""#,
        &[
            r#"$.tests[0]: the member `expect` is missing; say what becomes of the request: "expect": "allow""#,
        ],
    );
    of_jo(
        r#""request": "GET /", "expect": { "answer": "allow", "rout": "x" }"#,
        &["$.tests[0].expect.rout: unknown member `rout`; did you mean `route`?"],
    );
    of_jo(
        r#""request": "GET /", "expect": { "tickets:read": "allow" }"#,
        &[
            r#"$.tests[0].expect: the member `answer` is missing; say which: "answer": "allow""#,
            r#"$.tests[0].expect["tickets:read"]: unknown member `tickets:read`; known here are `answer`, `route`, `permission`, `resource`"#,
        ],
    );
    of_jo(
        r#""request": "GET /", "expect": "alow""#,
        &["$.tests[0].expect: `alow` is no answer to a request; did you mean `allow`?"],
    );
    of_jo(
        r#""request": "GET /", "expect": { "answer": "allow", "route": "GET /reprts" }"#,
        &["$.tests[0].expect.route: there is no route `GET /reprts`; did you mean `GET /reports`?"],
    );
    of_jo(
        r#""request": "GET /", "expect": { "answer": "allow", "permission": "tickets:red", "resource": { "ownr": "x", "id": ["a", "b"] } }"#,
        &[
            "$.tests[0].expect.permission: unknown permission `tickets:red`; did you mean `tickets:read`?",
            "$.tests[0].expect.resource.ownr: `ownr` is no declared resource attribute; did you mean `owner`?",
            "$.tests[0].expect.resource.id: a resource has one id; write it as a string",
        ],
    );
    of_jo(
        r#""request": "GET /", "resource": { "owner": "jo" }, "visible": [], "expect": "allow""#,
        &[
            "$.tests[0].resource: a request says all that is known: `resource` does not go with it; what the route is to read of it stands in `expect.resource`",
            "$.tests[0].visible: a request says all that is known: `visible` does not go with it; give what is visible a test of its own",
        ],
    );
    check(
        r#"{ "name": "n", "subject": { "roles": "agent" }, "request": "GET /", "expect": "allow" }"#,
        &[
            "$.tests[0].subject: a request comes from somebody with an id, or from nobody; add an id, or write {} for nobody",
        ],
    );
    let without = HELPDESK.replacen(
        r#""tests": ["#,
        r#""tests": [ { "name": "n", "subject": {}, "request": "GET /", "expect": "public" },"#,
        1,
    );
    assert_eq!(
        Source::load(&without).unwrap_err().to_string(),
        "$.tests[0].request: the catalog has no routes, so no request means anything; add them to `catalog.routes`, or ask for a permission in `expect`"
    );
}
