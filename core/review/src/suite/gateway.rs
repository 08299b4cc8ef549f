//! The gate that judges the requests of policy tests: the one that proxies run.

use portcullis_gate::{Entry, Gate, GateConfig, Peer, Request, UnixSeconds};
use serde_json::{Map, Value, json};

use super::UntestablePolicy;
use portcullis_policy::UnopenablePolicy;
use portcullis_policy::authzen::{Subject, TeamRole};
use portcullis_policy::encode::{BundleMetadata, encode};
use portcullis_policy::model::Model;
use portcullis_policy::sign::{SigningKey, sign};
use portcullis_policy::source::TestRequest;

/// A gate with a policy's bundle, which believes who is said to ask.
///
/// Who asks comes in headers of a peer that is trusted: a test has no tokens, and all
/// that comes after an identity is known is the same for both.
#[derive(Debug)]
pub(crate) struct Gateway {
    gate: Gate,
    /// The subject attributes that the policy declares.
    attributes: Vec<String>,
}

impl Gateway {
    /// Opens a policy as a gate would its bundle.
    pub(crate) fn open(model: &Model, metadata: &BundleMetadata) -> Result<Self, UntestablePolicy> {
        // A test may be asked at any time, before today too.
        let metadata = &BundleMetadata {
            not_before: UnixSeconds(0),
            ..metadata.clone()
        };
        let payload = encode(model, metadata).map_err(UnopenablePolicy::from)?;
        // The key is public knowledge: this bundle goes nowhere.
        let signing_key = SigningKey::from_bytes(&[0; 32]);
        let attributes = model.attributes.subject.clone();
        // The configuration has a member of its own for teams.
        let (mut teams, mut others) = (Value::Null, Map::new());
        for (index, name) in attributes.iter().enumerate() {
            if name == "teams" {
                teams = header(index).into();
            } else {
                others.insert(name.clone(), header(index).into());
            }
        }
        let mut trusted = json!({
            "peers": PEER, "encoding": "percent",
            "subject": ID, "type": KIND, "roles": ROLES, "groups": GROUPS,
            "attributes": others,
        });
        if let (Value::String(_), Value::Object(members)) = (&teams, &mut trusted) {
            members.insert("teams".to_owned(), teams);
        }
        let key = base64(&signing_key.public_key());
        let bundle = sign(&payload, &[signing_key]).unwrap_or_default();
        let config = json!({
            "trust": { "threshold": 1, "keys": [{ "key": key }], "audience": metadata.audience },
            "tenant": model.tenant.id,
            "identity": { "trusted_headers": trusted },
            "limits": { "bundle_bytes": bundle.len() },
        });
        let config = GateConfig::from_json(config.to_string().as_bytes());
        let config = config.map_err(|error| UntestablePolicy::Ungated(error.to_string()))?;
        let mut gate = Gate::new(config);
        gate.offer(bundle, metadata.issued_at)
            .map_err(|rejection| UntestablePolicy::Ungated(rejection.to_string()))?;
        Ok(Self { gate, attributes })
    }

    /// Judges a request, and returns what the gate would log of it.
    pub(crate) fn judge(
        &mut self,
        request: &TestRequest,
        host: &str,
        subject: Option<&Subject>,
        now: UnixSeconds,
    ) -> Entry {
        let who = subject.map(|subject| self.identity(subject));
        let mut headers: Vec<(&[u8], &[u8])> = Vec::new();
        for (name, values) in request.headers.iter() {
            let values = values.iter();
            headers.extend(values.map(|value| (name.as_bytes(), value.as_bytes())));
        }
        for (name, value) in who.iter().flatten() {
            headers.push((name.as_bytes(), value.as_bytes()));
        }
        let request = Request {
            method: request.method.as_bytes(),
            authority: host.as_bytes(),
            target: request.target.as_bytes(),
            headers: &headers,
            peer: Peer::Identity(PEER),
            nonce: b"",
        };
        self.gate.judge(&request, now).entry().clone()
    }

    /// Returns the headers by which the trusted peer says who asks.
    fn identity(&self, subject: &Subject) -> Vec<(String, String)> {
        let roles = subject.roles.iter().filter(|role| !role.contains('@'));
        let team_roles = subject.team_roles.iter();
        let bound = team_roles.map(|TeamRole { team, role }| format!("{role}@{team}"));
        let roles = roles.cloned().chain(bound).collect::<Vec<_>>();
        let mut headers = vec![
            (ID.to_owned(), encoded(&subject.id)),
            (KIND.to_owned(), encoded(&subject.kind)),
            (ROLES.to_owned(), list(&roles)),
            (GROUPS.to_owned(), list(&subject.groups)),
        ];
        for attribute in &subject.attributes {
            let mut declared = self.attributes.iter();
            if let Some(index) = declared.position(|name| *name == attribute.name) {
                headers.push((header(index), list(&attribute.values)));
            }
        }
        headers
    }
}

fn header(attribute: usize) -> String {
    format!("{ATTRIBUTE}{attribute}")
}

fn list(values: &[String]) -> String {
    let values = values.iter().map(|value| encoded(value));
    values.collect::<Vec<_>>().join(",")
}

/// Percent-encodes all but letters and digits, commas above all.
fn encoded(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02x}"));
        }
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    Base64UrlUnpadded::encode_string(bytes)
}

/// The peer that is trusted.
const PEER: &str = "test://policy";
// Among the names that are the gate's own: no client's header of that name means anything.
const ID: &str = "x-portcullis-test-id";
const KIND: &str = "x-portcullis-test-type";
const ROLES: &str = "x-portcullis-test-roles";
const GROUPS: &str = "x-portcullis-test-groups";
const ATTRIBUTE: &str = "x-portcullis-test-attribute-";
