//! What would get past a gate that is read differently by those behind it, end to end.

use anyhow::{Context as _, Result, bail, ensure};
use portcullis_gate::Peer;
use portcullis_gateways::ask::{Agreement, Ask, Gateway, HOST, Native, agree};
use portcullis_gateways::site::Site;
use portcullis_gateways::tools::Tool;
use serde_json::{Value, json};

use Fate::{Harmless, Refused};

use crate::place;
use crate::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add("envoy/attacks", Tool::Envoy, || {
        let site = Site::load()?;
        let place = place::envoy(&site, &site.bundle(1)?)?;
        check(&site, &place.gateway, &place.configuration)
    });
    suite.add_middleware("attacks", |wasi| {
        let site = Site::load()?;
        let place = place::middleware(wasi, &site, &site.bundle(1)?)?;
        check(&site, &place.gateway, &place.configuration)
    });
}

/// What must become of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Nothing reaches the upstream.
    Refused,
    /// It may reach the upstream, as the client's very bytes and with what the native gate
    /// tells the upstream: whoever attacks gains nothing.
    Harmless,
}

fn check(site: &Site, gateway: &Gateway, configuration: &str) -> Result<()> {
    let mut native = Native::new(configuration, None)?;
    let mut before = Vec::new();
    let attacks = all(site);
    for (name, ask, fate) in &attacks {
        let outcome = gateway
            .ask(ask)
            .with_context(|| format!("attack: {name}"))?;
        if *fate == Refused {
            let status = outcome.response.status;
            ensure!(outcome.forwarded.is_none(), "{name} reached the upstream");
            ensure!((400..500).contains(&status), "{name} was answered {status}");
        }
        let agreement = readings(ask)
            .iter()
            .map(|read| agree(read, &native.judge(read, Peer::Unknown), &outcome))
            .reduce(Result::or)
            .context("a request has a reading")?;
        match agreement.with_context(|| format!("attack: {name}"))? {
            Agreement::Same => {}
            Agreement::RefusedBefore => before.push(*name),
        }
        gateway.ask(&Ask::new("GET", "/health"))?;
    }
    eprintln!(
        "{} attacks, of which the proxy itself refused {}: {}",
        attacks.len(),
        before.len(),
        before.join(", ")
    );
    framing(gateway, &site.token("ada", "agent"))
}

/// Returns what a server may make of a request before it hands it on: it takes the absolute
/// form apart (RFC 9112, section 3.2.2) and carries out `connection` itself; some cut a
/// fragment off, or join a header's lines so that of an empty one nothing is left. What is
/// forwarded must then be what was judged.
fn readings(ask: &Ask) -> Vec<Ask> {
    let with = |target: String| Ask {
        target,
        ..ask.clone()
    };
    let mut readings = vec![ask.clone()];
    let absolute = ask.target.strip_prefix("http://");
    if let Some((_, path)) = absolute.and_then(|rest| rest.split_once('/')) {
        readings.push(with(format!("/{path}")));
    }
    if let Some((before, _)) = ask.target.split_once('#') {
        readings.push(with(before.to_owned()));
    }
    let mut carried_out = ask.clone();
    carried_out
        .headers
        .retain(|(name, value)| name != "connection" && !value.is_empty());
    if carried_out.headers != ask.headers && carried_out.headers.iter().any(is_token) {
        readings.push(carried_out);
    }
    readings
}

fn is_token((name, _): &(String, String)) -> bool {
    name == "authorization"
}

/// Requests that two readers would split differently: no more than one may come out, and
/// never the one that was hidden.
fn framing(gateway: &Gateway, token: &str) -> Result<()> {
    let hidden = format!("GET /v1/articles/hidden HTTP/1.1\r\nhost: {HOST}\r\n\r\n");
    let head =
        format!("POST /health HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {token}\r\n");
    let chunked = format!("0\r\n\r\n{hidden}");
    let framed = [
        format!(
            "content-length: {}\r\ntransfer-encoding: chunked\r\n\r\n{chunked}",
            chunked.len()
        ),
        format!("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n{chunked}"),
        format!(
            "content-length: 0\r\ncontent-length: {}\r\n\r\n{hidden}",
            hidden.len()
        ),
        format!("content-length: +{}\r\n\r\n{hidden}", hidden.len()),
    ];
    for framing in framed {
        let Ok(outcome) = gateway.send("POST", format!("{head}{framing}").as_bytes()) else {
            // The connection was closed without an answer.
            continue;
        };
        if let Some(forwarded) = outcome.forwarded {
            bail!("{framing} reached the upstream: {forwarded:?}");
        }
    }
    Ok(())
}

