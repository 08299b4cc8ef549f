//! Queries, and what is read in them.

use alloc::{string::String, vec::Vec};

use super::*;
use UnclearQuery::{Ambiguous, TooMany};

fn value(query: &str, name: &str) -> Result<Option<String>, UnclearQuery> {
    Query::read(query.as_bytes())?.value(name)
}

#[test]
fn what_all_read_alike_is_taken() {
    for (query, name, expected) in [
        ("", "owner", None),
        ("a=1", "owner", None),
        ("owner=jo", "owner", Some("jo")),
        ("a=1&owner=jo&b", "owner", Some("jo")),
        ("x=1&x=2&owner=jo&x[]=3", "owner", Some("jo")),
        ("own%65r=j%6F", "owner", Some("jo")),
        ("owner=a=b", "owner", Some("a=b")),
        ("owner", "owner", Some("")),
        ("owner=", "owner", Some("")),
        ("owner=a%2Bb%2c%20c", "owner", Some("a+b, c")),
        ("owner=%C3%A9", "owner", Some("é")),
        ("owners=x&x_owner=y&co-owner=z", "owner", None),
        ("owner_id=1&owner-id=2&ownerid=3", "owner", None),
        ("owner=1&ownerid=2&owner__id=3", "owner_id", None),
        ("x[owner]=1&x.owner=2", "owner", None),
        ("filter[owner]=jo", "filter[owner]", Some("jo")),
        ("filter%5Bowner%5d=jo", "filter[owner]", Some("jo")),
        (
            "filter[status]=open&filter[owner]=jo&filter[at][from]=1",
            "filter[owner]",
            Some("jo"),
        ),
        ("owner=jo&filters[owner]=ben", "filter[owner]", None),
        ("a[b][c]=jo&a[d]=1&a[b][d]=2", "a[b][c]", Some("jo")),
    ] {
        let expected = Ok(expected.map(String::from));
        assert_eq!(value(query, name), expected, "{query} for {name}");
    }
}

#[test]
fn a_name_that_some_read_otherwise_is_refused() {
    let cases: [(&str, &[&str]); 6] = [
        (
            "owner",
            &[
                "Owner",
                "+owner",
                "%20owner",
                "%09owner",
                "owner%00x",
                "owner%00",
                "owner+",
                "owner%20x",
                "owner.",
                "owner.x",
                ".owner",
                "owner[",
                "owner[]",
                "owner[0]",
                "owner]",
                "owner]x",
                "[owner]",
                "[owner",
                "]]owner",
                "[[owner]]x",
                "owner%5b%5D",
                "+[owner]",
                "own%65r%0a",
                "?owner",
                "??owner",
                "%3Fowner",
                "?+[owner]",
            ],
        ),
        (
            "owner_id",
            &[
                "owner.id",
                "owner%20id",
                "owner+id",
                "owner[id",
                "+owner.id",
                "owner]id",
            ],
        ),
        (
            "owner__id",
            &["owner..id", "owner.[id", "owner[[id", "owner_.id"],
        ),
        ("_owner", &[".owner", "+.owner", "[_owner]"]),
        (
            "filter[owner]",
            &[
                "filter",
                "filter[]",
                "filter[",
                "filter.owner",
                "filter[owner",
                "filter[owner]x",
                "filter[owner][]",
                "filter[owner].x",
                "filter[Owner]",
                "Filter[owner]",
                "filter]owner",
                "filter[[owner]]",
                "filter[+owner]",
                "filter[status",
                "filter[status]x",
                "filter[status.x]",
                "filter[][owner]",
                "filter[a][b][c][d][e][f]",
                "filter%00",
                "Filter[status]",
                "+filter[status]",
                "filter+[owner]",
            ],
        ),
        (
            "a[b][c]",
            &["a[b]", "a", "a[b].d", "a[b]d", "a.b.c", "a[b[c]"],
        ),
    ];
    for (name, keys) in cases {
        for key in keys {
            let alone = alloc::format!("{key}=ben");
            assert_eq!(value(&alone, name), Err(Ambiguous), "{alone} for {name}");
            for query in [
                alloc::format!("{name}=jo&{key}=ben"),
                alloc::format!("{key}=ben&{name}=jo"),
                alloc::format!("{name}=jo&{key}"),
            ] {
                assert_eq!(value(&query, name), Err(Ambiguous), "{query} for {name}");
            }
            if !name.contains('[') {
                assert!(mentions(alone.as_bytes(), name), "{alone} mentions {name}");
            }
        }
    }
}

#[test]
fn a_value_that_some_read_otherwise_is_refused() {
    for query in [
        "owner=jo&owner=jo",
        "owner=jo&own%65r=ben",
        "owner=a+b",
        "owner=a,b",
        "owner=é",
        "owner=a]=b",
        "owner=a%5D=b",
        "owner=a%5d=b",
    ] {
        assert_eq!(value(query, "owner"), Err(Ambiguous), "{query}");
    }
    for query in ["owner=[a]", "owner=a]b=c", "owner==", "owner=%5D"] {
        assert!(value(query, "owner").is_ok(), "{query}");
    }
}

