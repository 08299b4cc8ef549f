//! Patterns and routes as they are written and read.

use super::*;

#[test]
fn patterns_read_as_they_are_written() {
    for text in [
        "/",
        "/a",
        "/a/{b}",
        "/{b}/c/{rest...}",
        "/.well-known/x",
        "/a:b",
        "/{id}:cancel",
        "/compare/{base}...{head}/x",
        "/v{n}.{m}/{name}.m4s",
        "/a{b}",
        "/{a}-{b}-{c}-{d}",
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
        ("/{b}.", InvalidPath::Character),
        ("/{b}c%", InvalidPath::Character),
        ("/a}", InvalidPath::Character),
        ("/a{b", InvalidPath::Parameter),
        ("/a{b...}", InvalidPath::Parameter),
        ("/{a}{b}", InvalidPath::Adjacent),
        ("/{a}-{b}-{c}-{d}-{e}", InvalidPath::TooManyParameters),
        ("/{a}-{a}", InvalidPath::RepeatedName),
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
    for host in [
        "",
        "*.example.com",
        "{tenant}example.com",
        "{tenant}.",
        "{tenant}.a:1",
        "a.{tenant}.b",
    ] {
        assert_eq!(HostPattern::parse_tenant(host), Err(InvalidHost), "{host}");
    }
    for host in [
        "", "a:1", "a.", "**", "*a", "a b", "*.", "a..b", "*.com", "*.0.0.1", "*.[::1]",
    ] {
        assert_eq!(HostPattern::parse(host), Err(InvalidHost), "{host}");
    }
}

#[test]
fn the_section_is_read_as_it_was_written() {
    let mut full = route("GET HEAD", "api.example.com/v1/{id}/{a}.{b}/{rest...}");
    full.attributes = vec![
        ("id".into(), Origin::Path(1)),
        (
            "part".into(),
            Origin::Part {
                segment: 2,
                number: 1,
            },
        ),
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
    assert_eq!(section[0], 1);
    assert_eq!(
        Routes::decode(&section).unwrap().all(),
        [full.clone(), public]
    );
    let of_tenant = Route {
        access: Access::Authenticated,
        tenant_host: HostPattern::parse_tenant("{tenant}.example.com").ok(),
        ..route("GET", "*.example.com/me")
    };
    let optional = Route {
        access: Access::Optional,
        ..route("GET", "/feed")
    };
    let newer = vec![full, of_tenant, optional];
    let section_2 = Routes::new(newer.clone()).unwrap().encode().unwrap();
    assert_eq!(section_2[0], 2);
    assert_eq!(Routes::decode(&section_2).unwrap().all(), newer);
    for end in 1..section_2.len() {
        assert!(Routes::decode(&section_2[..end]).is_err(), "{end}");
    }
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
    assert!(Routes::decode(&[&[3], &section_2[1..]].concat()).is_err());
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
            |own| {
                own.attributes = vec![(
                    "a".into(),
                    Origin::Part {
                        segment: 1,
                        number: 0,
                    },
                )]
            },
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
            |own| own.tenant_host = HostPattern::parse_tenant("{tenant}.example.com").ok(),
            InvalidRoute::TenantHost,
        ),
        (
            |own| {
                own.host = HostPattern::parse("a.b.example.com").ok();
                own.tenant_host = HostPattern::parse_tenant("{tenant}.example.com").ok();
            },
            InvalidRoute::TenantHost,
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
