//! What operations of a described API are to one another.

use super::*;
use serde_json::json;

fn found(document: Value, wishes: &Wishes<'_>) -> Imported {
    let document = match document {
        Value::Object(mut members) => {
            members.insert("openapi".to_owned(), "3.1.0".into());
            Value::Object(members)
        }
        other => other,
    };
    import(&document, &mut Permissions::default(), wishes).unwrap()
}

fn of_paths(paths: &Value) -> Imported {
    found(json!({ "paths": paths }), &Wishes::default())
}

fn left_out(found: &Imported) -> Vec<String> {
    let all = found.left_out.iter();
    all.map(|own| format!("{}: {}", own.what, own.why))
        .collect()
}

#[test]
fn paths_that_differ_in_a_parameters_name_are_one_route() {
    let asks = |name: &str| json!({ "x-permission": "users:read", "x-resource": { "id": format!("path.{name}") } });
    let imported = of_paths(&json!({
        "/users/{id}": { "get": asks("id") },
        "/users/{name}": { "get": asks("name"), "head": asks("name"), "delete": { "x-permission": "users:delete" } },
    }));
    assert_eq!(
        Value::from(imported.routes),
        json!([
            { "methods": ["GET", "HEAD"], "path": "/users/{id}", "permission": "users:read", "resource": { "id": "path.id" } },
            { "methods": "DELETE", "path": "/users/{name}", "permission": "users:delete" },
        ])
    );
    assert_eq!(
        imported.notes,
        ["GET /users/{name}: one route with `GET /users/{id}`, which asks the same"]
    );
    // Nothing says which of two that ask otherwise is meant; of the same path with `/` neither.
    for (one, other) in [
        (
            json!({ "x-permission": "users:read" }),
            json!({ "x-permission": "users:admin" }),
        ),
        (
            asks("id"),
            json!({ "x-permission": "users:read", "x-resource": { "id": "query.name" } }),
        ),
        (json!({ "x-permission": "public" }), asks("name")),
    ] {
        for end in ["", "/"] {
            let (first, second) = (
                format!("/users/{{id}}{end}"),
                format!("/users/{{name}}{end}"),
            );
            let imported = of_paths(
                &json!({ first.as_str(): { "get": one }, second.as_str(): { "get": other } }),
            );
            assert_eq!(imported.routes.len(), 1, "{second}");
            assert_eq!(
                left_out(&imported),
                [format!(
                    "GET {second}: it matches the requests of `GET {first}`, which asks otherwise; make them agree; as it is, `GET {first}` takes its requests"
                )]
            );
        }
    }
}

#[test]
fn a_resource_follows_its_parameter() {
    let imported = of_paths(&json!({
        "/jobs/{job.id}/files/{path+}": { "get": { "x-permission": "jobs:read",
            "x-resource": { "id": "path.job.id", "owner": "path.path+", "kind": { "constant": "path.job.id" }, "team": "query.job.id" } } },
    }));
    assert_eq!(
        Value::from(imported.routes),
        json!([{ "methods": "GET", "path": "/jobs/{job_id}/files/{path...}", "permission": "jobs:read",
            "resource": { "id": "path.job_id", "owner": "path.path", "kind": { "constant": "path.job.id" }, "team": "query.job.id" } }])
    );
}

#[test]
fn crossings_are_said() {
    let read = json!({ "get": { "x-permission": "a:read" } });
    let imported = of_paths(
        &json!({ "/a/{x}/c": read, "/a/b/{y}": { "get": { "x-permission": "a:write" } } }),
    );
    assert_eq!(imported.routes.len(), 2);
    assert_eq!(
        imported.notes,
        [
            "`GET /a/{x}/c` and `GET /a/b/{y}` both match `GET /a/b/c`, neither is the more specific, and the gate refuses the request; add a route for it"
        ]
    );
    assert_eq!(
        of_paths(&json!({ "/a/{x}/c": read, "/a/b/{y}": read })).notes,
        [] as [&str; 0]
    );
}

