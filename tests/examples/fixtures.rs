//! Writes what JavaScript is tested by: bundles, questions, and the native engine's answers.
//!
//! `cargo run -p portcullis-tests --example fixtures -- FILE`: every vector that can be asked without
//! a line of JSON, random questions about random policies, slices of the examples, and bundles
//! that must be refused.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a tool of the tests: what fails here is a failed test"
)]

use std::{collections::BTreeMap, env, fs};

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::{Signer as _, SigningKey};
use portcullis_engine::{
    KeyUse, PackedRequest, PermissionId, Policy, SignedBundle, SliceUse, Trust, TrustedKey,
    UnixSeconds,
};
use portcullis_host::{pack, pack_subject};
use portcullis_policy::{
    Source,
    authzen::{Attribute, Request, Resource, Subject, Vocabulary},
    encode::{BundleMetadata, encode},
    sign::{TrustFile, TrustFileKey, sign},
    slice::{Audience, SliceMetadata, slice},
};
use portcullis_random::{
    policies::RandomPolicy,
    requests::RequestGenerator,
    tape::{self, Tape},
};
use portcullis_tests::{
    bundles::{self, AUDIENCE, NOW, VALID_SECONDS, key},
    engines::reference,
    places,
    signatures::{self, SignatureCase, malleable},
};
use serde_json::{Map, Value, json};

fn main() {
    let mut fixtures = Fixtures::default();
    fixtures.vectors();
    for seed in 0..RANDOM_POLICIES {
        fixtures.random(seed);
    }
    fixtures.slices();
    let refused = refused();
    let text = json!({
        "now": NOW.0,
        "expires_at": NOW.0 + VALID_SECONDS,
        "trust": trust(),
        "bundles": fixtures.bundles,
        "cases": fixtures.cases,
        "refused": refused,
        "changes": { "instant": change("instant"), "next-session": change("next-session") },
        "left_out": fixtures.left_out,
    });
    let Some(file) = env::args().nth(1) else {
        eprintln!("usage: fixtures FILE");
        std::process::exit(64);
    };
    fs::write(file, text.to_string()).unwrap();
}

#[derive(Debug, Default)]
struct Fixtures {
    bundles: Vec<String>,
    known: BTreeMap<Vec<u8>, usize>,
    cases: Vec<Value>,
    /// Vectors about the reading of lines, which JavaScript does not do, by their names.
    left_out: Vec<String>,
}

impl Fixtures {
    fn vectors(&mut self) {
        for path in places::files("vectors", "json") {
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            let vectors: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            for case in vectors["cases"].as_array().unwrap() {
                let name = format!("{file}: {}", case["name"].as_str().unwrap());
                if !self.vector(&name, &vectors["policy"], case) {
                    self.left_out.push(name);
                }
            }
        }
    }

    fn vector(&mut self, name: &str, policy: &Value, case: &Value) -> bool {
        let line = |value: &Value| match value {
            Value::String(line) => line.clone().into_bytes(),
            object => object.to_string().into_bytes(),
        };
        let opened = |features: Option<&[String]>| {
            let mut policy = policy.clone();
            if let Some(features) = features {
                policy["tenant"]["features"] = json!(known(&policy, features));
            }
            bundles::bundle(&policy.to_string())
        };
        let plain = open(opened(None));
        if let Some(subject) = case.get("modules") {
            let Ok(subject) = Subject::read(&line(subject), &vocabulary(&plain)) else {
                return false;
            };
            let features: Option<Vec<String>> = case
                .get("features")
                .map(|features| serde_json::from_value(features.clone()).unwrap());
            self.modules(name, opened(features.as_deref()), &subject);
            return true;
        }
        let (read, ask) = match (case.get("request"), case.get("filter")) {
            (Some(request), _) => (Request::read(&line(request), &vocabulary(&plain)), "check"),
            (_, Some(request)) => {
                let read = Request::read_filter(&line(request), &vocabulary(&plain));
                (read, "filter")
            }
            _ => return false,
        };
        let Ok(request) = read else {
            return false;
        };
        self.ask(name, opened(request.features.as_deref()), &request, ask);
        true
    }

