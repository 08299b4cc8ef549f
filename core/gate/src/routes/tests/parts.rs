//! Segments of literals and parameters.

use super::super::parts::{Piece, Reading, SegmentParts};
use super::*;
use crate::path::Segment;

fn parts(text: &str) -> SegmentParts {
    match PathPattern::parse(&format!("/{text}")).unwrap().segments() {
        [PatternSegment::Parts(parts)] => parts.clone(),
        other => panic!("{other:?}"),
    }
}

/// Counts the ways in which a segment can be split, by trying them all.
fn ways(pieces: &[Piece], text: &[u8]) -> usize {
    match pieces.split_first() {
        None => usize::from(text.is_empty()),
        Some((Piece::Literal(literal), after)) => text
            .strip_prefix(literal.as_bytes())
            .map_or(0, |text| ways(after, text)),
        Some((Piece::Parameter(_), after)) => (1..=text.len())
            .map(|length| ways(after, &text[length..]))
            .sum(),
    }
}

#[test]
fn a_segment_is_split_where_it_can_be_in_one_way_only() {
    for (pattern, segment, expected) in [
        ("{id}:cancel", "7:cancel", "7"),
        ("{id}:cancel", "7:cancel:cancel", "7:cancel"),
        ("{id}:cancel", ":cancel", ""),
        ("{id}:cancel", "7:purge", ""),
        ("{name}.m4s", "a.b.m4s", "a.b"),
        ("{base}...{head}", "main...topic", "main topic"),
        ("{base}...{head}", "a...b...c", "several"),
        ("{base}...{head}", "a....b", "several"),
        ("{base}...{head}", "...b", ""),
        ("v{n}.{m}", "v1.20", "1 20"),
        ("v{n}.{m}", "v1.2.0", "several"),
        ("{a}-{b}-{c}-{d}", "1-2-3-4", "1 2 3 4"),
        ("{a}x{b}", "1x2X3", "several"),
        ("a{b}a", "aa", ""),
        ("a{b}a", "aaa", "a"),
    ] {
        let own = parts(pattern);
        let found = match own.read(&Segment::parse(segment.as_bytes())) {
            Some(Reading::Exact { several: true }) => String::from("several"),
            Some(Reading::Exact { several: false }) => {
                let values = own.names().enumerate().map(|(number, _)| {
                    let value = own.value(segment.as_bytes(), number).unwrap();
                    String::from_utf8(value.to_vec()).unwrap()
                });
                values.collect::<Vec<_>>().join(" ")
            }
            _ => String::new(),
        };
        assert_eq!(found, expected, "{pattern} {segment}");
    }
}

#[test]
fn each_verb_has_its_own_route() {
    let table = Routes::new(routes(&[
        "GET /things/{id}",
        "GET /things/me",
        "POST /things/{id}:cancel",
        "POST /things/{id}:cancel.now",
        "POST /things/me:cancel",
        "POST /things:batch",
        "GET /videos/{name}.m4s",
        "GET /compare/{base}...{head}",
        "GET /compare/{any}",
        "PUT /compare/a...b...c",
        "PUT /compare/{base}...{head}",
        "GET /w/{id}:{verb}",
        "GET /w/{id}:cancel",
        "GET /w/{id}",
        "GET /{a}/x{b}",
        "GET /x{a}/{b}",
        "GET /x{a}/x{b}",
    ]))
    .unwrap();
    for (request, expected) in [
        ("POST - /things/7:cancel", "POST /things/{id}:cancel"),
        ("POST - /things/me:cancel", "POST /things/me:cancel"),
        ("POST - /things/7:purge", ""),
        ("POST - /things/:cancel", ""),
        ("POST - /things/7", ""),
        ("POST - /things:batch", "POST /things:batch"),
        ("GET - /things/7:purge", "GET /things/{id}"),
        ("GET - /things/me:purge", "GET /things/{id}~"),
        ("POST - /things/7%3acancel", "POST /things/{id}:cancel%"),
        ("POST - /things/7:c%61ncel", "POST /things/{id}:cancel%"),
        ("POST - /things/%37:cancel", "POST /things/{id}:cancel"),
        (
            "POST - /things/7:cancel.now",
            "POST /things/{id}:cancel.now",
        ),
        ("GET - /videos/a.m4s", "GET /videos/{name}.m4s"),
        ("GET - /videos/a.mp4", ""),
        ("GET - /compare/a...b", "GET /compare/{base}...{head}"),
        ("GET - /compare/a...b...c", "GET /compare/{base}...{head}!"),
        ("PUT - /compare/a...b...c", "PUT /compare/a...b...c"),
        ("GET - /compare/...b", "GET /compare/{any}?"),
        ("GET - /w/7:cancel", "GET /w/{id}:cancel"),
        ("GET - /w/7:open", "GET /w/{id}:{verb}"),
        ("GET - /w/7:x:cancel", "GET /w/{id}:cancel"),
        ("GET - /w/7:x:open", "GET /w/{id}:{verb}!"),
        ("GET - /w/7:CANCEL", "GET /w/{id}:{verb}?"),
        ("GET - /w/7:cancel%20", "GET /w/{id}:{verb}?"),
        ("GET - /w/7:cancel.json", "GET /w/{id}:{verb}~"),
        ("GET - /w/7:cancel;v=1", "GET /w/{id}:{verb}~"),
        ("GET - /w/7", "GET /w/{id}"),
        ("GET - /y/xb", "GET /{a}/x{b}"),
        ("GET - /xa/b", "GET /x{a}/{b}"),
        ("GET - /xa/xb", "GET /x{a}/x{b}"),
    ] {
        check(&table, request, expected);
    }
}

