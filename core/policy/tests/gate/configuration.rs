//! What a configuration is refused for.

use super::*;

#[test]
fn a_configuration_is_refused_with_its_place_and_cure() {
    let base = || {
        json!({ "trust": { "threshold": 1, "audience": "default", "keys": [{ "key": text(&SigningKey::from_bytes(&[1; 32]).public_key()) }] }, "tenant": "acme",
                "identity": { "issuers": [{ "issuer": "i", "audiences": "a", "keys": jwks(9) }] } })
    };
    let mut cases: Vec<(Value, &str)> = Vec::new();
    let mut case = |pointer: &str, name: &str, value: Value, expected: &'static str| {
        let mut config = base();
        config.pointer_mut(pointer).unwrap()[name] = value;
        cases.push((config, expected));
    };
    case(
        "",
        "tennant",
        json!("x"),
        "$.tennant: unknown member `tennant`; did you mean `tenant`?",
    );
    case(
        "/trust",
        "threshold",
        json!(2),
        "$.trust: the threshold is zero or above the number of distinct keys; see `threshold` and `keys`",
    );
    case(
        "/trust/keys/0",
        "use",
        json!("all"),
        "$.trust.keys[0].use: unknown use `all`; known here are `any`, `whole-only`, `slices-only`",
    );
    case(
        "/trust/keys/0",
        "tenants",
        json!([]),
        "$.trust.keys[0].tenants: a key without a tenant signs nothing; list a tenant, or leave `tenants` out for all of them",
    );
    case(
        "/identity/issuers/0",
        "isuer",
        json!("i"),
        "$.identity.issuers[0].isuer: unknown member `isuer`; did you mean `issuer`?",
    );
    case(
        "/identity/issuers/0",
        "audiences",
        json!([]),
        "$.identity.issuers[0].audiences: the list is empty; name at least one",
    );
    case(
        "/identity/issuers/0",
        "leeway_seconds",
        json!(301),
        "$.identity.issuers[0].leeway_seconds: the leeway is over 300 seconds; set the clocks instead",
    );
    case(
        "/identity/issuers/0",
        "max_age_seconds",
        json!(0),
        "$.identity.issuers[0].max_age_seconds: no token is that young; write at least 1, or leave it out",
    );
    case(
        "/identity/issuers/0/keys/keys/0",
        "d",
        json!("x"),
        "$.identity.issuers[0].keys.keys[0]: `d` is secret; give the public key alone",
    );
    case(
        "/identity/issuers/0/keys/keys/0",
        "alg",
        json!("RS256"),
        "$.identity.issuers[0].keys.keys[0]: a key of this kind is not for `RS256`; write its own `alg`, or leave it out",
    );
    case(
        "/identity/issuers/0/keys/keys/0",
        "kty",
        json!("oct"),
        "$.identity.issuers[0].keys.keys[0]: no algorithm here is for such a key; give one with `kty` OKP and `crv` Ed25519, EC and P-256 or P-384, or RSA",
    );
    case(
        "/identity/issuers/0/keys/keys/0",
        "x",
        json!("AAAA"),
        "$.identity.issuers[0].keys.keys[0]: `x` is not 32 bytes long; copy the key whole",
    );
    case(
        "",
        "log",
        json!({ "grantd": "info" }),
        "$.log.grantd: unknown code `grantd`; did you mean `granted`?",
    );
    case(
        "",
        "log",
        json!({ "granted": "loud" }),
        "$.log.granted: unknown level `loud`; known here are `off`, `debug`, `info`, `warn`, `error`",
    );
    case(
        "",
        "bundle",
        json!("*"),
        "$.bundle: the bundle is not base64; write it with padding",
    );
    case(
        "",
        "shell",
        json!(1),
        "$.shell: expected an object, found a number; write what the shell needs, by name",
    );
    for (name, stated, expected) in [
        (
            "bundle_bytes",
            0,
            "$.limits.bundle_bytes: out of bounds; write 1 to 67,108,864",
        ),
        (
            "bundle_bytes",
            67_108_865,
            "$.limits.bundle_bytes: out of bounds; write 1 to 67,108,864",
        ),
        (
            "versions",
            0,
            "$.limits.versions: out of bounds; write 1 to 1,024",
        ),
        (
            "pinned_seconds",
            2_592_001,
            "$.limits.pinned_seconds: out of bounds; write 0 to 2,592,000",
        ),
        (
            "stale_seconds",
            2_592_001,
            "$.limits.stale_seconds: out of bounds; write 0 to 2,592,000",
        ),
        (
            "poll_seconds",
            0,
            "$.limits.poll_seconds: out of bounds; write 1 to 86,400",
        ),
        (
            "poll_seconds",
            86_401,
            "$.limits.poll_seconds: out of bounds; write 1 to 86,400",
        ),
    ] {
        case("", "limits", json!({ name: stated }), expected);
    }
    for peer in [
        "10.0.0.0/33",
        "10.1.2.3/8",
        "::1/64",
        "::ffff:10.0.0.0/104",
        "gateway.mesh",
        "spiffe://",
        "://a",
        "1a://b",
        "dns:",
        "subject:",
        "spiffe://mesh/*",
        "dns:*.mesh",
    ] {
        case(
            "/identity",
            "trusted_headers",
            json!({ "peers": peer, "subject": "x-user" }),
            "$.identity.trusted_headers.peers: this is neither an address range nor a name of a certificate; write a range such as 10.0.0.0/8, with no bit set behind those that count, or a whole name with its kind: a URI such as spiffe://mesh/gateway, dns:gateway.mesh, or subject:CN=gateway",
        );
    }
    for (config, expected) in &cases {
        let error = GateConfig::from_json(config.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), *expected);
    }
    let mut homeless = base();
    homeless.as_object_mut().unwrap().remove("tenant");
    let error = GateConfig::from_json(homeless.to_string().as_bytes()).unwrap_err();
    assert!(
        error.to_string().contains("say whose listener it is"),
        "{error}"
    );
    let twice = base().to_string().replacen('{', r#"{"tenant":"acme","#, 1);
    assert!(
        GateConfig::from_json(twice.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("appears twice")
    );
    let whole = config(|config| {
        config["shell"] = json!({ "b": [1, true, null, "x"], "a": {} });
        config["limits"] = json!({ "poll_seconds": 7 });
        config["bundle"] = json!("UENMQg==");
    });
    assert_eq!(whole.shell(), r#"{"b":[1,true,null,"x"],"a":{}}"#);
    assert_eq!(
        (whole.poll_seconds(), whole.bundle()),
        (7, Some(b"PCLB".as_slice()))
    );
}
