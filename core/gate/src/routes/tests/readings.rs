//! What real routers make of a path, held against what the gate lets through.

use super::*;

const SEGMENTS: [&str; 9] = [
    "{n}", "secret", "{id}:c", "{n}.m", "x-{y}", "Ab", "v{n}", "{a}.{b}", "e.m",
];
const WORDS: [&str; 16] = [
    "secret", "7", "a", "x-", "x-1", "v", "v2", "Ab", "e", ":c", ".m", "~", " ", ";q", "；q", "？q",
];

fn pattern() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(SEGMENTS.to_vec()), 1..3).prop_map(|parts| {
        let own = parts.iter().enumerate();
        let own = own.map(|(at, part)| part.replace('}', &format!("{at}}}")));
        format!("/{}", own.collect::<Vec<_>>().join("/"))
    })
}

fn encoded(segments: &[String]) -> String {
    let mut out = String::new();
    for segment in segments {
        out.push('/');
        for byte in segment.bytes() {
            if byte.is_ascii_alphanumeric() || b"-.~:;".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02x}"));
            }
        }
    }
    out
}

/// One way in which a router reads all segments.
type Way = (Option<Ambiguity>, &'static str, fn(&str) -> String);

/// Returns each with the word that a route accepts it by, and the sign that it goes by.
fn ways() -> Vec<Way> {
    fn cut(text: &str, at: Option<usize>) -> String {
        let at = at.filter(|at| *at > 0);
        at.and_then(|at| text.get(..at)).unwrap_or(text).into()
    }
    vec![
        (Some(Ambiguity::Lookalike), "fold", |text| {
            text.to_lowercase()
        }),
        (Some(Ambiguity::Lookalike), "trim", |text| {
            text.trim().into()
        }),
        (Some(Ambiguity::LookalikeSuffix), ".", |text| {
            cut(text, text.find('.'))
        }),
        (Some(Ambiguity::LookalikeSuffix), ".", |text| {
            cut(text, text.rfind('.'))
        }),
        (Some(Ambiguity::LookalikeSuffix), "~", |text| {
            cut(text, text.find('~'))
        }),
        (Some(Ambiguity::LookalikeSuffix), "~", |text| {
            cut(text, text.rfind('~'))
        }),
        (Some(Ambiguity::LookalikeSuffix), ":", |text| {
            cut(text, text.find(':'))
        }),
        (Some(Ambiguity::LookalikeSuffix), "？", |text| {
            cut(text, text.find('？'))
        }),
        (None, ";", |text| {
            text.split([';', '；']).next().unwrap_or_default().into()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn what_a_router_gives_to_another_route_is_not_let_through(
        patterns in prop::collection::btree_set(pattern(), 2..7),
        words in prop::collection::vec(prop::collection::vec(prop::sample::select(WORDS.to_vec()), 1..4), 1..3),
        accepts in any::<[bool; 4]>(),
        slash in any::<bool>(),
    ) {
        let optional = [Ambiguity::EncodedSlash, Ambiguity::Parameters, Ambiguity::Lookalike, Ambiguity::LookalikeSuffix];
        let allow: Ambiguities = optional.into_iter().zip(accepts).filter_map(|(one, is)| is.then_some(one)).collect();
        let own: Vec<Route> = patterns.iter().map(|path| Route { allow, ..route("GET", path) }).collect();
        let Ok(table) = Routes::new(own) else { return Ok(()) };
        let segments: Vec<String> = words.iter().map(|words| words.concat()).collect();
        let mut target = encoded(&segments);
        if slash && segments.len() == 2 {
            target = format!("/{}", encoded(&[segments.join("/")]).trim_start_matches('/'));
        }
        let path = CanonicalPath::parse(target.as_bytes()).unwrap();
        let Some(found) = table.find(b"GET", b"", &path) else { return Ok(()) };
        let all = path.ambiguities().union(found.lookalikes);
        let refused = !all.without(allow).is_empty() || found.rival.is_some()
            || path.other_readings().any(|other| table.may_answer_otherwise(b"GET", b"", &other, found.route));
        if refused {
            return Ok(());
        }
        let literals: Vec<String> = found.route.path.segments().iter().map(literal).collect();
        for (word, sign, read) in ways() {
            if word.is_some_and(|word| allow.has(word)) {
                continue;
            }
            let read: Vec<String> = segments.iter().map(|one| read(one)).collect();
            let writes = literals.iter().any(|text| text.contains(sign));
            // What writes the sign out says that no server cuts there.
            if writes && word == Some(Ambiguity::LookalikeSuffix) {
                continue;
            }
            let text = encoded(&read);
            let other = CanonicalPath::parse(text.as_bytes()).unwrap();
            let taken = if sign == "fold" {
                let lowered = patterns.iter().map(|path| route("GET", &path.to_lowercase())).collect();
                let Ok(lowered) = Routes::new(lowered) else { continue };
                lowered.find(b"GET", b"", &other).map(|found| found.index)
            } else {
                table.find(b"GET", b"", &other).map(|found| found.index)
            };
            prop_assert!(taken.is_none() || taken == Some(found.index), "{target} read {sign} as {text} among {patterns:?}, found {}", found.name);
        }
    }
}

/// Returns what a segment of a route writes out.
fn literal(segment: &PatternSegment) -> String {
    match segment {
        PatternSegment::Literal(text) => text.clone(),
        PatternSegment::Parts(parts) => String::from_utf8_lossy(parts.word()).into_owned(),
        PatternSegment::Parameter(_) | PatternSegment::Rest(_) => String::new(),
    }
}
