//! The program as people and scripts use it.
#![cfg(feature = "component")]
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod support;

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::PermissionsExt as _,
    process::Stdio,
};

use serde_json::Value;
use support::{ISSUED, Sandbox};

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
fn a_bundle_that_is_not_believed_ends_with_its_code_and_a_hint() {
    let sandbox = Sandbox::with_bundle();
    let good = sandbox.read("a.pclb");
    sandbox.ok(&["keygen", "-o", "others"]);
    let every = sandbox.run(&["keygen", "-o", "every", "--tenant", "*"]);
    assert_eq!(every.exit, 64);
    assert!(every.err.contains("leave `--tenant` out for every tenant"));
    sandbox.ok(&["keygen", "-o", "slices", "--use", "slices-only"]);
    sandbox.ok(&["keygen", "-o", "edge", "--audience", "edge"]);
    let mut damaged = good.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    sandbox.write("short.pclb", &good[..good.len() - 1]);
    sandbox.write("damaged.pclb", &damaged);
    sandbox.write("nothing.pclb", b"");
    sandbox.write("huge.pclb", vec![0; 4 * 1024 * 1024 + 1]);
    let build = |key| ["build", "shop/policy.json", "-k", key, "-o", "whole.pclb"];
    let refused = sandbox.run(&build("slices/signing.key"));
    assert_eq!(refused.exit, 64);
    assert!(
        refused
            .err
            .contains("may sign slices, and this is a whole bundle")
    );
    // Where no trust file lies beside the key, nothing says so.
    sandbox.write("alone.key", sandbox.read("slices/signing.key"));
    sandbox.ok(&build("alone.key"));
    for (bundle, trust, now, code) in [
        ("short.pclb", "keys", NOW, "malformed-envelope"),
        ("damaged.pclb", "keys", NOW, "bad-signature"),
        ("nothing.pclb", "keys", NOW, "bad-magic"),
        ("huge.pclb", "keys", NOW, "too-large"),
        ("a.pclb", "others", NOW, "untrusted-signer"),
        ("whole.pclb", "slices", NOW, "slices-only-key"),
        ("a.pclb", "keys", "1699999999", "not-yet-valid"),
        ("a.pclb", "keys", "1702592000", "expired"),
    ] {
        let trust = format!("{trust}/trust.json");
        for engine in ["native", "component"] {
            let arguments = [
                "decide", bundle, "--trust", &trust, "--now", now, "--engine", engine,
            ];
            let ran = sandbox.run(&arguments);
            assert_eq!(
                (ran.exit, ran.out.as_str()),
                (2, ""),
                "{bundle}: {}",
                ran.err
            );
            assert!(
                ran.err.contains(&format!("bundle-rejected({code})")),
                "{}",
                ran.err
            );
            assert!(ran.err.contains("\nhint: "), "{}", ran.err);
        }
        let ran = sandbox.run(&["inspect", bundle, "--trust", &trust, "--now", now]);
        assert_eq!(
            (ran.exit, ran.out.as_str()),
            (2, ""),
            "{bundle}: {}",
            ran.err
        );
    }
    // The same key, trusted for another audience.
    let trust = String::from_utf8(sandbox.read("keys/trust.json")).unwrap();
    sandbox.write("edge.json", trust.replace("\"default\"", "\"edge\""));
    let ran = sandbox.run(&["inspect", "a.pclb", "--trust", "edge.json", "--now", NOW]);
    assert_eq!(ran.exit, 2);
    assert!(ran.err.contains("wrong-audience"), "{}", ran.err);
    // A floor that was passed before.
    let floor = format!("\"audience\": \"default\", \"floor\": {}", ISSUED.0 + 1);
    sandbox.write(
        "floor.json",
        trust.replace("\"audience\": \"default\"", &floor),
    );
    let ran = sandbox.run(&["inspect", "a.pclb", "--trust", "floor.json", "--now", NOW]);
    assert!(
        ran.exit == 2 && ran.err.contains("rolled-back"),
        "{}",
        ran.err
    );
}

