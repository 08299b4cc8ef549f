//! The program as people and scripts use it.
#![cfg(feature = "component")]
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod builds;
mod failures;
#[path = "../support/mod.rs"]
mod support;
mod terminal;

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::PermissionsExt as _,
    process::Stdio,
};

use serde_json::Value;
use support::Sandbox;

/// A time at which the bundles hold.
const NOW: &str = "1700000001";

fn decide<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![
        "decide",
        "a.pclb",
        "--trust",
        "keys/trust.json",
        "--now",
        NOW,
    ];
    arguments.extend(more);
    arguments
}

fn mode(sandbox: &Sandbox, name: &str) -> u32 {
    fs::metadata(sandbox.path(name))
        .unwrap()
        .permissions()
        .mode()
        & 0o777
}

#[test]
fn a_newcomer_gets_from_nothing_to_answers() {
    let sandbox = Sandbox::with_bundle();
    let answers = sandbox.ok(&decide(&["shop/requests.jsonl"]));
    let expected = r#"{"decision":true,"context":{"effect":"allow","reason":"granted","role":"agent","scope":"own"}}
{"decision":false,"context":{"effect":"deny","reason":"out-of-scope"}}
{"decision":false,"context":{"effect":"conditional","reason":"conditional","residual":{"any":[{"all":[{"attribute":"teams","in":["emea"]}]}]}}}
{"decision":false,"context":{"effect":"deny","reason":"feature-disabled","features":["reports"]}}
{"decision":true,"context":{"effect":"allow","reason":"granted","role":"admin","scope":"all"}}
"#;
    assert_eq!(answers, expected);
    assert_eq!(mode(&sandbox, "keys/signing.key"), 0o600);
    let report = sandbox.ok(&["test", "shop/policy.json", "--min-coverage", "100"]);
    assert!(report.contains("(100 %)"), "{report}");
}

#[test]
fn every_command_prints_the_same_bytes_on_both_engines() {
    let sandbox = Sandbox::with_bundle();
    let request = sandbox.read("shop/requests.jsonl");
    let request = request
        .split_inclusive(|byte| *byte == b'\n')
        .nth(2)
        .unwrap();
    sandbox.write("request.json", request);
    let subject = r#"{"type":"user","id":"jo","properties":{"roles":["agent"],"team_roles":{"emea":["supervisor"]}}}"#;
    let loaded = ["a.pclb", "--trust", "keys/trust.json", "--now", NOW];
    for (command, more) in [
        ("decide", vec!["shop/requests.jsonl"]),
        ("explain", vec!["@request.json"]),
        ("filter", vec!["@request.json"]),
        (
            "filter",
            vec!["@request.json", "--sql", "--arrays", "teams"],
        ),
        ("modules", vec!["--subject", subject]),
        (
            "modules",
            vec!["--subject", subject, "--features", "reports,unheard-of"],
        ),
    ] {
        let on = |engine: &'static str| {
            let mut arguments = vec![command];
            arguments.extend(loaded);
            arguments.extend(["--engine", engine]);
            arguments.extend(&more);
            sandbox.ok(&arguments)
        };
        let native = on("native");
        assert!(!native.is_empty());
        // Compiled at first, then from the cache.
        assert_eq!(on("component"), native, "{command} {more:?}");
        assert_eq!(on("component"), native, "{command} {more:?}");
    }
}

