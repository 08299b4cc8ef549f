//! The commands that judge policies and cut bundles, as people and scripts use them.
#![cfg(feature = "component")]
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use serde_json::{Value, json};
use support::{HELPDESK, Sandbox};

const POLICY: &str = "shop/policy.json";
const NOW: [&str; 2] = ["--now", "1700000001"];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Writes the starter policy with a change as `new.json`.
fn change(sandbox: &Sandbox, from: &str, to: &str) {
    assert!(HELPDESK.contains(from), "{from}");
    sandbox.write("new.json", HELPDESK.replacen(from, to, 1));
}

#[test]
fn a_diff_tells_what_changed_and_whom_it_touches() {
    let sandbox = Sandbox::with_bundle();
    let same = sandbox.ok(&["diff", POLICY, POLICY, "--exit-code"]);
    assert_eq!(same, "no difference\n");
    change(
        &sandbox,
        r#""directory": { "ada": { "roles": "admin" } }"#,
        r#""directory": { "ada": { "roles": "agent@emea" } }"#,
    );
    let ran = sandbox.run(&["diff", POLICY, "new.json", "--exit-code"]);
    assert_eq!(ran.exit, 1);
    assert!(ran.err.contains("the policies differ"), "{}", ran.err);
    let text = sandbox.ok(&["diff", POLICY, "new.json"]);
    for line in [
        "~ user ada",
        "  + role agent@emea",
        "  - role admin",
        "  + tickets:reply at own on emea",
        "  - tickets:reply at all",
        "  (- reports:read at all)",
    ] {
        let bracketed = line.replace("(- reports:read at all)", "- (reports:read at all)");
        assert!(
            text.lines().any(|found| found == bracketed),
            "{line}\n{text}"
        );
    }
    let diff = json(&sandbox.ok(&["diff", POLICY, "new.json", "--json"]));
    assert_eq!(diff["subjects"][0]["roles_gained"], json!(["agent@emea"]));
    assert_eq!(diff["roles"], json!([]));
    sandbox.write("broken.json", "{");
    let ran = sandbox.run(&["diff", POLICY, "broken.json"]);
    assert_eq!(ran.exit, 1);
    assert!(ran.err.contains("broken.json"), "{}", ran.err);
}

#[test]
fn a_feature_shows_which_modules_open() {
    let sandbox = Sandbox::with_bundle();
    change(
        &sandbox,
        r#""features": [],"#,
        r#""features": ["reports"],"#,
    );
    let text = sandbox.ok(&["diff", POLICY, "new.json"]);
    let lines = text.lines().collect::<Vec<_>>();
    assert_eq!(&lines[..2], ["+ feature reports", "+ module reports"]);
    assert!(lines.contains(&"  + reports:export at all"), "{text}");
}

const ROUTED: &str = include_str!("../../examples/envoy/policy.json");

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

#[test]
fn a_matrix_comes_in_four_formats() {
    let sandbox = Sandbox::with_bundle();
    let table = sandbox.ok(&["matrix", POLICY]);
    assert!(
        table.contains("tickets:reply") && table.contains("supervisor"),
        "{table}"
    );
    let markdown = sandbox.ok(&["matrix", POLICY, "--format", "markdown", "--role", "agent"]);
    assert!(
        markdown.starts_with("| permission | agent |\n"),
        "{markdown}"
    );
    let csv = sandbox.ok(&["matrix", POLICY, "--format", "csv"]);
    assert!(
        csv.starts_with("module,action,open,admin,supervisor,agent\r\n"),
        "{csv}"
    );
    assert!(csv.contains("tickets,reply,yes,all,team,own\r\n"), "{csv}");
    let html = sandbox.ok(&["matrix", POLICY, "--format", "html"]);
    assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
    let ran = sandbox.run(&["matrix", POLICY, "--role", "agnet"]);
    assert_eq!(ran.exit, 64);
    assert!(ran.err.contains("did you mean `agent`?"), "{}", ran.err);
}

