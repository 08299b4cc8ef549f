//! Another signing key, while the configuration before it still drains.

use alloc::{format, vec::Vec};

use base64ct::Encoding as _;

use portcullis_fixture::{Issue, NOW, PUBLIC_PAGE, gate_config, key, trust};
use serde_json::{Value, json};

use crate::Root;

use super::proxy::{NOW_MS, Proxy, Store, bundle};

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
    assert_eq!(new.ask(&mut root), 503, "it believes no bundle yet");
    // The one that drains asks first, and gets what it does not believe.
    for proxy in [&old, &new] {
        proxy.now_ms.set(NOW_MS + 60_000);
        *proxy.answer.borrow_mut() = ("200", signed_by_stranger(2));
    }
    draining.tick(&old);
    root.tick(&new);
    assert_eq!((old.calls.get(), new.calls.get()), (2, 1), "a turn each");
    draining.fetched(&old, 2, Some(1));
    root.fetched(&new, 1, Some(1));
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
        assert_eq!(new.ask(&mut root), 503, "{trust}");
    }
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
