//! What the program says of routes.

use crate::json;
use crate::support::Sandbox;

const ROUTED: &str = include_str!("../../../examples/envoy/policy.json");

/// Writes a policy with routes as `routed.json`, and one with a change as `changed.json`.
fn routed(sandbox: &Sandbox, changes: &[(&str, &str)]) {
    let mut changed = ROUTED.to_owned();
    for (from, to) in changes {
        assert!(changed.contains(from), "{from}");
        changed = changed.replacen(from, to, 1);
    }
    sandbox.write("routed.json", ROUTED);
    sandbox.write("changed.json", changed);
}

#[test]
fn a_diff_of_routes_is_loudest_where_something_opens() {
    let sandbox = Sandbox::new();
    routed(
        &sandbox,
        &[(r#""features": [],"#, r#""features": ["reports"],"#)],
    );
    let text = sandbox.ok(&["diff", "routed.json", "changed.json"]);
    assert!(!text.contains("route"), "{text}");
    routed(
        &sandbox,
        &[
            (r#""features": [],"#, r#""features": ["reports"],"#),
            (r#""permission": "articles:write""#, r#""public": true"#),
            (
                r#"{ "methods": "GET", "path": "/v1/reports", "permission": "reports:read" }"#,
                r#"{ "methods": "POST", "path": "/v1/tickets", "permission": "tickets:reply" },
                   { "methods": "GET", "path": "/v1/tickets/new", "public": true },
                   { "methods": "GET", "path": "/metrics", "public": true }"#,
            ),
            (
                r#""resource": { "teams": "path.team" }"#,
                r#""conditional": "forward""#,
            ),
        ],
    );
    let ran = sandbox.run(&["diff", "routed.json", "changed.json", "--exit-code"]);
    assert_eq!(ran.exit, 1);
    let text = sandbox.ok(&["diff", "routed.json", "changed.json"]);
    let expected = [
        "! route GET /metrics is new",
        "  ! permission: public",
        "! route PUT /v1/articles/{slug}",
        "  ! permission: public, before articles:write",
        "! route GET /v1/tickets/new: taken by GET /v1/tickets/new, before by GET /v1/tickets/{id}",
        "  ! permission: public, before tickets:read",
        "  ~ conditional: deny, before forward",
        "  ~ resource.id: none, before path.id",
        "! route GET /v1/teams/{team}/tickets",
        "  ! conditional: forward, before deny",
        "  ~ resource.teams: none, before path.team",
        "+ feature reports",
        "+ module reports",
        "+ route POST /v1/tickets",
        "  + permission: tickets:reply",
        "- route GET /v1/reports",
        "  - permission: reports:read",
        "~ role admin",
    ];
    let lines = text.lines().take(expected.len()).collect::<Vec<_>>();
    assert_eq!(lines, expected, "{text}");
    let diff = json(&sandbox.ok(&["diff", "routed.json", "changed.json", "--json"]));
    let routes = diff["routes"].as_array().unwrap();
    assert_eq!(routes.len(), 6);
    assert_eq!(
        routes[1],
        json!({
            "route": "PUT /v1/articles/{slug}", "change": "changed", "opens": true,
            "before": "PUT /v1/articles/{slug}", "after": "PUT /v1/articles/{slug}",
            "members": [{ "name": "permission", "before": "articles:write", "after": "public", "opens": true }]
        })
    );
}

#[test]
fn a_route_without_a_test_is_named_and_may_be_demanded() {
    let sandbox = Sandbox::new();
    routed(
        &sandbox,
        &[(
            r#"{ "methods": "GET", "path": "/health", "public": true }"#,
            r#"{ "methods": "GET", "path": "/health", "public": true },
               { "methods": "GET", "path": "/metrics", "public": true }"#,
        )],
    );
    let all = ["--min-coverage", "100"];
    let text = sandbox.ok(&["test", "routed.json", all[0], all[1]]);
    assert!(text.contains("8 of 8 routes (100 %)"), "{text}");
    let text = sandbox.ok(&["test", "changed.json"]);
    assert!(text.contains("(100 %), 8 of 9 routes (88 %)"), "{text}");
    assert!(
        text.ends_with("  no test exercises\n    route GET /metrics\n"),
        "{text}"
    );
    let ran = sandbox.run(&["test", "changed.json", all[0], all[1]]);
    assert_eq!(ran.exit, 1);
    assert!(
        ran.out.contains("too little: 100 % must be exercised"),
        "{}",
        ran.out
    );
    let report = json(&sandbox.ok(&["test", "changed.json", "--json"]));
    assert_eq!(
        report["policies"][0]["coverage"]["routes"],
        json!({ "total": 9, "exercised": 8, "percent": 88, "unexercised": ["GET /metrics"] })
    );
    // A request that is answered otherwise fails the test, and says what became of it.
    routed(
        &sandbox,
        &[(r#""permission": "articles:write""#, r#""public": true"#)],
    );
    let ran = sandbox.run(&["test", "changed.json"]);
    assert_eq!(ran.exit, 1);
    assert!(
        ran.out.contains("PUT /v1/articles/refunds: expected not-granted, got public: it takes `PUT /v1/articles/{slug}`"),
        "{}",
        ran.out
    );
}

#[test]
fn lint_looks_at_routes() {
    let sandbox = Sandbox::new();
    routed(
        &sandbox,
        &[(r#""permission": "articles:write""#, r#""public": true"#)],
    );
    let text = sandbox.ok(&["lint", "routed.json"]);
    for code in ["info[route-refuses]", "info[permission-unrouted]"] {
        assert!(text.contains(code), "{text}");
    }
    let ran = sandbox.run(&["lint", "changed.json"]);
    assert_eq!(ran.exit, 1);
    let expected = "warning[route-public-among-protected] $.catalog.routes[2]: anybody may call `PUT /v1/articles/{slug}`, and `GET /v1/articles/{slug}` is protected";
    assert!(ran.out.contains(expected), "{}", ran.out);
}