#[test]
fn lint_fails_on_what_is_most_likely_wrong() {
    let sandbox = Sandbox::with_bundle();
    let text = sandbox.ok(&["lint", POLICY]);
    assert_eq!(text, "shop/policy.json: 0 errors, 0 warnings, 0 hints\n");
    change(
        &sandbox,
        r#"{ "ada": { "roles": "admin" } }"#,
        r#"{ "ada": { "roles": "admin" }, "service:bot": { "roles": "admin" } }"#,
    );
    let ran = sandbox.run(&["lint", POLICY, "new.json"]);
    assert_eq!(ran.exit, 1);
    assert!(
        ran.out
            .contains("error[service-all-powerful] $.tenant.directory[\"service:bot\"]"),
        "{}",
        ran.out
    );
    assert!(ran.err.contains("1 of 2 policies failed"), "{}", ran.err);
    let ran = sandbox.run(&["lint", "new.json", "--json"]);
    assert_eq!(ran.exit, 1);
    let report = json(&ran.out);
    assert_eq!(report["passes"], false);
    let finding = &report["policies"][0]["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["severity"]),
        (&json!("service-all-powerful"), &json!("error"))
    );
    sandbox.write("broken.json", "{}");
    let ran = sandbox.run(&["lint", "broken.json", "--json"]);
    assert_eq!(ran.exit, 1);
    assert!(
        json(&ran.out)["policies"][0]["problems"]
            .as_array()
            .unwrap()
            .len()
            > 1
    );
}

