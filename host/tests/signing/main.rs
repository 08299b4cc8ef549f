//! Keys that are kept elsewhere, keys that sign for some only, and a key in the place of another.
#![cfg(feature = "component")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it did not expect"
)]

#[path = "../support/mod.rs"]
mod support;

mod changes;

use std::process::Command;

use serde_json::{Value, json};
use support::{Ran, Sandbox};

const NOW: &str = "1700000001";

/// A folder with an unsigned payload, and a key that OpenSSL keeps.
fn with_payload() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.ok(&["init", "shop"]);
    let built = sandbox.ok(&["build", "shop/policy.json", "--unsigned", "-o", "a.payload"]);
    assert!(built.contains("nobody has signed it"), "{built}");
    openssl(
        &sandbox,
        &["genpkey", "-algorithm", "ed25519", "-out", "kept.pem"],
    );
    openssl(
        &sandbox,
        &["pkey", "-in", "kept.pem", "-pubout", "-out", "public.pem"],
    );
    sandbox.ok(&["keygen", "-o", "kms", "--public-key", "public.pem"]);
    sandbox
}

fn openssl(sandbox: &Sandbox, arguments: &[&str]) {
    // `cargo xtask setup` installs it.
    let mut command = Command::new("openssl");
    let ran = command
        .args(arguments)
        .current_dir(sandbox.path(""))
        .output();
    let ran = ran.unwrap();
    assert!(ran.status.success(), "{ran:?}");
}

/// Signs `a.payload` by a command, as `a.pclb`.
fn sign_with(sandbox: &Sandbox, command: &str, more: &[&str]) -> Ran {
    let arguments = [
        "sign",
        "a.payload",
        "--with",
        command,
        "--public-key",
        "public.pem",
        "-o",
        "a.pclb",
    ];
    sandbox.run(&[&arguments[..], more].concat())
}

fn inspect(sandbox: &Sandbox, bundle: &str, trust: &str) -> Ran {
    sandbox.run(&["inspect", bundle, "--trust", trust, "--now", NOW, "--json"])
}

/// Says whether a bundle is taken, and else by which code it is refused.
fn verdict(sandbox: &Sandbox, bundle: &str, trust: &str) -> String {
    let ran = inspect(sandbox, bundle, trust);
    match (ran.exit, ran.err.split_once("bundle-rejected(")) {
        (0, _) => "taken".to_owned(),
        (2, Some((_, code))) => code.split(')').next().unwrap().to_owned(),
        _ => panic!("{}", ran.err),
    }
}

