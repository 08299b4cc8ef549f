//! An API as an OpenAPI document describes it, and the routes that it has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::members::{DOCUMENT, METHODS, OPERATION, PATH};
use super::permissions::{Asks, Operation, Permissions};
use super::route::{Route, Said};
use super::servers::{Base, Servers};
use super::slashes;
use super::template::route_path;

/// The routes of a described API, and what is not among them.
#[derive(Debug, Default)]
pub(super) struct Imported {
    /// Each as `catalog.routes` has it.
    pub(super) routes: Vec<Value>,
    /// An operation or a path, and why there is no route for it.
    pub(super) left_out: Vec<(String, String)>,
    /// What was settled that the document does not say plainly.
    pub(super) notes: Vec<String>,
}

/// How a document is read.
#[derive(Debug, Default)]
pub(super) struct Wishes<'a> {
    /// The path before all others, in place of the servers'.
    pub(super) base: Option<&'a str>,
    /// The hosts of every route.
    pub(super) hosts: &'a [String],
}

/// Returns the routes of a document that was read.
pub(super) fn import(
    document: &Value,
    permissions: &mut Permissions,
    wishes: &Wishes<'_>,
) -> Result<Imported, String> {
    if document.get("swagger").is_some() {
        return Err("it is Swagger 2.0; convert it to OpenAPI 3 first".to_owned());
    }
    let version = document.get("openapi").and_then(Value::as_str);
    if !version.is_some_and(|version| version.starts_with("3.")) {
        return Err("it is no OpenAPI 3 document: it does not say \"openapi\": \"3.…\"".to_owned());
    }
    let api = object(document, "the document")?;
    let mut import = Import {
        servers: Servers::new(api, wishes.base),
        permissions,
        found: Imported::default(),
        routes: Vec::new(),
        places: BTreeMap::new(),
    };
    for (name, cure) in DOCUMENT.unknown(api) {
        import.leave_out(format!("`{name}`"), cure);
    }
    let Some(paths) = api.get("paths") else {
        let slip = DOCUMENT.unknown(api).next();
        let cure = slip.map(|(name, cure)| format!(", but `{name}`; {cure}"));
        return Err(format!("it has no `paths`{}", cure.unwrap_or_default()));
    };
    let paths = object(paths, "`paths`")?;
    import.permissions.note_ids(ids(paths));
    for (path, item) in paths.iter().filter(|(path, _)| !path.starts_with("x-")) {
        if let Err(why) = import.path(path, item) {
            import.leave_out(path.clone(), why);
        }
    }
    let Imported {
        left_out, notes, ..
    } = &mut import.found;
    slashes::settle(&mut import.routes, left_out, notes);
    let hosts = import.servers.hosts();
    if !hosts.is_empty() && wishes.hosts.is_empty() {
        let hosts = hosts.iter().map(String::as_str).collect::<Vec<_>>();
        import.found.notes.push(format!(
            "the routes name no host, though the servers are at {}; say so by --host, or they serve any",
            hosts.join(", ")
        ));
    }
    let notes = import.servers.notes();
    import.found.notes.extend(notes);
    let (mut found, routes) = (import.found, import.routes);
    found.routes = routes.into_iter().map(|own| written(own, wishes)).collect();
    for name in permissions.unused() {
        let what = format!("the table's `{name}`");
        let why = "the document has no such operation".to_owned();
        found.left_out.push((what, why));
    }
    Ok(found)
}

/// Returns the operations of a path, each by its method in upper case.
fn operations(item: &Map<String, Value>) -> impl Iterator<Item = (String, &Value)> {
    let named = METHODS.into_iter().filter_map(|method| {
        let operation = item.get(method)?;
        Some((method.to_ascii_uppercase(), operation))
    });
    let others = item.get("additionalOperations").and_then(Value::as_object);
    let others = others.into_iter().flatten();
    // Their names are the methods as they are sent.
    named.chain(others.map(|(method, operation)| (method.clone(), operation)))
}

/// Returns every operationId, each as often as it appears.
fn ids(paths: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let items = paths.values().filter_map(Value::as_object);
    let all = items.flat_map(operations);
    all.filter_map(|(_, operation)| operation.get("operationId")?.as_str())
}

struct Import<'a> {
    servers: Servers<'a>,
    permissions: &'a mut Permissions,
    found: Imported,
    routes: Vec<Route>,
    /// Where among the routes each is.
    places: BTreeMap<Said, usize>,
}

