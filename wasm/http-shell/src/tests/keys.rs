//! Keys that one instance fetches and others know of.

use alloc::string::ToString as _;

use super::*;
use crate::{Fetch, Fetched, Save};

/// The base point of Ed25519, as a public key.
const KEY: &str = "WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY";

fn configuration(source: &str, shell: &serde_json::Value) -> String {
    let keys: serde_json::Value = serde_json::from_str(source).unwrap();
    let issuer = json!({ "issuer": "https://id.example.com", "audiences": "a", "keys": keys });
    let mut all = json!({ "upstream": "http://a" });
    for (name, value) in shell.as_object().unwrap() {
        all[name] = value.clone();
    }
    gate_config([
        ("tenant", "acme".into()),
        ("identity", json!({ "issuers": [issuer] })),
        ("shell", all),
    ])
}

fn instance(source: &str) -> Middleware {
    let shell = json!({ "keys_folder": "/state/", "clusters": { "id": "http://id:8080" } });
    let mut middleware = Middleware::new();
    let json = configuration(source, &shell).into_bytes();
    assert_eq!(middleware.configure(Ok(json), NOW), None);
    middleware
}

const BY_URL: &str = r#"{"source":"https://id.example.com/keys?a=1"}"#;

/// Begins what is due, after a look at what is in the folder.
fn begin(middleware: &mut Middleware, kept: Option<&Save>, seconds: u64) -> Option<Fetch> {
    let file = middleware.due_keys(after(seconds))?;
    middleware.recall_keys(&file, kept.map(|kept| kept.bytes.as_slice()));
    middleware.begin_fetch(&file, after(seconds))
}

fn set() -> Fetched {
    let set = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "1", "x": KEY }] });
    Fetched {
        status: 200,
        cache_control: b"max-age=300".to_vec(),
        body: set.to_string().into_bytes(),
    }
}

#[test]
fn keys_are_fetched_where_the_configuration_says() {
    for (source, scheme, authority, path) in [
        (BY_URL, crate::Scheme::Https, "id.example.com", "/keys?a=1"),
        (
            r#"{"source":{"cluster":"id","path":"/keys"}}"#,
            crate::Scheme::Http,
            "id:8080",
            "/keys",
        ),
        (
            r#"{"discover":true}"#,
            crate::Scheme::Https,
            "id.example.com",
            "/.well-known/openid-configuration",
        ),
    ] {
        let mut middleware = instance(source);
        let fetch = begin(&mut middleware, None, 0).unwrap();
        assert_eq!(fetch.origin.scheme, scheme, "{source}");
        assert_eq!(fetch.origin.authority, authority, "{source}");
        assert_eq!(fetch.path, path, "{source}");
        // Once begun it is nobody else's.
        assert_eq!(middleware.due_keys(NOW), None, "{source}");
    }
    for (source, shell, expected) in [
        (BY_URL, json!({}), "`shell.keys_folder`"),
        (
            r#"{"source":{"cluster":"other","path":"/keys"}}"#,
            json!({ "keys_folder": "/state" }),
            "where the cluster `other` of `https://id.example.com` is",
        ),
    ] {
        let mut middleware = Middleware::new();
        let json = configuration(source, &shell).into_bytes();
        let line = middleware.configure(Ok(json), NOW).unwrap();
        assert!(line.contains(expected), "{line}");
        assert!(!middleware.is_configured());
    }
}

#[test]
fn what_one_instance_fetched_others_need_not() {
    let mut first = instance(BY_URL);
    let fetch = begin(&mut first, None, 0).unwrap();
    let begun = fetch.save.clone().unwrap();
    assert!(begun.path.starts_with("/state/") && begun.path.ends_with(".keys"));

    // While the first one fetches, another waits.
    let mut second = instance(BY_URL);
    assert_eq!(begin(&mut second, Some(&begun), 1), None);
    assert!(second.fetches_keys(0, after(1)));

    let (line, kept) = first.answer_fetch(&fetch, Some(&set()), after(1));
    assert!(line.unwrap().contains("keys-taken"));
    let kept = kept.unwrap();
    assert_eq!(kept.path, begun.path);
    let file = second.key_file(0).unwrap();
    let line = second.recall_keys(&file, Some(&kept.bytes));
    assert!(line.unwrap().contains("keys-taken"));
    assert!(!second.fetches_keys(0, after(1)));
    // Nor soon after for an unknown key; but once it is due again.
    second.want_keys(0, after(5));
    assert_eq!(begin(&mut second, Some(&kept), 5), None);
    let mut third = instance(BY_URL);
    assert_eq!(begin(&mut third, Some(&kept), 299), None);
    assert!(begin(&mut third, Some(&kept), 302).is_some());
}

#[test]
fn what_failed_for_one_instance_is_not_tried_at_once_by_another() {
    let mut first = instance(BY_URL);
    let fetch = begin(&mut first, None, 0).unwrap();
    let (line, kept) = first.answer_fetch(&fetch, None, after(1));
    assert!(line.unwrap().contains("did not answer"));
    let kept = kept.unwrap();
    let mut second = instance(BY_URL);
    assert_eq!(begin(&mut second, Some(&kept), 2), None);
    assert!(!second.fetches_keys(0, after(2)));
    second.want_keys(0, after(9));
    assert_eq!(begin(&mut second, Some(&kept), 9), None);
    assert!(begin(&mut second, Some(&kept), 11).is_some());
}

#[test]
fn what_nobody_of_this_configuration_wrote_is_not_there() {
    let mut stranger = instance(r#"{"source":"https://id.example.com/other"}"#);
    let fetch = begin(&mut stranger, None, 0).unwrap();
    let (_, theirs) = stranger.answer_fetch(&fetch, Some(&set()), NOW);
    let theirs = theirs.unwrap();
    let mut own = instance(BY_URL);
    assert_ne!(own.key_file(0).unwrap().path, theirs.path);
    assert!(begin(&mut own, Some(&theirs), 1).is_some(), "another's");

    let mut writer = instance(BY_URL);
    let fetch = begin(&mut writer, None, 0).unwrap();
    let (_, kept) = writer.answer_fetch(&fetch, Some(&set()), NOW);
    let kept = kept.unwrap();
    for at in 0..kept.bytes.len() {
        let mut own = instance(BY_URL);
        let file = own.key_file(0).unwrap();
        let mut damaged = kept.bytes.clone();
        damaged[at] ^= 1;
        assert_eq!(own.recall_keys(&file, Some(&damaged)), None, "byte {at}");
        let cut = own.recall_keys(&file, Some(&kept.bytes[..at]));
        assert_eq!(cut, None, "cut at {at}");
        assert!(own.due_keys(NOW).is_some());
    }
}

#[test]
fn a_description_leads_to_its_keys_in_one_go() {
    let mut middleware = instance(r#"{"discover":true}"#);
    let fetch = begin(&mut middleware, None, 0).unwrap();
    let begun = fetch.save.clone();
    let description = json!({
        "issuer": "https://id.example.com", "jwks_uri": "https://id.example.com/keys",
    });
    let described = Fetched {
        body: description.to_string().into_bytes(),
        ..set()
    };
    let more = middleware.answer_fetch(&fetch, Some(&described), NOW);
    assert_eq!(more, (None, None));
    // What it said itself does not hold it up.
    let fetch = begin(&mut middleware, begun.as_ref(), 0).unwrap();
    assert_eq!(fetch.path, "/keys");
    let (line, kept) = middleware.answer_fetch(&fetch, Some(&set()), NOW);
    assert!(line.unwrap().contains("keys-taken") && kept.is_some());
}
