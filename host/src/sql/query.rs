//! From a canonical answer to a condition.

use core::fmt;

use serde_json::Value;

use super::{
    columns::{Columns, Shape},
    dialect::{Dialect, Placeholders},
    writer::Writer,
};

/// What a condition is written for: a database, its columns, and a way to pass parameters.
#[derive(Clone, Debug)]
pub struct Query {
    pub(super) dialect: Dialect,
    pub(super) placeholders: Placeholders,
    pub(super) columns: Columns,
}

/// The rows that may be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Every one.
    All,
    /// None of them.
    None,
    /// Those for which a condition holds.
    Filter(Condition),
}

/// What stands after `WHERE`, with its parameters apart from the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// In parentheses, and never null: it may stand beside others, and after `NOT`.
    pub text: String,
    /// The parameters in order; each is text, whatever the column's type.
    pub parameters: Vec<String>,
}

/// A query that its database cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnsupportedQuery {
    /// The column of this attribute is an array.
    Array(String),
    /// A column with JSON has the name of a column of `json_each`, which would be taken for it.
    Hidden(String),
    /// Its parameters have no numbers.
    Numbered,
    /// This cannot begin the name of a parameter.
    Prefix(String),
}

/// An answer that is not one of the engine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableAnswer;

impl Query {
    /// Takes what the database can be asked.
    ///
    /// # Errors
    ///
    /// Refuses columns and placeholders that the database does not have.
    pub fn new(
        dialect: Dialect,
        placeholders: Placeholders,
        columns: Columns,
    ) -> Result<Self, UnsupportedQuery> {
        match &placeholders {
            Placeholders::Numbered(_) if dialect == Dialect::Mysql => {
                return Err(UnsupportedQuery::Numbered);
            }
            Placeholders::Named(prefix) if !is_prefix(prefix) => {
                return Err(UnsupportedQuery::Prefix(prefix.clone()));
            }
            _ => {}
        }
        for (attribute, column) in columns.iter() {
            match column.shape {
                Shape::Array if dialect != Dialect::Postgresql => {
                    return Err(UnsupportedQuery::Array(attribute.to_owned()));
                }
                Shape::Json if dialect == Dialect::Sqlite && is_hidden(&column.name) => {
                    return Err(UnsupportedQuery::Hidden(column.name.clone()));
                }
                _ => {}
            }
        }
        Ok(Self {
            dialect,
            placeholders,
            columns,
        })
    }

    /// Returns how parameters are passed.
    #[must_use]
    pub const fn placeholders(&self) -> &Placeholders {
        &self.placeholders
    }

    /// Turns a canonical answer into the rows that it allows.
    ///
    /// An attribute is in its column, and the resource's id in that of `id`. Null is no value,
    /// and neither is empty text, in lists as well.
    ///
    /// # Errors
    ///
    /// Refuses what the engine does not write.
    pub fn rows(&self, answer: &str) -> Result<Rows, UnreadableAnswer> {
        let answer: Value = serde_json::from_str(answer).map_err(|_| UnreadableAnswer)?;
        match answer.get("effect").and_then(Value::as_str) {
            Some("allow") => Ok(Rows::All),
            Some("deny") => Ok(Rows::None),
            Some("conditional") => {
                let residual = answer.get("residual").ok_or(UnreadableAnswer)?;
                Writer::new(self).rows(residual)
            }
            _ => Err(UnreadableAnswer),
        }
    }
}

impl Condition {
    /// Returns the condition that holds of every row, or of none.
    #[must_use]
    pub fn constant(holds: bool) -> Self {
        let text = if holds { "(TRUE)" } else { "(FALSE)" };
        Self {
            text: text.to_owned(),
            parameters: Vec::new(),
        }
    }
}

impl fmt::Display for UnreadableAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not a canonical answer")
    }
}

impl core::error::Error for UnreadableAnswer {}

impl fmt::Display for UnsupportedQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Array(attribute) => write!(
                f,
                "the column of `{attribute}` is an array, which only PostgreSQL has: say `json` or `join`"
            ),
            Self::Hidden(column) => write!(
                f,
                "SQLite would read `{column}` as a column of json_each: name it with its table"
            ),
            Self::Numbered => f.write_str("MySQL numbers no parameters: leave the number out"),
            Self::Prefix(prefix) => write!(
                f,
                "`{prefix}` cannot begin a parameter's name: take letters, digits and `_`, a letter first"
            ),
        }
    }
}

impl core::error::Error for UnsupportedQuery {}

/// Says whether `json_each` has a column of that name.
fn is_hidden(name: &str) -> bool {
    JSON_EACH
        .iter()
        .any(|hidden| hidden.eq_ignore_ascii_case(name))
}

fn is_prefix(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_word)
}

/// The columns of `json_each`, the hidden ones too.
const JSON_EACH: [&str; 10] = [
    "key", "value", "type", "atom", "id", "parent", "fullkey", "path", "json", "root",
];
