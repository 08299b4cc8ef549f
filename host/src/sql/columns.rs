//! Where a database keeps the attributes of a resource.

use std::collections::BTreeMap;

use portcullis_json::{FirstFault, JsonText, Node, Object, Place};

/// The columns of attributes, and of the resource's `id`; what is not named here is in the
/// column of its own name, one value whose type is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns(BTreeMap<String, Column>);

/// Where the values of one attribute are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The column, perhaps with its table, `t.owner_id`; of a join, that of the other table.
    pub name: String,
    /// What a value is.
    pub kind: ColumnType,
    /// How many there are, and in which form.
    pub shape: Shape,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColumnType {
    /// Whatever it is, it is compared as text, which no index helps.
    #[default]
    Any,
    /// Text.
    Text,
    /// A signed integer of at most 64 bits; as a value, its canonical decimal.
    Integer,
    /// A UUID; as a value, its canonical text in lower case. Where the database has no such
    /// type, the column is text in that form.
    Uuid,
}

/// How a column holds the values of a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// At most one value.
    #[default]
    Scalar,
    /// An array, which only `PostgreSQL` has.
    Array,
    /// JSON: a list, or one value.
    Json,
    /// A row of another table for each value.
    Join(Join),
}

/// A table with a row for each value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// The other table.
    pub table: String,
    /// Its column that says of which resource a row is.
    pub on: String,
    /// What that column equals: a column of the resource, with its table.
    pub equals: String,
}

impl Columns {
    /// Reads a map from attributes to columns: an object in JSON.
    ///
    /// # Errors
    ///
    /// Says what is wrong, where, and what to do: what is not a column, and an attribute that is
    /// neither `id` nor among those `known`.
    pub fn read(json: &[u8], known: &[String]) -> Result<Self, String> {
        let json = JsonText::parse(json).map_err(|error| format!("not JSON: {error}"))?;
        let faults = FirstFault::default();
        let root = json.place(&faults);
        let known: Vec<&str> = known.iter().map(String::as_str).chain(["id"]).collect();
        let attributes = root
            .object("an object of columns", "write {\"owner\": \"t.owner_id\"}")
            .rest();
        let mut columns = BTreeMap::new();
        for (attribute, place) in attributes {
            if !known.contains(&attribute) {
                place.unknown("attribute of resources", attribute, &known);
            } else if let Some(column) = column(&place) {
                columns.insert(attribute.to_owned(), column);
            }
        }
        faults
            .unless(Self(columns))
            .map_err(|fault| fault.to_string())
    }

    /// Says that the columns of these attributes are arrays.
    pub fn set_arrays(&mut self, attributes: &[String]) {
        for attribute in attributes {
            let mut column = self.of(attribute);
            column.shape = Shape::Array;
            self.0.insert(attribute.clone(), column);
        }
    }

    /// Returns the column of an attribute.
    pub(super) fn of(&self, attribute: &str) -> Column {
        self.0
            .get(attribute)
            .cloned()
            .unwrap_or_else(|| Column::named(attribute.to_owned()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.0
            .iter()
            .map(|(attribute, column)| (attribute.as_str(), column))
    }
}

impl Column {
    const fn named(name: String) -> Self {
        Self {
            name,
            kind: ColumnType::Any,
            shape: Shape::Scalar,
        }
    }
}

fn column(place: &Place<'_>) -> Option<Column> {
    if let Node::String(_) = place.node {
        return name(place).map(Column::named);
    }
    let mut object = place.object(
        "a column",
        "write \"t.owner_id\", or {\"column\": \"t.owner_id\", \"type\": \"integer\"}",
    );
    let kind = word(&mut object, "type", &TYPES);
    let shape = word(&mut object, "shape", &SHAPES);
    let own = object.place("column");
    let join = object.place("join");
    let column = match (own, join) {
        (Some(own), None) => name(&own).map(|name| (name, shape.unwrap_or_default())),
        (None, Some(other)) if shape.is_none() => joined(&other),
        _ => {
            place.error(
                "this is no column",
                "say `column`, perhaps with a `shape`, or `join`",
            );
            None
        }
    };
    object.finish();
    column.map(|(name, shape)| Column {
        name,
        kind: kind.unwrap_or_default(),
        shape,
    })
}

fn joined(place: &Place<'_>) -> Option<(String, Shape)> {
    let mut object = place.object("a table", JOIN_CURE);
    let mut member = |member| {
        let place = object.required_place(member, JOIN_CURE)?;
        Some((name(&place)?, place))
    };
    let (table, on) = (member("table"), member("on"));
    let (equals, column) = (member("equals"), member("column"));
    object.finish();
    let ((on, at), (equals, equals_at), (column, column_at)) = (on?, equals?, column?);
    for (name, at) in [(&on, at), (&column, column_at)] {
        if name.contains('.') {
            at.error(
                "this is a column of the other table",
                "write it without a table",
            );
        }
    }
    if !equals.contains('.') {
        // The other table may have a column of that name too, and it would be taken.
        equals_at.error("whose column this is, is not said", "write it as \"t.id\"");
    }
    let (table, _) = table?;
    let join = Join { table, on, equals };
    Some((column, Shape::Join(join)))
}

fn name(place: &Place<'_>) -> Option<String> {
    let Node::String(name) = place.node else {
        place.expected("the name of a column", "write it between quotes");
        return None;
    };
    let is_part = |part: &str| !part.is_empty() && !part.chars().any(char::is_control);
    if name.split('.').all(is_part) {
        return Some(name.clone());
    }
    place.error(
        &format!("`{name}` cannot be the name of a column"),
        "write \"owner_id\" or \"t.owner_id\"",
    );
    None
}

/// Reads a member that is one of these words.
fn word<T: Clone>(object: &mut Object<'_>, member: &'static str, words: &[(&str, T)]) -> Option<T> {
    let place = object.place(member)?;
    let text = place.node.as_str().unwrap_or_default();
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        place.unknown(member, text, &known);
    }
    found.map(|(_, value)| value.clone())
}

const TYPES: [(&str, ColumnType); 3] = [
    ("text", ColumnType::Text),
    ("integer", ColumnType::Integer),
    ("uuid", ColumnType::Uuid),
];

const SHAPES: [(&str, Shape); 3] = [
    ("scalar", Shape::Scalar),
    ("array", Shape::Array),
    ("json", Shape::Json),
];

const JOIN_CURE: &str = "write {\"table\": \"assignees\", \"on\": \"ticket_id\", \"equals\": \"t.id\", \"column\": \"user_id\"}";
