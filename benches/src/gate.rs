//! A gate, and the two requests that it judges: one known by its headers, one by its token.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ed25519_dalek::{Signer as _, SigningKey};
use portcullis_gate::{Gate, GateConfig, Peer, Request, Verdict};
use serde_json::json;

use crate::fixture::{NOW, signed, trust_file};

/// How a request says who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// By headers that a trusted peer sets.
    Headers,
    /// By a signed token.
    Token,
}

/// A gate that holds a bundle, and a request.
#[derive(Debug)]
pub struct Door {
    gate: Gate,
    headers: Vec<(&'static str, String)>,
}

impl Door {
    /// Compiles the bundle of a gate.
    #[must_use]
    pub fn bundle() -> Vec<u8> {
        signed(&policy().to_string())
    }

    /// Makes a gate that holds the bundle, and a request from such a sender.
    ///
    /// # Panics
    ///
    /// Where the gate refuses its own configuration or bundle: a fault of this crate.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "the configuration and the bundle are its own"
    )]
    pub fn new(sender: Sender, bundle: Vec<u8>) -> Self {
        let key = SigningKey::from_bytes(&[9; 32]);
        let identity = match sender {
            Sender::Headers => json!({ "trusted_headers": {
                "peers": ["127.0.0.0/8"], "subject": "x-user-id", "roles": "x-user-roles",
            } }),
            Sender::Token => json!({ "issuers": [{
                "issuer": "https://id.example.com",
                "audiences": "helpdesk",
                "keys": { "keys": [{
                    "kty": "OKP", "crv": "Ed25519", "kid": "bench", "alg": "EdDSA",
                    "x": Base64UrlUnpadded::encode_string(key.verifying_key().as_bytes()),
                }] },
                "claims": { "roles": "roles" },
            }] }),
        };
        let config = json!({ "tenant": "acme", "trust": trust_file(), "identity": identity });
        let config = GateConfig::from_json(config.to_string().as_bytes());
        let mut gate = Gate::new(config.expect("the configuration is sound"));
        gate.offer(bundle, NOW).expect("the bundle is sound");
        let mut headers = vec![
            ("accept", "application/json".to_owned()),
            ("user-agent", "bench/1.0".to_owned()),
            ("x-request-id", "0b9f5c2e".to_owned()),
        ];
        match sender {
            Sender::Headers => headers.extend([
                ("x-user-id", "jo".to_owned()),
                ("x-user-roles", "agent".to_owned()),
            ]),
            Sender::Token => headers.push(("authorization", format!("Bearer {}", token(&key)))),
        }
        Self { gate, headers }
    }

    /// Judges the request.
    pub fn judge(&mut self) -> Verdict {
        let headers: Vec<(&[u8], &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect();
        let request = Request {
            method: b"GET",
            authority: b"api.example.com",
            target: b"/v1/users/jo/tickets?page=2",
            headers: &headers,
            peer: Peer::read("127.0.0.1"),
            nonce: b"0b9f5c2e",
        };
        self.gate.judge(&request, NOW)
    }
}

fn policy() -> serde_json::Value {
    json!({
        "catalog": {
            "id": "bench",
            "features": [],
            "attributes": { "subject": ["teams"], "resource": ["owner"] },
            "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
            "actions": { "read": "read", "write": "write" },
            "modules": { "tickets": {}, "users": {}, "files": {} },
            "roles": {
                "admin": { "grants": { "all": "*" } },
                "agent": { "grants": { "own": ["tickets:*", "users:read"] } },
            },
            "routes": [
                { "methods": "GET", "path": "/healthz", "public": true },
                { "methods": "GET", "path": "/v1/tickets", "permission": "tickets:read", "conditional": "forward" },
                { "methods": "GET", "path": "/v1/users/{id}/tickets", "permission": "tickets:read", "resource": { "owner": "path.id" } },
                { "methods": ["GET", "PUT"], "path": "/v1/users/{id}", "permission": "users:write", "resource": { "owner": "path.id" } },
                { "methods": "GET", "path": "/v1/files/{path...}", "permission": "files:read" },
            ],
        },
        "tenant": { "id": "acme" },
    })
}

fn token(key: &SigningKey) -> String {
    let part =
        |value: serde_json::Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let header = part(json!({ "alg": "EdDSA", "kid": "bench", "typ": "JWT" }));
    let claims = part(json!({
        "iss": "https://id.example.com", "aud": "helpdesk", "sub": "jo", "roles": ["agent"],
        "iat": NOW.0 - 60, "exp": NOW.0 + 3_600,
    }));
    let signed = format!("{header}.{claims}");
    let signature = key.sign(signed.as_bytes()).to_bytes();
    format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_requests_go_on() {
        for sender in [Sender::Headers, Sender::Token] {
            let mut door = Door::new(sender, Door::bundle());
            let verdict = door.judge();
            assert!(matches!(verdict, Verdict::Forward(_)), "{verdict:?}");
        }
    }
}
