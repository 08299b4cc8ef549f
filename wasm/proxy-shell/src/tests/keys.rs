//! Keys that the proxy fetches, and requests that wait for them.

use alloc::{format, string::String, vec::Vec};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ed25519_dalek::{Signer as _, SigningKey};
use portcullis_fixture::{Issue, NOW, gate_config, inline};
use serde_json::json;

use super::proxy::{NOW_MS, Proxy, Store};
use crate::Root;

const POLICY: &str = r#"{"catalog":{"id":"a","scopes":{"all":"true"},"supports":["all"],
    "modules":{"things":{"actions":{"read":"read"}}},
    "roles":{"reader":{"label":"Reader","grants":{"all":"things:read"}}},
    "routes":[{"methods":"GET","path":"/things","permission":"things:read"}]},
    "tenant":{"id":"acme","directory":{"jo":{"roles":"reader"}}}}"#;

fn signing(key: u8) -> SigningKey {
    SigningKey::from_bytes(&[key; 32])
}

fn set(keys: &[u8]) -> Vec<u8> {
    let keys = keys.iter().map(|key| {
        let x = Base64UrlUnpadded::encode_string(signing(*key).verifying_key().as_bytes());
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": format!("{key}"), "x": x })
    });
    let set = json!({ "keys": keys.collect::<Vec<_>>() });
    serde_json::to_vec(&set).unwrap()
}

