//! A helpdesk behind a gateway: its policy, its bundles, and tokens of its people.

use std::fs;

use anyhow::{Context as _, Error, Result, anyhow};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use ed25519_dalek::Signer as _;
use portcullis_engine::UnixSeconds;
use portcullis_fixture::{Issue, gate_config, inline, trust};
use serde_json::{Value, json};

use crate::clock::now;
use crate::tools::root;

/// Makes bundles of a policy, examples/envoy/policy.json if no other, and tokens for its people.
#[derive(Debug, Clone)]
pub struct Site {
    policy: String,
    began: UnixSeconds,
}

/// How a bundle differs from the one that a gateway should take.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// A text of the policy and what takes its place.
    pub policy: Option<(String, String)>,
    /// Signed by a key that nobody trusts.
    pub untrusted: bool,
    /// Until when it holds, if not for an hour.
    pub expires_at: Option<UnixSeconds>,
}

impl Site {
    /// Reads the policy of the examples.
    ///
    /// # Errors
    ///
    /// When it is not there.
    pub fn load() -> Result<Self> {
        Self::load_from("examples/envoy/policy.json")
    }

    /// Reads another policy of this repository.
    ///
    /// # Errors
    ///
    /// When it is not there.
    pub fn load_from(path: &str) -> Result<Self> {
        let path = root().join(path);
        let policy = fs::read_to_string(&path)
            .with_context(|| format!("could not read {}", path.display()))?;
        Ok(Self {
            policy,
            began: now(),
        })
    }

    /// Returns a bundle that holds for an hour.
    ///
    /// # Errors
    ///
    /// When the policy does not compile.
    pub fn bundle(&self, sequence: u64) -> Result<Vec<u8>> {
        self.bundle_with(sequence, &Edit::default())
    }

    /// Returns a bundle that differs.
    ///
    /// # Errors
    ///
    /// When the policy does not compile so, or has not what the edit replaces.
    pub fn bundle_with(&self, sequence: u64, edit: &Edit) -> Result<Vec<u8>> {
        let policy = match &edit.policy {
            None => self.policy.clone(),
            Some((from, to)) if self.policy.contains(from) => self.policy.replace(from, to),
            Some((from, _)) => return Err(anyhow!("the policy has no `{from}`")),
        };
        let mut issue = Issue::at(self.began).sequence(sequence);
        if let Some(expires_at) = edit.expires_at {
            issue = issue.expires_at(expires_at);
        }
        if edit.untrusted {
            issue = issue.untrusted();
        }
        issue.bundle(&policy).map_err(Error::msg)
    }

    /// Returns the trust in the key that signs, as JSON on one line.
    ///
    /// # Errors
    ///
    /// Never: a trust file has a JSON form.
    pub fn trust(&self) -> Result<String> {
        Ok(serde_json::to_string(&trust())?)
    }

    /// Returns the keys that verify the site's tokens, as a JWK set on one line.
    #[must_use]
    pub fn token_keys(&self) -> String {
        let key = ed25519_dalek::SigningKey::from_bytes(&ISSUER).verifying_key();
        json!({ "keys": [{
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": KEY_ID,
            "x": Base64UrlUnpadded::encode_string(key.as_bytes()),
        }] })
        .to_string()
    }

    /// Returns the configuration of a gate that verifies tokens, with members of its shell.
    ///
    /// # Errors
    ///
    /// Never: what is put together has a JSON form.
    pub fn gate(&self, bundle: Option<&[u8]>, shell: &Value) -> Result<String> {
        let identity = json!({ "issuers": [{
            "issuer": ISSUER_NAME,
            "audiences": [TOKEN_AUDIENCE],
            "keys": serde_json::from_str::<Value>(&self.token_keys())?,
            "tenant": { "claim": "tenant" },
            "tenants": ["acme"],
            "claims": { "roles": "roles", "groups": "groups", "teams": "teams" },
        }] });
        let members = [("identity", identity), ("shell", shell.clone())];
        let bundle = bundle.map(|bundle| ("bundle", inline(bundle)));
        Ok(gate_config(members.into_iter().chain(bundle)))
    }

    /// Returns the claims of a token for somebody with a role, for an hour.
    #[must_use]
    pub fn claims(&self, subject: &str, role: &str) -> Value {
        json!({
            "iss": ISSUER_NAME, "aud": TOKEN_AUDIENCE, "sub": subject, "tenant": "acme",
            "roles": [role], "teams": ["emea"], "exp": self.began.0 + HOUR,
        })
    }

    /// Returns a token for somebody with a role, for an hour.
    #[must_use]
    pub fn token(&self, subject: &str, role: &str) -> String {
        self.sign(&self.claims(subject, role))
    }

    /// Signs claims.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "kid": KEY_ID, "typ": "JWT" });
        let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&header), part(claims));
        let key = ed25519_dalek::SigningKey::from_bytes(&ISSUER);
        let signature = key.sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature))
    }
}

/// A key that everybody knows, and that nobody may use for anything else.
const ISSUER: [u8; 32] = [9; 32];
const KEY_ID: &str = "1";
const ISSUER_NAME: &str = "https://login.acme.example";
const TOKEN_AUDIENCE: &str = "helpdesk";
const HOUR: u64 = 3_600;
