use alloc::{format, string::String, vec, vec::Vec};
use std::{collections::BTreeSet, path::Path};

use proptest::prelude::*;

use super::*;
use crate::path::{Ambiguities, Ambiguity, CanonicalPath};

pub(crate) fn route(method: &str, path: &str) -> Route {
    let (host, path) = match path.split_once('/') {
        Some(("", _)) | None => (None, path.into()),
        Some((host, rest)) => (HostPattern::parse(host).ok(), format!("/{rest}")),
    };
    Route {
        methods: method.split(' ').map(String::from).collect(),
        host,
        path: PathPattern::parse(&path).unwrap(),
        access: Access::Permission(format!("{method}:{path}")),
        attributes: Vec::new(),
        conditional: OnConditional::Deny,
        allow: Ambiguities::NONE,
        cors: None,
    }
}

fn routes(lines: &[&str]) -> Vec<Route> {
    let split = lines.iter().map(|line| {
        line.split_once(" /").map_or_else(
            || {
                line.rsplit_once(' ')
                    .map(|(method, path)| route(method, path))
            },
            |(method, path)| Some(route(method, &format!("/{path}"))),
        )
    });
    split.map(Option::unwrap).collect()
}

/// Asks with `METHOD AUTHORITY TARGET`; expects a route's name, `?` after it for a lookalike.
fn check(table: &Routes, request: &str, expected: &str) {
    let parts: Vec<&str> = request.split(' ').collect();
    let path = CanonicalPath::parse(parts[2].as_bytes()).unwrap();
    let found = table.find(parts[0].as_bytes(), parts[1].as_bytes(), &path);
    let name = found.map_or_else(String::new, |found| {
        let mark = if found.lookalike { "?" } else { "" };
        format!("{}{mark}", found.route.name())
    });
    assert_eq!(name, expected, "{request}");
}

#[test]
fn the_narrower_goes_first() {
    let table = Routes::new(routes(&[
        "GET /",
        "GET /a",
        "GET /a/{id}",
        "GET /a/me",
        "DELETE /a/{id}",
        "GET /a/{id}/c",
        "GET /a/b/{x}/d",
        "GET /a/{rest...}",
        "GET /{any...}",
        "* /a/me/x",
        "HEAD /h",
        "GET /h",
        "GET HEAD /g",
        "GET api.example.com/a",
        "GET *.example.com/a",
        "GET api.example.com/{x}",
        "GET */anywhere",
        "GET */a",
    ]))
    .unwrap();
    for (request, expected) in [
        ("GET c.example.com /", "GET /"),
        ("GET c.example.com /a", "GET *.example.com/a"),
        ("HEAD c.example.com /a", "GET *.example.com/a"),
        ("HEAD c.example.com /h", "HEAD /h"),
        ("GET c.example.com /a/me", "GET /a/me"),
        ("GET c.example.com /a/%6de", "GET /a/me"),
        ("DELETE c.example.com /a/me", "DELETE /a/{id}"),
        ("GET c.example.com /a/x", "GET /a/{id}"),
        ("GET c.example.com /a/x/c", "GET /a/{id}/c"),
        ("GET c.example.com /a/b/c", "GET /a/{id}/c"),
        ("GET c.example.com /a/b/c/d", "GET /a/b/{x}/d"),
        ("GET c.example.com /a/b/c/e", "GET /a/{rest...}"),
        ("PATCH c.example.com /a/me/x", "* /a/me/x"),
        ("OPTIONS c.example.com /a/me/x", "* /a/me/x"),
        ("GET c.example.com /b/c", "GET /{any...}"),
        ("POST c.example.com /b/c", ""),
        ("get c.example.com /a", ""),
        ("GET api.example.com /a", "GET api.example.com/a"),
        ("GET API.example.com.:443 /a", "GET api.example.com/a"),
        ("GET b.example.com /a", "GET *.example.com/a"),
        ("GET c.b.example.com /a", "GET */a"),
        ("GET example.com /a", "GET */a"),
        ("GET example.com /a/me", ""),
        ("GET example.com /anywhere", "GET */anywhere"),
        ("GET b.example.com /a/me", "GET /a/me"),
        ("GET b.example.com /anywhere", "GET /{any...}"),
        ("GET api.example.com /b", "GET api.example.com/{x}"),
        ("GET api.example.com /a/me", "GET /a/me"),
        ("GET user@api.example.com /a", ""),
        ("GET a..b /a", ""),
        ("GET a:b /a", ""),
    ] {
        check(&table, request, expected);
    }
}

