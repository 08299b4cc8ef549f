//! The filter before a proxy that is made up: what no real one would do on demand.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::format;
use std::rc::Rc;
use std::string::{String, ToString};
use std::vec::Vec;

use portcullis_engine::{KeyUse, UnixSeconds};
use portcullis_policy::Source;
use portcullis_policy::encode::{Edition, encode};
use portcullis_policy::sign::{SigningKey, TrustFile, TrustFileKey, sign};

use crate::filter::Filter;
use crate::host::{Done, Failed, Host, Level, Metric};
use crate::pairs::{Pairs, write};
use crate::peer::KnownPeer;
use crate::root;
use crate::settings::PeerUse;

/// What the workers of one proxy share.
type Store = Rc<RefCell<BTreeMap<String, (Vec<u8>, u32)>>>;

#[derive(Default)]
struct Proxy {
    store: Store,
    now_ms: Cell<u64>,
    configuration: RefCell<String>,
    request: RefCell<Vec<(&'static str, &'static str)>>,
    keeps_headers: Cell<bool>,
    answer: RefCell<(&'static str, Vec<u8>)>,
    calls: Cell<u32>,
    asked: RefCell<Vec<u8>>,
    answered: Cell<u16>,
    added: RefCell<Vec<String>>,
    lines: RefCell<Vec<String>>,
    /// Of the connection and the stream, by their last segment.
    properties: RefCell<BTreeMap<&'static str, &'static [u8]>>,
    looked_up: RefCell<Vec<String>>,
}

impl Host for Proxy {
    fn log(&self, _: Level, line: &str) {
        self.lines.borrow_mut().push(line.to_string());
    }

    fn logs(&self, level: Level) -> bool {
        level >= Level::Info
    }

    fn now_ns(&self) -> u64 {
        self.now_ms.get() * 1_000_000
    }

    fn tick_every(&self, milliseconds: u32) {
        assert!(milliseconds > 0);
    }

    fn configuration(&self, _: usize) -> Option<Vec<u8>> {
        Some(self.configuration.borrow().clone().into_bytes())
    }

    fn request_headers(&self) -> Option<Pairs> {
        let request = self.request.borrow();
        let pairs: Vec<(&str, &[u8])> = request.iter().map(|(n, v)| (*n, v.as_bytes())).collect();
        if pairs.is_empty() {
            return None;
        }
        Pairs::read(write(&pairs))
    }

    fn remove_request_header(&self, _: &str) -> Done {
        if self.keeps_headers.get() {
            Err(Failed)
        } else {
            Ok(())
        }
    }

    fn add_request_header(&self, name: &str, _: &[u8]) -> Done {
        self.added.borrow_mut().push(name.to_string());
        Ok(())
    }

    fn drop_request_trailers(&self) -> Done {
        if self.keeps_headers.get() {
            Err(Failed)
        } else {
            Ok(())
        }
    }

    fn property(&self, path: &[&str]) -> Option<Vec<u8>> {
        let name = path.last()?;
        self.looked_up.borrow_mut().push(name.to_string());
        self.properties
            .borrow()
            .get(name)
            .map(|value| value.to_vec())
    }

    fn respond(&self, status: u16, _: &str, _: &[u8], _: &[u8]) -> Done {
        self.answered.set(status);
        Ok(())
    }

    fn call(&self, cluster: &str, headers: &[u8], _: u32) -> Option<u32> {
        assert_eq!(cluster, "bundles");
        *self.asked.borrow_mut() = headers.to_vec();
        self.calls.set(self.calls.get() + 1);
        Some(self.calls.get())
    }

    fn call_headers(&self) -> Option<Pairs> {
        let status = self.answer.borrow().0.as_bytes();
        Pairs::read(write(&[(":status", status), ("etag", b"\"1\"")]))
    }

    fn call_body(&self, _: usize) -> Option<Vec<u8>> {
        Some(self.answer.borrow().1.clone())
    }

    fn shared(&self, key: &str) -> Option<(Vec<u8>, u32)> {
        self.store.borrow().get(key).cloned()
    }

    fn share(&self, key: &str, value: &[u8], token: u32) -> Done {
        let mut store = self.store.borrow_mut();
        let last = store.get(key).map_or(0, |(_, token)| *token);
        if token != 0 && token != last {
            return Err(Failed);
        }
        store.insert(key.to_string(), (value.to_vec(), last + 1));
        Ok(())
    }

    fn define_metric(&self, kind: Metric, name: &str) -> Option<u32> {
        assert!(name.starts_with("portcullis."), "{name}");
        Some(u32::from(kind == Metric::Gauge))
    }

    fn increment(&self, metric: u32) {
        assert_eq!(metric, 0, "a gauge does not count");
    }

    fn record(&self, metric: u32, _: u64) {
        assert_eq!(metric, 1, "a counter is not set");
    }
}

impl Proxy {
    fn at(store: &Store) -> Self {
        let proxy = Self {
            store: Rc::clone(store),
            ..Self::default()
        };
        proxy.now_ms.set(NOW_MS);
        proxy
    }

