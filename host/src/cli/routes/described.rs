//! An API as an OpenAPI document describes it, and the routes that it has.

use std::collections::BTreeMap;

use openapiv3::{OpenAPI, Operation, PathItem, ReferenceOr, Server};
use serde_json::{Map, Value, json};

use super::permissions::{Asks, Permissions};
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

/// What a route says besides its methods; operations of which all is equal are one route.
type Route = (String, bool, Asks, Option<String>);

/// Reads an OpenAPI 3 document, in JSON or YAML.
pub(super) fn read(text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| error.to_string());
    }
    serde_saphyr::from_str(text).map_err(|error| error.to_string())
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
    let api: OpenAPI =
        serde_json::from_value(without_schemas(document)).map_err(|error| error.to_string())?;
    let mut import = Import {
        api: &api,
        permissions,
        wishes,
        found: Imported::default(),
        routes: Vec::new(),
        places: BTreeMap::new(),
    };
    for (path, item) in &api.paths.paths {
        match item {
            ReferenceOr::Item(item) => import.path(path, item),
            ReferenceOr::Reference { reference } => {
                let why = format!("it is written in `{reference}`; resolve references first");
                import.found.left_out.push((path.clone(), why));
            }
        }
    }
    let (mut found, routes) = (import.found, import.routes);
    found.routes = routes.into_iter().map(|own| written(own, wishes)).collect();
    for name in permissions.unused() {
        let what = format!("the table's `{name}`");
        let why = "the document has no such operation".to_owned();
        found.left_out.push((what, why));
    }
    Ok(found)
}

/// Leaves out what says nothing of routes, above all the schemas, which differ between the
/// versions of OpenAPI 3.
fn without_schemas(document: &Value) -> Value {
    let keep = |from: &Value, names: &[&str]| {
        let members = from.as_object().into_iter().flatten();
        let kept = members.filter(|(name, _)| {
            names.contains(&name.as_str()) || name.starts_with("x-") || *name == "$ref"
        });
        kept.map(|(name, value)| (name.clone(), value.clone()))
            .collect::<Map<String, Value>>()
    };
    let operation = |own: &Value| {
        let mut own = keep(own, &["operationId", "security", "servers", "deprecated"]);
        own.insert("responses".to_owned(), json!({}));
        Value::Object(own)
    };
    let paths = document.get("paths").and_then(Value::as_object);
    let paths = paths.into_iter().flatten().map(|(path, item)| {
        let mut own = keep(item, &["servers"]);
        for method in METHODS {
            if let Some(found) = item.get(method) {
                own.insert(method.to_owned(), operation(found));
            }
        }
        (path.clone(), Value::Object(own))
    });
    let paths: Map<String, Value> = paths.filter(|(path, _)| !path.starts_with("x-")).collect();
    let mut own = keep(document, &["openapi", "servers", "security"]);
    own.insert("info".to_owned(), json!({ "title": "", "version": "" }));
    own.insert("paths".to_owned(), Value::Object(paths));
    Value::Object(own)
}

struct Import<'a> {
    api: &'a OpenAPI,
    permissions: &'a mut Permissions,
    wishes: &'a Wishes<'a>,
    found: Imported,
    /// Each with its methods.
    routes: Vec<(Route, Vec<String>)>,
    places: BTreeMap<Route, usize>,
}

impl Import<'_> {
    fn path(&mut self, path: &str, item: &PathItem) {
        for (method, operation) in item.iter() {
            let method = method.to_ascii_uppercase();
            if let Err(why) = self.operation(path, item, &method, operation) {
                let left_out = (format!("{method} {path}"), why);
                self.found.left_out.push(left_out);
            }
        }
    }

    fn operation(
        &mut self,
        path: &str,
        item: &PathItem,
        method: &str,
        operation: &Operation,
    ) -> Result<(), String> {
        let line = format!("{method} {path}");
        let said = |name: &str| operation.extensions.get(name).or(item.extensions.get(name));
        let id = operation.operation_id.as_deref();
        let asks = self
            .permissions
            .of(id, method, path, said("x-permission"))?;
        let asks = match asks {
            Some(asks) => asks,
            // The document itself says that it needs no security.
            None if operation.security.as_ref().is_some_and(Vec::is_empty) => {
                let note = format!("{line}: public, for its `security` is empty");
                self.found.notes.push(note);
                Asks::Public
            }
            None => return Err(NO_PERMISSION.to_owned()),
        };
        let base = self.base(item, operation)?;
        let own = route_path(&base, path)?;
        let notes = own.notes.iter().map(|note| format!("{line}: {note}"));
        self.found.notes.extend(notes);
        let resource = said("x-resource").map(Value::to_string);
        let route = (own.path, own.trailing_slash, asks, resource);
        let next = self.routes.len();
        let place = *self.places.entry(route.clone()).or_insert(next);
        match self.routes.get_mut(place) {
            Some((_, methods)) => methods.push(method.to_owned()),
            None => self.routes.push((route, vec![method.to_owned()])),
        }
        Ok(())
    }

    /// Returns the path before an operation's own, which its servers have.
    fn base(&self, item: &PathItem, operation: &Operation) -> Result<String, String> {
        if let Some(base) = self.wishes.base {
            return Ok(base.to_owned());
        }
        let all = [&operation.servers, &item.servers, &self.api.servers];
        let Some(servers) = all.into_iter().find(|servers| !servers.is_empty()) else {
            return Ok(String::new());
        };
        let mut bases: Vec<String> = servers.iter().map(base_of).collect();
        bases.dedup();
        match bases.as_slice() {
            [one] => Ok(one.clone()),
            several => Err(format!(
                "its servers have different paths ({}); say which by --base",
                several.join(", ")
            )),
        }
    }
}

