//! Random questions about a policy: what it knows, what it does not, and what is malformed.

use portcullis_reference::Questions;
use serde_json::{Map, Value, json};

use crate::{
    policies::{GROUPS, IDS, TYPES, VALUES},
    tape::Tape,
};

/// Makes up questions about one policy.
#[derive(Debug, Clone)]
pub struct RequestGenerator {
    known: Questions,
    permissions: Vec<(String, String)>,
    ids: Vec<(String, String)>,
    values: Vec<String>,
    teams: Vec<String>,
    groups: Vec<String>,
    roles: Vec<String>,
}

impl RequestGenerator {
    /// Takes what the policy knows, and its former names, as (module, action).
    #[must_use]
    pub fn new(known: Questions, aliases: &[(String, String)]) -> Self {
        let owned = |names: &[&str]| -> Vec<String> {
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        let mut permissions = known.permissions.clone();
        permissions.extend_from_slice(aliases);
        let mut ids = known.directory.clone();
        for kind in TYPES {
            ids.extend(IDS.map(|id| (kind.to_owned(), id.to_owned())));
        }
        let mut values = owned(&VALUES);
        values.extend(known.constants.iter().cloned());
        values.extend(known.teams.iter().cloned());
        values.extend(known.directory.iter().map(|(_, id)| id.clone()));
        let mut teams = owned(&["t1", "t2", "x, y}", "nowhere", "bad\u{1}"]);
        teams.extend(known.teams.iter().cloned());
        let mut groups = owned(&GROUPS);
        groups.extend(known.groups.iter().cloned());
        let mut roles = known.roles.clone();
        roles.extend(owned(&["nobody", "not a role", ""]));
        Self {
            known,
            permissions,
            ids,
            values,
            teams,
            groups,
            roles,
        }
    }

    /// Returns a request; `id` and the properties of its resource are there or not.
    pub fn request(&self, tape: &mut Tape<'_>) -> Value {
        let unknown = ("nothing".to_owned(), "read".to_owned());
        let mut permission = tape.one_of(&self.permissions).unwrap_or(&unknown);
        if tape.chance(3) {
            permission = &unknown;
        }
        let (module, action) = permission;
        let subject = self.subject(tape);
        let mut act = Map::new();
        act.insert("name".to_owned(), json!(action));
        let properties = self.attributes(tape, &self.known.action_attributes, 70);
        optional(tape, &mut act, "properties", properties);
        let mut resource = Map::new();
        resource.insert("type".to_owned(), json!(module));
        resource.insert("id".to_owned(), json!(tape.one_of(&self.values)));
        let known = [0, 40, 100][tape.below(3)];
        let properties = self.attributes(tape, &self.known.resource_attributes, known);
        optional(tape, &mut resource, "properties", properties);
        let mut request = Map::new();
        request.insert("subject".to_owned(), subject);
        request.insert("action".to_owned(), act.into());
        request.insert("resource".to_owned(), resource.into());
        let mut context = self.attributes(tape, &self.known.context_attributes, 70);
        if tape.chance(15) {
            let mut features = tape.some_of(&self.known.features, 60);
            features.push("no-such".to_owned());
            context.insert("features".to_owned(), json!(features));
        }
        optional(tape, &mut request, "context", context);
        request.into()
    }

    /// Returns a subject.
    pub fn subject(&self, tape: &mut Tape<'_>) -> Value {
        let mut properties = self.attributes(tape, &self.known.subject_attributes, 60);
        let roles = tape.some_of(&self.roles, 45);
        if tape.chance(70) {
            let roles = written(tape, roles);
            properties.insert("roles".to_owned(), roles);
        }
        if tape.chance(60) {
            let mut team_roles = Map::new();
            for team in tape.some_of(&self.teams, 30) {
                let roles = tape.some_of(&self.roles, 50);
                team_roles.insert(team, written(tape, roles));
            }
            properties.insert("team_roles".to_owned(), team_roles.into());
        }
        if tape.chance(30) {
            let groups = tape.some_of(&self.groups, 40);
            let groups = written(tape, groups);
            properties.insert("groups".to_owned(), groups);
        }
        let fallback = ("user".to_owned(), "u1".to_owned());
        let (kind, id) = tape.one_of(&self.ids).unwrap_or(&fallback);
        let mut subject = Map::new();
        subject.insert("type".to_owned(), json!(kind));
        subject.insert("id".to_owned(), json!(id));
        optional(tape, &mut subject, "properties", properties);
        subject.into()
    }

    /// Gives every resource attribute that the request leaves unknown, so that none is.
    #[must_use]
    pub fn total(&self, tape: &mut Tape<'_>, request: &Value) -> Value {
        let mut total = request.clone();
        let resource = &mut total["resource"];
        if !resource["properties"].is_object() {
            resource["properties"] = json!({});
        }
        for name in &self.known.resource_attributes {
            if resource["properties"].get(name).is_none() {
                resource["properties"][name] = self.values(tape);
            }
        }
        total
    }

    /// Spoils a request, in one of many ways.
    pub fn spoil(&self, tape: &mut Tape<'_>, request: &Value) -> Vec<u8> {
        let mut spoilt = request.clone();
        let wrong = [
            json!([["a"]]),
            json!({ "a": 1 }),
            json!([null]),
            json!(1.5),
            json!(["a", 1e3]),
            json!(3),
            json!(null),
            json!("\u{7}"),
            json!(true),
            json!("x".repeat(257)),
        ];
        let wrong = tape.one_of(&wrong).cloned().unwrap_or_default();
        let pointers = [
            "/subject",
            "/subject/type",
            "/subject/id",
            "/subject/properties",
            "/action",
            "/action/name",
            "/action/properties",
            "/resource",
            "/resource/type",
            "/resource/id",
            "/resource/properties",
            "/context",
        ];
        let lists = ["roles", "groups", "team_roles", "undeclared"];
        match tape.below(6) {
            0 => return Vec::new(),
            1 => {
                let text = spoilt.to_string();
                return text
                    .replacen("\"action\":", "\"action\":{},\"action\":", 1)
                    .into_bytes();
            }
            2 => {
                let mut bytes = spoilt.to_string().into_bytes();
                let at = tape.below(bytes.len().min(256));
                bytes[at] = u8::try_from(tape.below(256)).unwrap_or(0);
                return bytes;
            }
            3 => {
                spoilt["subject"]["properties"] = json!({ tape.word(&lists): wrong });
            }
            4 => {
                let names = &self.known.resource_attributes;
                let name = tape.one_of(names).cloned().unwrap_or_default();
                spoilt["resource"]["properties"] = json!({ name: wrong });
            }
            _ => {
                if let Some(place) = spoilt.pointer_mut(tape.word(&pointers)) {
                    *place = wrong;
                }
            }
        }
        spoilt.to_string().into_bytes()
    }

    fn attributes(
        &self,
        tape: &mut Tape<'_>,
        names: &[String],
        percent: usize,
    ) -> Map<String, Value> {
        let mut attributes = Map::new();
        for name in tape.some_of(names, percent) {
            let is_team = self.known.team_attribute.as_ref() == Some(&name);
            let values = if is_team && tape.chance(70) {
                let teams = tape.some_of(&self.teams, 50);
                written(
                    tape,
                    teams
                        .into_iter()
                        .filter(|team| !team.contains('\u{1}'))
                        .collect(),
                )
            } else {
                self.values(tape)
            };
            attributes.insert(name, values);
        }
        if tape.chance(5) {
            attributes.insert("undeclared".to_owned(), json!({ "never": ["read"] }));
        }
        attributes
    }

    fn values(&self, tape: &mut Tape<'_>) -> Value {
        match tape.below(10) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(7),
            3 => json!([]),
            4 => json!(""),
            _ => {
                let count = tape.below(4);
                let values = (0..count).filter_map(|_| tape.one_of(&self.values).cloned());
                let values: Vec<String> = values.collect();
                written(tape, values)
            }
        }
    }
}

/// Writes a set in one of its forms.
fn written(tape: &mut Tape<'_>, mut values: Vec<String>) -> Value {
    if tape.chance(10) {
        values.extend(values.clone());
        values.push(String::new());
        values.reverse();
    }
    match values.as_slice() {
        [] if tape.chance(50) => Value::Null,
        [one] if tape.chance(50) => json!(one),
        many => json!(many),
    }
}

fn optional(
    tape: &mut Tape<'_>,
    object: &mut Map<String, Value>,
    name: &str,
    members: Map<String, Value>,
) {
    if !members.is_empty() {
        object.insert(name.to_owned(), members.into());
    } else if tape.chance(30) {
        object.insert(
            name.to_owned(),
            if tape.chance(50) {
                Value::Null
            } else {
                json!({})
            },
        );
    }
}
