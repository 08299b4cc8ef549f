//! Which permission an operation of a described API needs.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A table of permissions, by operation or by method and path.
#[derive(Debug, Default)]
pub(super) struct Permissions {
    rows: BTreeMap<String, Row>,
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
        Ok(Self { rows })
    }

    /// Returns what an operation asks for: as the table says by its id, or by its method and its
    /// path as described; else as the document itself says.
    pub(super) fn of(
        &mut self,
        id: Option<&str>,
        method: &str,
        path: &str,
        said: Option<&Value>,
    ) -> Result<Option<Asks>, String> {
        let line = format!("{method} {path}");
        let names = id.into_iter().chain([line.as_str()]);
        let mut found = None;
        for name in names {
            if let Some(row) = self.rows.get_mut(name) {
                row.is_used = true;
                found = found.or_else(|| Some(row.asks.clone()));
            }
        }
        match (found, said) {
            (Some(asks), _) => Ok(Some(Asks::of(asks))),
            (None, Some(Value::String(asks))) => Ok(Some(Asks::of(asks.clone()))),
            (None, Some(_)) => Err("its `x-permission` is no string".to_owned()),
            (None, None) => Ok(None),
        }
    }

    /// Returns the rows that no operation has used.
    pub(super) fn unused(&self) -> impl Iterator<Item = &str> {
        let unused = self.rows.iter().filter(|(_, row)| !row.is_used);
        unused.map(|(name, _)| name.as_str())
    }
}

impl Asks {
    fn of(text: String) -> Self {
        match text.as_str() {
            "public" => Self::Public,
            "authenticated" => Self::Authenticated,
            _ => Self::Permission(text),
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