#[test]
fn a_parameter_that_looks_like_a_literal_is_told() {
    let table = Routes::new(routes(&[
        "GET /admin",
        "GET /{page}",
        "GET /x/{r...}",
        "GET /x/y/z",
        "GET /Admin/x",
    ]))
    .unwrap();
    for (request, expected) in [
        ("GET - /admin", "GET /admin"),
        ("GET - /ADMIN", "GET /{page}?"),
        ("GET - /admin.", "GET /{page}?"),
        ("GET - /admin%20.", "GET /{page}?"),
        ("GET - /admins", "GET /{page}"),
        ("GET - /x/Y/z", "GET /x/{r...}?"),
        ("GET - /x/y/Z", "GET /x/{r...}?"),
        ("GET - /x/y", "GET /x/{r...}"),
        ("GET - /admin/x", ""),
        ("GET - /Admin/x", "GET /Admin/x"),
        ("POST - /ADMIN", ""),
    ] {
        check(&table, request, expected);
    }
}

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
        ]
    });
    let lines: Vec<String> = ordinary
        .chain(["GET /{all...}".into(), "POST /v1/{x}/{y}".into()])
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(conflicts(&routes(&lines)), Conflicts::default());
}

#[test]
fn patterns_read_as_they_are_written() {
    for text in [
        "/",
        "/a",
        "/a/{b}",
        "/{b}/c/{rest...}",
        "/.well-known/x",
        "/a:b",
    ] {
        assert_eq!(format!("{}", PathPattern::parse(text).unwrap()), text);
    }
    for (text, expected) in [
        ("", InvalidPath::Start),
        ("a", InvalidPath::Start),
        ("/a/", InvalidPath::EmptySegment),
        ("//a", InvalidPath::EmptySegment),
        ("/a/../b", InvalidPath::DotSegment),
        ("/a.", InvalidPath::Character),
        ("/a;b", InvalidPath::Character),
        ("/a%20", InvalidPath::Character),
        ("/a{b}", InvalidPath::Character),
        ("/{b}c", InvalidPath::Parameter),
        ("/{}", InvalidPath::Parameter),
        ("/{a b}", InvalidPath::Parameter),
        ("/{a...}/b", InvalidPath::RestNotLast),
        ("/{a}/{a}", InvalidPath::RepeatedName),
    ] {
        assert_eq!(PathPattern::parse(text), Err(expected), "{text}");
    }
    assert!(PathPattern::parse(&"/a".repeat(64)).is_ok());
    assert_eq!(
        PathPattern::parse(&"/a".repeat(65)),
        Err(InvalidPath::TooLong)
    );
    for host in ["", "a:1", "a.", "**", "*a", "a b", "*.", "a..b"] {
        assert_eq!(HostPattern::parse(host), Err(InvalidHost), "{host}");
    }
}

#[test]
fn the_section_is_read_as_it_was_written() {
    let mut full = route("GET HEAD", "api.example.com/v1/{id}/{rest...}");
    full.attributes = vec![
        ("id".into(), Origin::Path(1)),
        ("owner".into(), Origin::Query("owner".into())),
        ("region".into(), Origin::Header("x-region".into())),
        (
            "kind".into(),
            Origin::Constant(vec!["a".into(), "b".into()]),
        ),
    ];
    full.conditional = OnConditional::Forward;
    full.allow = Ambiguity::OPTIONAL.into_iter().collect();
    full.cors = Some(Cors {
        origins: vec!["https://app.example.com".into()],
        headers: vec!["content-type".into()],
        credentials: true,
        max_age_seconds: 600,
    });
    let mut public = route("*", "/login");
    public.access = Access::Public;
    let table = Routes::new(vec![full.clone(), public.clone()]).unwrap();
    let section = table.encode().unwrap();
    assert_eq!(Routes::decode(&section).unwrap().all(), [full, public]);
    assert!(
        Routes::new(Vec::new())
            .unwrap()
            .encode()
            .unwrap()
            .is_empty()
    );
    assert!(Routes::decode(&[]).unwrap().all().is_empty());
    for end in 1..section.len() {
        assert!(Routes::decode(&section[..end]).is_err(), "{end}");
    }
    assert!(Routes::decode(&[&section[..], &[0]].concat()).is_err());
    assert!(Routes::decode(&[&[2], &section[1..]].concat()).is_err());
    let twice = Routes::new(vec![route("GET", "/a")])
        .unwrap()
        .encode()
        .unwrap();
    let body = &twice[2..];
    assert!(Routes::decode(&[&[1, 2], body, body].concat()).is_err());
}

