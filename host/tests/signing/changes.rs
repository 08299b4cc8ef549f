//! A key in the place of another, and a bundle in the place of another.

use serde_json::Value;

use super::{inspect, json_of, support::Sandbox, text_of, verdict};

/// The path of docs/FORMAT.md: the new key is trusted, both sign, the old one goes.
#[test]
fn a_key_takes_the_place_of_another_without_a_gap() {
    let sandbox = Sandbox::with_bundle();
    sandbox.write("both.json", text_of(&sandbox, "keys/trust.json"));
    sandbox.ok(&["keygen", "-o", "new", "--trust", "both.json"]);
    let read = |name: &str| json_of(&text_of(&sandbox, name));
    let (both, old, new) = (
        read("both.json"),
        read("keys/trust.json"),
        read("new/trust.json"),
    );
    let keys = |trust: &Value| trust["keys"].as_array().unwrap().clone();
    assert_eq!(keys(&both), [keys(&old), keys(&new)].concat());
    // The same payload, signed by the old key and by both; and the next, signed by the new one.
    sandbox.ok(&["sign", "a.pclb", "-k", "new/signing.key", "-o", "both.pclb"]);
    sandbox.ok(&[
        "build",
        "shop/policy.json",
        "-k",
        "new/signing.key",
        "-o",
        "new.pclb",
        "--sequence",
        "1700000001",
    ]);
    let rebuilt = [
        "build",
        "shop/policy.json",
        "-k",
        "keys/signing.key",
        "-k",
        "new/signing.key",
    ];
    sandbox.ok(&[&rebuilt[..], &["-o", "rebuilt.pclb"]].concat());
    let digest = |bundle: &str| {
        let inspected = inspect(&sandbox, bundle, "both.json");
        json_of(&inspected.out)["digest"].clone()
    };
    assert_eq!(digest("a.pclb"), digest("both.pclb"));
    assert_eq!(digest("a.pclb"), digest("rebuilt.pclb"));
    for (trust, expected) in [
        // Before: the old key alone is trusted. A bundle that both signed is taken already.
        ("keys/trust.json", ["taken", "taken", "untrusted-signer"]),
        // While hosts are given the new trust file, each takes what there is.
        ("both.json", ["taken", "taken", "taken"]),
        // After: what the old key alone signed is refused, wherever it comes from.
        ("new/trust.json", ["untrusted-signer", "taken", "taken"]),
    ] {
        let found =
            ["a.pclb", "both.pclb", "new.pclb"].map(|bundle| verdict(&sandbox, bundle, trust));
        assert_eq!(found, expected, "{trust}");
    }
}

#[test]
fn a_key_joins_a_trust_file_once_and_for_its_audience() {
    let sandbox = Sandbox::with_bundle();
    sandbox.write(
        "edge.json",
        text_of(&sandbox, "keys/trust.json").replace("default", "edge"),
    );
    sandbox.ok(&["keygen", "-o", "new", "--trust", "edge.json"]);
    assert_eq!(
        json_of(&text_of(&sandbox, "new/trust.json"))["audience"],
        "edge"
    );
    let joined = text_of(&sandbox, "edge.json");
    let refused = |arguments: &[&str], why: &str| {
        let ran =
            sandbox.run(&[&["keygen", "-o", "more", "--trust", "edge.json"], arguments].concat());
        assert_eq!(ran.exit, 64, "{}", ran.err);
        assert!(ran.err.contains(why), "{}", ran.err);
        assert_eq!(text_of(&sandbox, "edge.json"), joined);
    };
    refused(&["--audience", "default"], "the audience `edge`");
    let key = json_of(&joined)["keys"][0]["key"]
        .as_str()
        .unwrap()
        .to_owned();
    sandbox.write("public.txt", &key);
    refused(&["--public-key", "public.txt"], "names that key already");
}

#[test]
fn no_bundle_takes_the_place_of_another_one_of_its_sequence() {
    let sandbox = Sandbox::with_bundle();
    let build = |more: &[&str]| {
        let build = [
            "build",
            "shop/policy.json",
            "-k",
            "keys/signing.key",
            "-o",
            "a.pclb",
        ];
        sandbox.run(&[&build[..], more].concat())
    };
    assert_eq!(
        build(&["--sequence", "7", "--issued-at", "1700000000"]).exit,
        0
    );
    let first = sandbox.read("a.pclb");
    assert_eq!(
        build(&["--sequence", "7", "--issued-at", "1700000000"]).exit,
        0
    );
    assert_eq!(
        sandbox.read("a.pclb"),
        first,
        "the same payload may be written again"
    );
    let ran = build(&["--sequence", "7", "--issued-at", "1700000001"]);
    assert_eq!(ran.exit, 1, "{}", ran.err);
    assert!(ran.err.contains("`--sequence 8`"), "{}", ran.err);
    assert_eq!(sandbox.read("a.pclb"), first);
    assert_eq!(build(&["--sequence", "7", "--audience", "edge"]).exit, 0);
}
