use alloc::{string::String, vec, vec::Vec};

use proptest::prelude::*;

use super::*;

/// Reads a target and holds its segments and ambiguities against what is expected.
fn check(target: &str, segments: &[&str], ambiguities: &str) {
    check_bytes(target.as_bytes(), segments, ambiguities);
}

fn check_bytes(target: &[u8], segments: &[&str], ambiguities: &str) {
    let path = CanonicalPath::parse(target).unwrap();
    assert_eq!(path.ambiguities().to_text(), ambiguities, "{target:?}");
    if !segments.is_empty() || ambiguities.is_empty() {
        let found: Vec<String> = path
            .decoded()
            .map(|segment| String::from_utf8_lossy(&segment).into_owned())
            .collect();
        assert_eq!(found, segments, "{target:?}");
    }
}

#[test]
fn plain_paths_are_read_as_they_are() {
    check("/", &[], "");
    check("/?x=1", &[], "");
    check("/a/b", &["a", "b"], "");
    check("/a%20b/%61", &["a b", "a"], "");
    check(
        "/v1/x:act/@me,~u/a+b",
        &["v1", "x:act", "@me,~u", "a+b"],
        "",
    );
    check("/caf%C3%A9", &["café"], "");
    check("/...", &["..."], "");
    check("/.well-known/x..y", &[".well-known", "x..y"], "");
}

#[test]
fn every_ambiguity_is_named() {
    for (target, expected) in [
        ("/a%2fb", "encoded-slash"),
        ("/a%2Fb", "encoded-slash"),
        ("/a%2f%2fb", "encoded-slash empty-segment"),
        ("/%2f", "encoded-slash empty-segment"),
        ("/a\\b", "backslash"),
        ("/a%5cb", "backslash"),
        ("/a%00", "nul"),
        ("/.", "dot-segment"),
        ("/a/..", "dot-segment"),
        ("/a/%2e%2E/b", "dot-segment"),
        ("/a/.%2e/b", "dot-segment"),
        ("/a/..;/b", "parameters dot-segment"),
        ("/a/..;x=1/b", "parameters dot-segment"),
        ("/a/..%00/b", "nul dot-segment"),
        ("/a/..%2fb", "encoded-slash dot-segment"),
        ("/a/..%5cb", "backslash dot-segment"),
        ("/a/..%20/b", "dot-segment"),
        ("/a/%20..%20/b", "dot-segment"),
        ("/a/.%20./b", "dot-segment"),
        ("/a/.%E2%80%8B./b", "dot-segment"),
        ("/a/%EF%BC%8E./b", "dot-segment"),
        ("/a/%20%20/b", "empty-segment"),
        ("/a/%C2%A0", "empty-segment"),
        ("/a/%E2%80%8B/b", "empty-segment"),
        ("/a%EF%BC%8Fb", "encoded-slash"),
        ("/a%EF%BC%BCb", "backslash"),
        ("/a%EF%B9%A8b", "backslash"),
        ("/a%EF%BC%9Bb", "parameters"),
        ("/a%EF%B9%94b", "parameters"),
        ("/a/%EF%B8%B0/b", "dot-segment"),
        ("/a%EF%BC%85", "encoded-percent"),
        ("/a/%EF%BC%852e", "encoded-percent double-encoding"),
        (
            "/a/%EF%B9%AA%EF%BC%92%EF%BD%85",
            "encoded-percent double-encoding",
        ),
        (
            "/a%25%EF%BC%92%EF%BD%86b",
            "encoded-percent double-encoding",
        ),
        ("/a;b", "parameters"),
        ("/a%3bb", "parameters"),
        ("//", "trailing-slash empty-segment"),
        ("//a", "empty-segment"),
        ("/a//b", "empty-segment"),
        ("/a/", "trailing-slash"),
        ("/a//", "trailing-slash empty-segment"),
        ("/a%", "bad-encoding"),
        ("/a%2", "bad-encoding"),
        ("/a%zz", "bad-encoding"),
        ("/a b", "bad-encoding"),
        ("/%c0%af", "bad-encoding"),
        ("/%e0%80%af", "bad-encoding"),
        ("/%ff", "bad-encoding"),
        ("/a%252fb", "encoded-percent double-encoding"),
        ("/a%252e", "encoded-percent double-encoding"),
        ("/a%255c", "encoded-percent double-encoding"),
        ("/a%25u0062", "encoded-percent double-encoding"),
        ("/a%2500", "encoded-percent double-encoding"),
        ("/a%253b", "encoded-percent double-encoding"),
        ("/a%253f", "encoded-percent double-encoding"),
        ("/a%2523", "encoded-percent double-encoding"),
        ("/100%25", "encoded-percent"),
        ("/a#b", "fragment"),
        ("/a?b#c", "fragment"),
        ("/a%3fb", "encoded-delimiter"),
        ("/a%23b", "encoded-delimiter"),
        ("/a%0d%0ab", "control"),
        ("/a%7f", "control"),
        ("/a%C2%85", "control"),
        ("*", "target-form"),
        ("", "target-form"),
        ("?x", "target-form"),
        ("a/b", "target-form"),
        ("http://h/a", "target-form"),
        ("h:443", "target-form"),
    ] {
        check(target, &[], expected);
    }
    check_bytes(b"/\xff", &[], "bad-encoding");
    check_bytes("/café".as_bytes(), &[], "bad-encoding");
    check_bytes(b"/a\0b", &[], "nul bad-encoding");
}

