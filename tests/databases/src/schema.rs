//! A table with every kind of column that a filter can read.

use portcullis_host::sql::Dialect;
use serde_json::{Value, json};

/// An attribute of the resources, and how a table keeps it.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// Its name, and that of its column or table.
    pub name: &'static str,
    /// How it is kept.
    pub kept: Kept,
}

/// How a table keeps an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Text under a collation that ignores case.
    Text,
    /// The same, its type not stated.
    Unstated,
    /// 64 bits.
    Integer,
    /// 32 bits, the type not stated.
    UnstatedInteger,
    /// As the database keeps it, or text in lower case.
    Uuid,
    /// An array of text; a list in JSON where there are no arrays.
    Texts,
    /// An array of bounded text, the type not stated; JSON where there are no arrays.
    UnstatedTexts,
    /// An array of integers; JSON where there are no arrays.
    Integers,
    /// JSON everywhere: a list, one value or null.
    Json,
    /// Text in rows of a table.
    JoinedTexts,
    /// Integers in rows of a table.
    JoinedIntegers,
}

/// What is kept of the resources, their id and tenant apart.
pub const ATTRIBUTES: [Attribute; 11] = [
    of("owner", Kept::Text),
    of("status", Kept::Unstated),
    of("number", Kept::Integer),
    of("size", Kept::UnstatedInteger),
    of("project", Kept::Uuid),
    of("teams", Kept::Texts),
    of("tags", Kept::UnstatedTexts),
    of("versions", Kept::Integers),
    of("labels", Kept::Json),
    of("assignees", Kept::JoinedTexts),
    of("watchers", Kept::JoinedIntegers),
];

const fn of(name: &'static str, kept: Kept) -> Attribute {
    Attribute { name, kept }
}

impl Kept {
    /// Says whether it is a table of its own.
    #[must_use]
    pub const fn is_joined(self) -> bool {
        matches!(self, Self::JoinedTexts | Self::JoinedIntegers)
    }

    /// Says whether values are integers.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        matches!(
            self,
            Self::Integer | Self::UnstatedInteger | Self::Integers | Self::JoinedIntegers
        )
    }

    /// Says whether it holds a set, not one value.
    #[must_use]
    pub const fn is_set(self) -> bool {
        !matches!(
            self,
            Self::Text | Self::Unstated | Self::Integer | Self::UnstatedInteger | Self::Uuid
        )
    }

    /// Returns the type of its column.
    #[must_use]
    pub const fn column(self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::Text, Dialect::Postgresql) => "varchar(300) COLLATE caseless",
            (Self::Unstated | Self::JoinedTexts, Dialect::Postgresql) => "text COLLATE caseless",
            (Self::Text | Self::Unstated | Self::JoinedTexts, Dialect::Sqlite) => {
                "TEXT COLLATE NOCASE"
            }
            (Self::Text | Self::JoinedTexts, Dialect::Mysql) => "VARCHAR(300)",
            (Self::Unstated, Dialect::Mysql) => "VARCHAR(300) CHARACTER SET utf16",
            (Self::Integer | Self::JoinedIntegers, _) => "BIGINT",
            (Self::UnstatedInteger, _) => "INTEGER",
            (Self::Uuid, Dialect::Postgresql | Dialect::Mysql) => "UUID",
            (Self::Texts, Dialect::Postgresql) => "text[]",
            (Self::UnstatedTexts, Dialect::Postgresql) => "varchar(40)[]",
            (Self::Integers, Dialect::Postgresql) => "int[]",
            (Self::Json, Dialect::Postgresql) => "jsonb",
            (Self::Json, Dialect::Mysql) => "JSON",
            (
                Self::Uuid | Self::Texts | Self::UnstatedTexts | Self::Integers | Self::Json,
                Dialect::Sqlite | Dialect::Mysql,
            ) => "TEXT",
        }
    }

    /// Returns its entry in the map of columns, if it needs one.
    #[must_use]
    pub fn entry(self, name: &str, dialect: Dialect) -> Value {
        let column = format!("t.{name}");
        let list = if dialect == Dialect::Postgresql && self != Self::Json {
            "array"
        } else {
            "json"
        };
        match self {
            Self::Text => json!({ "column": column, "type": "text" }),
            Self::Unstated | Self::UnstatedInteger => json!(column),
            Self::Integer => json!({ "column": column, "type": "integer" }),
            Self::Uuid => json!({ "column": column, "type": "uuid" }),
            Self::Texts => json!({ "column": column, "type": "text", "shape": list }),
            Self::UnstatedTexts | Self::Json => json!({ "column": column, "shape": list }),
            Self::Integers => json!({ "column": column, "type": "integer", "shape": list }),
            Self::JoinedTexts | Self::JoinedIntegers => {
                let kind = if self.is_integer() { "integer" } else { "text" };
                json!({
                    "join": { "table": name, "on": "thing", "equals": "t.id", "column": "value" },
                    "type": kind,
                })
            }
        }
    }
}

/// Returns the map of columns.
#[must_use]
pub fn columns(dialect: Dialect) -> Value {
    let entries = ATTRIBUTES.iter().map(|Attribute { name, kept }| {
        let entry = kept.entry(name, dialect);
        ((*name).to_owned(), entry)
    });
    let id = ("id".to_owned(), json!({ "column": "t.id", "type": "text" }));
    entries.chain([id]).collect()
}

/// Returns the statements that make the tables.
#[must_use]
pub fn tables(dialect: Dialect) -> String {
    let key = match dialect {
        Dialect::Mysql => "VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
        Dialect::Postgresql | Dialect::Sqlite => "TEXT",
    };
    let mut sql = match dialect {
        Dialect::Postgresql => {
            "CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);\n"
        }
        Dialect::Sqlite => "",
        Dialect::Mysql => {
            "CREATE DATABASE filters CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;\nUSE filters;\n"
        }
    }
    .to_owned();
    let mut own = format!("CREATE TABLE things (id {key} PRIMARY KEY, tenant {key}");
    for Attribute { name, kept } in &ATTRIBUTES {
        let column = kept.column(dialect);
        if kept.is_joined() {
            sql.push_str(&format!(
                "CREATE TABLE {name} (id {key}, thing {key}, value {column});\n"
            ));
        } else {
            own.push_str(&format!(", {name} {column}"));
        }
    }
    sql.push_str(&own);
    sql.push_str(");\n");
    sql
}