fn all(site: &Site) -> Vec<(&'static str, Ask, Fate)> {
    let agent = site.token("ada", "agent");
    let mut attacks = Vec::new();
    for &(name, target, fate) in TARGETS {
        attacks.push((name, Ask::new("GET", target).token(&agent), fate));
    }
    for &(name, header, value) in HEADERS {
        let ask = Ask::new("GET", "/v1/articles/a").token(&agent);
        attacks.push((name, ask.header(header, value), Harmless));
        // What nobody may without these headers, nobody may with them.
        let denied = Ask::new("PUT", "/v1/articles/a").token(&agent);
        attacks.push((name, denied.header(header, value), Refused));
    }
    let mut refused = |name, ask: Ask| attacks.push((name, ask, Refused));
    let get = || Ask::new("GET", "/v1/articles/a");
    refused(
        "long path",
        Ask::new("GET", &format!("/v1/articles/{}", "a".repeat(4_200))).token(&agent),
    );
    refused("asterisk", Ask::new("OPTIONS", "*").token(&agent));
    refused("CONNECT", Ask::new("CONNECT", "upstream:80").token(&agent));
    refused("TRACE", Ask::new("TRACE", "/v1/articles/a").token(&agent));
    refused(
        "method in lower case",
        Ask::new("get", "/v1/articles/a").token(&agent),
    );
    refused(
        "two tokens",
        get().token(&agent).token(&site.token("root", "admin")),
    );
    refused("empty authorization", get().header("authorization", ""));
    refused("empty token", get().header("authorization", "Bearer "));
    refused(
        "another scheme",
        get().header("authorization", &format!("Basic {agent}")),
    );
    refused(
        "authorization with an underscore",
        get().header("author_ization", &format!("Bearer {agent}")),
    );
    refused("huge token", get().token(&"a".repeat(9_000)));
    refused(
        "huge header",
        get().token(&agent).header("x-huge", &"a".repeat(70_000)),
    );
    let mut many = get().token(&agent);
    many.headers
        .extend((0..300).map(|at| (format!("x-{at}"), "a".to_owned())));
    refused("too many headers", many);
    for (name, claims) in tokens(site) {
        refused(name, get().token(&site.sign(&claims)));
    }
    for (name, token) in forged(site, &agent) {
        refused(name, get().token(&token));
    }
    let mut harmless = |name, ask: Ask| attacks.push((name, ask, Harmless));
    harmless(
        "empty authorization besides",
        get().header("authorization", "").token(&agent),
    );
    harmless(
        "connection drops the gate's header",
        get()
            .token(&agent)
            .header("connection", "x-portcullis-subject"),
    );
    attacks
}

fn tokens(site: &Site) -> Vec<(&'static str, Value)> {
    let with = |member: &str, value: Value| {
        let mut claims = site.claims("ada", "agent");
        claims[member] = value;
        claims
    };
    let mut endless = site.claims("ada", "agent");
    endless.as_object_mut().map(|claims| claims.remove("exp"));
    vec![
        ("token without exp", endless),
        ("token expired", with("exp", json!(1_000_000_000))),
        ("token with exp as text", with("exp", json!("4000000000"))),
        ("token not yet valid", with("nbf", json!(4_000_000_000_u64))),
        ("token for another audience", with("aud", json!("billing"))),
        (
            "token of another issuer",
            with("iss", json!("https://login.evil.example")),
        ),
        ("token of another tenant", with("tenant", json!("globex"))),
        ("token without subject", with("sub", json!(""))),
    ]
}

fn forged(site: &Site, good: &str) -> Vec<(&'static str, String)> {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let admin = part(&site.claims("root", "admin"));
    let parts: Vec<&str> = good.split('.').collect();
    let headed = |header: Value| format!("{}.{admin}.{}", part(&header), parts[2]);
    vec![
        (
            "alg none",
            format!("{}.{admin}.", part(&json!({ "alg": "none" }))),
        ),
        (
            "alg None, signed",
            headed(json!({ "alg": "None", "kid": "1" })),
        ),
        (
            "alg confused with HMAC",
            headed(json!({ "alg": "HS256", "kid": "1" })),
        ),
        (
            "alg confused with another curve",
            headed(json!({ "alg": "ES256", "kid": "1" })),
        ),
        (
            "key embedded",
            headed(json!({ "alg": "EdDSA", "jwk": { "kty": "OKP", "crv": "Ed25519", "x": "AA" } })),
        ),
        (
            "key by address",
            headed(json!({ "alg": "EdDSA", "jku": "http://127.0.0.1/keys" })),
        ),
        (
            "unknown critical header",
            headed(json!({ "alg": "EdDSA", "kid": "1", "crit": ["b64"], "b64": false })),
        ),
        (
            "other claims, same signature",
            format!("{}.{admin}.{}", parts[0], parts[2]),
        ),
        ("signature cut", good[..good.len() - 4].to_owned()),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("no token at all", "a".to_owned()),
    ]
}