    fn random(&mut self, seed: u32) {
        let bytes = tape::bytes(seed, 3_000);
        let (policy, questions) = bytes.split_at(700);
        let policy = RandomPolicy::new(&mut Tape::new(policy));
        let bundle = bundles::bundle(&policy.json);
        let generator =
            RequestGenerator::new(reference(&policy.json).all_questions(), &policy.aliases);
        let vocabulary = vocabulary(&open(bundle.clone()));
        for (at, question) in questions.chunks(110).enumerate() {
            let asked = generator.request(&mut Tape::new(question));
            let Ok(request) = Request::read(asked.to_string().as_bytes(), &vocabulary) else {
                continue;
            };
            let name = format!("random policy {seed}, question {at}");
            self.ask(&name, bundle.clone(), &request, "check");
            self.modules(&name, bundle.clone(), &request.subject);
        }
    }

    fn slices(&mut self) {
        for (example, policy) in places::examples() {
            let whole = open(bundles::bundle(&policy));
            let generator = RequestGenerator::new(reference(&policy).all_questions(), &[]);
            let roles: Vec<String> = whole.roles().map(str::to_owned).collect();
            for (role, seed) in roles.iter().zip(0..) {
                let metadata = SliceMetadata::new(whole.bundle(), NOW, None);
                let audience = Audience::Roles(vec![role.clone()]);
                let Ok(payload) = slice(whole.bundle(), &audience, &metadata) else {
                    continue;
                };
                let bundle = sign(&payload, &[key(SLICER)]).unwrap();
                let cut = open(bundle.clone());
                let vocabulary = vocabulary(&cut);
                for (module, action) in (0..)
                    .map(PermissionId)
                    .map_while(|permission| cut.permission_parts(permission))
                {
                    let asked = json!({
                        "subject": { "type": "user", "id": "jo", "properties": { "roles": [role] } },
                        "action": { "name": action },
                        "resource": { "type": module },
                    });
                    let read = Request::read_filter(asked.to_string().as_bytes(), &vocabulary);
                    let name = format!("{example}, slice for {role}, {module}:{action}");
                    self.ask(&name, bundle.clone(), &read.unwrap(), "filter");
                }
                for number in 0..12 {
                    let bytes = tape::bytes(seed * 100 + number, 160);
                    let mut asked = generator.request(&mut Tape::new(&bytes));
                    asked["subject"]["properties"] = json!({ "roles": [role] });
                    let Ok(request) = Request::read(asked.to_string().as_bytes(), &vocabulary)
                    else {
                        continue;
                    };
                    let name = format!("{example}, slice for {role}, question {number}");
                    self.ask(&name, bundle.clone(), &request, "check");
                    self.modules(&name, bundle.clone(), &request.subject);
                }
            }
        }
    }

    fn ask(&mut self, name: &str, bundle: Vec<u8>, request: &Request, ask: &str) {
        let policy = open(bundle.clone());
        let mut request = request.clone();
        if ask == "filter" {
            request.resource = Resource {
                module: request.resource.module,
                ..Resource::default()
            };
        }
        let packed = pack(&request);
        let (subject, asked) = PackedRequest::read(&packed).unwrap().single().unwrap();
        let decision = policy.decide(&subject, asked.permission, &asked.question);
        let explained = policy.explain(&subject, asked.permission, &asked.question);
        let resource = attributes(&request.resource.attributes, request.resource.id.as_deref());
        let bundle = self.bundle(bundle);
        self.cases.push(json!({
            "name": name,
            "ask": ask,
            "bundle": bundle,
            "subject": subject_of(&request.subject),
            "permission": request.permission(),
            "resource": resource,
            "facts": {
                "action": attributes(&request.action.attributes, None),
                "context": attributes(&request.context, None),
            },
            "answer": decision.answer(&policy).map_err(|limit| limit.message()),
            "explanation": explained.map_or(Value::Null, |explained| json!(explained.as_json())),
        }));
    }

