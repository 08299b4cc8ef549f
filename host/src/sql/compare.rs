//! How each database compares bytes: what a value is, and what equals a constant.

use super::{columns::ColumnType, dialect::Dialect};

/// A value of some type, as a dialect writes it.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    /// The column or element.
    pub(super) text: String,
    pub(super) kind: ColumnType,
    pub(super) dialect: Dialect,
}

/// How a comparison that is exact goes with one that an index helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Indexed {
    /// No index helps.
    Never,
    /// The exact one is such a comparison itself.
    Itself,
    /// A plain comparison is never narrower, and may come before it.
    Plainly,
}

impl Operand {
    /// Returns what compares byte by byte, whatever the column's collation.
    pub(super) fn exact(&self) -> String {
        let text = &self.text;
        match (self.dialect, self.kind) {
            (Dialect::Postgresql, ColumnType::Any | ColumnType::Text) => {
                format!("CAST({text} AS text) COLLATE \"C\"")
            }
            (Dialect::Sqlite, ColumnType::Any) => format!("CAST({text} AS TEXT) COLLATE BINARY"),
            (Dialect::Sqlite, ColumnType::Text | ColumnType::Uuid) => {
                format!("{text} COLLATE BINARY")
            }
            // Other collations, `utf8mb4_bin` too, take no notice of spaces at the end.
            (Dialect::Mysql, ColumnType::Any | ColumnType::Text | ColumnType::Uuid) => {
                format!("CAST(CONVERT({text} USING utf8mb4) AS BINARY)")
            }
            (_, ColumnType::Integer) | (Dialect::Postgresql, ColumnType::Uuid) => text.clone(),
        }
    }

    pub(super) const fn indexed(&self) -> Indexed {
        match (self.dialect, self.kind) {
            (_, ColumnType::Any) => Indexed::Never,
            (Dialect::Postgresql, ColumnType::Text)
            | (Dialect::Mysql, ColumnType::Text | ColumnType::Uuid) => Indexed::Plainly,
            _ => Indexed::Itself,
        }
    }

    /// Returns what holds of a value and not of null or empty text; null where it is null.
    pub(super) fn is_value(&self) -> String {
        let text = &self.text;
        match (self.dialect, self.kind) {
            (_, ColumnType::Integer) | (Dialect::Postgresql, ColumnType::Uuid) => {
                format!("{text} IS NOT NULL")
            }
            (Dialect::Postgresql, _) => format!("octet_length(CAST({text} AS text)) > 0"),
            (Dialect::Sqlite, _) => format!("length(CAST({text} AS BLOB)) > 0"),
            (Dialect::Mysql, _) => format!("LENGTH({text}) > 0"),
        }
    }
}

impl ColumnType {
    /// Returns whether a column of this type can hold the value.
    pub(super) fn admits(self, value: &str) -> bool {
        match self {
            Self::Any | Self::Text => true,
            Self::Integer => value
                .parse::<i64>()
                .is_ok_and(|number| number.to_string() == value),
            Self::Uuid => {
                value.len() == 36
                    && value.bytes().zip(0..).all(|(byte, at)| match at {
                        8 | 13 | 18 | 23 => byte == b'-',
                        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
                    })
            }
        }
    }

    /// Returns a parameter, which is text, as a constant that [`Operand::exact`] compares with.
    pub(super) fn constant(self, dialect: Dialect, parameter: &str) -> String {
        match (dialect, self) {
            // Said of each, so that a driver has no type to guess.
            (Dialect::Postgresql, Self::Any | Self::Text) => format!("CAST({parameter} AS text)"),
            (Dialect::Postgresql, Self::Integer) => {
                format!("CAST(CAST({parameter} AS text) AS bigint)")
            }
            (Dialect::Postgresql, Self::Uuid) => {
                format!("CAST(CAST({parameter} AS text) AS uuid)")
            }
            (Dialect::Sqlite, Self::Integer) => format!("CAST({parameter} AS INTEGER)"),
            (Dialect::Sqlite, _) => parameter.to_owned(),
            (Dialect::Mysql, Self::Integer) => format!("CAST({parameter} AS SIGNED)"),
            (Dialect::Mysql, _) => format!("CONVERT({parameter} USING utf8mb4)"),
        }
    }

    /// Returns a parameter as a plain comparison takes it, before the exact one.
    pub(super) fn plain_constant(self, dialect: Dialect, parameter: &str) -> String {
        match dialect {
            // A bare parameter takes the column's collation.
            Dialect::Mysql => parameter.to_owned(),
            Dialect::Postgresql | Dialect::Sqlite => self.constant(dialect, parameter),
        }
    }
}
