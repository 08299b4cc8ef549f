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
    let mut pages = Vec::new();
    for entry in fs::read_dir(places::root().join("docs/identity")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name == "README" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let blocks: Vec<&str> = text.split("```").skip(1).step_by(2).collect();
        let [config, header, claims, token, upstream] = blocks[..] else {
            panic!("{name}: {} blocks", blocks.len());
        };
        let json = |block: &str| -> Value {
            let block = block.strip_prefix("json\n").unwrap();
            serde_json::from_str(block).unwrap_or_else(|error| panic!("{name}: {error}"))
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
    pages
}

/// Reads base64url, padded or not.
fn decoded(part: &str) -> Vec<u8> {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    Base64UrlUnpadded::decode_vec(part.trim_end_matches('=')).unwrap()
}
