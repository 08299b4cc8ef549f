//! Which permission an operation of a described API needs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// A table of permissions, by operation or by method and path.
#[derive(Debug, Default)]
pub(super) struct Permissions {
    rows: BTreeMap<String, Row>,
    /// The operationIds that several operations have.
    repeated: BTreeSet<String>,
}

/// An operation, as a table may name it.
#[derive(Debug)]
pub(super) struct Operation<'a> {
    pub(super) id: Option<&'a str>,
    /// In upper case.
    pub(super) method: &'a str,
    /// As described.
    pub(super) path: &'a str,
}

#[derive(Debug)]
struct Row {
    asks: String,
    is_used: bool,
}

/// What a route asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asks {
    Permission(String),
    Authenticated,
    Public,
}

impl Permissions {
    /// Reads a table: `{"listPets": "pets:read", "GET /health": "public"}`.
    pub(super) fn read(document: Value) -> Result<Self, String> {
        let Value::Object(members) = document else {
            return Err("a table of permissions is an object".to_owned());
        };
        let mut rows = BTreeMap::new();
        for (name, value) in members {
            let Value::String(asks) = value else {
                return Err(format!(
                    "`{name}` names no permission; write it as a string, or `authenticated` or `public`"
                ));
            };
            let is_used = false;
            rows.insert(name, Row { asks, is_used });
        }
        let repeated = BTreeSet::new();
        Ok(Self { rows, repeated })
    }

    /// Notes every operationId of the document, each as often as it appears.
    pub(super) fn note_ids<'i>(&mut self, ids: impl Iterator<Item = &'i str>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                self.repeated.insert(id.to_owned());
            }
        }
    }

    /// Returns what an operation asks for: as the table says by its id, or by its method and its
    /// path as described, and as the document itself says; where several say it, they agree.
    pub(super) fn of(
        &mut self,
        operation: &Operation<'_>,
        said: Option<&Value>,
    ) -> Result<Option<Asks>, String> {
        let line = format!("{} {}", operation.method, operation.path);
        let mut found: Option<(String, Asks)> = None;
        let mut add = |place: String, text: &str| {
            let asks = Asks::read(text).map_err(|why| format!("{place}: {why}"))?;
            match &found {
                Some((first, other)) if *other != asks => Err(format!(
                    "{first} says `{}`, and {place} `{}`; make them agree",
                    other.text(),
                    asks.text()
                )),
                Some(_) => Ok(()),
                None => {
                    found = Some((place, asks));
                    Ok(())
                }
            }
        };
        if let Some(row) = self.rows.get_mut(&line) {
            row.is_used = true;
            add(format!("the table's `{line}`"), &row.asks)?;
        }
        if let Some(id) = operation.id.filter(|id| *id != line)
            && let Some(row) = self.rows.get_mut(id)
        {
            if reads_as_line(id) {
                return Err(format!(
                    "its operationId reads as another's method and path, `{id}`; rename it"
                ));
            }
            row.is_used = true;
            if self.repeated.contains(id) {
                return Err(format!(
                    "its operationId `{id}` appears twice; name it in the table by its method and path"
                ));
            }
            add(format!("the table's `{id}`"), &row.asks)?;
        }
        match said {
            None => {}
            Some(Value::String(asks)) => add("its `x-permission`".to_owned(), asks)?,
            Some(_) => return Err("its `x-permission` is no string".to_owned()),
        }
        Ok(found.map(|(_, asks)| asks))
    }

    /// Returns the rows that no operation has used.
    pub(super) fn unused(&self) -> impl Iterator<Item = &str> {
        let unused = self.rows.iter().filter(|(_, row)| !row.is_used);
        unused.map(|(name, _)| name.as_str())
    }
}

impl Asks {
    fn read(text: &str) -> Result<Self, String> {
        let words = [(PUBLIC, Self::Public), (AUTHENTICATED, Self::Authenticated)];
        for (word, asks) in words {
            if text == word {
                return Ok(asks);
            }
            if text.trim().eq_ignore_ascii_case(word) {
                return Err(format!(
                    "`{text}` is no permission; write `{word}`, or a permission as `module:action`"
                ));
            }
        }
        let (module, action) = text.split_once(':').unwrap_or_default();
        if module.is_empty() || action.is_empty() || text.contains(char::is_whitespace) {
            return Err(format!(
                "`{text}` is no permission; write a permission as `module:action`, or `{AUTHENTICATED}` or `{PUBLIC}`"
            ));
        }
        Ok(Self::Permission(text.to_owned()))
    }

    fn text(&self) -> &str {
        match self {
            Self::Permission(name) => name,
            Self::Authenticated => AUTHENTICATED,
            Self::Public => PUBLIC,
        }
    }

    /// Says it in a route.
    pub(super) fn say_in(&self, route: &mut Map<String, Value>) {
        match self {
            Self::Permission(name) => route.insert("permission".to_owned(), name.clone().into()),
            Self::Authenticated => route.insert("authenticated".to_owned(), true.into()),
            Self::Public => route.insert("public".to_owned(), true.into()),
        };
    }
}

/// Says whether an operationId is written as a table names an operation by its method and path.
fn reads_as_line(id: &str) -> bool {
    let parts = id.split_once(' ');
    parts.is_some_and(|(_, path)| path.starts_with('/'))
}

const PUBLIC: &str = "public";
const AUTHENTICATED: &str = "authenticated";
