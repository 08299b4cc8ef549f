//! A gate that only says what it would refuse.

use portcullis_gate::Forward;

use super::*;

fn in_shadow(mode: Value) -> Gate {
    gate(|config| config["mode"] = mode)
}

fn forwarded(verdict: Verdict) -> Forward {
    let forward = match verdict {
        Verdict::Forward(forward) => Some(forward),
        Verdict::Respond(_) => None,
    };
    forward.unwrap()
}

#[test]
fn whatever_is_refused_goes_on_and_the_log_says_so() {
    let mut gate = in_shadow(json!("shadow"));
    let jo = token(9, &json!({}));
    let nobody = token(8, &json!({}));
    for (line, token, code, subject) in [
        ("GET /nowhere", None, Code::RouteUnknown, None),
        ("GET /tickets/1", None, Code::IdentityMissing, None),
        ("GET /tickets/1", Some(&nobody), Code::IdentityInvalid, None),
        ("GET /tickets/%2f..", Some(&jo), Code::PathAmbiguous, None),
        ("PUT /of/ada", Some(&jo), Code::OutOfScope, Some("jo")),
        ("GET /tickets/1", Some(&jo), Code::Conditional, Some("jo")),
        ("PUT /of/jo", Some(&jo), Code::Granted, Some("jo")),
        ("GET /open", None, Code::Public, None),
    ] {
        let verdict = ask(&mut gate, line, token.map(String::as_str), NOW);
        let forward = forwarded(verdict);
        let header = |name: &str| {
            let mut set = forward.set.iter();
            let found = set.find(|(own, _)| *own == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(forward.entry.code, code, "{line}");
        assert!(forward.entry.shadow, "{line}");
        assert!(forward.entry.to_json().contains(r#""mode":"shadow""#));
        assert_eq!(header("x-portcullis-decision"), Some("shadow"), "{line}");
        assert_eq!(header("x-portcullis-subject"), subject, "{line}");
        assert_eq!(header("x-portcullis-filter"), None, "{line}");
        let tenant = subject.map(|_| "acme");
        assert_eq!(header("x-portcullis-tenant"), tenant, "{line}");
    }
}

#[test]
fn without_a_policy_it_goes_on_too() {
    let mut gate = Gate::new(config(|config| config["mode"] = json!("shadow")));
    let forward = forwarded(ask(&mut gate, "GET /tickets/1", None, NOW));
    assert_eq!(forward.entry.code, Code::NoBundle);
}

#[test]
fn what_is_not_http_is_refused_and_headers_are_cleaned() {
    let mut gate = in_shadow(json!("shadow"));
    let mut judge = |method: &str, headers: &[(&[u8], &[u8])]| {
        let request = Request {
            method: method.as_bytes(),
            authority: b"api.example.com",
            target: b"/tickets/1",
            headers,
            peer: Peer::Unknown,
            nonce: b"",
        };
        gate.judge(&request, NOW)
    };
    for (method, headers) in [
        ("get", &[][..]),
        ("GET", &[(&b"host"[..], &b"other.example.com"[..])]),
        ("GET", &[(b"connection", b"x-portcullis-subject")]),
        ("GET", &[(b"a b", b"")]),
    ] {
        let verdict = judge(method, headers);
        assert_eq!(verdict.entry().code, Code::RequestMalformed);
        assert!(!verdict.entry().shadow);
        assert!(matches!(verdict, Verdict::Respond(_)), "{verdict:?}");
    }
    let spoofed: &[(&[u8], &[u8])] = &[(b"x-portcullis-filter", b"x"), (b"x-original-url", b"/a")];
    let forward = forwarded(judge("GET", spoofed));
    assert_eq!(forward.remove, ["x-portcullis-filter", "x-original-url"]);
}

#[test]
fn below_a_prefix_only_what_is_plainly_below_it() {
    let mut gate = in_shadow(json!({ "shadow": ["/of", "/v1/reports"] }));
    for (target, goes_on) in [
        ("/of/ada", true),
        ("/of", true),
        ("/v1/reports/1?x=%2f", true),
        ("/office", false),
        ("/OF/ada", false),
        ("/v1", false),
        ("/tickets/1", false),
        ("/of%2fada", false),
        ("/of/..", false),
        ("/of/%2e%2e/tickets/1", false),
        ("/of//ada", false),
        ("/of/ada/", false),
        ("/of/a;b", false),
        ("//of/ada", false),
        ("http://h/of/ada", false),
    ] {
        let verdict = ask(&mut gate, &format!("PUT {target}"), None, NOW);
        let forwarded = matches!(verdict, Verdict::Forward(_));
        assert_eq!(forwarded, goes_on, "{target}: {:?}", verdict.entry());
        assert_eq!(verdict.entry().shadow, goes_on, "{target}");
    }
}

#[test]
fn a_mode_that_cannot_be_meant_is_refused() {
    let with = |mode: Value| invalid(|config| config["mode"] = mode);
    assert_eq!(with(json!("enforce")), "");
    assert_eq!(
        with(json!("shadows")),
        "$.mode: unknown mode `shadows`; did you mean `shadow`?"
    );
    for prefix in ["", "v1", "/", "/v1/", "/v1/{id}", "/v1/../a", "/a%2f"] {
        let found = with(json!({ "shadow": [prefix] }));
        assert!(found.starts_with("$.mode.shadow[0]: "), "{prefix}: {found}");
    }
    assert!(with(json!({ "shadow": [] })).starts_with("$.mode.shadow: there is no path"));
    let warnings = config(|config| config["mode"] = json!({ "shadow": "/v1" })).warnings();
    assert_eq!(warnings[0], "shadow mode: nothing is refused below `/v1`");
}
