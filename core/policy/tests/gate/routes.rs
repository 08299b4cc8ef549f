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

fn routed(routes: Value, changes: impl FnOnce(&mut Value)) -> Gate {
    let mut gate = Gate::new(config(changes));
    let policy = policy("acme", |policy| policy["catalog"]["routes"] = routes);
    assert!(gate.offer(bundle(&policy, 1, None), NOW).is_ok());
    gate
}

fn ask_at(gate: &mut Gate, authority: &str, target: &str, token: Option<&str>) -> (Code, String) {
    let bearer = format!("Bearer {}", token.unwrap_or_default());
    let headers: &[(&[u8], &[u8])] = &[(b"authorization", bearer.as_bytes())];
    let request = Request {
        method: b"GET",
        authority: authority.as_bytes(),
        target: target.as_bytes(),
        headers: if token.is_some() { headers } else { &[] },
        peer: Peer::Unknown,
        nonce: b"",
    };
    let verdict = gate.judge(&request, NOW);
    (verdict.entry().code, verdict.entry().detail.clone())
}

#[test]
fn the_tenant_that_a_host_names_must_be_that_of_whoever_asks() {
    let routes = json!([
        { "methods": "GET", "path": "/me", "authenticated": true, "tenant_host": "{tenant}.example.com" },
        { "methods": "GET", "path": "/tickets/{id}", "permission": "tickets:read", "conditional": "forward",
          "tenant_host": "{tenant}.example.com", "hosts": ["acme.example.com", "globex.example.com"] },
        { "methods": "GET", "path": "/open", "public": true, "tenant_host": "{tenant}.example.com" },
        { "methods": "GET", "path": "/feed", "public": true, "identity": "optional", "tenant_host": "{tenant}.example.com" },
    ]);
    // With the listener's tenant, and with that of the token.
    for fixed in [true, false] {
        let mut gate = routed(routes.clone(), |config| {
            if !fixed {
                config.as_object_mut().unwrap().remove("tenant");
            }
        });
        let (acme, globex) = (
            token(9, &json!({})),
            token(9, &json!({ "tenant": "globex" })),
        );
        for (authority, target, token, code, detail) in [
            (
                "acme.example.com",
                "/me",
                Some(&acme),
                Code::Authenticated,
                "",
            ),
            (
                "ACME.example.com:443",
                "/me",
                Some(&acme),
                Code::Authenticated,
                "",
            ),
            (
                "globex.example.com",
                "/me",
                Some(&acme),
                Code::TenantMismatch,
                "host",
            ),
            (
                "acme.example.com",
                "/tickets/1",
                Some(&acme),
                Code::Conditional,
                "",
            ),
            (
                "globex.example.com",
                "/tickets/1",
                Some(&acme),
                Code::TenantMismatch,
                "host",
            ),
            (
                "other.example.com",
                "/tickets/1",
                Some(&acme),
                Code::RouteUnknown,
                "",
            ),
            (
                "x.acme.example.com",
                "/me",
                Some(&acme),
                Code::RouteUnknown,
                "authority",
            ),
            (
                "example.com",
                "/me",
                Some(&acme),
                Code::RouteUnknown,
                "authority",
            ),
            ("globex.example.com", "/open", Some(&acme), Code::Public, ""),
            ("globex.example.com", "/feed", None, Code::Public, ""),
            (
                "globex.example.com",
                "/feed",
                Some(&acme),
                Code::TenantMismatch,
                "host",
            ),
            ("acme.example.com", "/feed", Some(&acme), Code::Public, ""),
            ("globex.example.com", "/me", None, Code::IdentityMissing, ""),
        ] {
            let found = ask_at(&mut gate, authority, target, token.map(String::as_str));
            assert_eq!(
                found,
                (code, detail.to_owned()),
                "{authority}{target} {fixed}"
            );
        }
        let found = ask_at(&mut gate, "globex.example.com", "/me", Some(&globex));
        assert_eq!(found.0, Code::TenantMismatch);
    }
}

