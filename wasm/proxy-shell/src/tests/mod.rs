//! A root before a proxy that is made up.

mod keys;
mod proxy;
mod rotation;

use alloc::{borrow::ToOwned, format, vec::Vec};

use portcullis_fixture::gate_config;
use serde_json::json;

use crate::{Host as _, Root, drop_trailers, peer::KnownPeer, refuse, settings::PeerUse};

use proxy::{NOW_MS, PeerFacts, Proxy, Store, bundle};

#[test]
fn a_header_that_cannot_be_removed_refuses() {
    let proxy = Proxy::at(&Store::default());
    let mut root = proxy.start(Some(&bundle(1)));
    assert_eq!(proxy.ask(&mut root), 200);
    proxy.keeps_headers.set(true);
    assert_eq!(proxy.ask(&mut root), 503);
    assert!(proxy.has_logged("headers-not-set"));
}

#[test]
fn an_upstream_does_not_say_which_origins_may_read_its_answer() {
    let proxy = Proxy::at(&Store::default());
    let mut root = proxy.start(Some(&bundle(1)));
    let sent = || {
        let sent = [("Access-Control-Allow-Origin", "*"), ("vary", "accept")];
        sent.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    assert_eq!(proxy.ask(&mut root), 200);
    *proxy.response.borrow_mut() = sent().to_vec();
    assert!(root.answer(&proxy, proxy::STREAM));
    let expected = [("vary", "accept"), ("vary", "origin")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(*proxy.response.borrow(), expected);

    // Once for each request, and not for one that is unknown.
    *proxy.response.borrow_mut() = sent().to_vec();
    assert!(root.answer(&proxy, proxy::STREAM));
    assert_eq!(*proxy.response.borrow(), sent());

    assert_eq!(proxy.ask(&mut root), 200);
    proxy.keeps_headers.set(true);
    assert!(!root.answer(&proxy, proxy::STREAM));
    assert_eq!(proxy.answered.get(), 503);
    assert!(proxy.has_logged("answer-not-changed"));
}

#[test]
fn trailers_that_cannot_be_dropped_refuse() {
    let proxy = Proxy::at(&Store::default());
    assert!(drop_trailers(&proxy));
    assert_eq!(proxy.answered.get(), 0);
    proxy.keeps_headers.set(true);
    assert!(!drop_trailers(&proxy));
    assert_eq!(proxy.answered.get(), 503);
}

#[test]
fn what_cannot_be_read_refuses() {
    let proxy = Proxy::at(&Store::default());
    let mut root = proxy.start(Some(&bundle(1)));
    assert_eq!(proxy.ask_as_it_is(&mut root), 503, "no headers");
    assert_eq!(proxy.ask(&mut Root::new()), 503, "no configuration");
    proxy.answered.set(0);
    assert!(!refuse(&proxy), "no root at all");
    assert_eq!(proxy.answered.get(), 503);
}

#[test]
fn a_configuration_that_cannot_be_read_is_refused() {
    for json in ["", "{}", "[]", "{\"trust\":1}"] {
        let proxy = Proxy::at(&Store::default());
        let mut root = Root::new();
        assert!(!root.configure(&proxy, json.as_bytes()), "{json}");
        assert!(proxy.has_logged("configuration-refused"));
        assert_eq!(proxy.ask(&mut root), 503);
    }
}

#[test]
fn keys_that_are_left_out_are_logged() {
    let used = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "1",
                       "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let unused = json!({ "kty": "EC", "crv": "secp256k1", "kid": "2", "x": "AQ", "y": "AQ" });
    for (keys, logged) in [(json!([used, unused]), true), (json!([used]), false)] {
        let identity = json!({ "issuers": [{
            "issuer": "https://id.example.com", "audiences": "a", "keys": { "keys": keys },
        }] });
        let config = gate_config([("tenant", "acme".into()), ("identity", identity)]);
        let proxy = Proxy::at(&Store::default());
        assert!(Root::new().configure(&proxy, config.as_bytes()));
        assert_eq!(proxy.has_logged("keys-unused"), logged, "{config}");
    }
}

#[test]
fn workers_take_turns_and_share_what_they_fetch() {
    let store = Store::default();
    let (one, two) = (Proxy::at(&store), Proxy::at(&store));
    let (mut first, mut second) = (one.start(None), two.start(None));
    first.tick(&one);
    second.tick(&two);
    assert_eq!((one.calls.get(), two.calls.get()), (1, 0), "one turn");
    assert_eq!(one.ask(&mut first), 0, "it waits");

    *one.answer.borrow_mut() = ("200", bundle(1));
    first.fetched(&one, 1, Some(1));
    assert_eq!(one.ask(&mut first), 200);
    assert_eq!(two.ask(&mut second), 0, "not yet looked");
    second.tick(&two);
    assert_eq!(two.ask(&mut second), 200);
    assert_eq!(two.calls.get(), 0);

    // Whoever's turn it is next knows the entity tag.
    two.now_ms.set(NOW_MS + 60_000);
    second.tick(&two);
    assert_eq!(two.calls.get(), 1);
    let etag: &[u8] = b"\"1\"";
    assert_eq!(two.asked.borrow().one("if-none-match"), Some(etag));
    *two.answer.borrow_mut() = ("304", Vec::new());
    second.fetched(&two, 1, Some(0));
    assert_eq!(two.ask(&mut second), 200);
}

#[test]
fn without_a_clock_nothing_is_let_through() {
    let proxy = Proxy::at(&Store::default());
    let mut root = proxy.start(None);
    root.tick(&proxy);
    *proxy.answer.borrow_mut() = ("200", bundle(1));
    root.fetched(&proxy, 1, Some(1));
    assert_eq!(proxy.ask(&mut root), 200);
    proxy.has_no_clock.set(true);
    assert_eq!(proxy.ask(&mut root), 503);
    assert!(proxy.has_logged("no-time"));
}

#[test]
fn a_failed_fetch_is_tried_again_sooner_and_not_at_once() {
    let proxy = Proxy::at(&Store::default());
    let mut root = proxy.start(None);
    root.tick(&proxy);
    // No headers: the proxy got no answer.
    root.fetched(&proxy, 1, None);
    root.tick(&proxy);
    assert_eq!(proxy.calls.get(), 1);
    proxy.now_ms.set(NOW_MS + 499);
    root.tick(&proxy);
    assert_eq!(proxy.calls.get(), 1);
    proxy.now_ms.set(NOW_MS + 500);
    root.tick(&proxy);
    assert_eq!(proxy.calls.get(), 2);
    // A body over the bound is not even taken.
    *proxy.answer.borrow_mut() = ("200", bundle(1));
    root.fetched(&proxy, 2, Some(usize::MAX));
    assert!(proxy.has_logged("larger than the bound"));
    assert_eq!(proxy.ask(&mut root), 503);
}

#[test]
fn a_floor_outlives_a_virtual_machine() {
    let store = Store::default();
    let before = Proxy::at(&store);
    let mut root = before.start(Some(&bundle(7)));
    assert_eq!(before.ask(&mut root), 200);

    let after = Proxy::at(&store);
    let mut root = after.start(Some(&bundle(6)));
    assert!(after.has_logged("rolled-back"), "{:?}", after.lines);
    assert_eq!(after.ask(&mut root), 200, "the last good one answers");
    assert!(after.has_logged("\"sequence\":\"7\""));
}

#[test]
fn what_others_share_is_not_believed() {
    let store = Store::default();
    let proxy = Proxy::at(&store);
    let mut root = proxy.start(None);
    // Where it is shared is no secret.
    root.tick(&proxy);
    root.fetched(&proxy, 1, None);
    let turn = store.borrow().keys().find_map(|key| {
        let source = key.strip_prefix("portcullis/1/turn/")?;
        Some(source.to_owned())
    });
    let source = turn.unwrap();
    assert!(source.ends_with("/bundles/bundles/acme.pclb"), "{source}");
    for value in [&b""[..], b"\xff\xff", b"\x00\x00nothing", b"\x03\x00\"1"] {
        let share = |what: &str, value: &[u8]| {
            let key = format!("portcullis/1/{what}/{source}");
            proxy.share(&key, value, 0).unwrap();
        };
        share("bundle", value);
        share("change", b"1");
        proxy
            .share("portcullis/1/floors/default", value, 0)
            .unwrap();
        root.tick(&proxy);
        assert_eq!(proxy.ask(&mut root), 503, "{value:?}");
        proxy.start(None);
    }
    assert!(proxy.has_logged("bad-magic"));
}

#[test]
fn a_peer_is_asked_for_where_it_matters_and_no_further_than_that() {
    let ask = |peer: PeerFacts, peer_use| {
        let proxy = Proxy::before(peer);
        let known = KnownPeer::ask(&proxy, peer_use);
        (known, proxy.looked_up.get())
    };
    let address = KnownPeer::Address("192.0.2.1".parse().unwrap());
    let identity = KnownPeer::Identity("spiffe://mesh/a".into());
    let plain = PeerFacts {
        has_certificate: Some(false),
        address: Some("192.0.2.1:4711"),
        ..PeerFacts::default()
    };
    let shown = PeerFacts {
        has_certificate: Some(true),
        uri: Some("spiffe://mesh/a"),
        ..plain
    };
    assert_eq!(ask(plain, PeerUse::Address), (address.clone(), 2));
    assert_eq!(ask(plain, PeerUse::Identity), (KnownPeer::Unknown, 1));
    assert_eq!(ask(shown, PeerUse::Address), (identity.clone(), 2));
    assert_eq!(ask(shown, PeerUse::None), (KnownPeer::Unknown, 0));
    // A name has its kind with it: who may have one may not have the same of another.
    for (uri, dns, subject, expected) in [
        (None, Some("gateway.mesh"), Some("CN=a"), "dns:gateway.mesh"),
        (None, Some(""), Some("CN=a"), "subject:CN=a"),
        (Some("spiffe://mesh/a"), Some("b"), None, "spiffe://mesh/a"),
    ] {
        let named = PeerFacts {
            uri,
            dns,
            subject,
            ..shown
        };
        let (known, _) = ask(named, PeerUse::Identity);
        assert_eq!(known, KnownPeer::Identity(expected.into()));
    }
    for uri in ["dns:gateway.mesh", "DNS:gateway.mesh", "Subject:CN=a"] {
        let posing = PeerFacts {
            uri: Some(uri),
            dns: Some("b"),
            ..shown
        };
        assert_eq!(ask(posing, PeerUse::Identity).0, KnownPeer::Unknown);
    }
    // A proxy that does not say whether there is a certificate is asked for it.
    let unsaid = |facts| PeerFacts {
        has_certificate: None,
        ..facts
    };
    assert_eq!(ask(unsaid(shown), PeerUse::Identity), (identity, 2));
    assert_eq!(ask(unsaid(plain), PeerUse::Address), (address, 5));

    // Nothing in this configuration depends on the peer.
    let proxy = Proxy::at(&Store::default());
    let mut root = proxy.start(Some(&bundle(1)));
    assert_eq!(proxy.ask(&mut root), 200);
    assert_eq!(proxy.looked_up.get(), 0);
}
