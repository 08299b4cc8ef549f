//! Writes rows, filters and what the engine decides of each row, for the tests in JavaScript.
//!
//! `cargo run -p portcullis-databases --example lists -- FILE`. Integers are written as text, for a
//! number of JavaScript does not hold them all.
#![expect(
    clippy::expect_used,
    reason = "a tool of the tests: what fails here is a failed test"
)]

use std::{env, fs};

use portcullis_databases::{
    cases::{Case, known, random},
    rows::{Row, rows},
    schema::ATTRIBUTES,
};
use serde_json::{Value, json};

fn main() {
    let Some(file) = env::args().nth(1) else {
        eprintln!("usage: lists FILE");
        std::process::exit(64);
    };
    let rows = rows(ROWS);
    let cases = known().into_iter().map(|(_, case)| case);
    let cases: Vec<Value> = cases
        .chain(random(CASES))
        .map(|case| decided(&case, &rows))
        .collect();
    let attributes = ATTRIBUTES.iter().map(|attribute| {
        let kept = attribute.kept;
        json!({
            "name": attribute.name,
            "integer": kept.is_integer(),
            "set": kept.is_set(),
            "joined": kept.is_joined(),
        })
    });
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| json!({ "id": row.id, "tenant": row.tenant, "values": texts(&row.values()) }))
        .collect();
    let lists =
        json!({ "attributes": attributes.collect::<Value>(), "rows": rows, "cases": cases });
    fs::write(file, lists.to_string()).expect("the file can be written");
}

fn decided(case: &Case, rows: &[Row]) -> Value {
    let allowed = rows.iter().map(|row| case.decide(&row.resource()));
    let allowed: Result<Vec<bool>, String> = allowed.collect();
    json!({ "filter": case.filter(), "allowed": allowed.expect("every row is decided") })
}

/// Writes every value as text, and null as null.
fn texts(value: &Value) -> Value {
    match value {
        Value::Null | Value::String(_) => value.clone(),
        Value::Array(items) => items.iter().map(texts).collect(),
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, value)| (name.clone(), texts(value)))
                .collect()
        }
        Value::Bool(_) | Value::Number(_) => value.to_string().into(),
    }
}

const CASES: usize = 150;
const ROWS: usize = 80;
