//! Tokens in cookies, and from which pages they count.

use super::*;

fn desk(tokens: &Value) -> Gate {
    gate(|config| {
        config["identity"]["tokens"] = tokens.clone();
    })
}

fn places() -> Value {
    json!([
        { "header": "authorization" },
        { "cookie": "session", "origins": ["https://app.example.com"] },
    ])
}

fn judge(gate: &mut Gate, line: &str, headers: &[(&str, &str)]) -> (Code, String) {
    asked(gate, Peer::Unknown, line, headers)
}

#[test]
fn a_cookie_counts_where_no_header_has_a_token() {
    let mut gate = desk(&places());
    let (jo, ada) = (token(9, &json!({})), token(9, &json!({ "sub": "ada" })));
    let bearer = format!("Bearer {jo}");
    let cookie = format!("theme=dark; session={jo}; x");
    let others = format!("session={ada}");
    let invalid = |detail: &str| (Code::IdentityInvalid, detail.to_owned());
    let granted = (Code::Conditional, String::new());
    let missing = (Code::IdentityMissing, String::new());
    for (headers, expected) in [
        (vec![("cookie", cookie.as_str())], granted.clone()),
        (vec![("Cookie", cookie.as_str())], granted.clone()),
        (
            vec![("cookie", "a=b"), ("cookie", &cookie)],
            granted.clone(),
        ),
        (
            vec![("cookie", &cookie), ("cookie", &cookie)],
            granted.clone(),
        ),
        (
            vec![("cookie", &cookie), ("authorization", &bearer)],
            granted,
        ),
        (
            vec![("cookie", &others), ("authorization", &bearer)],
            invalid("two-tokens"),
        ),
        (
            vec![("cookie", &cookie), ("cookie", &others)],
            invalid("repeated"),
        ),
        (vec![("cookie", "session=x")], invalid("malformed")),
        (vec![("cookie", "session=; session")], missing.clone()),
        (vec![("cookie", "Session=x; xsession=x")], missing.clone()),
        (vec![("cookie", "")], missing),
    ] {
        assert_eq!(
            judge(&mut gate, "GET /tickets/1", &headers),
            expected,
            "{headers:?}"
        );
    }
    // Nobody's cookie is looked at where none is configured.
    let mut plain = desk(&json!([{ "header": "authorization" }]));
    let alone = judge(&mut plain, "GET /tickets/1", &[("cookie", &cookie)]);
    assert_eq!(alone.0, Code::IdentityMissing);
}

#[test]
fn a_page_of_another_site_cannot_use_a_cookie_to_change_something_or_to_stay_connected() {
    let mut gate = desk(&places());
    let jo = token(9, &json!({}));
    let (bearer, cookie) = (format!("Bearer {jo}"), format!("session={jo}"));
    let (own, listed) = ("https://api.example.com", "https://app.example.com");
    let evil = ("origin", "https://evil.example");
    for (line, headers, expected) in [
        ("PUT /of/jo", vec![], Code::CrossSite),
        ("PUT /of/jo", vec![evil], Code::CrossSite),
        ("PUT /of/jo", vec![("origin", own)], Code::Granted),
        ("PUT /of/jo", vec![("origin", listed)], Code::Granted),
        (
            "PUT /of/jo",
            vec![("sec-fetch-site", "same-origin")],
            Code::Granted,
        ),
        (
            "PUT /of/jo",
            vec![("sec-fetch-site", "cross-site")],
            Code::CrossSite,
        ),
        // The same token by a header: no browser sends that unasked.
        (
            "PUT /of/jo",
            vec![evil, ("authorization", &bearer)],
            Code::Granted,
        ),
        ("GET /tickets/1", vec![evil], Code::Conditional),
        (
            "GET /tickets/1",
            vec![evil, ("upgrade", "websocket")],
            Code::CrossSite,
        ),
        (
            "GET /tickets/1",
            vec![("origin", own), ("upgrade", "websocket")],
            Code::Conditional,
        ),
    ] {
        let mut all = vec![("cookie", cookie.as_str())];
        all.extend(headers);
        assert_eq!(judge(&mut gate, line, &all).0, expected, "{line} {all:?}");
    }
    let mut plain = self::gate(|config| {
        config["identity"]["tokens"] = places();
        config["public_scheme"] = json!("http");
    });
    let headers = [
        ("cookie", cookie.as_str()),
        ("origin", "http://api.example.com"),
    ];
    assert_eq!(judge(&mut plain, "PUT /of/jo", &headers).0, Code::Granted);
}