#[test]
fn a_parameter_for_several_segments_takes_them_where_it_can() {
    let operation = json!({ "x-permission": "a:read", "parameters": [{ "$ref": "#/components/parameters/path" }] });
    let document = json!({
        "components": { "parameters": { "path": { "name": "path", "in": "path", "required": true, "x-multi-segment": true } } },
        "paths": { "/contents/{path}": { "get": operation }, "/{path}/raw": { "get": operation },
            "/one/{path}": { "get": { "x-permission": "a:read" } } },
    });
    let imported = found(document, &Wishes::default());
    let paths: Vec<&str> = imported
        .routes
        .iter()
        .filter_map(|own| own["path"].as_str())
        .collect();
    assert_eq!(paths, ["/contents/{path...}", "/{path}/raw", "/one/{path}"]);
    assert_eq!(
        imported.notes[..2],
        [
            "GET /contents/{path}: `path` takes the rest of the path",
            "GET /{path}/raw: `path` takes no `/` here, for something follows or precedes it",
        ]
    );
}

#[test]
fn what_decides_nothing_is_a_note() {
    let imported = of_paths(&json!({ "/a": { "get": {
        "x-permission": "a:read", "produces": ["application/json"], "x-source": "gateway", "x-codeSamples": [] } } }));
    assert_eq!((imported.routes.len(), left_out(&imported)), (1, vec![]));
    assert_eq!(
        imported.notes,
        ["GET /a: it has `produces`; OpenAPI 3 has no such member here"]
    );
    for (name, cure) in [
        ("x-permissions", "did you mean `x-permission`?"),
        ("x-resurce", "did you mean `x-resource`?"),
        ("Security", "write it as `security`"),
        ("operationID", "write it as `operationId`"),
    ] {
        let imported =
            of_paths(&json!({ "/a": { "get": { "x-permission": "a:read", name: [] } } }));
        assert_eq!(
            left_out(&imported),
            [format!("GET /a: it has `{name}`; {cure}")]
        );
    }
}

#[test]
fn what_is_left_out_is_named_as_described_with_what_takes_its_requests() {
    let read = json!({ "x-permission": "pets:read" });
    let document = json!({ "servers": [{ "url": "https://API.example.com/v1" }], "paths": {
        "/pets/{petId}": { "get": read, "put": read },
        "/pets/mine": { "get": {}, "head": {}, "post": {} },
        "/pets/theirs": { "$ref": "other.yaml" },
        "/pets/mine/toys": { "get": {} },
        "/cats/{cat.id}": { "get": { "x-permission": "cats:read" } },
        "/cats/{cat.id}/": { "get": { "x-permission": "cats:admin" } },
    } });
    let imported = found(document, &Wishes::default());
    assert_eq!(
        left_out(&imported),
        [
            format!("GET /pets/mine: {NO_PERMISSION}; as it is, `GET /pets/{{petId}}` takes its requests"),
            format!("POST /pets/mine: {NO_PERMISSION}"),
            format!("HEAD /pets/mine: {NO_PERMISSION}; as it is, `GET /pets/{{petId}}` takes its requests"),
            "/pets/theirs: it is written in `other.yaml`; resolve references first; as it is, `GET /pets/{petId}` takes its requests".to_owned(),
            format!("GET /pets/mine/toys: {NO_PERMISSION}"),
            "GET /cats/{cat.id}/: a route with `/` at its end takes the path without it too, which `GET /cats/{cat.id}` asks otherwise; make them agree".to_owned(),
        ]
    );
    assert!(
        imported
            .notes
            .iter()
            .any(|note| note.contains("api.example.com")),
        "{:?}",
        imported.notes
    );
}

#[test]
fn an_operation_that_a_wish_moves_is_said() {
    let own = |url: &str| json!({ "x-permission": "a:read", "servers": [{ "url": url }] });
    let document = json!({ "servers": [{ "url": "https://other.example.com/v1" }], "paths": {
        "/a": { "get": own("https://files.example.com/v1") },
        "/b": { "get": own("https://API.example.com:8443/v1") },
        "/c": { "get": { "x-permission": "a:read" } },
        "/d": { "get": own("https://api.example.com/v2") },
    } });
    let hosts = ["api.example.com".to_owned()];
    let wishes = Wishes {
        base: Some("/v1"),
        hosts: &hosts,
    };
    let imported = found(document, &wishes);
    assert_eq!(
        imported.notes,
        [
            "GET /a: its own server is at files.example.com, and the route at api.example.com, as --host says",
            "GET /d: its own server has the path `/v2`, and --base says another",
        ]
    );
}