    fn modules(&mut self, name: &str, bundle: Vec<u8>, subject: &Subject) {
        let policy = open(bundle.clone());
        let packed = pack_subject(subject);
        let stated = PackedRequest::read(&packed).unwrap().alone().unwrap();
        let session = policy.session(&stated, UnixSeconds(u64::MAX), NOW).unwrap();
        let bundle = self.bundle(bundle);
        self.cases.push(json!({
            "name": name,
            "ask": "modules",
            "bundle": bundle,
            "subject": subject_of(subject),
            "answer": session.visible(NOW).unwrap().to_json(),
        }));
    }

    fn bundle(&mut self, bundle: Vec<u8>) -> usize {
        let next = self.bundles.len();
        let encoded = Base64::encode_string(&bundle);
        let at = *self.known.entry(bundle).or_insert(next);
        if at == next {
            self.bundles.push(encoded);
        }
        at
    }
}

/// Returns the starter before and after its reports are turned on, for a tenant whose changes
/// reach a session so.
fn change(role_changes: &str) -> [String; 2] {
    let mut policy: Value = serde_json::from_str(&places::starter()).unwrap();
    policy["tenant"]["role_changes"] = json!(role_changes);
    [(json!([]), 0), (json!(["reports"]), 1)].map(|(features, later)| {
        policy["tenant"]["features"] = features;
        let (source, model) = Source::load(&policy.to_string()).unwrap();
        let mut metadata = BundleMetadata::new(AUDIENCE, NOW, VALID_SECONDS, &source.catalog);
        metadata.sequence += later;
        let payload = encode(&model, &metadata).unwrap();
        Base64::encode_string(&sign(&payload, &[key(1)]).unwrap())
    })
}

/// Bundles that must be refused, each with the code that says why.
fn refused() -> Vec<Value> {
    let policy = places::starter();
    let whole = bundles::bundle(&policy);
    let case = |name: &str, bundle: &[u8], code: &str, more: Value| {
        let mut case =
            json!({ "name": name, "bundle": Base64::encode_string(bundle), "code": code });
        for (member, value) in more.as_object().unwrap() {
            case[member] = value.clone();
        }
        case
    };
    let mut corrupt = whole.clone();
    let middle = corrupt.len() / 2;
    corrupt[middle] ^= 1;
    let mut newer = whole.clone();
    // No format is that number, however many are added.
    newer[4] = u8::MAX;
    let stranger = sign(&bundles::payload(&policy), &[key(9)]).unwrap();
    let end = NOW.0 + VALID_SECONDS;
    let opened = open(whole.clone());
    let metadata = SliceMetadata::new(opened.bundle(), NOW, None);
    let cut = slice(
        opened.bundle(),
        &Audience::Roles(vec!["agent".to_owned()]),
        &metadata,
    )
    .unwrap();
    let sliced = sign(&cut, &[key(1)]).unwrap();
    let public = key(1).public_key();
    let narrow = |key_use, tenants: &[&str]| {
        let mut key = TrustFileKey::new(public, key_use);
        key.tenants = tenants.iter().map(ToString::to_string).collect();
        json!({ "keys": [key] })
    };
    let all = json!({});
    let mut cases = vec![
        case("one bit is wrong", &corrupt, "bad-signature", all.clone()),
        case(
            "a key that nobody trusts",
            &stranger,
            "untrusted-signer",
            all.clone(),
        ),
        case(
            "a format newer than the package",
            &newer,
            "unsupported-format",
            all.clone(),
        ),
        case(
            "a web page",
            b"<!doctype html><title>404</title>",
            "bad-magic",
            all.clone(),
        ),
        case(
            "cut off",
            &whole[..whole.len() - 9],
            "malformed-envelope",
            all.clone(),
        ),
        case("nothing", b"", "bad-magic", all),
        case("over", &whole, "expired", json!({ "now": end })),
        case(
            "not begun",
            &whole,
            "not-yet-valid",
            json!({ "now": NOW.0 - 301 }),
        ),
        case(
            "whole, in a browser",
            &whole,
            "whole-refused",
            json!({ "slices_only": true }),
        ),
        case(
            "of another tenant",
            &whole,
            "wrong-tenant",
            json!({ "tenants": ["other"] }),
        ),
        case(
            "by a key of another tenant",
            &whole,
            "wrong-tenant-key",
            narrow(KeyUse::Any, &["other", "another"]),
        ),
        case(
            "a slice, by a key for whole bundles",
            &sliced,
            "whole-only-key",
            narrow(KeyUse::WholeOnly, &["acme"]),
        ),
        case(
            "whole, by a key for slices",
            &whole,
            "slices-only-key",
            narrow(KeyUse::SlicesOnly, &[]),
        ),
        case(
            "for another audience",
            &whole,
            "wrong-audience",
            json!({ "audience": "other" }),
        ),
        case(
            "older than one before",
            &whole,
            "rolled-back",
            json!({ "floor": NOW.0 + 9 }),
        ),
        case(
            "the same number, no digest",
            &whole,
            "equivocation",
            json!({ "floor": NOW.0 }),
        ),
    ];
    // Here the platform verifies, and must say of every signature what the engine does.
    for signed in signatures() {
        let key = TrustFileKey::new(signed.public_key, KeyUse::Any);
        let more = json!({ "keys": [key] });
        let code = signed.verdict.code();
        cases.push(case(&signed.name, &signed.bundle, code, more));
    }
    cases
}