type Spoil = fn(&mut Route);

#[test]
fn routes_that_make_no_sense_are_refused() {
    let cases: Vec<(Spoil, InvalidRoute)> = vec![
        (|own| own.methods.clear(), InvalidRoute::Method),
        (|own| own.methods = vec!["get".into()], InvalidRoute::Method),
        (
            |own| own.methods = vec!["GET".into(), "GET".into()],
            InvalidRoute::Method,
        ),
        (
            |own| own.attributes = vec![("a b".into(), Origin::Path(0))],
            InvalidRoute::Attribute,
        ),
        (
            |own| {
                own.attributes = vec![("a".into(), Origin::Path(1)), ("a".into(), Origin::Path(1))]
            },
            InvalidRoute::Attribute,
        ),
        (
            |own| own.attributes = vec![("a".into(), Origin::Path(0))],
            InvalidRoute::Origin,
        ),
        (
            |own| own.attributes = vec![("a".into(), Origin::Path(2))],
            InvalidRoute::Origin,
        ),
        (
            |own| own.attributes = vec![("a".into(), Origin::Header("X-A".into()))],
            InvalidRoute::Origin,
        ),
        (
            |own| {
                own.attributes = vec![("a".into(), Origin::Constant(vec!["b".into(), "a".into()]))]
            },
            InvalidRoute::Origin,
        ),
        (
            |own| own.attributes = vec![("id".into(), Origin::Constant(vec![]))],
            InvalidRoute::Origin,
        ),
        (
            |own| own.cors = Some(cors(&["*"], true)),
            InvalidRoute::Cors,
        ),
        (
            |own| own.cors = Some(cors(&["app.example.com"], false)),
            InvalidRoute::Cors,
        ),
    ];
    for (spoil, expected) in cases {
        let mut own = route("GET", "/a/{id}");
        assert_eq!(own.check(), Ok(()));
        spoil(&mut own);
        assert_eq!(own.check(), Err(expected), "{own:?}");
    }
}

fn cors(origins: &[&str], credentials: bool) -> Cors {
    Cors {
        origins: origins.iter().map(|origin| String::from(*origin)).collect(),
        headers: Vec::new(),
        credentials,
        max_age_seconds: 0,
    }
}

/// A pattern's text for matchit, its parameters named by place.
fn for_oracle(path: &PathPattern) -> String {
    let mut out = String::new();
    for (at, segment) in path.segments().iter().enumerate() {
        let part = match segment {
            PatternSegment::Literal(text) => format!("/{text}"),
            PatternSegment::Parameter(_) => format!("/{{p{at}}}"),
            PatternSegment::Rest(_) => format!("/{{*r{at}}}"),
        };
        out.push_str(&part);
    }
    if out.is_empty() { "/".into() } else { out }
}

/// Holds the table against matchit on every path, where matchit takes all the routes.
fn agree(patterns: &[String], paths: &[String]) -> usize {
    let mut oracle = matchit::Router::new();
    let mut own = Vec::new();
    for pattern in patterns {
        let one = route("GET", pattern);
        if oracle.insert(for_oracle(&one.path), own.len()).is_ok() {
            own.push(one);
        }
    }
    let table = Routes::new(own).unwrap();
    let mut matched = 0_usize;
    for text in paths {
        let path = CanonicalPath::parse(text.as_bytes()).unwrap();
        if !path.ambiguities().is_empty() {
            continue;
        }
        let found = table.find(b"GET", b"", &path).map(|found| found.index);
        let expected = oracle.at(text).ok().map(|found| *found.value);
        assert_eq!(found, expected, "{text} among {patterns:?}");
        matched = matched.saturating_add(usize::from(found.is_some()));
    }
    matched
}