#[test]
fn a_cookie_whose_time_is_over_is_nobody_where_anybody_may_ask() {
    let policy = policy("acme", |policy| {
        let feed =
            json!({ "methods": "GET", "path": "/feed", "public": true, "identity": "optional" });
        policy["catalog"]["routes"]
            .as_array_mut()
            .unwrap()
            .push(feed);
    });
    let mut gate = Gate::new(config(|config| {
        config["identity"]["tokens"] = places();
        config["identity"]["issuers"][0]["max_age_seconds"] = json!(60);
    }));
    gate.offer(bundle(&policy, 1, None), NOW).unwrap();
    let aged = |age: u64| token(9, &json!({ "iat": NOW.0 - age }));
    let expired = token(9, &json!({ "iat": NOW.0, "exp": NOW.0 }));
    let mut judged = |line: &str, name: &str, value: String| {
        let judged = judge(&mut gate, line, &[(name, &value)]);
        (judged.0, judged.1)
    };
    let public = (Code::Public, String::new());
    let refused = |why: &str| (Code::IdentityInvalid, why.to_owned());
    for (token, why) in [(expired, "expired"), (aged(60), "too-old")] {
        let cookie = format!("session={token}");
        let bearer = format!("Bearer {token}");
        assert_eq!(judged("GET /feed", "cookie", cookie.clone()), public);
        assert_eq!(judged("GET /feed", "authorization", bearer), refused(why));
        assert_eq!(judged("GET /tickets/1", "cookie", cookie), refused(why));
    }
    // Any other fault is one, and a signature is looked at first.
    let forged = token(8, &json!({ "iat": NOW.0, "exp": NOW.0 }));
    for (token, why) in [
        (forged, "signature"),
        (token(9, &json!({})), "no-issue-time"),
    ] {
        let cookie = format!("session={token}");
        assert_eq!(judged("GET /feed", "cookie", cookie), refused(why));
    }
}

#[test]
fn tokens_may_be_longer_where_the_configuration_says_so() {
    let long = token(9, &json!({ "x": "y".repeat(12_000) }));
    let headers = [("authorization", &*format!("Bearer {long}"))];
    let too_long = (Code::IdentityInvalid, "too-long".to_owned());
    assert_eq!(
        judge(&mut gate(|_| ()), "GET /tickets/1", &headers),
        too_long
    );
    let mut wide = gate(|config| config["limits"] = json!({ "token_bytes": 32_768 }));
    assert_eq!(
        judge(&mut wide, "GET /tickets/1", &headers).0,
        Code::Conditional
    );
    assert_eq!(
        invalid(|config| config["limits"] = json!({ "token_bytes": 32_769 })),
        "$.limits.token_bytes: over 32,768 bytes of a token; let the issuer put less into its tokens"
    );
}

#[test]
fn places_that_cannot_be_used_are_refused_with_what_to_write() {
    let with = |tokens: Value| invalid(|config| config["identity"]["tokens"] = tokens);
    for (tokens, expected) in [
        (
            json!([{ "cookie": "a b" }]),
            "[0].cookie: this is not a cookie's name; write the name alone, as in \"session\"",
        ),
        (
            json!([{ "cookie": "session", "origins": "app.example.com" }]),
            "[0].origins: this is not an origin; write scheme and host as browsers send them, such as https://app.example.com",
        ),
        (
            json!([{ "cookie": "a" }, { "cookie": "a", "origins": "https://a.example" }]),
            "[1]: this place is listed twice; leave one of the two out",
        ),
    ] {
        assert_eq!(with(tokens), format!("$.identity.tokens{expected}"));
    }
    assert_eq!(
        invalid(|config| config["public_scheme"] = json!("ftp")),
        "$.public_scheme: unknown scheme `ftp`; known here are `https`, `http`"
    );
}
