//! Routes of whole policies: each request takes its own.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use portcullis_gate::{CanonicalPath, routes::Routes};

use super::*;

/// A route as a list names it: its methods and path, and a request that takes it.
struct Listed {
    method: String,
    path: String,
    target: String,
}

/// Compiles routes that all ask for different permissions.
fn compiled(list: &[Listed]) -> Routes {
    let mut actions = serde_json::Map::new();
    let mut routes = Vec::new();
    for (index, listed) in list.iter().enumerate() {
        actions.insert(format!("a{index}"), json!("read"));
        routes.push(json!({ "methods": listed.method, "path": listed.path, "permission": format!("api:a{index}") }));
    }
    let policy = json!({
        "catalog": { "id": "c", "modules": { "api": { "actions": actions } }, "routes": routes },
        "tenant": { "id": "acme" }
    });
    let (_, model) = Source::load(&policy.to_string()).unwrap();
    Routes::new(model.routes).unwrap()
}

/// Returns the name of the route that a request takes, marked if the gate refuses it.
fn taken(routes: &Routes, method: &str, target: &str) -> String {
    let method = if method == "*" { "PATCH" } else { method };
    let path = CanonicalPath::parse(target.as_bytes()).unwrap();
    let found = routes.find(method.as_bytes(), b"api.example.com", &path);
    found.map_or_else(String::new, |found| {
        let is_refused = found.rival.is_some() || !found.lookalikes.is_empty();
        format!("{}{}", if is_refused { "!" } else { "" }, found.name)
    })
}

#[test]
fn a_platform_of_a_thousand_routes_finds_each() {
    let text = include_str!("../../../../tests/vectors/routes/platform.txt");
    let (mut list, mut refused) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split(' ').collect();
        match cells.as_slice() {
            [method, path, target] => list.push(Listed {
                method: String::from(*method),
                path: String::from(*path),
                target: String::from(*target),
            }),
            [method, target] => refused.push((method.trim_start_matches('!'), *target)),
            other => panic!("{other:?}"),
        }
    }
    let routes = compiled(&list);
    for own in &list {
        let expected = format!("{} {}", own.method, own.path);
        assert_eq!(taken(&routes, &own.method, &own.target), expected);
    }
    for (method, target) in refused {
        assert!(
            taken(&routes, method, target).starts_with('!'),
            "{method} {target}"
        );
    }
    assert!(list.len() > 900, "{}", list.len());
}

/// Lists of other people's APIs, `METHOD,PATH,…` with `:name` and `*name`; not committed, so a
/// clone goes without.
#[test]
fn lists_of_real_apis_compile_and_each_request_finds_its_route() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors/routes");
    let Ok(files) = std::fs::read_dir(folder) else {
        return;
    };
    for file in files {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut known = BTreeSet::new();
        let mut list = Vec::new();
        for line in text.lines().skip(1) {
            let mut cells = line.split(',');
            let (method, path) = (cells.next().unwrap(), cells.next().unwrap());
            let segments = path.trim_end_matches('/').split('/').skip(1).enumerate();
            let (mut pattern, mut target) = (String::new(), String::new());
            for (at, segment) in segments {
                let _ = match segment.strip_prefix([':', '*']) {
                    Some(_) if segment.starts_with('*') => write!(pattern, "/{{p{at}...}}"),
                    Some(_) => write!(pattern, "/{{p{at}}}"),
                    None => write!(pattern, "/{segment}"),
                };
                let _ = match segment.as_bytes().first() {
                    Some(b':') => write!(target, "/v{at}"),
                    // Of one segment, it would cross what has a parameter there.
                    Some(b'*') => write!(target, "/v{at}/deep"),
                    _ => write!(target, "/{segment}"),
                };
            }
            if pattern.is_empty() {
                (pattern, target) = ("/".to_owned(), "/".to_owned());
            }
            if known.insert((method.to_owned(), pattern.clone())) {
                list.push(Listed {
                    method: method.to_owned(),
                    path: pattern,
                    target,
                });
            }
        }
        let routes = compiled(&list);
        for own in &list {
            let expected = format!("{} {}", own.method, own.path);
            assert_eq!(taken(&routes, &own.method, &own.target), expected);
        }
    }
}
