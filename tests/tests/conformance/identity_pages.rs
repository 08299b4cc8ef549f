//! The pages on identity providers: their configurations and tokens, on every engine.

use std::fs;

use portcullis_gate::{Peer, Request};
use portcullis_host::{HttpEngine, HttpOutcome};
use portcullis_tests::{bundles, http::HttpSetup, places};
use serde_json::Value;

use crate::http::engines;

/// What a page shows.
struct Page {
    name: String,
    config: Value,
    /// As the blocks say that they are.
    header: Value,
    claims: Value,
    token: String,
    upstream: Value,
}

/// What a page shows of a proxy that sends headers.
struct Proxy {
    name: String,
    config: Value,
    /// The peer, and its headers.
    request: Value,
    upstream: Value,
}

impl Proxy {
    fn headers(&self) -> Vec<(&str, &str)> {
        let headers = self.request["headers"].as_object().unwrap().iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
        headers.collect()
    }
}

#[test]
fn every_proxys_headers_are_believed_as_its_page_says_and_from_it_alone() {
    let setup = HttpSetup::load();
    let (_, proxies) = all_pages();
    assert_eq!(proxies.len(), 4);
    for proxy in &proxies {
        let peer = Peer::read(proxy.request["peer"].as_str().unwrap());
        let headers = proxy.headers();
        let is_said = |named: &str| {
            let trusted = &proxy.config["identity"]["trusted_headers"];
            ["subject", "groups"]
                .iter()
                .any(|fact| trusted[*fact] == named)
        };
        for engine in engines() {
            let ask = |peer, target: &str, headers: &[(&str, &str)]| {
                by_headers(engine, &setup, proxy, peer, target, headers)
            };
            let outcome = ask(peer, "/v1/tickets", &headers);
            let HttpOutcome::Forward { set, .. } = &outcome else {
                panic!("{}: {outcome:?}", proxy.name);
            };
            for (name, expected) in proxy.upstream.as_object().unwrap() {
                let found = set.iter().find(|(own, _)| own == name);
                let found = found.map(|(_, value)| value.as_str());
                assert_eq!(found, expected.as_str(), "{}: {name}", proxy.name);
            }
            // From anybody else they are nothing, and go no further.
            let others = [Peer::Unknown, Peer::read("203.0.113.9")];
            for other in others {
                let refused = ask(other, "/v1/tickets", &headers);
                let is_refused = matches!(refused, HttpOutcome::Respond { status: 401, .. });
                assert!(is_refused, "{}: {refused:?}", proxy.name);
                let HttpOutcome::Forward { remove, .. } = ask(other, "/", &headers) else {
                    panic!("{}: a public route was refused", proxy.name);
                };
                let expected = headers.iter().map(|(name, _)| *name);
                let expected: Vec<&str> = expected.filter(|name| is_said(name)).collect();
                assert_eq!(remove, expected, "{}", proxy.name);
            }
            // A second line may be somebody else's.
            for (name, _) in headers.iter().filter(|(name, _)| is_said(name)) {
                let mut twice = headers.clone();
                twice.push((name, "admin"));
                let refused = ask(peer, "/v1/tickets", &twice);
                let is_refused = matches!(refused, HttpOutcome::Respond { status: 401, .. });
                assert!(is_refused, "{}: {name}: {refused:?}", proxy.name);
            }
        }
    }
}

fn by_headers(
    engine: &dyn HttpEngine,
    setup: &HttpSetup,
    proxy: &Proxy,
    peer: Peer<'_>,
    target: &str,
    headers: &[(&str, &str)],
) -> HttpOutcome {
    let mut config = proxy.config.clone();
    config["trust"] = serde_json::to_value(bundles::trust_file()).unwrap();
    let mut gate = engine.open(&serde_json::to_vec(&config).unwrap()).unwrap();
    gate.offer(&setup.bundle, bundles::NOW).unwrap();
    let headers = headers.iter();
    let headers: Vec<(&[u8], &[u8])> = headers
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    let request = Request {
        method: b"GET",
        authority: b"api.example.com",
        target: target.as_bytes(),
        headers: &headers,
        peer,
        nonce: b"",
    };
    gate.judge(&request, bundles::NOW).unwrap().outcome
}

