//! Slices on the command line.

use crate::support::Sandbox;
use crate::{NOW, json};

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
