//! Where tokens are looked for.

use super::*;

fn ask_with(places: Value, headers: &[(&str, &str)]) -> (Code, String) {
    let mut gate = gate(|config| {
        if !places.is_null() {
            config["identity"]["tokens"] = places;
        }
    });
    asked(&mut gate, Peer::Unknown, "GET /tickets/1", headers)
}

#[test]
fn tokens_are_looked_for_where_the_configuration_says() {
    let (jo, ada) = (token(9, &json!({})), token(9, &json!({ "sub": "ada" })));
    let (bearer, dpop) = (format!("Bearer {jo}"), format!("DPoP {jo}"));
    let others = format!("Bearer {ada}");
    let several = json!([
        { "header": "authorization" },
        { "header": "authorization", "scheme": "DPoP" },
        { "header": "x-token" },
    ]);
    let believed = (Code::Conditional, "");
    let missing = (Code::IdentityMissing, "");
    let refused = |detail| (Code::IdentityInvalid, detail);
    for (places, headers, expected) in [
        (
            Value::Null,
            vec![("authorization", bearer.as_str())],
            believed,
        ),
        (Value::Null, vec![("x-token", jo.as_str())], missing),
        (
            Value::Null,
            vec![("authorization", &dpop)],
            refused("scheme"),
        ),
        (several.clone(), vec![("authorization", &bearer)], believed),
        (several.clone(), vec![("authorization", &dpop)], believed),
        (several.clone(), vec![("x-token", &jo)], believed),
        (
            several.clone(),
            vec![("x-token", &bearer)],
            refused("malformed"),
        ),
        (
            several.clone(),
            vec![("authorization", "Basic am86am8=")],
            refused("scheme"),
        ),
        (several.clone(), vec![], missing),
        // The same token twice is one token; another is another.
        (
            several.clone(),
            vec![("authorization", &bearer), ("x-token", &jo)],
            believed,
        ),
        (
            several.clone(),
            vec![("authorization", &bearer), ("x-token", &ada)],
            refused("two-tokens"),
        ),
        (
            several.clone(),
            vec![("x-token", &jo), ("authorization", &others)],
            refused("two-tokens"),
        ),
        (
            several.clone(),
            vec![("authorization", &bearer), ("x-token", "")],
            refused("two-tokens"),
        ),
        (
            several.clone(),
            vec![("authorization", &bearer), ("authorization", &dpop)],
            refused("repeated"),
        ),
        (
            several.clone(),
            vec![("authorization", &bearer), ("x_token", &jo)],
            refused("spelling"),
        ),
        (
            several,
            vec![("x-token", &jo), ("X-Token", &jo)],
            refused("repeated"),
        ),
        (
            json!([{ "header": "x-token", "scheme": "Bearer" }]),
            vec![("x-token", &bearer)],
            believed,
        ),
        (
            json!([{ "header": "x-token", "scheme": "Bearer" }]),
            vec![("authorization", &bearer)],
            missing,
        ),
    ] {
        let (code, detail) = ask_with(places.clone(), &headers);
        assert_eq!((code, detail.as_str()), expected, "{places} {headers:?}");
    }
}

#[test]
fn a_connection_header_that_hides_a_token_is_refused() {
    let bearer = format!("Bearer {}", token(9, &json!({})));
    let places = json!([{ "header": "authorization" }, { "header": "x-token" }]);
    for (hidden, expected) in [
        ("X-Token", Code::RequestMalformed),
        ("authorization", Code::RequestMalformed),
        ("x-other", Code::Conditional),
    ] {
        let headers = [("authorization", bearer.as_str()), ("connection", hidden)];
        assert_eq!(ask_with(places.clone(), &headers).0, expected, "{hidden}");
    }
}

#[test]
fn a_header_by_which_a_peer_says_who_asks_has_no_token() {
    for token in ["x-user-id", "x_user_id", "x-user_id"] {
        let wrong = invalid(|config| {
            config["identity"]["tokens"] = json!([{ "header": token }]);
            config["identity"]["trusted_headers"] =
                json!({ "peers": "10.0.0.0/8", "subject": "x-user-id" });
        });
        assert_eq!(
            wrong,
            format!(
                "$.identity.tokens: `{token}` has tokens, and says who asks as `trusted_headers` has it; let tokens come in another header, or the peer say who asks in another"
            )
        );
    }
    // Where `tokens` is left out, `authorization` has them.
    let wrong = invalid(|config| {
        config["identity"]["trusted_headers"] =
            json!({ "peers": "10.0.0.0/8", "subject": "authorization" });
    });
    assert!(
        wrong.starts_with("$.identity: `authorization` has tokens"),
        "{wrong}"
    );
}