fn signatures() -> Vec<SignatureCase> {
    let (mut cases, _) = signatures::wycheproof();
    let message = b"not a bundle";
    let good = SigningKey::from_bytes(&[1; 32]).sign(message).to_bytes();
    cases.extend(malleable(key(1).public_key(), message, &good));
    cases
}

fn open(bundle: Vec<u8>) -> Policy {
    let keys = [(1, KeyUse::Any), (SLICER, KeyUse::SlicesOnly)];
    let keys = keys.map(|(seed, key_use)| TrustedKey::new(&key(seed).public_key(), key_use));
    let keys = keys.into_iter().map(Result::unwrap);
    let mut trust = Trust::new(1, keys, AUDIENCE).unwrap();
    trust.slices = SliceUse::Either;
    let policy = Policy::from(SignedBundle::new(bundle).verify(&trust, NOW).unwrap());
    policy.at(NOW).into_owned()
}

fn trust() -> TrustFile {
    let keys = [(1, KeyUse::Any), (SLICER, KeyUse::SlicesOnly)];
    TrustFile {
        threshold: 1,
        keys: keys
            .map(|(seed, key_use)| TrustFileKey::new(key(seed).public_key(), key_use))
            .into(),
        audience: AUDIENCE.to_owned(),
        ..TrustFile::default()
    }
}

fn vocabulary(policy: &Policy) -> Vocabulary {
    let owned = |names: &mut dyn Iterator<Item = &str>| names.map(str::to_owned).collect();
    Vocabulary {
        subject: owned(&mut policy.subject_attributes().map(|(name, _)| name)),
        action: owned(&mut policy.action_attributes()),
        context: owned(&mut policy.context_attributes()),
        resource: owned(&mut policy.resource_attributes()),
    }
}

/// Keeps the features that the catalog knows: a tenant may have no other.
fn known(policy: &Value, features: &[String]) -> Vec<String> {
    let catalog = match &policy["catalog"]["features"] {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    let named = |feature: &&String| catalog.contains(&json!(feature));
    features.iter().filter(named).cloned().collect()
}

fn subject_of(subject: &Subject) -> Value {
    let mut object = attributes(&subject.attributes, Some(&subject.id));
    object["type"] = json!(subject.kind);
    object["roles"] = json!(subject.roles);
    object["groups"] = json!(subject.groups);
    let mut teams = Map::new();
    for held in &subject.team_roles {
        let roles = teams.entry(&held.team).or_insert_with(|| json!([]));
        roles.as_array_mut().unwrap().push(json!(held.role));
    }
    object["team_roles"] = teams.into();
    object
}

fn attributes(attributes: &[Attribute], id: Option<&str>) -> Value {
    let mut object = Map::new();
    for own in attributes {
        // One value stands alone, as data has it; JavaScript makes a set of it.
        let values = match own.values.as_slice() {
            [one] => json!(one),
            many => json!(many),
        };
        object.insert(own.name.clone(), values);
    }
    if let Some(id) = id {
        object.insert("id".to_owned(), json!(id));
    }
    object.into()
}

/// The key that signs slices.
const SLICER: u8 = 3;

const RANDOM_POLICIES: u32 = 60;