#[test]
fn both_sides_of_each_bound() {
    let path = |bytes: usize| [&b"/"[..], &vec![b'a'; bytes.saturating_sub(1)]].concat();
    assert!(CanonicalPath::parse(&path(PATH_BYTES_MAX)).is_ok());
    assert_eq!(
        CanonicalPath::parse(&path(PATH_BYTES_MAX.saturating_add(1))),
        Err(PathTooLong::Path)
    );
    assert!(CanonicalPath::parse("/a".repeat(SEGMENTS_MAX).as_bytes()).is_ok());
    assert_eq!(
        CanonicalPath::parse("/a".repeat(SEGMENTS_MAX.saturating_add(1)).as_bytes()),
        Err(PathTooLong::Segments)
    );
    let query = |bytes: usize| [&b"/?"[..], &vec![b'a'; bytes.saturating_sub(2)]].concat();
    assert!(CanonicalPath::parse(&query(TARGET_BYTES_MAX)).is_ok());
    assert_eq!(
        CanonicalPath::parse(&query(TARGET_BYTES_MAX.saturating_add(1))),
        Err(PathTooLong::Target)
    );
}

/// What the most lenient server makes of a path: it decodes until nothing changes,
/// takes `\` for `/`, cuts parameters, query, fragment and NUL, merges empty
/// segments, resolves dots and drops dots and spaces at the end.
fn lenient(target: &[u8]) -> Vec<Vec<u8>> {
    let mut bytes = target.to_vec();
    loop {
        let next = decode(&bytes).bytes.into_owned();
        if next == bytes {
            break;
        }
        bytes = next;
    }
    for byte in &mut bytes {
        if *byte == b'\\' {
            *byte = b'/';
        }
    }
    let end = bytes
        .iter()
        .position(|byte| matches!(byte, b'?' | b'#' | 0));
    bytes.truncate(end.unwrap_or(bytes.len()));
    let mut out: Vec<Vec<u8>> = Vec::new();
    for part in bytes.split(|byte| *byte == b'/') {
        let name = split_once(part, b';').0;
        match name {
            b"" | b"." => {}
            b".." => {
                out.pop();
            }
            name => out.push(name.to_vec()),
        }
    }
    out
}

fn nasty() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "/", "a", "b", ".", "..", "%2e", "%2E", "%2f", "%5c", "\\", ";", "%3b", "%00", "%25",
            "%252f", "%c0%af", "%", "%4", "#", "%23", "?", "%3f", "//", "%20", "é", "%C3%A9", "A", " ",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..3),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| {
        let mut out = b"/".to_vec();
        out.extend(pieces.concat());
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn an_unambiguous_path_is_what_the_most_lenient_server_sees(target in nasty()) {
        let path = CanonicalPath::parse(&target).unwrap();
        if path.ambiguities().is_empty() {
            let own: Vec<Vec<u8>> = path.decoded().map(Cow::into_owned).collect();
            prop_assert_eq!(own, lenient(split_once(&target, b'?').0));
        }
    }

    #[test]
    fn canonicalisation_is_idempotent(target in nasty()) {
        let path = CanonicalPath::parse(&target).unwrap();
        if path.ambiguities().is_empty() {
            let text = path.to_text();
            let again = CanonicalPath::parse(text.as_bytes()).unwrap();
            prop_assert!(again.ambiguities().is_empty());
            prop_assert_eq!(again.to_text(), text.clone());
            prop_assert!(path.decoded().eq(again.decoded()));
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(target in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = CanonicalPath::parse(&target).map(|path| path.to_text());
    }
}
