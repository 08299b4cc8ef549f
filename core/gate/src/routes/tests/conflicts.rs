//! Routes that match the same requests.

use super::*;

#[test]
fn equal_routes_are_refused() {
    for lines in [
        ["GET /a/{x}", "GET /a/{y}"],
        ["GET /a", "POST GET /a"],
        ["* /{r...}", "* /{s...}"],
    ] {
        let refused = Routes::new(routes(&lines)).unwrap_err();
        assert_eq!(
            refused,
            SameRoute {
                first: 0,
                second: 1
            },
            "{lines:?}"
        );
        let found = conflicts(&routes(&lines)).found;
        let kinds: Vec<_> = found
            .iter()
            .map(|own| (own.first, own.second, &own.kind))
            .collect();
        assert_eq!(kinds, [(0, 1, &ConflictKind::Same)]);
    }
    assert!(Routes::new(routes(&["GET /a", "POST /a", "* /a", "GET h.x/a"])).is_ok());
    assert!(Routes::new(routes(&["GET /a", "GET */a", "GET h.x/b"])).is_ok());
    // Where no route names a host, both are for every host.
    assert!(Routes::new(routes(&["GET /a", "GET */a"])).is_err());
}

#[test]
fn crossing_routes_conflict_until_a_third_settles_it() {
    for (lines, request, expected) in [
        (
            vec!["GET /a/{x}/c", "GET /a/b/{y}"],
            "GET h.x /a/b/c",
            Some("GET /a/b/c"),
        ),
        (
            vec!["GET /a/{x}/c", "POST /a/b/{y}"],
            "GET h.x /a/b/c",
            None,
        ),
        (
            vec!["GET /a/{x}/c", "GET /a/b/{y}", "GET POST /a/b/c"],
            "GET h.x /a/b/c",
            None,
        ),
        (
            vec!["GET /a/{x}/c", "GET /a/b/{y}", "POST /a/b/c"],
            "GET h.x /a/b/c",
            Some("GET /a/b/c"),
        ),
        (
            vec!["GET /{x}/{y...}", "GET /a/{r...}"],
            "GET h.x /a/b",
            None,
        ),
        (
            vec!["GET /{x}/c/{y}", "GET /a/{r...}"],
            "GET h.x /a/c/d",
            Some("GET /a/c/{p3}"),
        ),
        (
            vec!["GET /{x}/c/{y...}", "GET /a/{r...}"],
            "GET h.x /a/c/d/e",
            Some("GET /a/c/{p3...}"),
        ),
        (
            vec!["GET /a", "GET /{x}", "GET /{r...}", "GET /a/b"],
            "GET h.x /a",
            None,
        ),
        // A method counts as much as a path.
        (
            vec!["* /docs/{x}", "GET /{y}/secrets"],
            "GET h.x /docs/secrets",
            Some("GET /docs/secrets"),
        ),
        (
            vec!["* /docs/secrets", "GET /docs/{x}"],
            "GET h.x /docs/secrets",
            Some("GET /docs/secrets"),
        ),
        (
            vec!["* /docs/{x}", "GET /docs/secrets"],
            "GET h.x /docs/secrets",
            None,
        ),
        (
            vec!["HEAD /{x}", "GET /docs"],
            "HEAD h.x /docs",
            Some("HEAD /docs"),
        ),
        (
            vec!["HEAD /{x}", "GET /docs"],
            "GET h.x /docs",
            Some("HEAD /docs"),
        ),
        (
            vec!["GET /{r...}", "* /api/{x}"],
            "GET h.x /api/a",
            Some("GET /api/{p2}"),
        ),
        // So does a host.
        (
            vec!["GET h.x/v1/{x}", "GET /v1/admin"],
            "GET h.x /v1/admin",
            Some("GET h.x/v1/admin"),
        ),
        (
            vec!["GET *.y.x/v1/{x}", "GET */v1/admin", "GET h.x/z"],
            "GET a.y.x /v1/admin",
            Some("GET *.y.x/v1/admin"),
        ),
        (
            vec!["GET h.x/v1/{x}", "GET /v1/admin", "GET h.x/v1/admin"],
            "GET h.x /v1/admin",
            None,
        ),
        (
            vec!["GET h.x/v1/admin", "GET /v1/{x}"],
            "GET h.x /v1/admin",
            None,
        ),
        (
            vec!["GET h.x/v1/{x}", "GET i.x/v1/admin"],
            "GET h.x /v1/admin",
            None,
        ),
    ] {
        let all = routes(&lines);
        let found = conflicts(&all);
        let settled: Vec<_> = found
            .found
            .iter()
            .map(|own| match &own.kind {
                ConflictKind::Crossing(by) => by.as_str(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            settled,
            expected.into_iter().collect::<Vec<_>>(),
            "{lines:?}"
        );
        assert!(!found.more);
        // What is warned of is refused, and nothing else.
        let parts: Vec<&str> = request.split(' ').collect();
        let path = CanonicalPath::parse(parts[2].as_bytes()).unwrap();
        let table = Routes::new(all.clone()).unwrap();
        let taken = table
            .find(parts[0].as_bytes(), parts[1].as_bytes(), &path)
            .unwrap();
        let is_refused = expected.is_some_and(|by| by.starts_with(parts[0]));
        assert_eq!(taken.rival.is_some(), is_refused, "{lines:?} {request}");
        // Routes that ask for the same do not conflict.
        let alike = all.into_iter().map(|own| Route {
            access: Access::Public,
            ..own
        });
        let alike: Vec<_> = alike.collect();
        assert!(conflicts(&alike).found.is_empty(), "{lines:?}");
        let table = Routes::new(alike).unwrap();
        let taken = table
            .find(parts[0].as_bytes(), parts[1].as_bytes(), &path)
            .unwrap();
        assert_eq!(taken.rival, None);
    }
}

#[test]
fn literals_that_differ_in_case_alone_conflict_and_are_told_apart_by_no_one() {
    let both = routes(&["GET /docs/x", "GET /docs/X", "GET /Docs/{y}"]);
    let found = conflicts(&both);
    let kinds: Vec<_> = found
        .found
        .iter()
        .map(|own| (own.first, own.second, &own.kind))
        .collect();
    assert_eq!(kinds, [(0, 1, &ConflictKind::Lookalike)]);
    let table = Routes::new(both).unwrap();
    for (request, expected) in [
        ("GET - /docs/x", "GET /docs/x?"),
        ("GET - /docs/X", "GET /docs/X?"),
        ("GET - /Docs/y", "GET /Docs/{y}"),
        ("GET - /Docs/x", "GET /Docs/{y}?"),
    ] {
        check(&table, request, expected);
    }
}

#[test]
fn many_routes_are_compared_in_bounded_work() {
    let crossing =
        (0..300).flat_map(|at| [format!("GET /{{x}}/b{at}"), format!("GET /a{at}/{{y}}")]);
    let lines: Vec<String> = crossing.collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let found = conflicts(&routes(&lines));
    assert_eq!(
        (found.found.len(), found.more),
        (crate::limits::CONFLICTS_MAX, true)
    );
    let ordinary = (0..5_000).flat_map(|at| {
        [
            format!("GET /v1/r{at}"),
            format!("GET /v1/r{at}/{{id}}/{{rest...}}"),
            format!("POST /v1/r{at}/{{id}}:cancel"),
        ]
    });
    let verbs = (0..2_000).map(|at| format!("POST /v1/jobs/{{id}}:verb{at}"));
    let lines: Vec<String> = ordinary
        .chain(verbs)
        .chain(["GET /{all...}".into(), "POST /v1/{x}/{y}".into()])
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(conflicts(&routes(&lines)), Conflicts::default());
}
