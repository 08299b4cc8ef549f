//! Tests of differences between routes.

use super::*;
use portcullis_policy::Source;

const ROUTES: &str = r#"{ "methods": "GET", "path": "/health", "public": true },
    { "methods": "GET", "path": "/t", "permission": "t:read", "conditional": "forward", "cors": { "origins": "https://a.example" } },
    { "methods": "GET", "path": "/t/{id}", "permission": "t:read", "resource": { "owner": "path.id" }, "accepts": "parameters" },
    { "methods": ["PUT", "PATCH"], "host": "a.example.com", "path": "/t/{id}", "permission": "t:write" },
    { "methods": "*", "path": "/files/{path...}", "permission": "t:read" }"#;

fn policy(routes: &str) -> String {
    format!(
        r#"{{ "catalog": {{ "id": "c", "attributes": {{ "resource": ["owner", "kind"] }},
            "scopes": {{ "own": "shares(subject.id, resource.owner)", "all": "true" }},
            "modules": {{ "t": {{ "actions": {{ "read": "read", "write": "other" }} }} }},
            "routes": [{routes}] }}, "tenant": {{ "id": "t" }} }}"#
    )
}

fn between(before: &str, after: &str) -> Vec<String> {
    let load = |routes: &str| {
        Source::load(&policy(routes))
            .unwrap_or_else(|error| panic!("{error}"))
            .1
    };
    let diff = Diff::new(&load(before), &load(after));
    assert_eq!(diff.is_empty(), diff.routes.is_empty());
    let words = diff.routes.iter().flat_map(|route| {
        let sign = match route.change {
            RouteDiffChange::Added => '+',
            RouteDiffChange::Removed => '-',
            RouteDiffChange::Changed => '~',
        };
        let loud = |opens: bool| if opens { "!" } else { "" };
        let head = format!("{}{sign} {}", loud(route.opens), route.route);
        let members = route.members.iter().map(move |member| {
            let RouteMember {
                name,
                before,
                after,
                opens,
            } = member;
            format!("  {}{name}: {before} → {after}", loud(*opens))
        });
        [head].into_iter().chain(members)
    });
    words.collect()
}

fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(ROUTES.contains(from), "{from}");
    let mut lines = between(ROUTES, &ROUTES.replacen(from, to, 1));
    // What becomes of the other routes has a test of its own.
    if let Some(at) = lines.iter().position(|line| line.contains(WITHOUT_HOST)) {
        lines.drain(at..at + 2);
    }
    lines
}

const WITHOUT_HOST: &str = "routes without a host";