#[test]
fn a_route_that_writes_a_suffix_out_is_no_lookalike() {
    let table = Routes::new(routes(&[
        "POST /things/me",
        "POST /things/{id}:cancel",
        "GET /v1",
        "GET /v{n}",
    ]))
    .unwrap();
    for (request, expected) in [
        ("POST - /things/me:cancel", "POST /things/{id}:cancel"),
        ("POST - /things/me.x:cancel", "POST /things/{id}:cancel~"),
        ("POST - /things/me.:cancel", "POST /things/{id}:cancel~"),
        ("GET - /v1.json", "GET /v{n}~"),
        ("GET - /v2.json", "GET /v{n}"),
    ] {
        check(&table, request, expected);
    }
}

#[test]
fn what_servers_would_not_take_for_the_parts_is_left_to_the_wider_route() {
    let table = Routes::new(routes(&[
        "GET /v/{id}",
        "GET /v/{id}:cancel",
        "GET /v/{name}.m4s",
        "GET /v/x-{y}",
        "GET /c/{any}",
        "GET /c/{base}...{head}",
        "GET /r/{id}:cancel",
        "GET /{rest...}",
        "GET /w/{id}:cancel",
        "GET /w/{a}:{b}",
        "GET /w/v{n}",
    ]))
    .unwrap();
    for (request, expected) in [
        // Parameters that some let be empty.
        ("GET - /v/:cancel", "GET /v/{id}?"),
        ("GET - /v/:CANCEL%20", "GET /v/{id}?"),
        ("GET - /v/.m4s", "GET /v/{id}?"),
        ("GET - /v/x-", "GET /v/{id}?"),
        ("GET - /c/...b", "GET /c/{any}?"),
        ("GET - /c/a...", "GET /c/{any}?"),
        // What is dropped at the ends.
        ("GET - /v/x-%20", "GET /v/x-{y}?"),
        ("GET - /v/x-.", "GET /v/x-{y}?"),
        ("GET - /v/x-%E2%80%8B", "GET /v/x-{y}?"),
        ("GET - /v/%20:cancel", "GET /v/{id}:cancel?"),
        ("GET - /v/x-7", "GET /v/x-{y}"),
        // Suffixes that begin within a parameter.
        ("GET - /v/x~.m4s", "GET /v/{name}.m4s~"),
        ("GET - /v/x:y.m4s", "GET /v/{name}.m4s~"),
        ("GET - /v/a.b.m4s", "GET /v/{name}.m4s"),
        ("GET - /v/7.json:cancel", "GET /v/{id}:cancel~"),
        ("GET - /v/7:x:cancel", "GET /v/{id}:cancel"),
        ("GET - /v/x-a.b", "GET /v/x-{y}"),
        ("GET - /c/v1.0...v1.1", "GET /c/{base}...{head}"),
        ("GET - /c/a~1...b", "GET /c/{base}...{head}~"),
        ("GET - /r/7.json:cancel", "GET /r/{id}:cancel~"),
        ("GET - /w/7.json:cancel", "GET /w/{id}:cancel~"),
        ("GET - /w/v7.json:cancel", "GET /w/{id}:cancel!~"),
    ] {
        let expected = expected.replace("!~", "~!");
        check(&table, request, &expected);
    }
}