#[test]
fn each_line_is_answered_whatever_it_holds() {
    let sandbox = Sandbox::with_bundle();
    let good = r#"{"subject":{"type":"user","id":"ada"},"action":{"name":"read"},"resource":{"type":"tickets","id":"1"}}"#;
    let long = "x".repeat(9 * 1024 * 1024);
    let value = "v".repeat(257);
    let mut input = Vec::new();
    for line in [good, "", "{", "[]", &long, good, "\r"] {
        input.extend_from_slice(line.as_bytes());
        input.push(b'\n');
    }
    input.extend_from_slice(b"\xff\xfe\n");
    input.extend_from_slice(good.replace("\"1\"", &format!("\"{value}\"")).as_bytes());
    input.extend_from_slice(b"\n");
    // The last line need not end.
    input.extend_from_slice(good.replace("ada", "nobody").as_bytes());
    sandbox.write("in.jsonl", &input);
    for engine in ["native", "component"] {
        let ran = sandbox.run_on(&decide(&["--engine", engine, "-"]), "in.jsonl");
        assert_eq!((ran.exit, ran.err.as_str()), (0, ""));
        let answers: Vec<Value> = ran
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let effects = answers
            .iter()
            .map(|answer| answer["context"]["effect"].as_str().unwrap());
        let expected = [
            "allow", "error", "error", "error", "error", "allow", "error", "error", "error", "deny",
        ];
        assert_eq!(effects.collect::<Vec<_>>(), expected);
        for at in [1, 2, 3, 4, 6, 7, 8] {
            assert_eq!(answers[at]["decision"], false);
            assert_eq!(answers[at]["context"]["error"]["status"], 400);
        }
        for at in [4, 8] {
            let message = answers[at]["context"]["error"]["message"].as_str().unwrap();
            assert!(message.starts_with("limit-exceeded: "), "{message}");
        }
    }
    assert_eq!(sandbox.ok(&decide(&[])), "");
}

#[test]
fn a_program_that_talks_through_pipes_is_answered_at_once() {
    let sandbox = Sandbox::with_bundle();
    let mut command = sandbox.command(&decide(&[]));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut questions = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..3 {
        questions.write_all(b"{}\n").unwrap();
        assert!(
            answers
                .next()
                .unwrap()
                .unwrap()
                .contains("`subject` is missing")
        );
    }
    drop(questions);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_closed_pipe_is_no_error() {
    let sandbox = Sandbox::with_bundle();
    let line = sandbox.read("shop/requests.jsonl");
    sandbox.write("many.jsonl", line.repeat(2_000));
    let mut command = sandbox.command(&decide(&["many.jsonl"]));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(
        (ended.status.code(), ended.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}

#[test]
fn tests_are_reported_for_people_and_for_scripts() {
    let sandbox = Sandbox::with_bundle();
    let policy = String::from_utf8(sandbox.read("shop/policy.json")).unwrap();
    let failing = policy
        .replacen(
            "\"tickets:reply\": \"out-of-scope\"",
            "\"tickets:reply\": \"allow\"",
            1,
        )
        .replacen("\"reports:read\": \"allow\",", "", 1);
    sandbox.write("failing.json", failing);
    sandbox.write("bad.json", "{");
    let ran = sandbox.run(&["test", "shop/policy.json", "failing.json", "bad.json"]);
    assert_eq!(ran.exit, 1);
    assert!(
        ran.out
            .contains("tickets:reply: expected allow, got out-of-scope"),
        "{}",
        ran.out
    );
    assert!(ran.err.contains("2 of 3 policies failed"), "{}", ran.err);
    let ran = sandbox.run(&[
        "test",
        "shop/policy.json",
        "failing.json",
        "bad.json",
        "--json",
    ]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["passes"], false);
    assert_eq!(report["policies"][0]["passes"], true);
    assert_eq!(report["policies"][0]["coverage"]["percent"], 100);
    let failure = &report["policies"][1]["tests"][1]["failures"][0];
    assert_eq!(
        (&failure["expected"], &failure["got"]),
        (&Value::from("allow"), &Value::from("out-of-scope"))
    );
    assert!(
        report["policies"][2]["problems"][0]
            .as_str()
            .unwrap()
            .contains("not JSON")
    );
    // What is not exercised is named, and may be demanded.
    let uncovered = policy.replacen("\"tests\": [", "\"tests\": [], \"x\": [", 1);
    let uncovered: Value = serde_json::from_str(&uncovered).unwrap();
    let mut uncovered = uncovered.as_object().unwrap().clone();
    uncovered.remove("x");
    sandbox.write("uncovered.json", serde_json::to_string(&uncovered).unwrap());
    let ran = sandbox.run(&["test", "uncovered.json"]);
    assert_eq!(ran.exit, 0);
    assert!(
        ran.out.contains("agent: tickets:read at team"),
        "{}",
        ran.out
    );
    assert_eq!(
        sandbox
            .run(&["test", "uncovered.json", "--min-coverage", "1"])
            .exit,
        1
    );
}