/// Targets that the token's holder would like to be taken for `PUT`, for `/v1/reports`, or
/// for an article of another name.
const TARGETS: &[(&str, &str, Fate)] = &[
    ("dot segments", "/v1/articles/../reports", Refused),
    (
        "dot segments above the root",
        "/../../v1/articles/a",
        Refused,
    ),
    ("a single dot", "/v1/./articles/a", Refused),
    ("a dot at the end", "/v1/articles/.", Refused),
    ("encoded dots", "/v1/articles/%2e%2e/reports", Refused),
    ("half encoded dots", "/v1/articles/.%2E/reports", Refused),
    (
        "twice encoded dots",
        "/v1/articles/%252e%252e/reports",
        Refused,
    ),
    ("encoded slash", "/v1/articles/a%2fb", Refused),
    ("twice encoded slash", "/v1/articles/a%252fb", Refused),
    ("backslash", "/v1/articles/..\\reports", Refused),
    ("encoded backslash", "/v1/articles/a%5cb", Refused),
    ("twice encoded backslash", "/v1/articles/a%255cb", Refused),
    ("encoded NUL", "/v1/articles/a%00", Refused),
    ("twice encoded NUL", "/v1/articles/a%2500", Refused),
    ("path parameter", "/v1/articles/a;b=c", Refused),
    (
        "path parameter on dots",
        "/v1/articles/..;/reports",
        Refused,
    ),
    ("encoded semicolon", "/v1/articles/a%3bb", Refused),
    ("twice encoded semicolon", "/v1/articles/a%253bb", Refused),
    ("encoded question mark", "/v1/articles/a%3fb", Refused),
    (
        "twice encoded question mark",
        "/v1/articles/a%253fb",
        Refused,
    ),
    ("encoded fragment", "/v1/articles/a%23b", Refused),
    ("twice encoded fragment", "/v1/articles/a%2523b", Refused),
    ("fragment", "/v1/articles/a#b", Harmless),
    (
        "fragment hides the rest",
        "/health#/../v1/reports",
        Harmless,
    ),
    ("empty segment", "/v1//articles/a", Refused),
    ("empty segment first", "//v1/articles/a", Refused),
    ("trailing slash", "/v1/articles/a/", Refused),
    ("empty parameter", "/v1/articles/", Refused),
    ("trailing dot", "/v1/articles/a.", Harmless),
    ("trailing space", "/v1/articles/a%20", Harmless),
    ("another case", "/V1/articles/a", Refused),
    ("case of a literal", "/v1/Reports", Refused),
    ("overlong slash", "/v1/articles/a%c0%afb", Refused),
    (
        "overlong dots",
        "/v1/articles/%c0%ae%c0%ae/reports",
        Refused,
    ),
    ("overlong, three bytes", "/v1/articles/a%e0%80%afb", Refused),
    ("wide slash", "/v1/articles/a%ef%bc%8fb", Harmless),
    ("percent alone", "/v1/articles/a%", Refused),
    ("percent without hexadecimals", "/v1/articles/a%zz", Refused),
    ("percent and u", "/v1/articles/a%u002f", Refused),
    (
        "absolute form",
        "http://helpdesk.acme.example/v1/reports",
        Refused,
    ),
    (
        "absolute form of another host",
        "http://upstream.internal/v1/reports",
        Refused,
    ),
    (
        "authority in the path",
        "//evil.example/v1/reports",
        Refused,
    ),
    ("no slash", "v1/articles/a", Refused),
];

/// Headers by which a client would like to be somebody else, or to have asked otherwise.
const HEADERS: &[(&str, &str, &str)] = &[
    ("spoofed subject", "x-portcullis-subject", "root"),
    (
        "spoofed subject in capitals",
        "X-Portcullis-Subject",
        "root",
    ),
    (
        "spoofed subject with underscores",
        "x_portcullis_subject",
        "root",
    ),
    ("spoofed subject, mixed", "X-Portcullis_Subject", "root"),
    ("spoofed roles", "x-portcullis-roles", "admin"),
    ("spoofed decision", "x-portcullis-decision", "allow"),
    (
        "spoofed filter",
        "x-portcullis-filter",
        "%7B%22any%22%3A%5B%5D%7D",
    ),
    ("spoofed tenant", "x-portcullis-tenant", "globex"),
    (
        "a header named like ours that we do not use yet",
        "x-portcullis-anything",
        "1",
    ),
    ("forwarded for", "x-forwarded-for", "127.0.0.1"),
    ("forwarded host", "x-forwarded-host", "admin.internal"),
    ("forwarded prefix", "x-forwarded-prefix", "/v1/reports"),
    (
        "forwarded",
        "forwarded",
        "for=127.0.0.1;host=admin.internal",
    ),
    ("method override", "x-http-method-override", "GET"),
    ("method override, short", "x-http-method", "GET"),
    ("method override, other", "X_Method_Override", "GET"),
    ("original url", "x-original-url", "/v1/articles/a"),
    ("rewritten url", "x-rewrite-url", "/v1/articles/a"),
    (
        "envoy's original path",
        "x-envoy-original-path",
        "/v1/articles/a",
    ),
    (
        "a client certificate in words",
        "x-forwarded-client-cert",
        "URI=spiffe://acme/admin",
    ),
];
