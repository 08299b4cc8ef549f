//! The commands that judge policies and cut bundles, as people and scripts use them.
#![cfg(feature = "component")]
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod routes;
mod slices;
#[path = "../support/mod.rs"]
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
fn an_explanation_names_what_was_probably_meant() {
    let sandbox = Sandbox::with_bundle();
    let explain = |role: &str, action: &str| {
        let request = json!({
            "subject": { "type": "user", "id": "jo", "properties": { "roles": [role] } },
            "action": { "name": action },
            "resource": { "type": "tickets", "id": "x" },
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
        json(&sandbox.ok(&[&start[..], &NOW].concat()))
    };
    let slips = explain("agnet", "rpely");
    assert_eq!(slips["nearest"], "tickets:reply");
    let agent = json!([{ "kind": "role", "id": "agnet", "why": "unknown", "nearest": "agent" }]);
    assert_eq!(slips["ignored"], agent);
    let known = explain("agent", "reply");
    assert_eq!(known.get("nearest"), None);
    let strange = explain("zzzzzz", "reply");
    assert_eq!(strange["ignored"][0].get("nearest"), None);
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