/// Returns the path of a server, its variables as they are by default.
fn base_of(server: &Server) -> String {
    let mut url = server.url.clone();
    for (name, variable) in server.variables.iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), &variable.default);
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => url.trim_start_matches('/'),
    };
    match path.trim_end_matches('/') {
        "" => String::new(),
        path => format!("/{path}"),
    }
}

fn written((route, methods): (Route, Vec<String>), wishes: &Wishes<'_>) -> Value {
    let (path, trailing_slash, asks, resource) = route;
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

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
const NO_PERMISSION: &str = "nothing says which permission it needs; write `x-permission` beside it, or name it in the table";

#[cfg(test)]
mod tests {
    use super::*;

    const PETS: &str = "
openapi: 3.1.0
info: { title: Pets, version: '1' }
servers: [{ url: 'https://{region}.example.com/v1', variables: { region: { default: eu } } }]
components: { schemas: { Pet: { type: [object, 'null'] } } }
paths:
  /pets:
    get: { operationId: listPets, responses: { '200': { description: ok } } }
    post: { operationId: addPet, x-permission: 'pets:write' }
  /pets/{petId}:
    x-permission: pets:read
    x-resource: { id: path.petId }
    parameters: [{ name: petId, in: path, required: true, schema: { type: string } }]
    get: {}
    head: {}
    delete: { x-permission: pets:delete }
  /pets/{petId}:feed:
    post: { operationId: feedPet }
  /health/:
    get: { security: [] }
  /bad//path:
    get: { x-permission: pets:read }
  /elsewhere:
    $ref: 'other.yaml#/x'
  /forgotten:
    get: {}
";

    #[test]
    fn a_described_api_is_routes_and_what_could_not_be_one() {
        let table = json!({ "listPets": "pets:read", "POST /pets/{petId}:feed": "authenticated", "typo": "pets:read" });
        let mut permissions = Permissions::read(table).unwrap();
        let document = read(PETS).unwrap();
        let found = import(&document, &mut permissions, &Wishes::default()).unwrap();
        assert_eq!(
            Value::from(found.routes),
            json!([
                { "methods": "GET", "path": "/v1/pets", "permission": "pets:read" },
                { "methods": "POST", "path": "/v1/pets", "permission": "pets:write" },
                { "methods": ["GET", "HEAD"], "path": "/v1/pets/{petId}", "permission": "pets:read", "resource": { "id": "path.petId" } },
                { "methods": "DELETE", "path": "/v1/pets/{petId}", "permission": "pets:delete", "resource": { "id": "path.petId" } },
                { "methods": "POST", "path": "/v1/pets/{petId}:feed", "authenticated": true },
                { "methods": "GET", "path": "/v1/health", "public": true, "accepts": "trailing-slash" }
            ])
        );
        let left_out: Vec<String> = found
            .left_out
            .iter()
            .map(|(what, why)| format!("{what}: {why}"))
            .collect();
        assert_eq!(
            left_out,
            [
                "GET /bad//path: a path has no empty segment, and does not end with `/`".to_owned(),
                "/elsewhere: it is written in `other.yaml#/x`; resolve references first".to_owned(),
                format!("GET /forgotten: {NO_PERMISSION}"),
                "the table's `typo`: the document has no such operation".to_owned(),
            ]
        );
        assert_eq!(
            found.notes,
            ["GET /health/: public, for its `security` is empty"]
        );
    }

    #[test]
    fn hosts_and_the_base_are_as_wished() {
        let document = json!({ "openapi": "3.0.3", "paths": { "/a": { "get": { "x-permission": "a:b" } } },
            "servers": [{ "url": "/v1" }, { "url": "https://b.example.com/v2/" }] });
        let hosts = ["a.example.com".to_owned(), "b.example.com".to_owned()];
        let wishes = Wishes {
            base: None,
            hosts: &hosts,
        };
        let found = import(&document, &mut Permissions::default(), &wishes).unwrap();
        assert_eq!(found.routes, [] as [Value; 0]);
        assert!(
            found.left_out[0].1.contains("(/v1, /v2)"),
            "{:?}",
            found.left_out
        );
        let wishes = Wishes {
            base: Some("/v2"),
            hosts: &hosts,
        };
        let found = import(&document, &mut Permissions::default(), &wishes).unwrap();
        let expected =
            json!([{ "methods": "GET", "hosts": hosts, "path": "/v2/a", "permission": "a:b" }]);
        assert_eq!(Value::from(found.routes), expected);
    }

    #[test]
    fn what_is_no_openapi_3_is_refused() {
        for (text, expected) in [
            ("swagger: '2.0'", "Swagger 2.0"),
            ("openapi: 2.0.0", "no OpenAPI 3"),
            ("[]", "no OpenAPI 3"),
        ] {
            let document = read(text).unwrap();
            let refused = import(&document, &mut Permissions::default(), &Wishes::default());
            assert!(refused.unwrap_err().contains(expected), "{text}");
        }
        assert!(read("a: 1\na: 2").is_err());
        assert!(read("{\"a\":").is_err());
    }
}