fn bearer(key: u8) -> &'static str {
    let part = |text: String| Base64UrlUnpadded::encode_string(text.as_bytes());
    let header = part(format!(r#"{{"alg":"EdDSA","kid":"{key}"}}"#));
    let claims = r#"{"iss":"https://id.example.com","aud":"a","sub":"jo","exp":4102444800}"#;
    let signed = format!("{header}.{}", part(claims.into()));
    let signature = signing(key).sign(signed.as_bytes()).to_bytes();
    let signature = Base64UrlUnpadded::encode_string(&signature);
    format!("Bearer {signed}.{signature}").leak()
}

fn start(proxy: &Proxy, source: &serde_json::Value) -> Root {
    let bundle = Issue::at(NOW).sequence(1).bundle(POLICY).unwrap();
    let identity = json!({ "issuers": [{
        "issuer": "https://id.example.com", "audiences": "a", "keys": source,
    }] });
    let config = gate_config([
        ("tenant", "acme".into()),
        ("identity", identity),
        ("bundle", inline(&bundle)),
    ]);
    let mut root = Root::new();
    assert!(
        root.configure(proxy, config.as_bytes()),
        "{:?}",
        proxy.lines
    );
    root
}

fn cluster() -> serde_json::Value {
    json!({ "source": { "cluster": "bundles", "authority": "id.example.com", "path": "/keys" } })
}

/// Asks with a key's token; returns the status, 200 where it goes on, 0 where it waits.
fn ask(proxy: &Proxy, root: &mut Root, stream: u32, key: u8) -> u16 {
    *proxy.request.borrow_mut() = [
        (":method", "GET"),
        (":path", "/things"),
        (":authority", "a.example.com"),
        ("authorization", bearer(key)),
    ]
    .to_vec();
    proxy.answered.set(0);
    if root.request(proxy, stream) {
        200
    } else {
        proxy.answered.get()
    }
}

#[test]
fn a_request_waits_for_the_first_set_and_goes_on() {
    let proxy = Proxy::at(&Store::default());
    let mut root = start(&proxy, &cluster());
    assert_eq!(ask(&proxy, &mut root, 7, 1), 0);
    root.tick(&proxy);
    assert_eq!(proxy.calls.get(), 1);
    assert_eq!(proxy.asked.borrow().one(":path"), Some(&b"/keys"[..]));
    assert_eq!(*proxy.resumed.borrow(), [0; 0]);
    *proxy.answer.borrow_mut() = ("200", set(&[1]));
    root.fetched(&proxy, 1, Some(1));
    assert_eq!(*proxy.resumed.borrow(), [7]);
    assert_eq!(ask(&proxy, &mut root, 8, 1), 200);
}

#[test]
fn a_new_key_is_waited_for_and_a_made_up_one_is_not_for_long() {
    let proxy = Proxy::at(&Store::default());
    let mut root = start(&proxy, &cluster());
    root.tick(&proxy);
    *proxy.answer.borrow_mut() = ("200", set(&[1]));
    root.fetched(&proxy, 1, Some(1));
    assert_eq!(ask(&proxy, &mut root, 7, 2), 401, "just fetched");

    proxy.now_ms.set(NOW_MS + 10_000);
    for stream in [7, 8, 9] {
        assert_eq!(ask(&proxy, &mut root, stream, 2), 0);
    }
    root.closed(9);
    proxy.gone.set(8);
    root.tick(&proxy);
    assert_eq!(proxy.calls.get(), 2, "once for all");
    *proxy.answer.borrow_mut() = ("200", set(&[1, 2]));
    root.fetched(&proxy, 2, Some(1));
    assert_eq!(*proxy.resumed.borrow(), [7]);

    proxy.now_ms.set(NOW_MS + 20_000);
    assert_eq!(ask(&proxy, &mut root, 7, 3), 0);
    root.tick(&proxy);
    root.fetched(&proxy, 3, Some(1));
    assert_eq!(proxy.answered.get(), 401);
    assert_eq!(ask(&proxy, &mut root, 7, 3), 401, "no storm");
}

#[test]
fn an_origin_that_does_not_answer_is_waited_for_five_seconds() {
    let proxy = Proxy::at(&Store::default());
    let mut root = start(&proxy, &cluster());
    assert_eq!(ask(&proxy, &mut root, 7, 1), 0);
    root.tick(&proxy);
    proxy.now_ms.set(NOW_MS + 4_999);
    root.tick(&proxy);
    assert_eq!(proxy.answered.get(), 0);
    proxy.now_ms.set(NOW_MS + 5_000);
    root.tick(&proxy);
    assert_eq!(proxy.answered.get(), 503);
    root.fetched(&proxy, 1, None);
    assert!(proxy.has_logged("keys-failed"));
    assert_eq!(ask(&proxy, &mut root, 8, 1), 503);
}

#[test]
fn workers_share_what_one_of_them_fetched() {
    let store = Store::default();
    let (one, two) = (Proxy::at(&store), Proxy::at(&store));
    let (mut first, mut second) = (start(&one, &cluster()), start(&two, &cluster()));
    assert_eq!(ask(&two, &mut second, 7, 1), 0);
    first.tick(&one);
    second.tick(&two);
    assert_eq!((one.calls.get(), two.calls.get()), (1, 0));
    *one.answer.borrow_mut() = ("200", set(&[1]));
    first.fetched(&one, 1, Some(1));
    assert_eq!(*two.resumed.borrow(), [0; 0]);
    second.tick(&two);
    assert_eq!(*two.resumed.borrow(), [7]);
    assert_eq!(two.calls.get(), 0);
}

#[test]
fn a_set_that_nobody_of_this_configuration_shared_is_not_believed() {
    let (store, other) = (Store::default(), Store::default());
    let (proxy, stranger) = (Proxy::at(&store), Proxy::at(&other));
    let mut root = start(&proxy, &cluster());
    // Another configuration for the same cluster, whose issuer has another's keys.
    let mut source = cluster();
    source["max_age_seconds"] = 100.into();
    let mut strange = start(&stranger, &source);
    strange.tick(&stranger);
    *stranger.answer.borrow_mut() = ("200", set(&[9]));
    strange.fetched(&stranger, 1, Some(1));
    root.tick(&proxy);
    // Written where this configuration's workers would have.
    let turn = store
        .borrow()
        .keys()
        .find(|key| key.contains("/turn/"))
        .cloned();
    for (name, value) in other.take() {
        for what in ["bundle", "change"] {
            if name.contains(&format!("/{what}/")) {
                let own = turn
                    .as_ref()
                    .unwrap()
                    .replace("/turn/", &format!("/{what}/"));
                store.borrow_mut().insert(own, value.clone());
            }
        }
    }
    root.tick(&proxy);
    assert!(!proxy.has_logged("keys-taken"));
    assert_ne!(ask(&proxy, &mut root, 7, 9), 200);
}

#[test]
fn a_description_is_followed_to_the_keys() {
    let proxy = Proxy::at(&Store::default());
    let mut source = cluster();
    source["discover"] = true.into();
    let mut root = start(&proxy, &source);
    root.tick(&proxy);
    let found =
        json!({ "issuer": "https://id.example.com", "jwks_uri": "https://id.example.com/jwks" });
    *proxy.answer.borrow_mut() = ("200", serde_json::to_vec(&found).unwrap());
    root.fetched(&proxy, 1, Some(1));
    assert_eq!(proxy.calls.get(), 2);
    assert_eq!(proxy.asked.borrow().one(":path"), Some(&b"/jwks"[..]));
    *proxy.answer.borrow_mut() = ("200", set(&[1]));
    root.fetched(&proxy, 2, Some(1));
    assert_eq!(ask(&proxy, &mut root, 7, 1), 200);
}

#[test]
fn a_proxy_fetches_from_clusters_alone() {
    let proxy = Proxy::at(&Store::default());
    let identity = json!({ "issuers": [{
        "issuer": "https://id.example.com", "audiences": "a",
        "keys": { "source": "https://id.example.com/keys" },
    }] });
    let config = gate_config([("tenant", "acme".into()), ("identity", identity)]);
    assert!(!Root::new().configure(&proxy, config.as_bytes()));
    assert!(proxy.has_logged("from a cluster"));
}

#[test]
fn another_configuration_does_not_wait_for_this_ones_turn() {
    let store = Store::default();
    let proxy = Proxy::at(&store);
    start(&proxy, &cluster()).tick(&proxy);
    assert_eq!(proxy.calls.get(), 1);
    let mut source = cluster();
    source["max_age_seconds"] = 100.into();
    start(&proxy, &source).tick(&proxy);
    assert_eq!(proxy.calls.get(), 2);
}
