//! Another signing key, while the configuration before it still drains.

use alloc::{format, vec::Vec};

use base64ct::Encoding as _;

use portcullis_fixture::{Issue, NOW, PUBLIC_PAGE, gate_config, key, trust};
use serde_json::{Value, json};

use crate::Root;

use super::proxy::{NOW_MS, Proxy, STREAM, Store, bundle};

#[test]
fn a_draining_configuration_does_not_take_the_turns_of_one_with_another_key() {
    let store = Store::default();
    let (old, new) = (Proxy::at(&store), Proxy::at(&store));
    let mut draining = old.start(None);
    draining.tick(&old);
    *old.answer.borrow_mut() = ("200", bundle(1));
    draining.fetched(&old, 1, Some(1));
    assert_eq!(old.ask(&mut draining), 200);

    let mut root = start(&new, &json!({ "keys": [public(STRANGER)] }));
    // The one that drains asks first, and gets what it does not believe.
    for proxy in [&old, &new] {
        proxy.now_ms.set(NOW_MS + 60_000);
        *proxy.answer.borrow_mut() = ("200", signed_by_stranger(2));
    }
    assert_eq!(
        new.ask(&mut root),
        0,
        "it waits for the first bundle that it believes"
    );
    draining.tick(&old);
    root.tick(&new);
    assert_eq!((old.calls.get(), new.calls.get()), (2, 1), "a turn each");
    draining.fetched(&old, 2, Some(1));
    root.fetched(&new, 1, Some(1));
    assert_eq!(*new.resumed.borrow(), [STREAM]);
    assert_eq!(old.ask(&mut draining), 200, "with what it had");
    assert_eq!(new.ask(&mut root), 200);
}

#[test]
fn a_new_key_answers_at_once_with_a_bundle_that_it_signed_too() {
    let store = Store::default();
    let old = Proxy::at(&store);
    let mut draining = old.start(None);
    draining.tick(&old);
    *old.answer.borrow_mut() = ("200", bundle(1));
    draining.fetched(&old, 1, Some(1));

    // Both keys: what the former configuration took is believed.
    let both = json!({ "keys": [public(SIGNER), public(STRANGER)] });
    let (one, two) = (Proxy::at(&store), Proxy::at(&store));
    let (mut first, mut second) = (start(&one, &both), start(&two, &both));
    assert_eq!(one.ask(&mut first), 200);
    assert_eq!(two.ask(&mut second), 200);
    let calls = |proxy: &Proxy| proxy.calls.get();
    assert_eq!((calls(&one), calls(&two)), (0, 0), "nothing was fetched");

    // The new key alone, once it signs: the same again.
    first.tick(&one);
    *one.answer.borrow_mut() = ("200", signed_by_stranger(2));
    first.fetched(&one, 1, Some(1));
    let alone = Proxy::at(&store);
    let mut last = start(&alone, &json!({ "keys": [public(STRANGER)] }));
    assert_eq!(alone.ask(&mut last), 200);
    assert_eq!(alone.calls.get(), 0);
}

#[test]
fn what_another_trust_took_is_tried_and_not_believed() {
    let store = Store::default();
    let old = Proxy::at(&store);
    let mut draining = old.start(None);
    draining.tick(&old);
    *old.answer.borrow_mut() = ("200", bundle(1));
    draining.fetched(&old, 1, Some(1));

    for trust in [
        json!({ "keys": [public(STRANGER)] }),
        json!({ "audience": "edge" }),
        json!({ "threshold": 2, "keys": [public(SIGNER), public(STRANGER)] }),
    ] {
        let new = Proxy::at(&store);
        let mut root = start(&new, &trust);
        assert_eq!(new.ask(&mut root), 0, "{trust}");
        root.tick(&new);
        root.fetched(&new, 1, None);
        assert_eq!(new.answered.get(), 503, "{trust}");
    }
}

#[test]
fn the_same_refused_bundle_is_logged_once() {
    let proxy = Proxy::at(&Store::default());
    let mut root = start(&proxy, &json!({ "keys": [public(STRANGER)] }));
    let refusals = || {
        let lines = proxy.lines.borrow();
        let refusals = lines
            .iter()
            .filter(|line| line.contains("untrusted-signer"));
        refusals.count()
    };
    for (poll, sequence, logged) in [(1, 2, 1), (2, 2, 1), (3, 3, 2), (4, 3, 2)] {
        proxy.now_ms.set(NOW_MS + u64::from(poll) * 60_000);
        root.tick(&proxy);
        assert_eq!(proxy.calls.get(), poll);
        *proxy.answer.borrow_mut() = ("200", bundle(sequence));
        root.fetched(&proxy, poll, Some(1));
        assert_eq!(refusals(), logged, "poll {poll}");
    }
}

#[test]
fn a_request_waits_no_longer_than_for_the_first_answer() {
    let proxy = Proxy::at(&Store::default());
    let mut root = proxy.start(None);
    assert_eq!(proxy.ask(&mut root), 0);
    root.tick(&proxy);
    root.fetched(&proxy, 1, None);
    assert_eq!(proxy.answered.get(), 503, "the origin is down");
    assert_eq!(proxy.ask(&mut root), 503, "and the next one need not wait");

    let proxy = Proxy::at(&Store::default());
    let mut root = proxy.start(None);
    assert_eq!(proxy.ask(&mut root), 0);
    root.tick(&proxy);
    proxy.now_ms.set(NOW_MS + 4_999);
    root.tick(&proxy);
    assert_eq!(proxy.answered.get(), 0);
    proxy.now_ms.set(NOW_MS + 5_000);
    root.tick(&proxy);
    assert_eq!(proxy.answered.get(), 503, "the origin says nothing");
}

/// Starts a worker that fetches, with other members of its trust.
fn start(proxy: &Proxy, members: &Value) -> Root {
    let sources = json!({ "sources": [{ "cluster": "bundles", "path": "/acme.pclb" }] });
    let mut trust = json!(trust());
    for (name, value) in members.as_object().unwrap() {
        trust[name] = value.clone();
    }
    let config = gate_config([("tenant", "acme".into()), ("shell", sources)]);
    let mut config: Value = serde_json::from_str(&config).unwrap();
    config["trust"] = trust;
    let mut root = Root::new();
    let taken = root.configure(proxy, format!("{config}").as_bytes());
    assert!(taken, "{:?}", proxy.lines);
    root
}

/// Returns a key as a trust file names it.
fn public(seed: u8) -> Value {
    let mut own = json!(trust())["keys"][0].clone();
    let key = base64ct::Base64UrlUnpadded::encode_string(&key(seed).public_key());
    own["key"] = key.into();
    own
}

fn signed_by_stranger(sequence: u64) -> Vec<u8> {
    let issue = Issue::at(NOW).sequence(sequence).untrusted();
    issue.bundle(PUBLIC_PAGE).unwrap()
}

/// The key that signs, and one that no trust but this module's names.
const SIGNER: u8 = 1;
const STRANGER: u8 = 9;