#[test]
fn naming_a_host_opens_the_routes_without_one_there() {
    for (to, expected) in [
        (
            "b.example.com",
            [
                "!~ routes without a host",
                "  !host: a.example.com → b.example.com",
            ],
        ),
        (
            "*.example.com",
            [
                "!~ routes without a host",
                "  !host: a.example.com → *.example.com",
            ],
        ),
        (
            "*",
            ["!~ routes without a host", "  !host: a.example.com → any"],
        ),
        ("a.example.com", ["", ""]),
    ] {
        let lines = between(ROUTES, &ROUTES.replacen("a.example.com", to, 1));
        let at = lines.iter().position(|line| line.contains(WITHOUT_HOST));
        let found = at.map_or(&[][..], |at| &lines[at..at + 2]);
        let expected = expected.iter().filter(|line| !line.is_empty());
        assert_eq!(found, expected.copied().collect::<Vec<_>>(), "{to}");
    }
    // The other way all of them serve fewer hosts.
    let none = ROUTES.replacen(r#""host": "a.example.com", "#, "", 1);
    assert_eq!(
        between(&none, ROUTES)[..2],
        ["~ routes without a host", "  host: any → a.example.com"]
    );
}

#[test]
fn routes_do_not_differ_however_they_are_written() {
    assert_eq!(between(ROUTES, ROUTES), [""; 0]);
    let of_paths = ROUTES
        .replace("{id}", "{ticket}")
        .replace("path.id", "path.ticket");
    assert_eq!(between(ROUTES, &of_paths), [""; 0]);
    let split = ROUTES.replacen(
        r#"{ "methods": ["PUT", "PATCH"], "host": "a.example.com", "path": "/t/{id}", "permission": "t:write" }"#,
        r#"{ "methods": "PATCH", "host": "a.example.com", "path": "/t/{id}", "permission": "t:write" },
           { "methods": "PUT", "host": "A.example.com", "path": "/t/{id}", "permission": "t:write" },
           { "methods": "HEAD", "path": "/health", "public": true },
           { "methods": "DELETE", "path": "/files/{p...}", "permission": "t:read" },
           { "methods": "*", "path": "/files/{p}", "permission": "t:read" }"#,
        1,
    );
    assert_ne!(split, ROUTES);
    assert_eq!(between(ROUTES, &split), [""; 0]);
    assert_eq!(between(&split, ROUTES), [""; 0]);
}

#[test]
fn what_becomes_more_open_is_loud_and_comes_first() {
    for (from, to, expected) in [
        (
            r#""permission": "t:read", "resource""#,
            r#""permission": "t:write", "resource""#,
            ["!~ GET /t/{id}", "  !permission: t:read → t:write"],
        ),
        (
            r#""permission": "t:read" }"#,
            r#""public": true }"#,
            ["!~ * /files/{path...}", "  !permission: t:read → public"],
        ),
        (
            r#""public": true"#,
            r#""permission": "t:read""#,
            ["~ GET /health", "  permission: public → t:read"],
        ),
        (
            r#""permission": "t:write""#,
            r#""permission": "t:write", "conditional": "forward""#,
            [
                "!~ PATCH, PUT a.example.com/t/{id}",
                "  !conditional: deny → forward",
            ],
        ),
        (
            r#""conditional": "forward""#,
            r#""conditional": "deny""#,
            ["~ GET /t", "  conditional: forward → deny"],
        ),
        (
            r#""accepts": "parameters""#,
            r#""accepts": ["parameters", "encoded-slash"]"#,
            [
                "!~ GET /t/{id}",
                "  !accepts: parameters → encoded-slash, parameters",
            ],
        ),
        (
            r#", "accepts": "parameters""#,
            "",
            ["~ GET /t/{id}", "  accepts: parameters → "],
        ),
        (
            r#""owner": "path.id""#,
            r#""owner": "query.owner""#,
            ["!~ GET /t/{id}", "  !resource.owner: path.id → query.owner"],
        ),
        (
            r#""owner": "path.id""#,
            r#""owner": "path.id", "kind": { "constant": ["b", "a"] }"#,
            ["~ GET /t/{id}", "  resource.kind:  → {a, b}"],
        ),
        (
            r#", "resource": { "owner": "path.id" }"#,
            "",
            ["~ GET /t/{id}", "  resource.owner: path.id → "],
        ),
        (
            r#""host": "a.example.com""#,
            r#""host": "b.example.com""#,
            [
                "~ PATCH, PUT b.example.com/t/{id}",
                "  host: a.example.com → b.example.com",
            ],
        ),
        (
            r#""host": "a.example.com""#,
            r#""host": "*.example.com""#,
            [
                "!~ PATCH, PUT *.example.com/t/{id}",
                "  !host: a.example.com → *.example.com",
            ],
        ),
        (
            r#""host": "a.example.com", "#,
            "",
            ["!~ PATCH, PUT /t/{id}", "  !host: a.example.com → any"],
        ),
        (
            r#""path": "/files/{path...}""#,
            r#""host": "a.example.com", "path": "/files/{path...}""#,
            [
                "~ * a.example.com/files/{path...}",
                "  host: any → a.example.com",
            ],
        ),
        (
            r#""origins": "https://a.example""#,
            r#""origins": "*""#,
            ["!~ GET /t", "  !cors.origins: https://a.example → *"],
        ),
        (
            r#""origins": "https://a.example""#,
            r#""origins": "https://a.example", "credentials": true"#,
            ["!~ GET /t", "  !cors.credentials:  → sent"],
        ),
        (
            r#""origins": "https://a.example""#,
            r#""origins": "https://a.example", "max_age_seconds": 60"#,
            ["~ GET /t", "  cors.max_age_seconds:  → 60"],
        ),
        (
            r#", "cors": { "origins": "https://a.example" }"#,
            "",
            ["~ GET /t", "  cors.origins: https://a.example → "],
        ),
    ] {
        assert_eq!(changed(from, to), expected, "{to}");
    }
    let two = ROUTES
        .replacen(r#""public": true"#, r#""permission": "t:read""#, 1)
        .replacen(r#""permission": "t:read" }"#, r#""public": true }"#, 2);
    let found = between(ROUTES, &two);
    assert_eq!(found[0], "!~ * /files/{path...}", "{found:?}");
}

#[test]
fn routes_come_and_go() {
    let new = |route: &str| between(ROUTES, &format!("{ROUTES}, {route}"));
    assert_eq!(
        new(
            r#"{ "methods": ["POST", "PUT"], "path": "/n", "permission": "t:write", "conditional": "forward" }"#
        ),
        [
            "+ POST, PUT /n",
            "  permission:  → t:write",
            "  conditional:  → forward"
        ]
    );
    assert_eq!(
        new(r#"{ "methods": "GET", "path": "/n", "public": true }"#),
        ["!+ GET /n", "  !permission:  → public"]
    );
    assert_eq!(
        changed(
            r#"{ "methods": "GET", "path": "/health", "public": true },"#,
            ""
        ),
        ["- GET /health", "  permission: public → "]
    );
    assert_eq!(
        changed(r#"["PUT", "PATCH"]"#, r#""PUT""#),
        ["- PATCH a.example.com/t/{id}", "  permission: t:write → "]
    );
}

#[test]
fn a_route_that_takes_requests_from_another_changes_them() {
    let new = |route: &str| format!("{ROUTES}, {route}");
    let public = new(r#"{ "methods": "GET", "path": "/t/new", "public": true }"#);
    assert_eq!(
        between(ROUTES, &public),
        [
            "!~ GET /t/new",
            "  !permission: t:read → public",
            "  accepts: parameters → ",
            "  resource.owner: path.id → ",
        ]
    );
    // Gone again, the other takes them back.
    assert_eq!(
        between(&public, ROUTES),
        [
            "!~ GET /t/{id}",
            "  permission: public → t:read",
            "  !accepts:  → parameters",
            "  resource.owner:  → path.id",
        ]
    );
    let method =
        new(r#"{ "methods": "DELETE", "path": "/files/{path...}", "permission": "t:write" }"#);
    assert_eq!(
        between(ROUTES, &method),
        [
            "!~ DELETE /files/{path...}",
            "  !permission: t:read → t:write"
        ]
    );
    let host = new(
        r#"{ "methods": "GET", "host": "b.example.com", "path": "/health", "permission": "t:read" }"#,
    );
    assert_eq!(
        between(ROUTES, &host),
        [
            "!~ routes without a host",
            "  !host: a.example.com → a.example.com, b.example.com",
            "+ GET b.example.com/health",
            "  permission:  → t:read"
        ]
    );
    // Which route took them before is named.
    let load = |routes: &str| Source::load(&policy(routes)).unwrap().1;
    let diff = Diff::new(&load(ROUTES), &load(&public));
    let json = serde_json::to_value(&diff).unwrap();
    assert_eq!(json["routes"][0]["before"], "GET /t/{id}");
    assert_eq!(json["routes"][0]["after"], "GET /t/new");
    assert_eq!(json["routes"][0]["change"], "changed");
    assert_eq!(json["routes"][0]["opens"], true);
    assert_eq!(json["routes"][0]["members"][0]["name"], "permission");
}

#[test]
fn a_permission_with_another_name_is_the_same() {
    let after = policy(ROUTES).replacen(
        r#""read": "read""#,
        r#""see": { "kind": "read", "aliases": "t:read" }"#,
        1,
    );
    let before = Source::load(&policy(ROUTES)).unwrap().1;
    let after = Source::load(&after).unwrap().1;
    let diff = Diff::new(&before, &after);
    assert_eq!((diff.permissions_renamed.len(), diff.routes.len()), (1, 0));
}
