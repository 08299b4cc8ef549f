//! Random tenants: features, roles, edits, groups and a directory.

use portcullis_policy::model::Model;
use serde_json::{Map, Value, json};

use super::{GROUPS, VALUES, grants::Granter, list, maybe};
use crate::tape::Tape;

/// Writes a tenant.
pub(super) fn tenant(
    tape: &mut Tape<'_>,
    model: &Model,
    granter: &Granter<'_>,
    editable: &[String],
    everyone: Option<&str>,
) -> Value {
    let mut tenant = Map::new();
    tenant.insert("id".to_owned(), json!("acme"));
    let on = tape.some_of(&model.features, 75);
    let on = on.into_iter().map(|name| ending(tape, "feature", &name));
    tenant.insert("features".to_owned(), on.collect());
    maybe(tape, 30, &mut tenant, "role_changes", |_| {
        json!("next-session")
    });
    tenant.insert("roles".to_owned(), granter.custom(tape));
    let mut edits = Map::new();
    for id in tape.some_of(editable, 60) {
        let edit = granter.edit(tape, &id);
        edits.insert(id, edit);
    }
    tenant.insert("edits".to_owned(), edits.into());
    // Nobody is given what everybody holds.
    let mut roles = granter.all();
    roles.retain(|role| Some(role.as_str()) != everyone);
    let teams = model.attributes.team.is_some();
    let mut groups = Map::new();
    for group in GROUPS.iter().take(2) {
        if tape.chance(60) {
            groups.insert((*group).to_owned(), bindings(tape, &roles, teams));
        }
    }
    tenant.insert("groups".to_owned(), groups.into());
    let mut directory = Map::new();
    for key in ["u1", "service:u1", "user:u2", "service:a", "robot:u1"] {
        if tape.chance(40) {
            directory.insert(key.to_owned(), person(tape, model, &roles, teams));
        }
    }
    tenant.insert("directory".to_owned(), directory.into());
    signed_out(tape, 15, &mut tenant);
    tenant.into()
}

fn person(tape: &mut Tape<'_>, model: &Model, roles: &[String], teams: bool) -> Value {
    let mut person = Map::new();
    maybe(tape, 15, &mut person, "active", |tape| {
        json!(tape.chance(20))
    });
    maybe(tape, 60, &mut person, "roles", |tape| {
        let held = match bindings(tape, roles, teams) {
            Value::Array(many) => many,
            one => vec![one],
        };
        let held = held.iter().filter_map(Value::as_str);
        held.map(|role| ending(tape, "role", role)).collect()
    });
    maybe(tape, 30, &mut person, "groups", |tape| {
        json!(tape.some_of(&GROUPS, 50))
    });
    for name in &model.attributes.subject {
        maybe(tape, 50, &mut person, name, |tape| {
            let values = tape.some_of(&VALUES, 25);
            list(tape, values.into_iter().map(str::to_owned).collect())
        });
    }
    signed_out(tape, 15, &mut person);
    person.into()
}

/// Says from when on sign-ins count, which no decision asks.
fn signed_out(tape: &mut Tape<'_>, percent: usize, of: &mut Map<String, Value>) {
    maybe(tape, percent, of, "sessions_from", |tape| {
        json!(tape.word(&["1970-01-01T00:00:00Z", "2023-11-14T22:13:20Z"]))
    });
}

/// Writes a name, perhaps with the time at which it ends: just when policies are asked here, a
/// second after, or long before.
fn ending(tape: &mut Tape<'_>, member: &str, name: &str) -> Value {
    let until = match tape.below(12) {
        0 => "2023-11-14T22:13:20Z",
        1 => "2023-11-14T23:13:21+01:00",
        2 => "1999-12-31T23:59:59Z",
        _ => return json!(name),
    };
    json!({ member: name, "until": until })
}

fn bindings(tape: &mut Tape<'_>, roles: &[String], teams: bool) -> Value {
    let mut bindings = Vec::new();
    for role in tape.some_of(roles, 30) {
        let binding = match tape.below(3) {
            1 if teams => format!("{role}@t1"),
            2 if teams => format!("{role}@{}", tape.word(&["t2", "x, y}"])),
            _ => role,
        };
        bindings.push(binding);
    }
    list(tape, bindings)
}
