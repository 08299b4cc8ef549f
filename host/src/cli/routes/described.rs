//! An API as an OpenAPI document describes it, and the routes that it has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::members::{DOCUMENT, OPERATION, PATH};
use super::permissions::{Asks, Operation, Permissions};
use super::servers::{Base, Servers};
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
    /// Each with its methods.
    routes: Vec<(Route, Vec<String>)>,
    places: BTreeMap<Route, usize>,
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
        let route = (own.path, own.trailing_slash, asks, resource);
        let next = self.routes.len();
        let place = *self.places.entry(route.clone()).or_insert(next);
        match self.routes.get_mut(place) {
            Some((_, methods)) => methods.push(method.to_owned()),
            None => self.routes.push((route, vec![method.to_owned()])),
        }
        Ok(())
    }
}

fn object<'v>(value: &'v Value, what: &str) -> Result<&'v Map<String, Value>, String> {
    let object = value.as_object();
    object.ok_or_else(|| format!("{what} is no object"))
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

const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];
const NO_PERMISSION: &str = "nothing says which permission it needs; write `x-permission` beside it, or name it in the table";

#[cfg(test)]
mod tests {
    use super::super::document::read;
    use super::*;
    use serde_json::json;

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
            [
                "GET /health/: public, for its `security` is empty",
                "the routes name no host, though the servers are at eu.example.com; say so by --host, or they serve any",
                "of the servers' `{region}` only `eu` is taken, which it is by default",
            ]
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
    }

    /// Imports one document of `paths` and a table, and lists the routes and what was left out.
    fn imported(paths: &Value, table: Value) -> (Vec<String>, Vec<String>) {
        let document = json!({ "openapi": "3.2.0", "info": {}, "paths": paths });
        let mut permissions = Permissions::read(table).unwrap();
        let found = import(&document, &mut permissions, &Wishes::default()).unwrap();
        let routes = found.routes.iter().map(Value::to_string).collect();
        let left_out = found.left_out.iter();
        let left_out = left_out.map(|(what, why)| format!("{what}: {why}"));
        (routes, left_out.collect())
    }

    fn left_out(paths: &Value, table: Value) -> Vec<String> {
        imported(paths, table).1
    }

    #[test]
    fn a_table_and_a_document_that_disagree_settle_nothing() {
        let paths = json!({ "/a": { "get": { "operationId": "getA", "x-permission": "a:read" } } });
        let agree = imported(&paths, json!({ "getA": "a:read", "GET /a": "a:read" }));
        assert_eq!((agree.0.len(), agree.1.len()), (1, 0));
        for (table, expected) in [
            (
                json!({ "getA": "a:write" }),
                "GET /a: the table's `getA` says `a:write`, and its `x-permission` `a:read`; make them agree",
            ),
            (
                json!({ "getA": "a:read", "GET /a": "public" }),
                "GET /a: the table's `GET /a` says `public`, and the table's `getA` `a:read`; make them agree",
            ),
        ] {
            assert_eq!(left_out(&paths, table), [expected]);
        }
    }

    #[test]
    fn an_entry_of_the_table_is_one_operations() {
        let twice = json!({
            "/a": { "get": { "operationId": "x" } },
            "/b": { "get": { "operationId": "x", "x-permission": "b:read" } },
            "/c": { "get": { "operationId": "GET /d" } },
            "/d": { "get": { "operationId": "GET /d" } },
        });
        let found = imported(&twice, json!({ "x": "b:read", "GET /d": "public" }));
        assert_eq!(
            found.1,
            [
                "GET /a: its operationId `x` appears twice; name it in the table by its method and path",
                "GET /b: its operationId `x` appears twice; name it in the table by its method and path",
                "GET /c: its operationId reads as another's method and path, `GET /d`; rename it",
            ]
        );
        assert_eq!(found.0, [r#"{"methods":"GET","path":"/d","public":true}"#]);
        // Where the table does not name it, it does no harm.
        let found = imported(
            &twice,
            json!({ "GET /a": "a:read", "GET /c": "c:read", "GET /d": "public" }),
        );
        assert_eq!(
            found.1,
            ["GET /c: its operationId reads as another's method and path, `GET /d`; rename it"]
        );
    }

    #[test]
    fn a_word_of_another_case_is_no_permission() {
        for (asks, expected) in [
            (
                "Public",
                "`Public` is no permission; write `public`, or a permission as `module:action`",
            ),
            (
                "AUTHENTICATED",
                "`AUTHENTICATED` is no permission; write `authenticated`, or a permission as `module:action`",
            ),
            (
                " public",
                "` public` is no permission; write `public`, or a permission as `module:action`",
            ),
            (
                "read",
                "`read` is no permission; write a permission as `module:action`, or `authenticated` or `public`",
            ),
        ] {
            let paths = json!({ "/a": { "get": { "x-permission": asks } } });
            assert_eq!(
                left_out(&paths, json!({})),
                [format!("GET /a: its `x-permission`: {expected}")]
            );
            let paths = json!({ "/a": { "get": {} } });
            assert_eq!(
                left_out(&paths, json!({ "GET /a": asks })),
                [format!("GET /a: the table's `GET /a`: {expected}")]
            );
        }
    }

    #[test]
    fn what_the_document_misspells_is_said() {
        let get = json!({ "x-permission": "a:read" });
        for (paths, expected) in [
            (
                json!({ "/a": { "GET": get } }),
                "`GET` of /a: write it as `get`",
            ),
            (
                json!({ "/a": { "gett": get } }),
                "`gett` of /a: did you mean `get`?",
            ),
            (
                json!({ "/a": { "get": { "x-permision": "a:read" } } }),
                "GET /a: it has `x-permision`; did you mean `x-permission`?",
            ),
            (
                json!({ "/a": { "get": { "X-Permission": "a:read" } } }),
                "GET /a: it has `X-Permission`; did you mean `x-permission`?",
            ),
            (
                json!({ "/a": { "get": { "server": [], "x-permission": "a:read" } } }),
                "GET /a: it has `server`; did you mean `servers`?",
            ),
            (json!({ "/a": { "get": null } }), "GET /a: it is no object"),
            (json!({ "/a": [] }), "/a: it is no object"),
            (
                json!({ "/a": { "additionalOperations": { "purge": get } } }),
                "purge /a: a route has its methods in upper case",
            ),
            (
                json!({ "/a": { "get": { "security": {} } } }),
                "GET /a: its `security` is no list",
            ),
        ] {
            assert_eq!(left_out(&paths, json!({})), [expected]);
        }
        for (document, expected) in [
            (
                json!({ "openapi": "3.1.0", "path": {} }),
                "it has no `paths`, but `path`; did you mean `paths`?",
            ),
            (json!({ "openapi": "3.1.0" }), "it has no `paths`"),
        ] {
            let refused = import(&document, &mut Permissions::default(), &Wishes::default());
            assert_eq!(refused.unwrap_err(), expected);
        }
        let document = json!({ "openapi": "3.1.0", "basePath": "/v1", "paths": {} });
        let found = import(&document, &mut Permissions::default(), &Wishes::default()).unwrap();
        assert_eq!(found.left_out[0].0, "`basePath`");
    }

    #[test]
    fn methods_of_the_newest_version_are_routes_too() {
        let paths = json!({ "/a": {
            "x-permission": "a:read",
            "query": {},
            "additionalOperations": { "PURGE": { "x-permission": "a:delete" } }
        } });
        assert_eq!(
            imported(&paths, json!({})).0,
            [
                r#"{"methods":"QUERY","path":"/a","permission":"a:read"}"#,
                r#"{"methods":"PURGE","path":"/a","permission":"a:delete"}"#,
            ]
        );
    }
}