impl<'a> Import<'a> {
    fn leave_out(&mut self, what: String, why: String) {
        self.found.left_out.push((what, why));
    }

    fn path(&mut self, path: &str, item: &'a Value) -> Result<(), String> {
        let item = object(item, "it")?;
        if let Some(reference) = item.get("$ref") {
            let reference = reference.as_str().unwrap_or_default();
            return Err(format!(
                "it is written in `{reference}`; resolve references first"
            ));
        }
        for (name, cure) in PATH.unknown(item) {
            self.leave_out(format!("`{name}` of {path}"), cure);
        }
        let others = item.get("additionalOperations");
        if let Some(others) = others {
            object(others, "`additionalOperations`")?;
        }
        let mut seen = BTreeSet::new();
        for (method, operation) in operations(item) {
            let line = format!("{method} {path}");
            let added = if seen.insert(method.clone()) {
                self.operation(path, item, &method, operation)
            } else {
                Err("it is written in `additionalOperations` too; keep one".to_owned())
            };
            if let Err(why) = added {
                self.leave_out(line, why);
            }
        }
        Ok(())
    }

    fn operation(
        &mut self,
        path: &str,
        item: &'a Map<String, Value>,
        method: &str,
        operation: &'a Value,
    ) -> Result<(), String> {
        let line = format!("{method} {path}");
        let operation = object(operation, "it")?;
        if let Some((name, cure)) = OPERATION.unknown(operation).next() {
            return Err(format!("it has `{name}`; {cure}"));
        }
        if !method
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'-')
        {
            return Err("a route has its methods in upper case".to_owned());
        }
        let said = |name: &str| operation.get(name).or(item.get(name));
        let id = match operation.get("operationId") {
            None => None,
            Some(id) => Some(id.as_str().ok_or("its `operationId` is no string")?),
        };
        let named = Operation { id, method, path };
        let asks = self.permissions.of(&named, said("x-permission"))?;
        let security = operation.get("security");
        let security = match security {
            None => None,
            Some(own) => Some(own.as_array().ok_or("its `security` is no list")?),
        };
        let asks = match asks {
            Some(asks) => asks,
            // The document itself says that it needs no security.
            None if security.is_some_and(Vec::is_empty) => {
                let note = format!("{line}: public, for its `security` is empty");
                self.found.notes.push(note);
                Asks::Public
            }
            None => return Err(NO_PERMISSION.to_owned()),
        };
        let Base(base) = self.servers.base([operation, item])?;
        let own = route_path(&base, path)?;
        let notes = own.notes.iter().map(|note| format!("{line}: {note}"));
        self.found.notes.extend(notes);
        let resource = said("x-resource").map(Value::to_string);
        let said = Said {
            path: own.path,
            trailing_slash: own.trailing_slash,
            asks,
            resource,
        };
        let next = self.routes.len();
        let place = *self.places.entry(said.clone()).or_insert(next);
        match self.routes.get_mut(place) {
            Some(route) => route.methods.push(method.to_owned()),
            None => self.routes.push(Route {
                said,
                methods: vec![method.to_owned()],
            }),
        }
        Ok(())
    }
}

fn object<'v>(value: &'v Value, what: &str) -> Result<&'v Map<String, Value>, String> {
    let object = value.as_object();
    object.ok_or_else(|| format!("{what} is no object"))
}

fn written(Route { said, methods }: Route, wishes: &Wishes<'_>) -> Value {
    let Said {
        path,
        trailing_slash,
        asks,
        resource,
    } = said;
    let mut own = Map::new();
    let mut say = |name: &str, value: Value| own.insert(name.to_owned(), value);
    say("methods", one_or_many(&methods));
    if !wishes.hosts.is_empty() {
        let name = if wishes.hosts.len() == 1 {
            "host"
        } else {
            "hosts"
        };
        say(name, one_or_many(wishes.hosts));
    }
    say("path", path.into());
    asks.say_in(&mut own);
    if let Some(resource) = resource {
        let resource = serde_json::from_str(&resource).unwrap_or_default();
        own.insert("resource".to_owned(), resource);
    }
    if trailing_slash {
        own.insert("accepts".to_owned(), "trailing-slash".into());
    }
    Value::Object(own)
}

fn one_or_many(texts: &[String]) -> Value {
    match texts {
        [one] => one.as_str().into(),
        _ => texts.into(),
    }
}

const NO_PERMISSION: &str = "nothing says which permission it needs; write `x-permission` beside it, or name it in the table";

#[cfg(test)]
mod tests;