#[test]
fn parts_that_cross_conflict_until_a_third_settles_it() {
    for (lines, expected) in [
        (vec!["GET /{id}:cancel", "GET /{id}"], None),
        (vec!["GET /{id}:cancel", "GET /{r...}"], None),
        (vec!["GET /{id}:cancel", "GET /7:cancel"], None),
        (vec!["GET /{id}:cancel", "GET /{a}:{b}"], None),
        (vec!["GET /{id}:cancel", "GET /{id}:open"], None),
        (
            vec!["GET /v{n}", "GET /{id}:cancel"],
            Some("GET /v{p1}:cancel"),
        ),
        (
            vec!["GET /v{n}", "GET /{id}:cancel", "GET /v{x}:cancel"],
            None,
        ),
        (
            vec!["GET /{a}.{b}", "GET /{a}-{b}"],
            Some("GET /{p1}-{p1_2}.{p1_3}"),
        ),
        (vec!["GET /{a}:x/{b}", "GET /{a}/y"], Some("GET /{p1}:x/y")),
        (vec!["POST /{a}:x", "GET /v{n}"], None),
        (vec!["* /{a}:x", "GET /{n}"], Some("GET /{p1}:x")),
        (vec!["GET /{id}:cancel", "GET /{id}:Cancel"], Some("?")),
        (vec!["GET /a{x}M{y}", "GET /a{x}m{y}"], Some("?")),
        (vec!["GET /{x}:a", "GET /{y}:a"], Some("=")),
    ] {
        let found = conflicts(&routes(&lines));
        let kinds = found.found.iter().map(|own| match &own.kind {
            ConflictKind::Crossing(by) => by.as_str(),
            ConflictKind::Lookalike => "?",
            ConflictKind::Same => "=",
        });
        let kinds: Vec<_> = kinds.collect();
        assert_eq!(kinds, expected.into_iter().collect::<Vec<_>>(), "{lines:?}");
        assert_eq!(
            Routes::new(routes(&lines)).is_err(),
            expected == Some("="),
            "{lines:?}"
        );
    }
}

#[test]
fn the_same_part_of_a_segment_answers_alike() {
    let with = |path: &str, number: u8| Route {
        access: Access::Public,
        attributes: vec![("id".into(), Origin::Part { segment: 0, number })],
        ..route("GET", path)
    };
    let alike = [with("/{a}-{b}/x", 0), with("/{c}-{d}/{y}", 0)];
    assert!(alike[0].answers_alike(&alike[1]));
    assert!(!alike[0].answers_alike(&with("/{c}-{d}/{y}", 1)));
    assert!(!alike[0].answers_alike(&with("/{c}:{d}/{y}", 0)));
}

fn pattern() -> impl Strategy<Value = String> {
    let literal = prop::sample::select(vec!["a", "b", "ab", "ba", "-", "aa"]);
    let inner = prop::collection::vec(literal.clone(), 0..3);
    (any::<[bool; 2]>(), literal.clone(), literal, inner).prop_map(|(ends, first, last, inner)| {
        let inside = &inner;
        let mut out = String::new();
        if ends[0] {
            out.push_str(first);
        }
        out.push_str("{p}");
        for (at, text) in inside.iter().enumerate() {
            out.push_str(&format!("{text}{{p{at}}}"));
        }
        if ends[1] || (!ends[0] && inside.is_empty()) {
            out.push_str(last);
        }
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn splits_are_those_of_trying_them_all(pattern in pattern(), text in "[ab-]{1,9}") {
        let own = parts(&pattern);
        let expected = match ways(own.pieces(), text.as_bytes()) {
            0 => None,
            ways => Some(Reading::Exact { several: ways > 1 }),
        };
        let found = own.read(&Segment::parse(text.as_bytes()));
        prop_assert_eq!(found.filter(|own| matches!(own, Reading::Exact { .. })), expected);
        if expected == Some(Reading::Exact { several: false }) {
            let values: Vec<_> = own.names().enumerate()
                .map(|(number, _)| own.value(text.as_bytes(), number).unwrap().to_vec()).collect();
            let mut values = values.into_iter();
            let joined: Vec<u8> = own.pieces().iter().flat_map(|piece| match piece {
                Piece::Literal(text) => text.as_bytes().to_vec(),
                Piece::Parameter(_) => values.next().unwrap(),
            }).collect();
            prop_assert_eq!(joined, text.as_bytes());
        }
    }

    #[test]
    fn what_is_within_matches_no_more(one in pattern(), other in pattern(), text in "[ab-]{1,9}") {
        let (one, other) = (parts(&one), parts(&other));
        let both = one.matches(text.as_bytes()) && other.matches(text.as_bytes());
        prop_assert!(!both || one.overlaps(&other));
        if one.is_within(&other) && one.matches(text.as_bytes()) {
            prop_assert!(other.matches(text.as_bytes()));
            prop_assert!(one.literal_bytes() > other.literal_bytes() || one.word() == other.word());
        }
        if one.overlaps(&other) {
            let meet = one.meet(&other);
            prop_assert!(meet.is_within(&one) && meet.is_within(&other));
        }
    }
}
