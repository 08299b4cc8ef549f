//! A policy as a signed bundle, with the person and the resources that are asked about.

use portcullis_engine::{
    Attributes, KeyUse, Policy, Question, Resource, Set, SignedBundle, Subject, Trust, UnixSeconds,
};
use portcullis_policy::{
    Source,
    encode::{BundleMetadata, encode},
    sign::{SigningKey, TrustFile, TrustFileKey, sign},
};
use serde_json::{Map, Value, json};

use crate::{
    floor::Floor,
    policy::{Neutral, SCOPES, Scale},
};

/// A person as a request names them.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Who it is.
    pub id: &'a str,
    /// Roles held everywhere.
    pub roles: &'a [&'a str],
    /// Teams, ascending.
    pub teams: &'a [&'a str],
}

/// A resource as a request names it: attributes by name.
#[derive(Debug, Clone, Copy)]
pub struct Thing<'a> {
    /// Which it is.
    pub id: &'a str,
    /// Its attributes, each with ascending values.
    pub attributes: &'a [(&'a str, &'a [&'a str])],
}

impl Thing<'_> {
    /// Returns the values of an attribute; none where it is not given.
    #[must_use]
    pub fn values(&self, name: &str) -> &[&str] {
        self.attributes
            .iter()
            .find(|(own, _)| *own == name)
            .map_or(&[], |(_, values)| values)
    }
}

/// A resource that the question allows, or one that it denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The person owns it.
    Mine,
    /// Somebody else's, of another team.
    Other,
}

impl Asked {
    /// Returns the resource.
    #[must_use]
    pub const fn thing(self) -> Thing<'static> {
        match self {
            Self::Mine => Thing {
                id: "res-1",
                attributes: &[
                    ("owner", &["user-1042"]),
                    ("assignees", &["user-77"]),
                    ("team", &["team-7"]),
                ],
            },
            Self::Other => Thing {
                id: "res-2",
                attributes: &[
                    ("owner", &["user-9"]),
                    ("assignees", &["user-77", "user-78"]),
                    ("team", &["team-3"]),
                ],
            },
        }
    }
}

/// Everything that the benchmarks of one policy need.
#[derive(Debug)]
pub struct Fixture {
    /// The signed bundle.
    pub bundle: Vec<u8>,
    /// What trusts it.
    pub trust: TrustFile,
    /// The floor.
    pub floor: Floor,
    /// `module:action` of the question.
    pub permission: String,
    roles: Vec<&'static str>,
    teams: Vec<&'static str>,
}

impl Fixture {
    /// Generates, compiles and signs a policy.
    ///
    /// # Panics
    ///
    /// Where the generated policy does not compile: a fault of this crate.
    #[must_use]
    pub fn new(scale: Scale) -> Self {
        let neutral = Neutral::new(scale);
        let bundle = signed(&source(&neutral).to_string());
        Self::of(&neutral, bundle)
    }

    /// Takes the bundle that [`Fixture::new`] made before, for compiling a large policy takes its
    /// time.
    #[must_use]
    pub fn with_bundle(scale: Scale, bundle: Vec<u8>) -> Self {
        Self::of(&Neutral::new(scale), bundle)
    }

    fn of(neutral: &Neutral, bundle: Vec<u8>) -> Self {
        Self {
            bundle,
            trust: trust_file(),
            floor: Floor::new(neutral),
            permission: neutral.asked.clone(),
            roles: neutral.user_roles.clone(),
            teams: neutral.user_teams.clone(),
        }
    }

