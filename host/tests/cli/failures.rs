//! How the program fails: exit codes, and what it says.

use crate::support::{ISSUED, Sandbox};
use crate::{NOW, decide};

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
        ("a.pclb", "keys", "1699999699", "not-yet-valid"),
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
