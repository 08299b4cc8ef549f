//! Writes what JavaScript is measured by: `cargo run -p portcullis-benches --example measured -- FILE`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a tool of the benchmarks: what fails here is a failed run"
)]

use std::{env, fs};

use base64ct::{Base64, Encoding as _};
use portcullis_benches::{Asked, Fixture, NOW, Scale, Thing};
use serde_json::{Map, Value, json};

fn main() {
    let mut all = Map::new();
    for scale in [Scale::Small, Scale::Large] {
        let fixture = Fixture::new(scale);
        let person = fixture.person();
        all.insert(
            scale.name().to_owned(),
            json!({
                "bundle": Base64::encode_string(&fixture.bundle),
                "trust": fixture.trust,
                "now": NOW.0,
                "subject": { "id": person.id, "roles": person.roles, "teams": person.teams },
                "permission": fixture.permission,
                "mine": thing(&Asked::Mine.thing()),
                "other": thing(&Asked::Other.thing()),
            }),
        );
    }
    let file = env::args().nth(1).expect("a file to write to");
    fs::write(file, Value::Object(all).to_string()).unwrap();
}

fn thing(thing: &Thing<'_>) -> Value {
    let mut object = Map::new();
    object.insert("id".to_owned(), json!(thing.id));
    for (name, values) in thing.attributes {
        let value = match *values {
            [one] if *name != "assignees" => json!(one),
            many => json!(many),
        };
        object.insert((*name).to_owned(), value);
    }
    object.into()
}