    /// Starts a worker with a bundle inside, or fetching one.
    fn start(&self, inline: Option<&[u8]>) -> Filter {
        let mut filter = Filter::new();
        filter.create(ROOT, 0);
        *self.configuration.borrow_mut() = configuration(inline);
        let bytes = self.configuration.borrow().len();
        assert!(filter.configure(self, ROOT, bytes), "{:?}", self.lines);
        filter
    }

    /// Asks for the public page; returns the status, 200 where the request goes on.
    fn ask(&self, filter: &mut Filter) -> u16 {
        *self.request.borrow_mut() = REQUEST.to_vec();
        self.asked_as_it_is(filter)
    }

    fn asked_as_it_is(&self, filter: &mut Filter) -> u16 {
        filter.create(STREAM, ROOT);
        let forwarded = filter.request(self, STREAM);
        filter.delete(STREAM);
        if forwarded { 200 } else { self.answered.get() }
    }

    fn has_logged(&self, text: &str) -> bool {
        self.lines.borrow().iter().any(|line| line.contains(text))
    }
}

#[test]
fn a_header_that_cannot_be_removed_refuses() {
    let proxy = Proxy::at(&Store::default());
    let mut filter = proxy.start(Some(&bundle(1)));
    assert_eq!(proxy.ask(&mut filter), 200);
    proxy.keeps_headers.set(true);
    assert_eq!(proxy.ask(&mut filter), 503);
    assert!(proxy.has_logged("headers-not-set"));
}

#[test]
fn trailers_that_cannot_be_dropped_refuse() {
    let proxy = Proxy::at(&Store::default());
    assert!(root::drop_trailers(&proxy));
    assert_eq!(proxy.answered.get(), 0);
    proxy.keeps_headers.set(true);
    assert!(!root::drop_trailers(&proxy));
    assert_eq!(proxy.answered.get(), 503);
}

#[test]
fn what_cannot_be_read_refuses() {
    let proxy = Proxy::at(&Store::default());
    let mut filter = proxy.start(Some(&bundle(1)));
    assert_eq!(proxy.asked_as_it_is(&mut filter), 503, "no headers");
    // A stream of no plugin, and one of a plugin without a configuration.
    assert!(!filter.request(&proxy, 99));
    filter.create(50, 0);
    filter.create(51, 50);
    *proxy.request.borrow_mut() = REQUEST.to_vec();
    assert!(!filter.request(&proxy, 51));
}

#[test]
fn a_configuration_that_cannot_be_read_is_refused() {
    for json in ["", "{}", "[]", "{\"trust\":1}"] {
        let proxy = Proxy::at(&Store::default());
        let mut filter = Filter::new();
        filter.create(ROOT, 0);
        *proxy.configuration.borrow_mut() = json.to_string();
        assert!(!filter.configure(&proxy, ROOT, json.len()), "{json}");
        assert!(proxy.has_logged("configuration-refused"));
        assert_eq!(proxy.ask(&mut filter), 503);
    }
}

#[test]
fn workers_take_turns_and_share_what_they_fetch() {
    let store = Store::default();
    let (one, two) = (Proxy::at(&store), Proxy::at(&store));
    let (mut first, mut second) = (one.start(None), two.start(None));
    first.tick(&one, ROOT);
    second.tick(&two, ROOT);
    assert_eq!((one.calls.get(), two.calls.get()), (1, 0), "one turn");
    assert_eq!(one.ask(&mut first), 503);

    *one.answer.borrow_mut() = ("200", bundle(1));
    first.fetched(&one, ROOT, 1, 2, 1);
    assert_eq!(one.ask(&mut first), 200);
    assert_eq!(two.ask(&mut second), 503, "not yet looked");
    second.tick(&two, ROOT);
    assert_eq!(two.ask(&mut second), 200);
    assert_eq!(two.calls.get(), 0);

    // Whoever's turn it is next knows the entity tag.
    two.now_ms.set(NOW_MS + 60_000);
    second.tick(&two, ROOT);
    assert_eq!(two.calls.get(), 1);
    let asked = Pairs::read(two.asked.borrow().clone()).unwrap();
    assert_eq!(asked.one("if-none-match"), Some(&b"\"1\""[..]));
    *two.answer.borrow_mut() = ("304", Vec::new());
    second.fetched(&two, ROOT, 1, 2, 0);
    assert_eq!(two.ask(&mut second), 200);
}

#[test]
fn a_failed_fetch_is_tried_again_sooner_and_not_at_once() {
    let proxy = Proxy::at(&Store::default());
    let mut filter = proxy.start(None);
    filter.tick(&proxy, ROOT);
    // No headers: the proxy got no answer.
    filter.fetched(&proxy, ROOT, 1, 0, 0);
    filter.tick(&proxy, ROOT);
    assert_eq!(proxy.calls.get(), 1);
    proxy.now_ms.set(NOW_MS + 499);
    filter.tick(&proxy, ROOT);
    assert_eq!(proxy.calls.get(), 1);
    proxy.now_ms.set(NOW_MS + 500);
    filter.tick(&proxy, ROOT);
    assert_eq!(proxy.calls.get(), 2);
    // A body over the bound is not even taken.
    *proxy.answer.borrow_mut() = ("200", bundle(1));
    filter.fetched(&proxy, ROOT, 2, 2, usize::MAX);
    assert!(proxy.has_logged("larger than the bound"));
    assert_eq!(proxy.ask(&mut filter), 503);
}

#[test]
fn a_floor_outlives_a_virtual_machine() {
    let store = Store::default();
    let before = Proxy::at(&store);
    let mut filter = before.start(Some(&bundle(7)));
    assert_eq!(before.ask(&mut filter), 200);

    let after = Proxy::at(&store);
    let mut filter = after.start(Some(&bundle(6)));
    assert!(after.has_logged("rolled-back"), "{:?}", after.lines);
    assert_eq!(after.ask(&mut filter), 200, "the last good one answers");
    assert!(after.has_logged("\"sequence\":\"7\""));
}

#[test]
fn what_others_share_is_not_believed() {
    let store = Store::default();
    let proxy = Proxy::at(&store);
    let mut filter = proxy.start(None);
    let source = "default/bundles/bundles/acme.pclb";
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
        filter.tick(&proxy, ROOT);
        assert_eq!(proxy.ask(&mut filter), 503, "{value:?}");
        proxy.start(None);
    }
    assert!(proxy.has_logged("bad-magic"));
}

