//! Policies and people made up to read those columns, and some that were met in the field.

use portcullis_random::tape::{Tape, bytes};
use portcullis_tests::engines::{Answers, EngineName};
use serde_json::{Map, Value, json};

use crate::{
    rows::{INTEGERS, SMALL, TEXTS, UUIDS},
    schema::{ATTRIBUTES, Attribute, Kept},
};

/// A policy, and somebody who asks for a list.
#[derive(Debug)]
pub struct Case {
    /// The policy, as its author writes it.
    pub policy: String,
    subject: Value,
    engine: Box<dyn Answers>,
}

impl Case {
    fn new(scopes: &Map<String, Value>, subject: Value) -> Self {
        let resource: Vec<&str> = ATTRIBUTES.iter().map(|attribute| attribute.name).collect();
        let role = |scope: &String| {
            let grants = json!({ "grants": { scope.as_str(): "things:read" } });
            (scope.clone(), grants)
        };
        let policy = json!({
            "catalog": {
                "id": "rows",
                "attributes": { "subject": ["teams", "numbers"], "resource": resource, "team": "teams" },
                "scopes": scopes,
                "modules": { "things": { "actions": { "read": "read" } } },
                "roles": scopes.keys().map(role).collect::<Map<_, _>>(),
            },
            "tenant": { "id": "acme" },
        })
        .to_string();
        Self {
            engine: EngineName::Native.open(&policy),
            policy,
            subject,
        }
    }

    /// Returns the answer about the list.
    #[must_use]
    pub fn filter(&self) -> Value {
        let line = self.request(&json!({ "type": "things" }));
        context(&self.engine.filter(line.as_bytes()))
    }

    /// Says whether a resource is one that the subject may read.
    ///
    /// # Errors
    ///
    /// Where the engine has no answer: what it says instead.
    pub fn decide(&self, resource: &Value) -> Result<bool, String> {
        let answer = self.engine.decide(self.request(resource).as_bytes());
        match context(&answer).get("effect").and_then(Value::as_str) {
            Some("allow") => Ok(true),
            Some("deny") => Ok(false),
            _ => Err(answer),
        }
    }

    fn request(&self, resource: &Value) -> String {
        json!({ "subject": self.subject, "action": { "name": "read" }, "resource": resource })
            .to_string()
    }
}

fn context(answer: &str) -> Value {
    serde_json::from_str::<Value>(answer)
        .ok()
        .and_then(|mut answer| Some(answer.get_mut("context")?.take()))
        .unwrap_or_default()
}

/// Makes cases up, the same every time.
#[must_use]
pub fn random(count: usize) -> Vec<Case> {
    let seed = bytes(SEED, count.saturating_mul(CASE_BYTES));
    let tapes = seed.chunks(CASE_BYTES);
    tapes.map(|seed| case(&mut Tape::new(seed))).collect()
}

fn case(tape: &mut Tape<'_>) -> Case {
    let count = tape.below(3).saturating_add(1);
    let scopes: Map<String, Value> = (0..count)
        .map(|at| (format!("s{at}"), condition(tape)))
        .collect();
    let names: Vec<String> = scopes.keys().cloned().collect();
    let (texts, numbers) = (owned(&TEXTS), owned(&INTEGERS));
    let bound: Map<String, Value> = tape
        .some_of(&texts, 10)
        .into_iter()
        .map(|team| (team, tape.some_of(&names, 60).into()))
        .collect();
    let subject = json!({
        "type": "user",
        "id": tape.word(&TEXTS),
        "properties": {
            "roles": tape.some_of(&names, 70),
            "team_roles": bound,
            "teams": tape.some_of(&texts, 15),
            "numbers": tape.some_of(&numbers, 40),
        },
    });
    Case::new(&scopes, subject)
}

fn condition(tape: &mut Tape<'_>) -> Value {
    let any = tape.below(3).saturating_add(1);
    let conjunctions = (0..any).map(|_| {
        let all = tape.below(3).saturating_add(1);
        (0..all).map(|_| atom(tape)).collect::<Value>()
    });
    conjunctions.collect()
}

fn atom(tape: &mut Tape<'_>) -> Value {
    let id = Attribute {
        name: "id",
        kept: Kept::Text,
    };
    let attribute = if tape.chance(8) {
        id
    } else {
        tape.one_of(&ATTRIBUTES).copied().unwrap_or(id)
    };
    let name = format!("resource.{}", attribute.name);
    let words = [
        "is", "lacks", "within", "shares", "differs", "present", "absent",
    ];
    let word = tape.word(&words);
    match word {
        "present" | "absent" => format!("{word}({name})"),
        "shares" | "differs" => {
            let own = if attribute.kept.is_integer() {
                "numbers"
            } else {
                tape.word(&["id", "teams"])
            };
            format!("{word}(subject.{own}, {name})")
        }
        _ => {
            let known: &[&str] = match attribute.kept {
                Kept::Integer | Kept::JoinedIntegers => &INTEGERS,
                Kept::UnstatedInteger | Kept::Integers => &SMALL,
                Kept::Uuid => &UUIDS,
                _ => &TEXTS,
            };
            let mut constants = tape.some_of(known, if word == "within" { 50 } else { 20 });
            // What the column cannot hold.
            constants.extend(tape.some_of(
                &["07", "-0", "jo", "A1B2C3D4-0000-4000-8000-000000000001"],
                15,
            ));
            constants.extend(tape.one_of(known));
            constants.sort_unstable();
            constants.dedup();
            let constants: Vec<String> = constants
                .iter()
                .map(|constant| Value::from(*constant).to_string())
                .collect();
            format!("{word}({name}, {{{}}})", constants.join(", "))
        }
    }
    .into()
}

/// Cases that once listed what nobody may see, or hid what somebody may.
#[must_use]
pub fn known() -> Vec<(&'static str, Case)> {
    let one = |scopes: Value, properties: Value| {
        let scopes = scopes.as_object().cloned().unwrap_or_default();
        let mut subject = json!({ "type": "user", "id": "jo", "properties": properties });
        if let Some(properties) = subject.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("roles".to_owned(), scopes.keys().cloned().collect());
        }
        Case::new(&scopes, subject)
    };
    vec![
        (
            "one's own, or one's team's: with `or` inside",
            one(
                json!({
                    "own": "shares(subject.id, resource.owner)",
                    "team": "shares(subject.teams, resource.teams)",
                }),
                json!({ "teams": ["bo"] }),
            ),
        ),
        (
            "not of a status: null is not of it",
            one(json!({ "open": "lacks(resource.status, {bo})" }), json!({})),
        ),
        (
            "without a tag: a list that is null has none",
            one(json!({ "clean": "lacks(resource.tags, {bo})" }), json!({})),
        ),
        (
            "unassigned: empty text is nobody",
            one(json!({ "free": "absent(resource.owner)" }), json!({})),
        ),
        (
            "with a status: empty text is no value",
            one(json!({ "stated": "present(resource.status)" }), json!({})),
        ),
        (
            "watched: a list of empty text has nobody",
            one(json!({ "watched": "present(resource.teams)" }), json!({})),
        ),
        ("every row", one(json!({ "all": "true" }), json!({}))),
        (
            "no row",
            one(
                json!({ "none": "shares(subject.teams, resource.teams)" }),
                json!({}),
            ),
        ),
    ]
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

const SEED: u32 = 11;
/// More than a case chooses by.
const CASE_BYTES: usize = 400;