fn pattern() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "ab", "c", "{x}", "{x}"]);
    (prop::collection::vec(segment, 0..5), any::<bool>()).prop_map(|(segments, rest)| {
        let mut out = String::new();
        for (at, segment) in segments.iter().enumerate() {
            let part = match *segment {
                "{x}" => format!("/{{p{at}}}"),
                text => format!("/{text}"),
            };
            out.push_str(&part);
        }
        if rest && segments.len() == 2 {
            out.push_str(&format!("/{{r{}...}}", segments.len()));
        }
        if out.is_empty() { "/".into() } else { out }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_table_agrees_with_a_well_kept_router(
        patterns in prop::collection::vec(pattern(), 0..16),
        paths in prop::collection::vec(
            prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "c", "abc", "A"]), 0..6), 1..24),
    ) {
        let paths: Vec<String> = paths.iter().map(|path| format!("/{}", path.join("/"))).collect();
        let distinct: BTreeSet<_> = patterns.into_iter().collect();
        agree(&distinct.into_iter().collect::<Vec<_>>(), &paths);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Routes::decode(&[&[1], &bytes[..]].concat());
        let text = String::from_utf8_lossy(&bytes);
        let _ = (PathPattern::parse(&text).is_ok(), HostPattern::parse(&text).is_ok());
    }

    #[test]
    fn a_route_that_matches_alone_matches_among_others_or_gives_way_to_one_that_does(
        patterns in prop::collection::btree_set(pattern(), 0..10),
        path in prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "c"]), 0..5),
    ) {
        let mut own: Vec<Route> = Vec::new();
        for pattern in &patterns {
            own.push(route("GET", pattern));
            if !conflicts(&own).found.is_empty() {
                own.pop();
            }
        }
        let table = Routes::new(own.clone()).unwrap();
        let target = format!("/{}", path.join("/"));
        let path = CanonicalPath::parse(target.as_bytes()).unwrap();
        let found = table.find(b"GET", b"", &path).map(|found| found.index);
        let alone: Vec<usize> = (0..own.len())
            .filter(|at| Routes::new(vec![own[*at].clone()]).unwrap().find(b"GET", b"", &path).is_some())
            .collect();
        prop_assert!(found.map_or(alone.is_empty(), |found| alone.contains(&found)));
    }
}

#[test]
fn real_apis_match_themselves() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors/routes");
    let Ok(files) = std::fs::read_dir(folder) else {
        // Lists of other people's, not committed: a clone goes without.
        return;
    };
    let mut matched = 0_usize;
    for file in files {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut by_method = std::collections::BTreeMap::<String, Vec<String>>::new();
        for line in text.lines().skip(1) {
            let mut cells = line.split(',');
            let (method, path) = (cells.next().unwrap(), cells.next().unwrap());
            let segments = path.trim_end_matches('/').split('/').enumerate();
            let pattern: Vec<String> = segments
                .map(
                    |(at, segment)| match (segment.strip_prefix(':'), segment.strip_prefix('*')) {
                        (Some(_), _) => format!("{{p{at}}}"),
                        (_, Some(_)) => format!("{{r{at}...}}"),
                        _ => segment.into(),
                    },
                )
                .collect();
            let pattern = pattern.join("/");
            let pattern = if pattern.is_empty() {
                "/".into()
            } else {
                pattern
            };
            by_method.entry(method.into()).or_default().push(pattern);
        }
        for patterns in by_method.values() {
            let distinct: BTreeSet<String> = patterns.iter().cloned().collect();
            let distinct: Vec<String> = distinct.into_iter().collect();
            let paths: Vec<String> = distinct
                .iter()
                .map(|pattern| pattern.replace(['{', '}'], "").replace("...", "/deep"))
                .collect();
            matched = matched.saturating_add(agree(&distinct, &paths));
        }
    }
    assert!(matched > 300, "{matched}");
}