#[test]
fn every_providers_token_is_believed_as_its_page_says() {
    let setup = HttpSetup::load();
    let pages = pages();
    assert_eq!(pages.len(), 9);
    for page in &pages {
        for engine in engines() {
            let outcome = judge(engine, &setup, page, &page.token);
            let HttpOutcome::Forward { set, .. } = &outcome else {
                panic!("{}: {outcome:?}", page.name);
            };
            for (name, expected) in page.upstream.as_object().unwrap() {
                let found = set.iter().find(|(own, _)| own == name);
                let found = found.map(|(_, value)| value.as_str());
                assert_eq!(found, expected.as_str(), "{}: {name}", page.name);
            }
        }
    }
}

#[test]
fn a_page_writes_out_what_its_token_says() {
    for page in pages() {
        let mut parts = page.token.split('.');
        for expected in [&page.header, &page.claims] {
            let part = parts.next().unwrap();
            let found: Value = serde_json::from_slice(&decoded(part)).unwrap();
            assert_eq!(found, *expected, "{}", page.name);
        }
    }
}

/// Each with another's, and each with one bit of its own turned.
#[test]
fn no_provider_believes_what_it_did_not_sign() {
    let setup = HttpSetup::load();
    let pages = pages();
    for page in &pages {
        let others = pages.iter().filter(|other| other.name != page.name);
        let mut tokens: Vec<String> = others.map(|other| other.token.clone()).collect();
        let at = page.token.rfind('.').unwrap() + 9;
        let mut turned = page.token.clone().into_bytes();
        turned[at] = if turned[at] == b'A' { b'B' } else { b'A' };
        tokens.push(String::from_utf8(turned).unwrap());
        for engine in engines() {
            for token in &tokens {
                let outcome = judge(engine, &setup, page, token);
                let refused = matches!(outcome, HttpOutcome::Respond { status: 401, .. });
                assert!(refused, "{}: {outcome:?} {token}", page.name);
            }
        }
    }
}

fn judge(engine: &dyn HttpEngine, setup: &HttpSetup, page: &Page, token: &str) -> HttpOutcome {
    let mut config = page.config.clone();
    config["trust"] = serde_json::to_value(bundles::trust_file()).unwrap();
    let mut gate = engine.open(&serde_json::to_vec(&config).unwrap()).unwrap();
    gate.offer(&setup.bundle, bundles::NOW).unwrap();
    let place = &page.config["identity"]["tokens"][0];
    let name = place["header"].as_str().unwrap_or("authorization");
    // Any other header has the token alone.
    let usual = if name == "authorization" {
        "Bearer"
    } else {
        ""
    };
    let scheme = place["scheme"].as_str().unwrap_or(usual);
    let value = [scheme, token].join(if scheme.is_empty() { "" } else { " " });
    let headers: [(&[u8], &[u8]); 1] = [(name.as_bytes(), value.as_bytes())];
    let request = Request {
        method: b"GET",
        authority: b"api.example.com",
        target: b"/v1/tickets",
        headers: &headers,
        peer: Peer::Unknown,
        nonce: b"",
    };
    gate.judge(&request, bundles::NOW).unwrap().outcome
}

fn pages() -> Vec<Page> {
    all_pages().0
}

fn all_pages() -> (Vec<Page>, Vec<Proxy>) {
    let (mut pages, mut proxies) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(places::root().join("docs/identity")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name == "README" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let blocks: Vec<&str> = text.split("```").skip(1).step_by(2).collect();
        let json = |block: &str| -> Value {
            let block = block.strip_prefix("json\n").unwrap();
            serde_json::from_str(block).unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        if let [config, request, upstream] = blocks[..] {
            proxies.push(Proxy {
                config: json(config),
                request: json(request),
                upstream: json(upstream),
                name,
            });
            continue;
        }
        let [config, header, claims, token, upstream] = blocks[..] else {
            panic!("{name}: {} blocks", blocks.len());
        };
        pages.push(Page {
            config: json(config),
            header: json(header),
            claims: json(claims),
            token: token.strip_prefix("text\n").unwrap().trim().to_owned(),
            upstream: json(upstream),
            name: name.clone(),
        });
    }
    (pages, proxies)
}

/// Reads base64url, padded or not.
fn decoded(part: &str) -> Vec<u8> {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    Base64UrlUnpadded::decode_vec(part.trim_end_matches('=')).unwrap()
}