#[test]
fn a_query_that_some_split_or_decode_otherwise_is_refused_whole() {
    for query in [
        "owner=jo;x=1",
        "x=1;owner=jo",
        "x=1;y=2",
        "owner=%zz",
        "owner=%",
        "owner=%f",
        "owner=%ff",
        "owner=%c0%af",
        "owner=%ed%a0%80",
        "%u006fwner=jo",
        "owner=%u006a",
        "x=%zz",
        "%=1",
        "x=%C3&y=%A9",
        "x=%%36%31",
        "a b=1",
        "a\0b=1",
        "a\x7fb=1",
        "a\nb=1",
    ] {
        assert_eq!(value(query, "owner"), Err(Ambiguous), "{query}");
    }
    assert_eq!(Query::read(b"x=\xff").err(), Some(Ambiguous));
    assert!(Query::read("x=é&y=%C3%A9".as_bytes()).is_ok());
}

#[test]
fn no_more_parameters_are_read_than_all_read() {
    let query = |count: usize| {
        let mut query = "x&".repeat(count.saturating_sub(1));
        query.push_str("owner=jo");
        query
    };
    let expected = Ok(Some(String::from("jo")));
    assert_eq!(value(&query(PARAMETERS_MAX), "owner"), expected);
    assert_eq!(value(&query(PARAMETERS_MAX + 1), "owner"), Err(TooMany));
    assert_eq!(value(&"&".repeat(PARAMETERS_MAX), "owner"), Err(TooMany));
}

#[test]
fn a_parameter_is_mentioned_however_it_is_written() {
    for query in [
        "id=1",
        "x&id",
        "x;id=1",
        "ID=1",
        "i%64=1",
        "%u0069d=1",
        "%U0069d=1",
        "i%d=1",
        "id%=1",
        "id[]=1",
        "id;",
    ] {
        assert!(mentions(query.as_bytes(), "id"), "{query}");
    }
    for query in [
        "",
        "x=id",
        "ids=1",
        "x[id]=1",
        "_id=1",
        "i=d",
        "q=100%&x=%zz",
        "%u0169d=1",
        "%u00=d",
    ] {
        assert!(!mentions(query.as_bytes(), "id"), "{query}");
    }
    for query in [
        "_method=PUT",
        ".method=PUT",
        "+.method",
        "+_method",
        "[_method]",
        "%5fmethod=x",
    ] {
        assert!(mentions(query.as_bytes(), "_method"), "{query}");
    }
    for query in ["method=PUT", "x_method=1", "_methods=1"] {
        assert!(!mentions(query.as_bytes(), "_method"), "{query}");
    }
}

#[test]
fn what_may_be_a_form_is_said() {
    let form = |method: &str, headers: &[(&str, &str)]| {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect();
        may_be_form(
            method.as_bytes(),
            &crate::fields::Fields::new(&headers).unwrap(),
        )
    };
    let forms: [(&str, &[(&str, &str)]); 9] = [
        (
            "POST",
            &[("content-length", "0"), ("Transfer-Encoding", "chunked")],
        ),
        (
            "PUT",
            &[("content-type", "application/x-www-form-urlencoded")],
        ),
        (
            "GET",
            &[("Content-Type", "Multipart/Form-Data; boundary=x")],
        ),
        (
            "PUT",
            &[
                ("content-type", "application/json"),
                ("content_type", "multipart/form-data"),
            ],
        ),
        (
            "PUT",
            &[(
                "content-type",
                "text/plain, application/X-WWW-Form-Urlencoded;a",
            )],
        ),
        ("POST", &[]),
        ("POST", &[("content-length", "2")]),
        ("POST", &[("content-type", " "), ("content-length", "2")]),
        ("post", &[]),
    ];
    for (method, headers) in forms {
        assert!(form(method, headers), "{method} {headers:?}");
    }
    let others: [(&str, &[(&str, &str)]); 4] = [
        ("GET", &[]),
        ("PUT", &[]),
        ("POST", &[("content-length", "0")]),
        (
            "POST",
            &[
                ("content-type", "application/json"),
                ("content-length", "2"),
            ],
        ),
    ];
    for (method, headers) in others {
        assert!(!form(method, headers), "{method} {headers:?}");
    }
}

#[test]
fn a_query_that_says_how_it_is_encoded_says_utf_8_or_is_refused() {
    for (query, expected) in [
        ("utf8=%E2%9C%93&owner=jo", Ok(Some("jo".into()))),
        ("utf8=1&owner=jo", Ok(Some("jo".into()))),
        ("_charset_=UTF-8&owner=jo", Ok(Some("jo".into()))),
        ("utf8=%26%2310003%3B&owner=%C3%A9", Err(Ambiguous)),
        ("owner=jo&utf8=&%2310003%3B", Ok(Some("jo".into()))),
        ("owner=jo&utf8=%26%2310003;", Err(Ambiguous)),
        ("owner=jo&+utf8=%26%2310003%3b", Err(Ambiguous)),
        ("owner=jo&_charset_=iso-8859-1", Err(Ambiguous)),
        ("owner=jo&_charset_", Err(Ambiguous)),
        ("?_charset_=utf-7&owner=jo", Err(Ambiguous)),
    ] {
        assert_eq!(value(query, "owner"), expected, "{query}");
    }
}