#[test]
fn a_peer_is_asked_for_where_it_matters_and_no_further_than_that() {
    let ask = |properties: &[(&'static str, &'static [u8])], peer_use| {
        let proxy = Proxy::default();
        proxy
            .properties
            .borrow_mut()
            .extend(properties.iter().copied());
        let peer = KnownPeer::ask(&proxy, peer_use);
        (peer, proxy.looked_up.take().len())
    };
    let address = KnownPeer::Address("192.0.2.1".parse().unwrap());
    let identity = KnownPeer::Identity("spiffe://mesh/a".to_string());
    let plain: [(_, &[u8]); 2] = [("mtls", &[0]), ("address", b"192.0.2.1:4711")];
    let shown: [(_, &[u8]); 3] = [
        ("mtls", &[1]),
        ("uri_san_peer_certificate", b"spiffe://mesh/a"),
        ("address", b"192.0.2.1:4711"),
    ];
    assert_eq!(ask(&plain, PeerUse::Address), (address.clone(), 2));
    assert_eq!(ask(&plain, PeerUse::Identity), (KnownPeer::Unknown, 1));
    assert_eq!(ask(&shown, PeerUse::Address), (identity.clone(), 2));
    assert_eq!(ask(&shown, PeerUse::None), (KnownPeer::Unknown, 0));
    // A proxy that does not say whether there is a certificate is asked for it.
    assert_eq!(ask(&shown[1..], PeerUse::Identity), (identity, 2));
    assert_eq!(ask(&plain[1..], PeerUse::Address), (address, 5));

    // Nothing in this configuration depends on the peer.
    let proxy = Proxy::at(&Store::default());
    let mut filter = proxy.start(Some(&bundle(1)));
    assert_eq!(proxy.ask(&mut filter), 200);
    assert!(proxy.looked_up.borrow().is_empty());
}

fn configuration(inline: Option<&[u8]>) -> String {
    use base64ct::{Base64, Encoding as _};
    let key = TrustFileKey {
        key: SigningKey::from_bytes(&[7; 32]).public_key(),
        key_use: KeyUse::Any,
    };
    let trust = TrustFile {
        threshold: 1,
        keys: [key].into(),
        audience: "default".to_string(),
        ..TrustFile::default()
    };
    let trust = serde_json::to_string(&trust).unwrap();
    match inline {
        Some(bundle) => format!(
            r#"{{"tenant":"acme","trust":{trust},"bundle":"{}"}}"#,
            Base64::encode_string(bundle)
        ),
        None => format!(
            r#"{{"tenant":"acme","trust":{trust},"shell":{{"sources":[{{"cluster":"bundles","path":"/acme.pclb"}}]}}}}"#
        ),
    }
}

fn bundle(sequence: u64) -> Vec<u8> {
    let policy = r#"{"catalog":{"id":"a","modules":{"pages":{"actions":{"read":"read"}}},
        "scopes":{"all":"true"},"supports":"all","roles":{},
        "routes":[{"methods":"GET","path":"/","public":true}]},"tenant":{"id":"acme"}}"#;
    let (source, model) = Source::load(policy).unwrap();
    let issued = UnixSeconds(NOW_MS / 1_000 - 10);
    let mut edition = Edition::new("default", issued, 3_600, &source.catalog);
    edition.sequence = sequence;
    sign(
        &encode(&model, &edition).unwrap(),
        &[SigningKey::from_bytes(&[7; 32])],
    )
    .unwrap()
}

const REQUEST: [(&str, &str); 4] = [
    (":method", "GET"),
    (":path", "/"),
    (":authority", "acme.example"),
    ("x-portcullis-subject", "root"),
];
const ROOT: u32 = 1;
const STREAM: u32 = 2;
const NOW_MS: u64 = 1_700_000_000_000;
