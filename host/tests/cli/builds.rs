//! What `build` writes, and what stands beside it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::{ISSUED, Sandbox};

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
