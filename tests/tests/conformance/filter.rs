//! What a residual means of a resource: the table that JavaScript is held to as well.

use std::collections::BTreeMap;
use std::fs;

use portcullis_reference::{Attributes, holds};
use portcullis_tests::{engines::EngineName, places};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "about")]
    _about: String,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    when: Value,
    resource: Map<String, Value>,
    holds: bool,
    /// Says that JavaScript must leave the answer to the engine.
    #[serde(rename = "by")]
    _by: Option<By>,
    /// No engine writes it, so none can be asked.
    #[serde(default)]
    no_residual: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum By {
    Engine,
}

#[test]
fn every_engine_lets_through_what_the_edge_cases_say() {
    let rows: Vec<Row> = rows().into_iter().filter(|row| !row.no_residual).collect();
    let (policy, roles) = policy_of(&rows);
    let mut faults = Vec::new();
    for name in EngineName::ALL {
        let engine = name.open(&policy);
        for row in &rows {
            let role = &roles[&row.when.to_string()];
            let answer = match line(row, role) {
                Line::Evaluation(line) => engine.decide(line.to_string().as_bytes()),
                Line::Filter(line) => engine.filter(line.to_string().as_bytes()),
            };
            if answer.contains(r#""decision":true"#) != row.holds {
                faults.push(format!("{name:?}: {}\n  {answer}", row.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_no_residual_opens_nothing_by_being_read() {
    let rows: Vec<Row> = rows().into_iter().filter(|row| row.no_residual).collect();
    assert!(rows.len() > 10);
    for row in rows {
        let sets = row.resource.iter().map(|(name, value)| {
            let values = match value {
                Value::String(one) => vec![one.clone()],
                list => serde_json::from_value(list.clone()).unwrap(),
            };
            (name.clone(), values.into_iter().collect())
        });
        let resource: Attributes = sets.collect();
        assert_eq!(holds(&row.when, &resource), row.holds, "{}", row.name);
    }
}

fn rows() -> Vec<Row> {
    let path = places::root().join("tests/vectors/filter/edge-cases.json");
    let table: Table = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(table.rows.len() > 200);
    table.rows
}

/// Returns a policy with a role for each residual, whose scope is that residual, and the roles.
fn policy_of(rows: &[Row]) -> (String, BTreeMap<String, String>) {
    let (mut roles, mut scopes, mut granted) = (BTreeMap::new(), Map::new(), Map::new());
    for row in rows {
        let number = roles.len();
        roles.entry(row.when.to_string()).or_insert_with(|| {
            let (role, scope) = (format!("r{number}"), format!("s{number}"));
            scopes.insert(scope.clone(), condition(&row.when));
            granted.insert(role.clone(), json!({ "grants": { scope: "doc:read" } }));
            role
        });
    }
    let policy = json!({
        "catalog": {
            "id": "edge-cases",
            "attributes": { "resource": ["a", "b", "constructor"] },
            "scopes": scopes,
            "modules": { "doc": { "actions": { "read": "read" } } },
            "roles": granted,
        },
        "tenant": { "id": "acme" },
    });
    (policy.to_string(), roles)
}

/// Writes a residual as the condition of a scope.
fn condition(residual: &Value) -> Value {
    let conjunctions = residual["any"].as_array().unwrap().iter();
    let atoms = |conjunction: &Value| -> Value {
        let atoms = conjunction["all"].as_array().unwrap().iter();
        atoms.map(atom).collect()
    };
    conjunctions.map(atoms).collect()
}

fn atom(atom: &Value) -> Value {
    let attribute = format!("resource.{}", atom["attribute"].as_str().unwrap());
    if let Some(word) = atom["is"].as_str() {
        return format!("{word}({attribute})").into();
    }
    let tests = [("in", "is"), ("not_in", "lacks"), ("within", "within")];
    let known = tests
        .iter()
        .find_map(|(member, word)| Some((word, atom[member].as_array()?)));
    let (word, constants) = known.unwrap();
    let constants: Vec<String> = constants.iter().map(Value::to_string).collect();
    format!("{word}({attribute}, {{{}}})", constants.join(", ")).into()
}

/// How a row is asked.
enum Line {
    Evaluation(Value),
    /// Without an id only a filter can be asked for: nothing of the resource is known.
    Filter(Value),
}

fn line(row: &Row, role: &str) -> Line {
    let mut line = json!({
        "subject": { "type": "user", "id": "u", "properties": { "roles": role } },
        "action": { "name": "read" },
        "resource": { "type": "doc" },
    });
    let mut properties = row.resource.clone();
    let id = properties.remove("id");
    let reads_id = row.when.to_string().contains(r#""attribute":"id""#);
    if id.is_none() && reads_id {
        assert!(properties.is_empty(), "{} cannot be asked", row.name);
        return Line::Filter(line);
    }
    line["resource"]["id"] = id.unwrap_or_else(|| "i".into());
    line["resource"]["properties"] = properties.into();
    Line::Evaluation(line)
}
