//! The table held against a well-kept router, and against each route alone.

use super::*;

/// A pattern's text for matchit, its parameters named by place.
fn for_oracle(path: &PathPattern) -> String {
    let mut out = String::new();
    for (at, segment) in path.segments().iter().enumerate() {
        let part = match segment {
            PatternSegment::Literal(text) => format!("/{text}"),
            // Not among these: matchit has no such thing.
            PatternSegment::Parts(parts) => format!("/{parts}"),
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