    /// Returns who asks.
    #[must_use]
    pub fn person(&self) -> Person<'_> {
        Person {
            id: "user-1042",
            roles: &self.roles,
            teams: &self.teams,
        }
    }

    /// Returns the engine's view of the trust.
    ///
    /// # Panics
    ///
    /// Never: the key is one.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the fixture's own key is one")]
    pub fn trust(&self) -> Trust {
        self.trust.to_trust().expect("the fixture's key is a key")
    }

    /// Opens the bundle natively.
    ///
    /// # Panics
    ///
    /// Where the bundle is refused: a fault of this crate or of the engine.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the fixture's own bundle opens")]
    pub fn policy(&self) -> Policy {
        let bundle = SignedBundle::new(self.bundle.clone());
        Policy::from(
            bundle
                .verify(&self.trust(), NOW)
                .expect("the fixture's bundle opens"),
        )
    }

    /// Lends the person and the resource, in the engine's types, to `ask`.
    ///
    /// # Panics
    ///
    /// Never: the fixture is within the limits.
    #[expect(clippy::expect_used, reason = "the fixture is within the limits")]
    pub fn lend<R>(&self, asked: Asked, ask: impl FnOnce(&Subject<'_>, &Question<'_>) -> R) -> R {
        let (person, thing) = (self.person(), asked.thing());
        let teams = [("teams", Set::new(person.teams).expect("ascending"))];
        let subject = Subject::new("user", person.id)
            .and_then(|subject| subject.with_roles(person.roles))
            .and_then(|subject| Ok(subject.with_attributes(Attributes::named(&teams)?)))
            .expect("within the limits");
        let sets: Vec<(&str, Set<'_>)> = thing
            .attributes
            .iter()
            .map(|(name, values)| (*name, Set::new(values).expect("ascending")))
            .collect();
        let known = Attributes::named(&sets).expect("within the limits");
        let resource = Resource::new(thing.id)
            .expect("within the limits")
            .with_attributes(known);
        ask(&subject, &Question::about(resource))
    }
}

/// Compiles a policy and signs it with the key of all fixtures.
#[expect(clippy::expect_used, reason = "the policies of this crate compile")]
pub(crate) fn signed(policy: &str) -> Vec<u8> {
    let (source, model) = Source::load(policy).expect("the policy compiles");
    let metadata = BundleMetadata::new("bench", ISSUED_AT, 86_400, &source.catalog);
    let payload = encode(&model, &metadata).expect("the policy can be encoded");
    sign(&payload, &[key()]).expect("one key can sign")
}

/// Returns the trust that holds for all fixtures.
pub(crate) fn trust_file() -> TrustFile {
    TrustFile {
        threshold: 1,
        keys: vec![TrustFileKey::new(key().public_key(), KeyUse::Any)],
        audience: "bench".to_owned(),
        ..TrustFile::default()
    }
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// When the fixtures' bundles are issued.
const ISSUED_AT: UnixSeconds = UnixSeconds(1_790_000_000);

/// A time at which they hold.
pub const NOW: UnixSeconds = UnixSeconds(1_790_000_100);

fn source(policy: &Neutral) -> Value {
    let actions: Map<String, Value> = policy
        .actions
        .iter()
        .map(|action| ((*action).to_owned(), json!(kind(action))))
        .collect();
    let modules: Map<String, Value> = policy
        .modules
        .iter()
        .map(|(id, below)| {
            let submodule = json!({ "actions": actions });
            let below: Map<String, Value> = below
                .iter()
                .map(|id| (id.clone(), submodule.clone()))
                .collect();
            (
                id.clone(),
                json!({ "requires": format!("feat-{id}"), "modules": below }),
            )
        })
        .collect();
    let all: Vec<String> = policy
        .modules
        .iter()
        .map(|(id, _)| format!("feat-{id}"))
        .collect();
    let roles: Map<String, Value> = policy
        .roles
        .iter()
        .map(|(id, grants)| {
            let by_scope: Map<String, Value> = SCOPES
                .iter()
                .map(|scope| {
                    let own = grants.iter().filter(|(_, own)| own == scope);
                    (
                        (*scope).to_owned(),
                        json!(own.map(|(name, _)| name).collect::<Vec<_>>()),
                    )
                })
                .filter(|(_, names)| names.as_array().is_some_and(|names| !names.is_empty()))
                .collect();
            (id.clone(), json!({ "grants": by_scope }))
        })
        .collect();
    json!({
        "catalog": {
            "id": "bench",
            "features": all,
            "attributes": { "subject": ["teams"], "resource": ["owner", "assignees", "team"] },
            "scopes": {
                "own": ["shares(subject.id, resource.owner)", "shares(subject.id, resource.assignees)"],
                "team": [
                    "shares(subject.id, resource.owner)",
                    "shares(subject.id, resource.assignees)",
                    "shares(subject.teams, resource.team)"
                ],
                "all": "true"
            },
            "modules": modules,
            "roles": roles
        },
        "tenant": { "id": "bench", "features": policy.features }
    })
}

fn kind(action: &str) -> &'static str {
    match action {
        "read" => "read",
        "write" | "approve" => "write",
        "delete" => "delete",
        _ => "other",
    }
}
