//! Tests of the linter's look at routes.

use super::tests::{CLEAN, found};
use super::*;

/// Returns the findings of the clean policy with those routes and one more test.
fn routed(routes: &str, test: &str) -> Vec<String> {
    let text = CLEAN
        .replacen(
            r#""scopes": {"#,
            &format!(r#""routes": [{routes}], "scopes": {{"#),
            1,
        )
        .replacen(r#""tests": ["#, &format!(r#""tests": [{test}"#), 1);
    found(&text)
}

/// Routes for every permission.
const ALL: &str = r#"{ "methods": "GET", "path": "/m", "permission": "m:read" },
    { "methods": "GET", "path": "/m/{id}", "permission": "m:write" },
    { "methods": "GET", "path": "/x", "permission": "x:read" }"#;

#[test]
fn a_permission_that_no_route_asks_for_is_found() {
    let agents = "route-refuses info $.catalog.routes[0]";
    assert_eq!(routed(ALL, ""), [agents]);
    let (two, _) = ALL.rsplit_once(",\n").unwrap();
    assert_eq!(
        routed(two, ""),
        [agents, "permission-unrouted info $.catalog.routes"]
    );
    // Without routes there is nothing to be found.
    assert_eq!(routed("", ""), [""; 0]);
}

#[test]
fn permissions_of_modules_that_have_routes_are_named_first() {
    let text = CLEAN.replacen(
        r#""scopes": {"#,
        r#""routes": [{ "methods": "GET", "path": "/x", "permission": "x:read" },
                      { "methods": "GET", "path": "/m", "permission": "m:write" }], "scopes": {"#,
        1,
    );
    let text = text.replacen(
        r#""m": {},"#,
        r#""a": { "actions": { "go": "other" } }, "m": {},"#,
        1,
    );
    let (source, model) = Source::load(&text).unwrap();
    let findings = lint(&source, &model);
    let unrouted = findings
        .iter()
        .find(|found| found.code == "permission-unrouted");
    assert_eq!(
        unrouted.unwrap().message,
        "no route asks for `m:read`, `a:go`"
    );
}

#[test]
fn a_public_route_among_protected_ones_is_found() {
    let place = "$.catalog.routes[3]";
    let expected = |severity: &str| {
        let found = format!("route-public-among-protected {severity} {place}");
        vec![found, "route-refuses info $.catalog.routes[0]".to_owned()]
    };
    let with = |route: &str, test: &str| routed(&format!("{ALL}, {route}"), test);
    for path in ["/m/export", "/m/{id}/preview", "/m/{id}/{rest...}"] {
        let route = format!(r#"{{ "methods": "GET", "path": "{path}", "public": true }}"#);
        assert_eq!(with(&route, ""), expected("warning"), "{path}");
    }
    let post = r#"{ "methods": "POST", "path": "/m", "public": true }"#;
    assert_eq!(with(post, ""), expected("warning"));
    // A test that expects it says that it is meant; one that expects another does not.
    let test = |line: &str, answer: &str| {
        format!(r#"{{ "name": "p", "subject": {{}}, "request": "{line}", "expect": "{answer}" }},"#)
    };
    assert_eq!(with(post, &test("POST /m", "public")), expected("info"));
    assert_eq!(
        with(post, &test("GET /m", "identity-missing")),
        expected("warning")
    );
    for clean in [
        r#"{ "methods": "GET", "path": "/health", "public": true }"#,
        r#"{ "methods": "GET", "path": "/", "public": true }"#,
        r#"{ "methods": "GET", "path": "/{page}", "public": true }"#,
        r#"{ "methods": "GET", "path": "/open/{id}", "public": true }, { "methods": "*", "path": "/open/{rest...}", "permission": "m:read" }"#,
        r#"{ "methods": "GET", "host": "a.example", "path": "/a/b", "public": true }, { "methods": "GET", "host": "b.example", "path": "/a", "permission": "m:read" }"#,
    ] {
        let found = with(clean, "");
        let public = found.iter().filter(|line| line.contains("public"));
        assert_eq!(public.count(), 0, "{clean}: {found:?}");
    }
}

#[test]
fn a_route_that_can_only_refuse_is_found() {
    let route = |rest: &str| {
        let first = format!(
            r#"{{ "methods": "GET", "path": "/m/{{id}}/a", "permission": "m:read"{rest} }}"#
        );
        let found = routed(&first, "");
        let refuses = found
            .into_iter()
            .filter(|line| line.starts_with("route-refuses"));
        refuses.collect::<Vec<_>>()
    };
    // Whoever has it at `all` passes: it is the agents who do not.
    assert_eq!(route(""), ["route-refuses info $.catalog.routes[0]"]);
    assert_eq!(
        route(r#", "resource": { "id": "path.id", "teams": "path.id" }"#),
        ["route-refuses info $.catalog.routes[0]"]
    );
    assert_eq!(route(r#", "resource": { "owner": "path.id" }"#), [""; 0]);
    assert_eq!(route(r#", "conditional": "forward""#), [""; 0]);
    let nobody = CLEAN
        .replacen(r#""admin": { "grants": { "*": "*" } }"#, r#""admin": { "grants": { "own": "*" } }"#, 1)
        .replacen(r#"{ "all": "m:*" }"#, r#"{ "own": "m:*" }"#, 1)
        .replacen(r#""scopes": {"#, r#""routes": [{ "methods": "GET", "path": "/m", "permission": "m:read" }], "scopes": {"#, 1);
    let (source, model) = Source::load(&nobody).unwrap();
    let findings = lint(&source, &model);
    assert_eq!(
        findings[0].to_string(),
        "warning[route-refuses] $.catalog.routes[0]: `GET /m` refuses everybody: whether `m:read` is allowed depends on `owner`, which it does not give; give it in `resource`, or leave it to the origin with \"conditional\": \"forward\""
    );
}

#[test]
fn the_examples_with_routes_have_hints_at_most() {
    for (text, expected) in [
        (
            include_str!("../../../../examples/cx-platform/policy.json"),
            &["permission-unrouted"][..],
        ),
        (
            include_str!("../../../../examples/envoy/policy.json"),
            &["route-refuses", "permission-unrouted"],
        ),
    ] {
        let (source, model) = Source::load(text).unwrap();
        let findings = lint(&source, &model);
        let routes = findings
            .iter()
            .filter(|found| found.path.as_str().contains("routes"));
        let codes = routes.map(|found| {
            assert_eq!(found.severity, Severity::Info, "{found}");
            found.code
        });
        assert_eq!(codes.collect::<Vec<_>>(), expected);
    }
}
