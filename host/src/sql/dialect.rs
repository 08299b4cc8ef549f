//! The databases that a condition is written for, and how they take parameters.

/// A database's own SQL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// `PostgreSQL` 12 and later.
    #[default]
    Postgresql,
    /// `SQLite` 3.38 and later.
    Sqlite,
    /// `MySQL` 8 and `MariaDB` 10.6, and later.
    Mysql,
}

/// What stands in the text for a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placeholders {
    /// `$1` in `PostgreSQL`, `?1` in `SQLite`; the first has this number.
    Numbered(u16),
    /// `?`, each for the next parameter.
    Positional,
    /// `:NAME1`, `:NAME2`, and so on.
    Named(String),
}

impl Dialect {
    /// Returns the placeholders of its own drivers.
    #[must_use]
    pub const fn placeholders(self) -> Placeholders {
        match self {
            Self::Postgresql | Self::Sqlite => Placeholders::Numbered(1),
            Self::Mysql => Placeholders::Positional,
        }
    }

    /// Writes an identifier, its parts joined by dots.
    pub(super) fn quoted(self, name: &str) -> String {
        // With double quotes SQLite reads the name of a column that is not there as text.
        let quote = match self {
            Self::Postgresql => '"',
            Self::Sqlite | Self::Mysql => '`',
        };
        let twice = [quote, quote].iter().collect::<String>();
        let parts = name.split('.');
        let quoted = parts.map(|part| format!("{quote}{}{quote}", part.replace(quote, &twice)));
        quoted.collect::<Vec<_>>().join(".")
    }
}

impl Placeholders {
    /// Returns the placeholder of a parameter, counted from 0.
    pub(super) fn text(&self, dialect: Dialect, at: usize) -> String {
        match self {
            Self::Positional => "?".to_owned(),
            Self::Named(_) => self
                .name(at)
                .map_or_else(String::new, |name| format!(":{name}")),
            Self::Numbered(first) => {
                let sign = if dialect == Dialect::Postgresql {
                    '$'
                } else {
                    '?'
                };
                format!("{sign}{}", usize::from(*first).saturating_add(at))
            }
        }
    }

    /// Returns the name of a parameter, counted from 0, if it has one.
    #[must_use]
    pub fn name(&self, at: usize) -> Option<String> {
        match self {
            Self::Named(prefix) => Some(format!("{prefix}{}", at.saturating_add(1))),
            Self::Numbered(_) | Self::Positional => None,
        }
    }
}