#[test]
fn an_upstream_of_a_public_route_learns_who_asks_where_it_wants_to() {
    let mut gate = routed(
        json!([
            { "methods": "GET", "path": "/feed", "public": true, "identity": "optional" },
            { "methods": "GET", "path": "/open", "public": true },
            { "methods": "GET", "path": "/me", "authenticated": true },
        ]),
        |_| (),
    );
    let set = |gate: &mut Gate, line: &str, token: Option<&str>| {
        let Verdict::Forward(forward) = ask(gate, line, token, NOW) else {
            panic!("{line}");
        };
        let set = forward.set.into_iter();
        let own = set.filter(|(name, _)| *name != "traceparent");
        own.map(|(name, value)| {
            let name = name.strip_prefix("x-portcullis-").unwrap();
            format!("{name}={value}")
        })
        .collect::<Vec<_>>()
        .join(" ")
    };
    let jo = token(9, &json!({}));
    let who = "subject=jo subject-type=user tenant=acme roles=agent decision=";
    let found = set(&mut gate, "GET /feed", Some(&jo));
    assert_eq!(found, format!("{who}public"));
    assert_eq!(set(&mut gate, "GET /feed", None), "decision=public");
    assert_eq!(set(&mut gate, "GET /open", Some(&jo)), "decision=public");
    let found = set(&mut gate, "GET /me", Some(&jo));
    assert_eq!(found, format!("{who}authenticated"));
    for line in ["GET /feed", "GET /me"] {
        let bad = ask(&mut gate, line, Some("a.b.c"), NOW);
        assert_eq!(bad.entry().code, Code::IdentityInvalid, "{line}");
    }
    let missing = ask(&mut gate, "GET /me", None, NOW);
    assert_eq!(missing.entry().code, Code::IdentityMissing);
}

#[test]
fn a_refusal_says_what_token_would_do_where_the_configuration_says_so() {
    let metadata = "https://api.example.com/.well-known/oauth-protected-resource";
    let both = json!({ "resource_metadata": metadata, "insufficient_scope": true });
    let with = |error: &str| format!("Bearer {error}resource_metadata=\"{metadata}\"");
    let (nobody, jo) = (token(9, &json!({ "roles": [] })), token(9, &json!({})));
    let elsewhere = token(9, &json!({ "tenant": "globex" }));
    for (challenge, line, token, expected) in [
        (Value::Null, "GET /tickets/1", None, "Bearer".to_owned()),
        (
            Value::Null,
            "GET /tickets/1",
            Some("a.b.c"),
            "Bearer error=\"invalid_token\"".to_owned(),
        ),
        (Value::Null, "GET /tickets/1", Some(&*nobody), String::new()),
        (both.clone(), "GET /tickets/1", None, with("")),
        (
            both.clone(),
            "GET /tickets/1",
            Some("a.b.c"),
            with("error=\"invalid_token\", "),
        ),
        (
            both.clone(),
            "GET /tickets/1",
            Some(&nobody),
            with("error=\"insufficient_scope\", "),
        ),
        (
            both.clone(),
            "PUT /of/ben",
            Some(&jo),
            with("error=\"insufficient_scope\", "),
        ),
        (
            both.clone(),
            "GET /tickets/1",
            Some(&elsewhere),
            String::new(),
        ),
        (both, "GET /nowhere", Some(&jo), String::new()),
        (
            json!({ "insufficient_scope": true }),
            "PUT /of/ben",
            Some(&jo),
            "Bearer error=\"insufficient_scope\"".to_owned(),
        ),
    ] {
        let mut gate = gate(|config| {
            if !challenge.is_null() {
                config["identity"]["challenge"] = challenge.clone();
            }
        });
        let Verdict::Respond(response) = ask(&mut gate, line, token, NOW) else {
            panic!("{line}");
        };
        let mut headers = response.headers.iter();
        let found = headers.find(|(name, _)| name == "www-authenticate");
        let found = found.map_or("", |(_, value)| value);
        assert_eq!(found, expected, "{challenge} {line}");
    }
    for url in ["", "http://a", "https://", "https://a\"b", "https://a b"] {
        let found = invalid(|config| {
            config["identity"]["challenge"] = json!({ "resource_metadata": url });
        });
        assert!(
            found.contains("challenge.resource_metadata"),
            "{url}: {found}"
        );
    }
}

#[test]
fn who_is_not_active_is_let_in_nowhere_but_where_everybody_is() {
    let routes = json!([
        { "methods": "GET", "path": "/feed", "public": true, "identity": "optional" },
        { "methods": "GET", "path": "/me", "authenticated": true },
        { "methods": "GET", "path": "/tickets/{id}", "permission": "tickets:read", "conditional": "forward" },
        { "methods": "GET", "path": "/open", "public": true },
    ]);
    let mut gate = Gate::new(config(|_| ()));
    let policy = policy("acme", |policy| {
        policy["catalog"]["routes"] = routes;
        policy["tenant"]["directory"] = json!({ "jo": { "active": false } });
    });
    assert!(gate.offer(bundle(&policy, 1, None), NOW).is_ok());
    let (jo, ada) = (token(9, &json!({})), token(9, &json!({ "sub": "ada" })));
    for (line, of_ada) in [
        ("GET /feed", Code::Public),
        ("GET /me", Code::Authenticated),
        ("GET /tickets/1", Code::Conditional),
    ] {
        assert_eq!(
            code(&mut gate, line, Some(&jo), NOW),
            Code::NotActive,
            "{line}"
        );
        assert_eq!(code(&mut gate, line, Some(&ada), NOW), of_ada, "{line}");
    }
    assert_eq!(code(&mut gate, "GET /open", Some(&jo), NOW), Code::Public);
}