#[test]
fn each_way_to_fail_has_its_exit_code() {
    let sandbox = Sandbox::with_bundle();
    sandbox.write("bad.json", "{}");
    let broken = sandbox.read("shop/policy.json");
    let broken = String::from_utf8(broken).unwrap();
    sandbox.write(
        "failing.json",
        broken.replacen(
            "\"tickets:read\": \"allow\"",
            "\"tickets:read\": \"not-granted\"",
            1,
        ),
    );
    for (arguments, exit, said) in [
        (vec!["nonsense"], 64, "unrecognized"),
        (vec![], 64, "Usage"),
        (vec!["decide", "a.pclb"], 64, "--trust"),
        (
            vec!["inspect", "a.pclb", "--trust", "bad.json"],
            64,
            "`threshold`",
        ),
        (
            vec!["inspect", "gone.pclb", "--trust", "keys/trust.json"],
            74,
            "gone.pclb",
        ),
        (
            vec![
                "decide",
                "a.pclb",
                "--trust",
                "keys/trust.json",
                "--now",
                NOW,
                "gone",
            ],
            74,
            "gone",
        ),
        (
            vec![
                "explain",
                "a.pclb",
                "--trust",
                "keys/trust.json",
                "--now",
                NOW,
                "{}",
            ],
            64,
            "`subject`",
        ),
        (vec!["init", "shop"], 74, "policy.json"),
        (vec!["keygen", "-o", "keys"], 74, "never replaced"),
        (vec!["test", "gone.json"], 74, "gone.json"),
        (vec!["test", "bad.json"], 1, "`catalog`"),
        (vec!["test", "failing.json"], 1, "1 of 1 policy failed"),
        (
            vec![
                "build",
                "bad.json",
                "-k",
                "keys/signing.key",
                "-o",
                "b.pclb",
            ],
            1,
            "`catalog`",
        ),
        (
            vec![
                "build",
                "failing.json",
                "-k",
                "keys/signing.key",
                "-o",
                "b.pclb",
            ],
            1,
            "expected not-granted, got allow",
        ),
        (
            vec![
                "build",
                "shop/policy.json",
                "-k",
                "keys/trust.json",
                "-o",
                "b.pclb",
            ],
            64,
            "not a key",
        ),
        (
            vec![
                "build",
                "shop/policy.json",
                "-k",
                "keys/signing.key",
                "-o",
                "gone/b.pclb",
            ],
            74,
            "gone/b.pclb",
        ),
        (
            vec![
                "build",
                "shop/policy.json",
                "-k",
                "keys/signing.key",
                "-o",
                "b.pclb",
                "--valid-for",
                "soon",
            ],
            64,
            "30d",
        ),
    ] {
        let ran = sandbox.run(&arguments);
        assert_eq!(ran.exit, exit, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
        assert!(
            !ran.err.contains('\u{1b}'),
            "no colours where no terminal is: {}",
            ran.err
        );
    }
    assert!(
        !sandbox.path("b.pclb").exists(),
        "nothing is written where something fails"
    );
    for arguments in [vec!["--help"], vec!["--version"], vec!["build", "--help"]] {
        assert_eq!(sandbox.run(&arguments).exit, 0);
    }
}

#[test]
fn a_missing_component_is_told_with_the_cure() {
    let sandbox = Sandbox::with_bundle();
    let ran = sandbox.run(&decide(&[
        "--engine",
        "component",
        "--component",
        "gone.wasm",
    ]));
    assert_eq!(ran.exit, 74);
    assert!(ran.err.contains("cargo xtask wasm"), "{}", ran.err);
    let ran = sandbox.run(&decide(&["--engine", "component", "--component", "a.pclb"]));
    assert_eq!(ran.exit, 64, "{}", ran.err);
}

#[test]
fn building_is_reproducible_and_says_what_it_made() {
    let sandbox = Sandbox::with_bundle();
    let first = sandbox.read("a.pclb");
    let build = |more: &[&str]| {
        let mut arguments = vec![
            "build",
            "shop/policy.json",
            "-k",
            "keys/signing.key",
            "-o",
            "b.pclb",
            "--json",
        ];
        arguments.extend(more);
        serde_json::from_str::<Value>(&sandbox.ok(&arguments)).unwrap()
    };
    let made = build(&[]);
    assert_eq!(sandbox.read("b.pclb"), first);
    assert_eq!(made["sequence"], ISSUED.0);
    assert_eq!(made["expires_at"], ISSUED.0 + 30 * 86_400);
    let made = build(&[
        "--audience",
        "edge",
        "--sequence",
        "7",
        "--issued-at",
        "1000",
        "--valid-for",
        "1h",
        "--without",
        "directory",
    ]);
    assert_eq!(
        (&made["audience"], &made["sequence"]),
        (&Value::from("edge"), &Value::from(7))
    );
    let trust = String::from_utf8(sandbox.read("keys/trust.json")).unwrap();
    sandbox.write("edge.json", trust.replace("\"default\"", "\"edge\""));
    let inspected = sandbox.ok(&[
        "inspect",
        "b.pclb",
        "--trust",
        "edge.json",
        "--now",
        "4599",
        "--json",
    ]);
    let inspected: Value = serde_json::from_str(&inspected).unwrap();
    assert_eq!(
        (&inspected["issued_at"], &inspected["expires_at"]),
        (&Value::from(1_000), &Value::from(4_600))
    );
    // Ada is an admin by the directory, which was left out.
    let request = r#"{"subject":{"type":"user","id":"ada"},"action":{"name":"read"},"resource":{"type":"tickets","id":"1"}}"#;
    sandbox.write("request.json", request);
    let answer = sandbox.ok(&[
        "decide",
        "b.pclb",
        "--trust",
        "edge.json",
        "--now",
        "1000",
        "request.json",
    ]);
    assert!(answer.contains("not-granted"), "{answer}");
}

#[test]
fn a_build_replaces_a_bundle_whole_and_leaves_nothing_beside_it() {
    let sandbox = Sandbox::with_bundle();
    let before = fs::read_dir(sandbox.path(".")).unwrap().count();
    let held = fs::File::open(sandbox.path("a.pclb")).unwrap();
    let old = sandbox.read("a.pclb");
    let build = [
        "build",
        "shop/policy.json",
        "-k",
        "keys/signing.key",
        "-o",
        "a.pclb",
        "--sequence",
        "9",
    ];
    sandbox.ok(&build);
    assert_ne!(sandbox.read("a.pclb"), old);
    assert_eq!(
        std::io::read_to_string(held).map(String::into_bytes).ok(),
        String::from_utf8(old).map(String::into_bytes).ok()
    );
    assert_eq!(fs::read_dir(sandbox.path(".")).unwrap().count(), before);
}

#[test]
fn a_key_that_others_may_read_is_warned_of() {
    let sandbox = Sandbox::with_bundle();
    let key = sandbox.path("keys/signing.key");
    fs::set_permissions(key, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = sandbox.run(&[
        "build",
        "shop/policy.json",
        "-k",
        "keys/signing.key",
        "-o",
        "a.pclb",
    ]);
    assert_eq!(ran.exit, 0);
    assert!(ran.err.contains("chmod 600"), "{}", ran.err);
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
