//! An API as an OpenAPI document describes it, and the routes that it has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::left_out::{LeftOut, Requests};
use super::members::{DOCUMENT, METHODS, OPERATION, PATH};
use super::parameters;
use super::permissions::{Asks, Operation, Permissions};
use super::route::{Method, Route, Said, renamed};
use super::servers::{Servers, Wishes};
use super::template::route_path;
use super::{crossings, slashes};

/// The routes of a described API, and what is not among them.
#[derive(Debug, Default)]
pub(super) struct Imported {
    /// Each as `catalog.routes` has it.
    pub(super) routes: Vec<Value>,
    pub(super) left_out: Vec<LeftOut>,
    /// What was settled that the document does not say plainly.
    pub(super) notes: Vec<String>,
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
        document,
        servers: Servers::new(api, *wishes),
        permissions,
        found: Imported::default(),
        routes: Vec::new(),
        places: BTreeMap::new(),
        takers: BTreeMap::new(),
    };
    for unknown in DOCUMENT.unknown(api) {
        import.leave_out(format!("`{}`", unknown.name), unknown.cure, None);
    }
    let Some(paths) = api.get("paths") else {
        let slip = DOCUMENT.unknown(api).next();
        let cure = slip.map(|slip| format!(", but `{}`; {}", slip.name, slip.cure));
        return Err(format!("it has no `paths`{}", cure.unwrap_or_default()));
    };
    let paths = object(paths, "`paths`")?;
    import.permissions.note_ids(ids(paths));
    for (path, item) in paths.iter().filter(|(path, _)| !path.starts_with("x-")) {
        if let Err(why) = import.path(path, item) {
            let requests = import.requests(None, path, [item, item]);
            import.leave_out(path.clone(), why, requests);
        }
    }
    let Imported {
        left_out, notes, ..
    } = &mut import.found;
    slashes::settle(&mut import.routes, left_out, notes);
    left_out
        .iter_mut()
        .for_each(|own| own.name_wider(&import.routes));
    notes.extend(crossings::notes(&import.routes, wishes.hosts));
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
        found.left_out.push(LeftOut {
            what,
            why,
            requests: None,
        });
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
    document: &'a Value,
    servers: Servers<'a>,
    permissions: &'a mut Permissions,
    found: Imported,
    routes: Vec<Route>,
    /// Where among the routes each is, by its shape.
    places: BTreeMap<Said, usize>,
    /// Which route takes a method of a path, by the path's shape and whether `/` is at its end.
    takers: BTreeMap<(String, bool, String), usize>,
}

impl<'a> Import<'a> {
    fn leave_out(&mut self, what: String, why: String, requests: Option<Requests>) {
        self.found.left_out.push(LeftOut {
            what,
            why,
            requests,
        });
    }

    /// Returns the requests that a path describes, or one operation there, as well as can be said.
    fn requests(
        &mut self,
        method: Option<&str>,
        path: &str,
        within: [&'a Value; 2],
    ) -> Option<Requests> {
        let [operation, item] = within.map(Value::as_object);
        let place = self.servers.place([operation?, item?]).ok()?;
        Some(Requests {
            method: method.map(str::to_owned),
            path: format!("{}{path}", place.base),
        })
    }

    fn path(&mut self, path: &str, whole: &'a Value) -> Result<(), String> {
        let item = object(whole, "it")?;
        if let Some(reference) = item.get("$ref") {
            let reference = reference.as_str().unwrap_or_default();
            return Err(format!(
                "it is written in `{reference}`; resolve references first"
            ));
        }
        for unknown in PATH.unknown(item) {
            let what = format!("`{}` of {path}", unknown.name);
            self.leave_out(what, unknown.cure, None);
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
                let requests = self.requests(Some(&method), path, [operation, whole]);
                self.leave_out(line, why, requests);
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
        let unknown: Vec<_> = OPERATION.unknown(operation).collect();
        if let Some(slip) = unknown.iter().find(|unknown| unknown.decides) {
            return Err(format!("it has `{}`; {}", slip.name, slip.cure));
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
        let place = self.servers.place([operation, item])?;
        let wide = parameters::wide(self.document, [operation, item]);
        let own = route_path(&place.base, path, &wide)?;
        let resource = said("x-resource").cloned();
        let resource = resource.map(|resource| renamed(resource, &own.renamed).to_string());
        let said = Said {
            path: own.path,
            trailing_slash: own.trailing_slash,
            asks,
            resource,
        };
        let notes = own.notes.into_iter().chain(place.moved);
        let strays = unknown.iter();
        let strays = strays.map(|stray| format!("it has `{}`; {}", stray.name, stray.cure));
        let notes = notes.chain(strays).map(|note| format!("{line}: {note}"));
        self.found.notes.extend(notes);
        self.add(said, method, line)
    }

    /// Adds a method to the route that says the same, or a route.
    fn add(&mut self, said: Said, method: &str, described: String) -> Result<(), String> {
        let shape = said.shape();
        let next = self.routes.len();
        let place = *self.places.entry(shape.clone()).or_insert(next);
        let taker = (shape.path, said.trailing_slash, method.to_owned());
        let taken = self.takers.get(&taker).and_then(|at| {
            let own = self.routes.get(*at)?;
            Some((*at, own.described(method).to_owned()))
        });
        if let Some((at, other)) = taken {
            if at != place {
                return Err(format!(
                    "it matches the requests of `{other}`, which asks otherwise; make them agree"
                ));
            }
            let note = format!("{described}: one route with `{other}`, which asks the same");
            self.found.notes.push(note);
            return Ok(());
        }
        self.takers.insert(taker, place);
        let method = Method {
            name: method.to_owned(),
            described,
        };
        match self.routes.get_mut(place) {
            Some(route) => route.methods.push(method),
            None => self.routes.push(Route {
                said,
                methods: vec![method],
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
    let methods = methods.into_iter().map(|method| method.name);
    say("methods", one_or_many(&methods.collect::<Vec<_>>()));
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
#[cfg(test)]
mod together_tests;
