//! What a described API gives.

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
        .map(|own| format!("{}: {}", own.what, own.why))
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
            "taken with the `/` at their end and without: /v1/health/",
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
        found.left_out[0].why.contains("(/v1, /v2)"),
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
    let left_out = left_out.map(|own| format!("{}: {}", own.what, own.why));
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
fn what_ends_with_a_slash_takes_nothing_from_what_does_not() {
    let read = json!({ "x-permission": "m:read" });
    let admin = json!({ "x-permission": "m:admin" });
    let public = json!({ "x-permission": "public" });
    let paths = json!({
        "/m": { "get": read, "post": read },
        "/m/": { "get": read, "post": { "x-permission": "m:write" }, "put": read },
    });
    let (routes, left_out) = imported(&paths, json!({}));
    assert_eq!(
        routes,
        [
            r#"{"methods":"POST","path":"/m","permission":"m:read"}"#,
            r#"{"methods":["GET","PUT"],"path":"/m","permission":"m:read","accepts":"trailing-slash"}"#,
        ]
    );
    assert_eq!(
        left_out,
        [
            "POST /m/: a route with `/` at its end takes the path without it too, which `POST /m` asks otherwise; make them agree"
        ]
    );
    let document = json!({ "openapi": "3.2.0", "info": {}, "paths": paths });
    let found = import(&document, &mut Permissions::default(), &Wishes::default()).unwrap();
    assert_eq!(
        found.notes,
        ["taken with the `/` at their end and without: /m/"]
    );
    for (paths, left) in [
        // From a wider one.
        (
            json!({ "/m/{id}": { "get": admin }, "/m/pub/": { "get": public } }),
            &["GET /m/pub/"][..],
        ),
        (
            json!({ "/m/{rest+}": { "get": admin }, "/m/a/pub/": { "get": public } }),
            &["GET /m/a/pub/"],
        ),
        (
            json!({ "/m/{id}": { "get": admin }, "/m/{id}.json/": { "get": public } }),
            &["GET /m/{id}.json/"],
        ),
        (
            json!({ "/m/a/b": { "get": admin }, "/m/{rest+}/": { "get": public } }),
            &["GET /m/{rest+}/"],
        ),
        // HEAD is answered by GET's where it has none of its own.
        (
            json!({ "/f": { "get": admin }, "/f/": { "get": admin, "head": read } }),
            &["HEAD /f/"],
        ),
        (
            json!({ "/f": { "get": admin, "head": read }, "/f/": { "get": admin, "head": read } }),
            &[],
        ),
        // Of another method, another length or another literal.
        (
            json!({ "/m/{id}": { "post": admin }, "/m/pub/": { "get": public } }),
            &[],
        ),
        (
            json!({ "/m/{id}/x": { "get": admin }, "/m/pub/": { "get": public } }),
            &[],
        ),
        (
            json!({ "/m/sub": { "get": admin }, "/m/pub/": { "get": public } }),
            &[],
        ),
        (
            json!({ "/m/{a}": { "get": admin }, "/m/{b}/": { "get": read } }),
            &["GET /m/{b}/"],
        ),
    ] {
        let (_, left_out) = imported(&paths, json!({}));
        let left_out: Vec<&str> = left_out
            .iter()
            .filter_map(|one| one.split(": ").next())
            .collect();
        assert_eq!(left_out, left, "{paths}");
    }
    // One route takes what two paths describe that differ in a name alone.
    let paths = json!({ "/m/{a}": { "get": read }, "/m/{b}/": { "get": read } });
    assert_eq!(
        imported(&paths, json!({})).0,
        [r#"{"methods":"GET","path":"/m/{b}","permission":"m:read","accepts":"trailing-slash"}"#]
    );
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
    assert_eq!(found.left_out[0].what, "`basePath`");
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
