//! What others wrote, shown by a real terminal.

use std::process::{Command, Stdio};

use crate::support::Sandbox;

/// Runs the program in a terminal of its own, and returns what that was sent.
fn in_terminal(sandbox: &Sandbox, arguments: &str) -> String {
    let program = env!("CARGO_BIN_EXE_portcullis");
    let ran = Command::new("script")
        .args(["-qec", &format!("'{program}' {arguments}"), "/dev/null"])
        .current_dir(sandbox.path("."))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(ran.stdout).unwrap()
}

/// Says whether a text has ESC, C1 or what turns text round, but for the program's own colours.
fn controls(text: &str) -> bool {
    let mut text = text.to_owned();
    for code in ["0", "1", "31", "32", "33", "36"] {
        text = text.replace(&format!("\u{1b}[{code}m"), "");
    }
    let is = |one: char| {
        matches!(one, '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || (one.is_control() && !matches!(one, '\n' | '\r' | '\t'))
    };
    text.chars().any(is)
}

const HOSTILE: &str = "a\u{9b}2Jb\u{202e}c\u{7f}d";

#[test]
fn answers_to_hostile_requests_control_no_terminal() {
    let sandbox = Sandbox::with_bundle();
    let gate = r#"{"tenant":"acme","identity":{"trusted_headers":{"peers":"127.0.0.1","subject":"x-user","roles":"x-roles"}}}"#;
    sandbox.write("gate.json", gate);
    let request = format!(
        r#"{{"method":"GET","target":"/{HOSTILE}","peer":"127.0.0.1","headers":{{"x-user":"jo","x-roles":"{HOSTILE}"}},"x{HOSTILE}":1}}"#
    );
    sandbox.write("requests.jsonl", format!("{request}\n"));
    let question = format!(
        r#"{{"subject":{{"type":"user","id":"{HOSTILE}"}},"action":{{"name":"{HOSTILE}"}},"resource":{{"type":"tickets","id":"t"}},"{HOSTILE}":1}}"#
    );
    sandbox.write("questions.jsonl", format!("{question}\n"));
    let at = "--trust keys/trust.json --now 1700000001 --engine native";
    for (arguments, repeats) in [
        (
            format!("gate a.pclb --config gate.json {at} requests.jsonl"),
            true,
        ),
        (format!("decide a.pclb {at} questions.jsonl"), false),
        (format!("decide a.pclb {at} 'no{HOSTILE}'"), true),
        (format!("'{HOSTILE}'"), true),
    ] {
        let shown = in_terminal(&sandbox, &arguments);
        assert!(
            !shown.is_empty() && !controls(&shown),
            "{arguments}: {shown:?}"
        );
        assert_eq!(shown.contains("202e"), repeats, "{arguments}: {shown:?}");
    }
}

#[test]
fn what_a_program_reads_are_the_very_bytes() {
    let sandbox = Sandbox::with_bundle();
    sandbox.write("gate.json", r#"{"tenant":"acme","identity":{}}"#);
    let request = format!("{{\"method\":\"GET\",\"target\":\"/\",\"x{HOSTILE}\":1}}\n");
    sandbox.write("requests.jsonl", request);
    let answered = sandbox.run(&[
        "gate",
        "a.pclb",
        "--config",
        "gate.json",
        "--trust",
        "keys/trust.json",
        "--now",
        "1700000001",
        "--engine",
        "native",
        "requests.jsonl",
    ]);
    assert!(
        answered.out.contains(HOSTILE),
        "{:?} {}",
        answered.out,
        answered.err
    );
}
