//! Rows made up to be near each other, and what a database and a request make of them.

use std::collections::BTreeMap;

use portcullis_host::sql::Dialect;
use portcullis_random::tape::{Tape, bytes};
use serde_json::{Map, Value, json};

use crate::schema::{ATTRIBUTES, Attribute, Kept};

/// A resource as a table keeps it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Whose it is, which no policy asks.
    pub tenant: &'static str,
    /// By attribute: text, an integer, null, or a list of these.
    values: BTreeMap<&'static str, Value>,
}

/// Makes rows up, the same every time.
#[must_use]
pub fn rows(count: usize) -> Vec<Row> {
    let seed = bytes(SEED, count.saturating_mul(ROW_BYTES));
    let tapes = seed.chunks(ROW_BYTES).zip(0..);
    tapes
        .map(|(seed, at)| row(&mut Tape::new(seed), at))
        .collect()
}

fn row(tape: &mut Tape<'_>, at: usize) -> Row {
    let mut values = BTreeMap::new();
    for Attribute { name, kept } in &ATTRIBUTES {
        values.insert(*name, value(tape, *kept));
    }
    Row {
        // Some are named as what people are called.
        id: TEXTS
            .get(at)
            .map_or_else(|| format!("r{at}"), |text| (*text).to_owned()),
        tenant: tape.word(&["acme", "globex"]),
        values,
    }
}

fn value(tape: &mut Tape<'_>, kept: Kept) -> Value {
    if tape.chance(15) {
        return Value::Null;
    }
    if !kept.is_set() || (kept == Kept::Json && tape.chance(20)) {
        return one(tape, kept);
    }
    let count = tape.below(4);
    let mut items: Vec<Value> = (0..count).map(|_| one(tape, kept)).collect();
    if tape.chance(20) {
        items.push(Value::Null);
    }
    Value::Array(items)
}

fn one(tape: &mut Tape<'_>, kept: Kept) -> Value {
    match kept {
        Kept::UnstatedInteger | Kept::Integers => number(tape.word(&SMALL)),
        Kept::Integer | Kept::JoinedIntegers => number(tape.word(&INTEGERS)),
        Kept::Uuid => tape.word(&UUIDS).into(),
        Kept::Json if tape.chance(15) => match tape.below(3) {
            0 => true.into(),
            1 => false.into(),
            _ => 7.into(),
        },
        _ if tape.chance(15) => "".into(),
        _ => tape.word(&TEXTS).into(),
    }
}

fn number(text: &str) -> Value {
    text.parse::<i64>().map_or(Value::Null, Value::from)
}

impl Row {
    /// Returns it as a request states a resource: without the nulls of lists.
    #[must_use]
    pub fn resource(&self) -> Value {
        let mut properties = Map::new();
        for (name, value) in &self.values {
            let mut value = value.clone();
            if let Value::Array(items) = &mut value {
                items.retain(|item| !item.is_null());
            }
            properties.insert((*name).to_owned(), value);
        }
        json!({ "type": "things", "id": self.id, "properties": properties })
    }

    /// Returns what is kept of it, by attribute, with the nulls of lists.
    #[must_use]
    pub fn values(&self) -> Value {
        let values = self.values.iter();
        values
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }

    /// Returns the statements that store it.
    #[must_use]
    pub fn statements(&self, dialect: Dialect) -> String {
        let id = literal(dialect, &self.id);
        let mut own = format!("INSERT INTO things VALUES ({id}, '{}'", self.tenant);
        let mut joined = String::new();
        for Attribute { name, kept } in &ATTRIBUTES {
            let value = self.values.get(name).unwrap_or(&Value::Null);
            if !kept.is_joined() {
                own.push_str(", ");
                own.push_str(&stored(dialect, *kept, value));
                continue;
            }
            for item in value.as_array().into_iter().flatten() {
                let item = scalar(dialect, item);
                // Another's id here, so that a name without its table would find it.
                joined.push_str(&format!(
                    "INSERT INTO {name} VALUES ('other', {id}, {item});\n"
                ));
            }
        }
        format!("{own});\n{joined}")
    }
}

/// Writes a value as its column takes it.
fn stored(dialect: Dialect, kept: Kept, value: &Value) -> String {
    match (value, kept) {
        (Value::Null, _) => "NULL".to_owned(),
        (Value::Array(items), Kept::Texts | Kept::UnstatedTexts | Kept::Integers)
            if dialect == Dialect::Postgresql =>
        {
            let items: Vec<String> = items.iter().map(|item| scalar(dialect, item)).collect();
            let column = kept.column(dialect);
            format!("CAST(ARRAY[{}] AS {column})", items.join(", "))
        }
        (value, _) if kept.is_set() => literal(dialect, &value.to_string()),
        (value, _) => scalar(dialect, value),
    }
}

fn scalar(dialect: Dialect, value: &Value) -> String {
    match value {
        Value::String(text) => literal(dialect, text),
        Value::Null => "NULL".to_owned(),
        other => other.to_string(),
    }
}

/// Writes text as a literal of SQL.
#[must_use]
pub fn literal(dialect: Dialect, text: &str) -> String {
    let text = match dialect {
        Dialect::Mysql => text.replace('\\', "\\\\"),
        Dialect::Postgresql | Dialect::Sqlite => text.to_owned(),
    };
    format!("'{}'", text.replace('\'', "''"))
}

/// Texts that some database takes for each other, or for something else.
pub const TEXTS: [&str; 20] = [
    "jo", "Jo", "jo ", " jo", "bo", "é", "e", "e\u{301}", "É", "ß", "ss", "o'hara", "a\\b", "7",
    "07", "true", "null", "日本", "[\"jo\"]", "{jo,bo}",
];

/// Integers of 64 bits.
pub const INTEGERS: [&str; 6] = [
    "0",
    "7",
    "-3",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
];

/// Integers of 32 bits.
pub const SMALL: [&str; 4] = ["0", "7", "-3", "70"];

/// UUIDs.
pub const UUIDS: [&str; 3] = [
    "00000000-0000-0000-0000-00000000000a",
    "00000000-0000-0000-0000-00000000000b",
    "a1b2c3d4-0000-4000-8000-000000000001",
];

const SEED: u32 = 7;
/// More than a row chooses by.
const ROW_BYTES: usize = 120;