fn text_of(sandbox: &Sandbox, name: &str) -> String {
    String::from_utf8(sandbox.read(name)).unwrap()
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Signs with the key that OpenSSL keeps: it wants a file, for Ed25519 reads a message twice.
const OPENSSL: &str = "cat > m && openssl pkeyutl -sign -rawin -inkey kept.pem -in m";

#[test]
fn a_key_that_is_kept_elsewhere_signs() {
    let sandbox = with_payload();
    // OpenSSL prints the bytes; other tools print them as text.
    for form in [
        OPENSSL.to_owned(),
        format!("{OPENSSL} | base64 -w 0"),
        format!("{OPENSSL} | base64"),
        format!("{OPENSSL} | od -An -v -tx1 | tr -d ' \\n'"),
    ] {
        let ran = sign_with(&sandbox, &form, &["--json"]);
        assert_eq!(ran.exit, 0, "{form}: {}", ran.err);
        let said = json_of(&ran.out);
        assert_eq!(said["tenant"], "acme");
        assert_eq!(said["added"], said["signed_by"]);
        assert_eq!(verdict(&sandbox, "a.pclb", "kms/trust.json"), "taken");
        // What was signed is what the command got: the payload behind its encoding.
        let message = sandbox.read("m");
        assert!(message.starts_with(b"DSSEv1 "));
        assert!(message.ends_with(&sandbox.read("a.payload")));
    }
    // Only the trust file was made of the public key.
    assert!(!sandbox.path("kms/signing.key").exists());
    // No host takes what nobody has signed.
    assert_eq!(
        verdict(&sandbox, "a.payload", "kms/trust.json"),
        "bad-magic"
    );
}

#[test]
fn nothing_is_written_that_the_key_did_not_sign() {
    let sandbox = with_payload();
    sandbox.write("nothing", b"");
    sandbox.ok(&["keygen", "-o", "other"]);
    for (command, more, exit, said) in [
        (
            "echo slot is empty >&2; exit 7",
            &[][..],
            74,
            "ended with exit code 7, and said:\nslot is empty",
        ),
        (
            "cat > m; echo AAAA",
            &[],
            1,
            "printed no signature: 5 bytes",
        ),
        (
            "head -c 64 /dev/zero",
            &[],
            1,
            "not that of this public key",
        ),
        (
            "echo more >> m; openssl pkeyutl -sign -rawin -inkey kept.pem -in m",
            &[],
            1,
            "not that of this public key",
        ),
        ("sleep 9", &["--timeout", "1s"], 74, "took longer than 1 s"),
        ("yes", &[], 74, "more than a signature"),
    ] {
        let ran = sign_with(&sandbox, command, more);
        assert_eq!(ran.exit, exit, "{command}: {}", ran.err);
        assert!(ran.err.contains(said), "{command}: {}", ran.err);
        assert!(!sandbox.path("a.pclb").exists(), "{command}");
    }
    // A public key is needed, and none without a command; something must sign.
    for arguments in [
        vec!["--with", "true"],
        vec!["--public-key", "public.pem"],
        vec![],
        vec!["--with", "true", "--public-key", "nothing"],
    ] {
        let arguments = [vec!["sign", "a.payload", "-o", "a.pclb"], arguments].concat();
        assert_eq!(sandbox.run(&arguments).exit, 64, "{arguments:?}");
    }
    // What is no bundle is not signed.
    let ran = sandbox.run(&[
        "sign",
        "shop/policy.json",
        "-k",
        "other/signing.key",
        "-o",
        "a.pclb",
    ]);
    assert_eq!(ran.exit, 2, "{}", ran.err);
}

#[test]
fn a_bundle_says_by_whom_it_is_signed() {
    let sandbox = with_payload();
    sandbox.ok(&[
        "keygen",
        "-o",
        "own",
        "--tenant",
        "acme",
        "--use",
        "whole-only",
    ]);
    assert_eq!(sign_with(&sandbox, OPENSSL, &[]).exit, 0);
    sandbox.ok(&["sign", "a.pclb", "-k", "own/signing.key", "-o", "a.pclb"]);
    let own = inspect(&sandbox, "a.pclb", "own/trust.json");
    let signers = json_of(&own.out)["signed_by"].clone();
    let signers = signers.as_array().unwrap();
    assert_eq!(signers.len(), 2);
    let (known, unknown): (Vec<_>, Vec<_>) = signers
        .iter()
        .partition(|signer| signer["verified"] == json!(true));
    assert_eq!(
        (known[0]["use"].clone(), known[0]["tenants"].clone()),
        (json!("whole-only"), json!(["acme"]))
    );
    assert_eq!(
        unknown[0],
        &json!({ "key": unknown[0]["key"], "verified": false })
    );
    // Without a trust file nothing is verified.
    let claimed = sandbox.ok(&["inspect", "a.pclb"]);
    assert_eq!(claimed.matches("not verified").count(), 2, "{claimed}");
    assert!(!claimed.contains("acme"), "{claimed}");
    // A damaged bundle is refused, and who seems to have signed it is said.
    let mut damaged = sandbox.read("a.pclb");
    damaged[200] ^= 1;
    sandbox.write("damaged.pclb", damaged);
    let ran = inspect(&sandbox, "damaged.pclb", "own/trust.json");
    assert_eq!((ran.exit, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("does not verify"), "{}", ran.err);
    assert!(
        ran.err.contains("no such key is trusted here"),
        "{}",
        ran.err
    );
}

#[test]
fn a_key_signs_for_its_tenants_and_kinds_on_every_engine() {
    let sandbox = Sandbox::with_bundle();
    let trust = String::from_utf8(sandbox.read("keys/trust.json")).unwrap();
    let slice = [
        "slice",
        "a.pclb",
        "--trust",
        "keys/trust.json",
        "-k",
        "keys/signing.key",
        "--roles",
        "agent",
        "-o",
        "slice.pclb",
        "--now",
        NOW,
    ];
    sandbox.ok(&slice);
    for (key, file, expected) in [
        (r#""use": "any", "tenants": ["acme"]"#, "a.pclb", None),
        (
            r#""use": "any", "tenants": ["globex"]"#,
            "a.pclb",
            Some("wrong-tenant-key"),
        ),
        (r#""use": "whole-only""#, "a.pclb", None),
        (
            r#""use": "whole-only""#,
            "slice.pclb",
            Some("whole-only-key"),
        ),
        (r#""use": "slices-only""#, "a.pclb", Some("slices-only-key")),
        (r#""use": "slices-only""#, "slice.pclb", None),
        (
            r#""use": "slices-only", "tenants": ["globex"]"#,
            "slice.pclb",
            Some("wrong-tenant-key"),
        ),
    ] {
        assert!(trust.contains(r#""use": "any""#));
        sandbox.write("narrow.json", trust.replacen(r#""use": "any""#, key, 1));
        for engine in ["native", "component"] {
            let arguments = [
                "decide",
                file,
                "--trust",
                "narrow.json",
                "--now",
                NOW,
                "--engine",
                engine,
            ];
            let ran = sandbox.run(&arguments);
            let code = expected.map(|code| format!("bundle-rejected({code})"));
            assert_eq!(
                ran.exit,
                if code.is_some() { 2 } else { 0 },
                "{key}: {}",
                ran.err
            );
            assert!(
                ran.err.contains(&code.unwrap_or_default()),
                "{key}: {}",
                ran.err
            );
        }
    }
}

#[test]
fn what_is_built_has_a_nonce_that_nobody_can_guess() {
    let sandbox = Sandbox::with_bundle();
    let build = |output: &str, more: &[&str]| {
        let arguments = ["build", "shop/policy.json", "-o", output];
        sandbox.ok(&[&arguments[..], more].concat());
        sandbox.read(output)
    };
    let nonce = "00112233445566778899aabbccddeeff";
    let stated = build("stated", &["--unsigned", "--nonce", nonce]);
    assert_eq!(build("again", &["--unsigned", "--nonce", nonce]), stated);
    let (payload, end) = stated.split_at(stated.len() - 16);
    assert_eq!(end[..3], [0x00, 0x11, 0x22]);
    // Random without it, and by the key where there is one.
    let (one, other) = (
        build("one", &["--unsigned"]),
        build("other", &["--unsigned"]),
    );
    assert_ne!(one, other);
    assert_eq!(&one[..payload.len()], payload);
    let signed = build("signed", &["-k", "keys/signing.key"]);
    assert_eq!(build("same", &["-k", "keys/signing.key"]), signed);
    // One signature, behind its number.
    let (_, end) = signed.split_at(signed.len() - 1 - 72 - 16 - payload.len());
    assert!(end.starts_with(payload));
    for wrong in [
        "",
        "00",
        "+0112233445566778899aabbccddeeff",
        &nonce.repeat(2),
    ] {
        let arguments = [
            "build",
            "shop/policy.json",
            "-o",
            "x",
            "--unsigned",
            "--nonce",
            wrong,
        ];
        let ran = sandbox.run(&arguments);
        assert_eq!(ran.exit, 64, "{wrong}: {}", ran.err);
        assert!(ran.err.contains("32 hexadecimal digits"), "{}", ran.err);
    }
    let with_key = [
        "build",
        "shop/policy.json",
        "-o",
        "x",
        "-k",
        "keys/signing.key",
        "--nonce",
        nonce,
    ];
    assert_eq!(sandbox.run(&with_key).exit, 64);
}
