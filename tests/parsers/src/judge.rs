//! The gate, over a policy whose routes read queries in every way that there is.

use anyhow::{Context as _, Result, bail};
use portcullis_engine::{KeyUse, UnixSeconds};
use portcullis_gate::{Code, Gate, GateConfig, Peer, Request, Verdict};
use portcullis_policy::{
    Source,
    encode::{BundleMetadata, encode},
    sign::{SigningKey, TrustFile, TrustFileKey, sign},
};
use serde_json::json;

/// A route, and the name that it must not mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The method.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// The place of the name in [`NAMES`].
    pub name: usize,
    /// Whether the route takes the name's value; otherwise the name must not be there.
    pub reads: bool,
}

/// Every name that a route reads, or must not find.
pub const NAMES: [&str; 5] = ["owner", "owner_id", "filter[owner]", "id", "_method"];

/// One route for each name.
pub const TARGETS: [Target; 5] = [
    Target::reading("/flat", 0),
    Target::reading("/joint", 1),
    Target::reading("/nested", 2),
    Target::shunning("GET", "/path/jo", 3),
    Target::shunning("POST", "/form", 4),
];

/// Who asks: the gate forwards what says that the resource is theirs.
pub const SUBJECTS: [&str; 10] = [
    "jo", "a=b", "a b", "a+b", "é", "a]b", "50%", "[x]", "a]=b", "a,b",
];

/// What the gate made of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// Forwarded: it took this value, or none.
    Forwarded(Option<String>),
    /// Refused, and this is the code.
    Refused(Code),
}

impl Target {
    const fn reading(path: &'static str, name: usize) -> Self {
        Self {
            method: "GET",
            path,
            name,
            reads: true,
        }
    }

    const fn shunning(method: &'static str, path: &'static str, name: usize) -> Self {
        Self {
            method,
            path,
            name,
            reads: false,
        }
    }
}

/// Makes a gate whose policy has the routes of [`TARGETS`].
///
/// # Errors
///
/// When the policy or the configuration is refused.
pub fn gate() -> Result<Gate> {
    let of = |path: &str, name: &str| {
        json!({ "methods": "GET", "path": path, "permission": "tickets:read",
                "conditional": "forward", "resource": { "owner": name } })
    };
    let policy = json!({
        "catalog": {
            "id": "parsers",
            "attributes": { "resource": ["owner"] },
            "scopes": { "own": "shares(subject.id, resource.owner)" },
            "modules": { "tickets": { "actions": { "read": "read" } } },
            "roles": { "agent": { "grants": { "own": "*" } } },
            "routes": [
                of("/flat", "query.owner"),
                of("/joint", "query.owner_id"),
                of("/nested", "query.filter[owner]"),
                of("/path/{id}", "path.id"),
                { "methods": "POST", "path": "/form", "public": true }
            ]
        },
        "tenant": { "id": "acme" }
    });
    let (source, model) = Source::load(&policy.to_string())?;
    let metadata = BundleMetadata::new("default", NOW, 1_000, &source.catalog);
    let key = SigningKey::from_bytes(&[1; 32]);
    let bundle = sign(&encode(&model, &metadata)?, std::slice::from_ref(&key))?;
    let trust = TrustFile {
        threshold: 1,
        keys: vec![TrustFileKey::new(key.public_key(), KeyUse::Any)],
        audience: "default".to_owned(),
        ..TrustFile::default()
    };
    let config = json!({
        "trust": trust,
        "tenant": "acme",
        "identity": { "trusted_headers": { "peers": ["spiffe://peer"], "subject": "x-user", "roles": "x-roles" } }
    });
    let mut gate = Gate::new(GateConfig::from_json(config.to_string().as_bytes())?);
    gate.offer(bundle, NOW)?;
    Ok(gate)
}

/// Judges a request with that query, by somebody.
///
/// # Errors
///
/// When the gate forwards it, and does not say what it took.
pub fn judge(gate: &mut Gate, target: Target, subject: &str, query: &[u8]) -> Result<Judged> {
    let mut line = format!("{}?", target.path).into_bytes();
    line.extend_from_slice(query);
    let request = Request {
        method: target.method.as_bytes(),
        authority: b"api.example.com",
        target: &line,
        headers: &[
            (b"x-user", subject.as_bytes()),
            (b"x-roles", b"agent"),
            (b"content-length", b"0"),
        ],
        peer: Peer::Identity("spiffe://peer"),
        nonce: b"",
    };
    let verdict = gate.judge(&request, NOW);
    let code = verdict.entry().code;
    Ok(match (&verdict, code) {
        (Verdict::Respond(_), _) => Judged::Refused(code),
        (Verdict::Forward(_), Code::Granted) if target.reads => {
            Judged::Forwarded(Some(subject.to_owned()))
        }
        (Verdict::Forward(_), Code::Conditional | Code::Granted | Code::Public) => {
            Judged::Forwarded(None)
        }
        (Verdict::Forward(_), other) => bail!("forwarded as {other}"),
    })
}

/// Returns what all readers are asked for: the names, in their order.
///
/// # Errors
///
/// When a target names none of them.
pub fn name_of(target: Target) -> Result<&'static str> {
    NAMES.get(target.name).copied().context("no such name")
}

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
