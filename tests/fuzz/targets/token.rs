//! A token: which key signs it, its header and its payload, a line each. The gate forwards it only
//! where another reader of JSON agrees that it says so: who, from whom, for whom, until when.
#![no_main]

use std::cell::RefCell;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ed25519_dalek::{Signer as _, SigningKey};
use libfuzzer_sys::fuzz_target;
use portcullis_fixture::{Issue, gate_config, inline};
use portcullis_fuzz::{HELPDESK, NOW};
use portcullis_gate::{Gate, GateConfig, Peer, Request, Verdict};
use serde_json::{Map, Value, json};

thread_local! {
    static GATE: RefCell<Gate> = RefCell::new(gate());
}

/// Each issuer, the byte that its key is made of, and the tenants it speaks for.
const ISSUERS: [(&str, u8, &str); 2] = [
    ("https://a.example.com", 11, "acme"),
    ("https://b.example.com", 12, "globex"),
];

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let [signer, header, payload] = [line(), line(), line()];
    let issuer = ISSUERS[usize::from(signer.first() == Some(&b'b'))];
    let signed = [header, payload]
        .map(Base64UrlUnpadded::encode_string)
        .join(".");
    let signature = SigningKey::from_bytes(&[issuer.1; 32]).sign(signed.as_bytes());
    let signature = Base64UrlUnpadded::encode_string(&signature.to_bytes());
    let token = format!("Bearer {signed}.{signature}");
    let request = Request {
        method: b"GET",
        authority: b"api.example.com",
        target: b"/v1/tickets",
        headers: &[(b"authorization", token.as_bytes())],
        peer: Peer::Unknown,
        nonce: b"",
    };
    let verdict = GATE.with_borrow_mut(|gate| gate.judge(&request, NOW));
    if let Verdict::Forward(forward) = verdict {
        let read = |json: &[u8]| serde_json::from_slice::<Map<String, Value>>(json);
        let header = read(header).expect("the header is an object");
        let payload = read(payload).expect("the payload is an object");
        assert_eq!(header.get("alg"), Some(&json!("EdDSA")));
        assert!(
            ["crit", "b64", "x5u", "jwk", "x5c"]
                .iter()
                .all(|name| !header.contains_key(*name))
        );
        assert_eq!(payload.get("iss"), Some(&json!(issuer.0)));
        assert_eq!(payload.get("tenant").map(one), Some(json!("acme")));
        let audience = payload.get("aud").expect("an audience");
        let is_ours = |audience: &Value| audience == "helpdesk";
        assert!(
            is_ours(audience)
                || audience
                    .as_array()
                    .is_some_and(|all| all.iter().any(is_ours))
        );
        let expires = payload.get("exp").and_then(Value::as_f64).expect("a time");
        assert!(expires > NOW.0 as f64 - LEEWAY, "{expires}");
        let starts = payload
            .get("nbf")
            .map(|time| time.as_f64().expect("a time"));
        assert!(starts.is_none_or(|time| time <= NOW.0 as f64 + LEEWAY));
        let subject = payload
            .get("sub")
            .and_then(Value::as_str)
            .expect("a subject");
        assert!(!subject.is_empty());
        assert!(
            forward
                .set
                .iter()
                .any(|(name, _)| *name == "x-portcullis-subject")
        );
    }
});

/// A tenant may be a list of one, or an object of one.
fn one(tenant: &Value) -> Value {
    match tenant {
        Value::Array(all) if all.len() == 1 => all[0].clone(),
        Value::Object(all) if all.len() == 1 => all.keys().next().cloned().into(),
        other => other.clone(),
    }
}

fn gate() -> Gate {
    let bundle = Issue::at(NOW)
        .bundle(HELPDESK)
        .expect("the policy compiles");
    let issuers = ISSUERS.map(|(issuer, seed, tenant)| {
        let key = SigningKey::from_bytes(&[seed; 32]).verifying_key();
        let x = Base64UrlUnpadded::encode_string(key.as_bytes());
        json!({
            "issuer": issuer,
            "audiences": "helpdesk",
            "keys": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x }] },
            "tenant": { "claim": "tenant" },
            "tenants": [tenant],
            "claims": { "roles": "roles", "groups": "groups", "teams": "teams" },
        })
    });
    let config = gate_config([
        ("tenant", "acme".into()),
        ("bundle", inline(&bundle)),
        ("identity", json!({ "issuers": issuers })),
    ]);
    let config = GateConfig::from_json(config.as_bytes()).expect("the configuration is good");
    let mut gate = Gate::new(config);
    gate.offer(bundle, NOW).expect("the bundle is good");
    gate
}

const LEEWAY: f64 = 30.0;
