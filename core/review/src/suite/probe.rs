//! What a route reads of a request, asked of the gate itself.

use portcullis_gate::routes::{Access, OnConditional, Origin, Route};
use portcullis_gate::{Code, UnixSeconds};
use serde_json::{Map, Value, json};

use super::UntestablePolicy;
use super::gateway::Gateway;
use portcullis_policy::Source;
use portcullis_policy::authzen::{Attribute, Subject};
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::model::Model;
use portcullis_policy::source::{OneOrMany, TestRequest};

/// A gate with a policy's routes over another policy, one whose answers tell what was read:
/// the role `known-N` is granted where attribute N is known, and `same-N` where it has the
/// value that the subject brings along.
///
/// The gate tells nobody a value, so that none gets into a log.
#[derive(Debug)]
pub(super) struct Probe {
    gateway: Gateway,
    /// The resource's id, then its declared attributes.
    names: Vec<String>,
    now: UnixSeconds,
}

/// What a route made of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing: it is unknown.
    Unknown,
    /// The values that were expected.
    Same,
    /// Other values; those of a constant are listed.
    Other(Option<OneOrMany>),
}

impl Probe {
    pub(super) fn open(model: &Model, metadata: &BundleMetadata) -> Result<Self, UntestablePolicy> {
        let declared = model.attributes.resource.iter().cloned();
        let names = ["id".to_owned()].into_iter().chain(declared);
        let names = names.collect::<Vec<_>>();
        let (mut scopes, mut roles) = (Map::new(), Map::new());
        for (index, name) in names.iter().enumerate() {
            let (known, same) = (role(KNOWN, index), role(SAME, index));
            scopes.insert(known, format!("present(resource.{name})").into());
            let shares = format!("shares(subject.{EXPECTED}, resource.{name})");
            scopes.insert(same, shares.into());
        }
        for name in scopes.keys() {
            let mut grants = Map::new();
            grants.insert(name.clone(), PERMISSION.into());
            roles.insert(name.clone(), json!({ "grants": grants }));
        }
        let supports = scopes.keys().cloned().map(Value::from);
        let policy = json!({
            "catalog": {
                "id": "probe",
                "attributes": { "subject": EXPECTED, "resource": model.attributes.resource },
                "supports": supports.collect::<Vec<_>>(),
                "scopes": scopes,
                "modules": { "resource": { "actions": { "read": "read" } } },
                "roles": roles,
            },
            "tenant": { "id": model.tenant.id },
        });
        let probing = Source::load(&policy.to_string());
        let (_, mut probing) =
            probing.map_err(|invalid| UntestablePolicy::Ungated(invalid.to_string()))?;
        let routes = model.routes.iter().cloned().map(|route| Route {
            access: Access::Permission(PERMISSION.to_owned()),
            tenant_host: None,
            conditional: OnConditional::Forward,
            ..route
        });
        probing.routes = routes.collect();
        let mut metadata = metadata.clone();
        metadata.routes = Vec::new();
        Ok(Self {
            gateway: Gateway::open(&probing, &metadata)?,
            names,
            now: metadata.issued_at,
        })
    }

    /// Asks whether a route reads those values of an attribute from a request.
    pub(super) fn read(
        &mut self,
        request: &TestRequest,
        host: &str,
        route: &Route,
        name: &str,
        expected: &OneOrMany,
    ) -> Reading {
        let mut origins = route.attributes.iter();
        match origins.find(|(known, _)| known == name) {
            None => Reading::Unknown,
            Some((_, Origin::Constant(values))) => {
                let sorted = |values: &[String]| {
                    let mut values = values.to_vec();
                    values.sort_unstable();
                    values.dedup();
                    values
                };
                if sorted(values) == sorted(&expected.0) {
                    Reading::Same
                } else {
                    Reading::Other(Some(OneOrMany(values.clone())))
                }
            }
            Some(_) => self.read_from(request, host, name, expected),
        }
    }

    /// What comes from a request is one value.
    fn read_from(
        &mut self,
        request: &TestRequest,
        host: &str,
        name: &str,
        expected: &OneOrMany,
    ) -> Reading {
        let Some(index) = self.names.iter().position(|known| known == name) else {
            return Reading::Unknown;
        };
        if !self.grants(request, host, role(KNOWN, index), &[]) {
            return Reading::Unknown;
        }
        match expected.0.as_slice() {
            [_] if self.grants(request, host, role(SAME, index), &expected.0) => Reading::Same,
            _ => Reading::Other(None),
        }
    }

    fn grants(
        &mut self,
        request: &TestRequest,
        host: &str,
        role: String,
        expected: &[String],
    ) -> bool {
        let subject = Subject {
            kind: "user".to_owned(),
            id: "probe".to_owned(),
            roles: vec![role],
            attributes: vec![Attribute {
                name: EXPECTED.to_owned(),
                values: expected.to_vec(),
            }],
            ..Subject::default()
        };
        let entry = self.gateway.judge(request, host, Some(&subject), self.now);
        entry.code == Code::Granted
    }
}

fn role(prefix: &str, index: usize) -> String {
    format!("{prefix}-{index}")
}

const PERMISSION: &str = "resource:read";
const EXPECTED: &str = "expected";
const KNOWN: &str = "known";
const SAME: &str = "same";
