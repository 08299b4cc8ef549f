//! The gate over real bundles: tenants, versions, tokens over time, and hostile bytes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "support of tests: what fails here is a failed test"
)]

mod claimable;
mod claims;
mod clock;
mod configuration;
mod context;
mod cookies;
mod headers;
mod hostile;
mod issuers;
mod limits;
mod payload;
mod places;
mod query_tokens;
mod routes;
mod shadow;
mod signed_out;
mod tenants;
mod tenants_of_issuers;
mod tokens;
mod trusted_headers;
mod unfilled;
mod unsettled;
mod why;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ed25519_dalek::Signer as _;
use portcullis_gate::{
    Code, Gate, GateConfig, GateRejection, Offer, Peer, Request, TokenCache, UnixSeconds, Verdict,
};
use portcullis_policy::{
    Source,
    encode::{BundleMetadata, encode},
    sign::{SigningKey, sign},
};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: UnixSeconds = UnixSeconds(1_000_000);

fn policy(tenant: &str, changes: impl FnOnce(&mut Value)) -> Value {
    let mut policy = json!({
        "catalog": {
            "id": "c",
            "attributes": { "resource": ["owner"] },
            "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
            "modules": { "tickets": { "actions": { "read": "read", "write": "write" } } },
            "roles": { "agent": { "grants": { "own": "*" } }, "admin": { "grants": { "*": "*" } } },
            "routes": [
                { "methods": "GET", "path": "/open", "public": true },
                { "methods": "GET", "path": "/tickets/{id}", "permission": "tickets:read", "conditional": "forward", "resource": { "id": "path.id" } },
                { "methods": "PUT", "path": "/of/{owner}", "permission": "tickets:write", "resource": { "owner": "path.owner" } }
            ]
        },
        "tenant": { "id": tenant }
    });
    changes(&mut policy);
    policy
}

fn bundle(policy: &Value, sequence: u64, routes: Option<&[u8]>) -> Vec<u8> {
    let (source, model) = Source::load(&policy.to_string()).unwrap();
    let mut metadata = BundleMetadata::new("default", NOW, 10_000, &source.catalog);
    metadata.sequence = sequence;
    if let Some(routes) = routes {
        metadata.routes = routes.to_vec();
    }
    sign(
        &encode(&model, &metadata).unwrap(),
        &[SigningKey::from_bytes(&[1; 32])],
    )
    .unwrap()
}

fn text(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn issuer(seed: u8) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[seed; 32])
}

fn jwks(seed: u8) -> Value {
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": text(issuer(seed).verifying_key().as_bytes()) }] })
}

fn config(changes: impl FnOnce(&mut Value)) -> GateConfig {
    let mut config = json!({
        "trust": { "threshold": 1, "audience": "default",
                   "keys": [{ "key": text(&SigningKey::from_bytes(&[1; 32]).public_key()) }] },
        "tenant": "acme",
        "identity": { "issuers": [{ "issuer": "i", "audiences": "a", "keys": jwks(9), "leeway_seconds": 0,
                                    "tenant": { "claim": "tenant" }, "tenants": "*",
                                    "claims": { "roles": "roles", "version": "version" } }] }
    });
    changes(&mut config);
    GateConfig::from_json(config.to_string().as_bytes()).unwrap()
}

/// Returns what is wrong with a configuration of one issuer, once it is changed; nothing if
/// nothing is.
fn invalid(changes: impl FnOnce(&mut Value)) -> String {
    let mut whole = json!({
        "trust": { "threshold": 1, "audience": "default",
                   "keys": [{ "key": text(&SigningKey::from_bytes(&[1; 32]).public_key()) }] },
        "tenant": "acme",
        "identity": { "issuers": [{ "issuer": "i", "audiences": "a", "keys": jwks(9) }] }
    });
    changes(&mut whole);
    let read = GateConfig::from_json(whole.to_string().as_bytes());
    read.map_or_else(|invalid| invalid.to_string(), |_| String::new())
}

/// Returns what becomes of a request, `METHOD TARGET`, from that peer.
fn asked(gate: &mut Gate, peer: Peer<'_>, line: &str, headers: &[(&str, &str)]) -> (Code, String) {
    let (method, target) = line.split_once(' ').unwrap();
    let headers: Vec<(&[u8], &[u8])> = headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    let request = Request {
        method: method.as_bytes(),
        authority: b"api.example.com",
        target: target.as_bytes(),
        headers: &headers,
        peer,
        nonce: b"",
    };
    let verdict = gate.judge(&request, NOW);
    (verdict.entry().code, verdict.entry().detail.clone())
}

fn token(seed: u8, claims: &Value) -> String {
    token_headed(seed, r#"{"alg":"EdDSA"}"#, claims)
}

fn token_headed(seed: u8, header: &str, claims: &Value) -> String {
    let mut all = json!({ "iss": "i", "aud": "a", "exp": NOW.0 + 100, "sub": "jo", "roles": "agent", "tenant": "acme" });
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    let signed = format!(
        "{}.{}",
        text(header.as_bytes()),
        text(all.to_string().as_bytes())
    );
    let signature = issuer(seed).sign(signed.as_bytes());
    format!("{signed}.{}", text(&signature.to_bytes()))
}

/// Asks with `METHOD TARGET` and perhaps a token.
fn ask(gate: &mut Gate, line: &str, token: Option<&str>, now: UnixSeconds) -> Verdict {
    let (method, target) = line.split_once(' ').unwrap();
    let bearer = format!("Bearer {}", token.unwrap_or_default());
    let headers: &[(&[u8], &[u8])] = &[(b"authorization", bearer.as_bytes())];
    let request = Request {
        method: method.as_bytes(),
        authority: b"api.example.com",
        target: target.as_bytes(),
        headers: if token.is_some() { headers } else { &[] },
        peer: Peer::Unknown,
        nonce: b"",
    };
    gate.judge(&request, now)
}

fn code(gate: &mut Gate, line: &str, token: Option<&str>, now: UnixSeconds) -> Code {
    ask(gate, line, token, now).entry().code
}

fn gate(changes: impl FnOnce(&mut Value)) -> Gate {
    let mut gate = Gate::new(config(changes));
    let offered = gate.offer(bundle(&policy("acme", |_| ()), 1, None), NOW);
    assert!(matches!(offered, Ok(Offer::Accepted(_))));
    gate
}