#[test]
fn no_place_is_listed_twice() {
    let with = |places: Value| invalid(|config| config["identity"]["tokens"] = places);
    let twice = "$.identity.tokens[1]: this place is listed twice; leave one of the two out";
    for places in [
        json!([{ "header": "authorization" }, { "header": "authorization", "scheme": "bearer" }]),
        json!([{ "header": "x-token" }, { "header": "x_token" }]),
        json!([{ "cookie": "a" }, { "cookie": "a", "origins": "https://app.example.com" }]),
        json!([{ "query": "token" }, { "query": "Token" }]),
    ] {
        assert_eq!(with(places.clone()), twice, "{places}");
    }
    let swallowed =
        with(json!([{ "header": "x-token", "scheme": "DPoP" }, { "header": "x-token" }]));
    assert!(
        swallowed.contains("has the token alone in one place"),
        "{swallowed}"
    );
    for places in [
        json!([{ "header": "authorization" }, { "header": "authorization", "scheme": "DPoP" }]),
        json!([{ "cookie": "a" }, { "cookie": "A" }, { "query": "a" }, { "header": "a" }]),
    ] {
        assert_eq!(with(places.clone()), "", "{places}");
    }
    for name in ["utf8", "_charset_", "Utf8"] {
        let wrong = with(json!([{ "query": name }]));
        assert!(wrong.starts_with("$.identity.tokens[0].query: "), "{wrong}");
    }
}

#[test]
fn a_header_that_means_something_else_has_no_token() {
    let with =
        |name: &str| invalid(|config| config["identity"]["tokens"] = json!([{ "header": name }]));
    for name in ["cookie", "Cookie"] {
        assert_eq!(
            with(name),
            r#"$.identity.tokens[0].header: browsers send cookies unasked, and which pages may make them is settled for a `cookie` alone; write {"cookie": "session"} with the cookie's name"#
        );
    }
    for name in ["x-portcullis-token", "x_portcullis_token", "x-original-url"] {
        assert_eq!(
            with(name),
            "$.identity.tokens[0].header: the gate takes this header out of every request; name one that is the client's to send, such as `authorization`"
        );
    }
    for name in [
        "origin",
        "host",
        "sec-fetch-site",
        "connection",
        "te",
        "upgrade",
        "transfer-encoding",
        "keep-alive",
        "proxy-connection",
        "trailer",
        "content-length",
        "content-type",
    ] {
        assert_eq!(
            with(name),
            format!(
                "$.identity.tokens[0].header: `{name}` has a meaning of its own; name a header that is made for this, such as `x-user-id`"
            )
        );
    }
    assert!(with(":authority").contains("not a header's name"));
    for name in ["authorization", "proxy-authorization", "x-id-token"] {
        assert_eq!(with(name), "");
    }
    for (member, name) in [("subject", "cookie"), ("roles", "te"), ("tenant", "host")] {
        let mut trusted = json!({ "peers": "spiffe://mesh", "subject": "x-user-id" });
        trusted[member] = json!(name);
        let wrong = invalid(|config| config["identity"] = json!({ "trusted_headers": trusted }));
        let expected = format!(
            "$.identity.trusted_headers.{member}: `{name}` has a meaning of its own; name a header that is made for this, such as `x-user-id`"
        );
        assert_eq!(wrong, expected);
    }
}

#[test]
fn places_that_say_nothing_clear_are_refused() {
    let with = |tokens: Value| invalid(|config| config["identity"]["tokens"] = tokens);
    let count = |count: usize| {
        let of = |at: usize| json!({ "header": format!("x-token-{at}") });
        (0..count).map(of).collect::<Value>()
    };
    assert_eq!((with(count(1)).as_str(), with(count(4)).as_str()), ("", ""));
    for (tokens, expected) in [
        (
            count(0),
            r#"no token would be found in an empty list; write [{"header": "authorization"}], or leave `tokens` out, which means the same; where nobody sends tokens, leave `issuers` out"#,
        ),
        (
            count(5),
            "there are more than four places; list 1 to 4 headers, cookies and parameters",
        ),
    ] {
        assert_eq!(with(tokens), format!("$.identity.tokens: {expected}"));
    }
    for (tokens, expected) in [
        (
            json!([{ "header": "authorization" }, { "header": "authorization", "scheme": "Bearer" }]),
            "[1]: this place is listed twice; leave one of the two out",
        ),
        (
            json!([{ "header": "X-Token" }]),
            "[0].header: this is not a header's name in lower case; write `x-token`",
        ),
        (
            json!([{ "header": "authorization", "scheme": "" }]),
            "[0].scheme: the scheme is empty; leave `scheme` out: a header other than `authorization` has the token alone",
        ),
        (
            json!([{ "header": "authorization", "scheme": "Bearer " }]),
            "[0].scheme: this is not a scheme; write one word, such as \"Bearer\", without the space behind it",
        ),
        (
            json!([{ "scheme": "Bearer" }]),
            "[0]: the member `header` is missing; name the header, or a `cookie`, or a parameter of the `query`",
        ),
    ] {
        assert_eq!(with(tokens), format!("$.identity.tokens{expected}"));
    }
    assert_eq!(
        invalid(|config| config["identity"] = json!({ "tokens": count(1) })),
        "$.identity.tokens: no token is accepted without `issuers`; write `issuers` as well"
    );
}