#[test]
fn a_slice_is_cut_signed_and_answers_its_audience() {
    let sandbox = Sandbox::with_bundle();
    sandbox.ok(&["keygen", "-o", "browser", "--use", "slices-only"]);
    let slice = |more: &[&str]| {
        let start = [
            "slice",
            "a.pclb",
            "--trust",
            "keys/trust.json",
            "-k",
            "browser/signing.key",
        ];
        let arguments = [&start[..], &NOW, more].concat();
        sandbox.run(&arguments)
    };
    let ran = slice(&[
        "--roles",
        "agent",
        "-o",
        "agent.pclb",
        "--valid-for",
        "1h",
        "--json",
    ]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let made = json(&ran.out);
    assert_eq!(
        (&made["roles"], &made["expires_at"]),
        (&json!(["agent"]), &json!(1_700_003_601))
    );
    let request = r#"{"subject":{"type":"user","id":"jo","properties":{"roles":["agent"]}},"action":{"name":"reply"},"resource":{"type":"tickets","id":"t","properties":{"author":"jo"}}}"#;
    sandbox.write("request.json", request);
    let ask = |file: &str, trust: &str| {
        let start = ["decide", file, "--trust", trust, "request.json"];
        sandbox.run(&[&start[..], &NOW].concat())
    };
    let (whole, cut) = (
        ask("a.pclb", "keys/trust.json"),
        ask("agent.pclb", "browser/trust.json"),
    );
    assert_eq!((whole.exit, &whole.out), (0, &cut.out), "{}", cut.err);
    assert!(
        whole.out.contains(r#""role":"agent","scope":"own""#),
        "{}",
        whole.out
    );
    // A server, whose trust file has keys for whole bundles, does not take it.
    assert_eq!(ask("agent.pclb", "keys/trust.json").exit, 2);
    let bytes = sandbox.read("agent.pclb");
    for name in [
        "supervisor",
        "admin",
        "ada",
        "support-leads",
        "reports",
        "Reports",
    ] {
        let found = bytes
            .windows(name.len())
            .any(|window| window == name.as_bytes());
        assert!(!found, "{name}");
    }
    let ran = slice(&[
        "--subject",
        r#"{"type":"user","id":"ada"}"#,
        "-o",
        "ada.pclb",
    ]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(
        ran.out
            .contains("it holds 1 role, 2 modules, 5 permissions"),
        "{}",
        ran.out
    );
    for (more, exit, message) in [
        (&["-o", "x.pclb"][..], 64, "--roles"),
        (
            &["--roles", "agent", "--subject", "{}", "-o", "x.pclb"],
            64,
            "cannot be used with",
        ),
        (
            &["--roles", "agnet", "-o", "x.pclb"],
            64,
            "did you mean `agent`?",
        ),
        (&["--subject", "{}", "-o", "x.pclb"], 64, "the subject"),
    ] {
        let ran = slice(more);
        assert_eq!(ran.exit, exit, "{more:?}: {}", ran.err);
        assert!(ran.err.contains(message), "{more:?}: {}", ran.err);
        assert!(!sandbox.path("x.pclb").exists());
    }
    let again = [
        "slice",
        "agent.pclb",
        "--trust",
        "browser/trust.json",
        "-k",
        "browser/signing.key",
    ];
    let ran = sandbox.run(&[&again[..], &NOW, &["--roles", "agent", "-o", "x.pclb"]].concat());
    assert_eq!(ran.exit, 64);
    assert!(ran.err.contains("slice already"), "{}", ran.err);
}

#[test]
fn an_entity_tag_is_the_same_on_both_engines_and_for_one_subject() {
    let sandbox = Sandbox::with_bundle();
    let tag = |subject: &str, more: &[&str]| {
        let start = [
            "modules",
            "a.pclb",
            "--trust",
            "keys/trust.json",
            "--etag",
            "--subject",
            subject,
        ];
        sandbox.ok(&[&start[..], &NOW, more].concat())
    };
    let jo = r#"{"type":"user","id":"jo","properties":{"roles":["agent","supervisor"]}}"#;
    let first = tag(jo, &["--engine", "native"]);
    assert_eq!(tag(jo, &["--engine", "component"]), first);
    let turned = r#"{"id":"jo","type":"user","properties":{"roles":["supervisor","agent"]}}"#;
    assert_eq!(tag(turned, &[]), first);
    assert_ne!(tag(jo, &["--features", "reports"]), first);
    assert_ne!(tag(r#"{"type":"user","id":"ada"}"#, &[]), first);
    assert!(first.starts_with('"') && first.ends_with("\"\n"), "{first}");
}

#[test]
fn a_build_tells_what_copies_lack_and_takes_a_floor_for_pins() {
    let sandbox = Sandbox::with_bundle();
    change(
        &sandbox,
        r#""groups""#,
        r#""roles": { "junior": { "base": "agent", "grants": { "own": "tickets:reply" } } }, "groups""#,
    );
    let build = |more: &[&str]| {
        let start = [
            "build",
            "new.json",
            "-k",
            "keys/signing.key",
            "-o",
            "b.pclb",
        ];
        sandbox.run(&[&start[..], more].concat())
    };
    let ran = build(&["--sequence", "9", "--pin-floor", "9"]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let note = "note: the role `junior`, once copied from `agent`, lacks what `agent` has: `tickets:read` at team;";
    assert!(ran.err.contains(note), "{}", ran.err);
    let inspected = ["inspect", "b.pclb", "--trust", "keys/trust.json", "--json"];
    let header = json(&sandbox.ok(&[&inspected[..], &NOW].concat()));
    assert_eq!(
        (&header["sequence"], &header["pin_floor"]),
        (&json!(9), &json!(9))
    );
    let ran = build(&["--sequence", "9", "--pin-floor", "10"]);
    assert_eq!(ran.exit, 64);
    assert!(
        ran.err.contains("above the bundle's own sequence 9"),
        "{}",
        ran.err
    );
}

#[test]
fn an_explanation_names_the_smallest_changes() {
    let sandbox = Sandbox::with_bundle();
    let explain = |action: &str, module: &str, resource: &Value| {
        let request = json!({
            "subject": { "type": "user", "id": "jo", "properties": { "roles": ["agent"] } },
            "action": { "name": action },
            "resource": { "type": module, "id": "x", "properties": resource },
        });
        let request = request.to_string();
        let start = [
            "explain",
            "a.pclb",
            "--trust",
            "keys/trust.json",
            "--engine",
            "native",
            &request,
        ];
        json(&sandbox.ok(&[&start[..], &NOW].concat()))["would_allow"].clone()
    };
    // A role, everywhere or where the resource is, or a grant to the role that is held.
    let other = json!({ "assignees": [], "author": [], "teams": "emea" });
    assert_eq!(
        explain("reply", "tickets", &other),
        json!({
            "features": [],
            "roles": [
                { "role": "admin", "scope": "all" },
                { "role": "admin", "team": "emea", "scope": "all" },
                { "role": "supervisor", "team": "emea", "scope": "team" },
            ],
            "grants": [{ "role": "agent", "scope": "all" }],
        })
    );
    // A feature, and a role besides.
    let report = explain("read", "reports", &json!({ "teams": "emea" }));
    assert_eq!(report["features"], json!(["reports"]));
    assert_eq!(
        report["grants"],
        json!([{ "role": "agent", "scope": "all" }])
    );
    // Nothing, where it is allowed.
    assert_eq!(
        explain("reply", "tickets", &json!({ "author": "jo" })),
        json!({ "features": [], "roles": [], "grants": [] })
    );
}
