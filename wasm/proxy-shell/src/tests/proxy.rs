//! A proxy that is made up: it does what no real one would do on demand.

use alloc::{
    collections::BTreeMap,
    rc::Rc,
    string::{String, ToString as _},
    vec::Vec,
};
use core::cell::{Cell, RefCell};

use portcullis_fixture::{Issue, NOW, PUBLIC_PAGE, gate_config, inline};
use serde_json::json;

use crate::{CertificateName, Done, Failed, Headers, Host, Level, Metric, Root};

/// What the workers of one proxy share.
pub(super) type Store = Rc<RefCell<BTreeMap<String, (Vec<u8>, u32)>>>;

/// One worker of the proxy.
#[derive(Debug, Default)]
pub(super) struct Proxy {
    store: Store,
    pub(super) now_ms: Cell<u64>,
    pub(super) has_no_clock: Cell<bool>,
    pub(super) request: RefCell<Vec<(&'static str, &'static str)>>,
    /// Whether headers and trailers stay, whatever is asked.
    pub(super) keeps_headers: Cell<bool>,
    /// The status and body of the origin.
    pub(super) answer: RefCell<(&'static str, Vec<u8>)>,
    pub(super) calls: Cell<u32>,
    /// The headers of the last call.
    pub(super) asked: RefCell<Headers>,
    /// The status of the last answer in the upstream's place.
    pub(super) answered: Cell<u16>,
    /// The headers of the answer to the request.
    pub(super) response: RefCell<Vec<(String, String)>>,
    pub(super) lines: RefCell<Vec<String>>,
    /// The request that calls mean, and those that went on after they waited.
    pub(super) selected: Cell<u32>,
    pub(super) resumed: RefCell<Vec<u32>>,
    /// A request that is no longer there.
    pub(super) gone: Cell<u32>,
    peer: PeerFacts,
    /// How often something about the peer was asked.
    pub(super) looked_up: Cell<usize>,
}

/// What the proxy knows of the peer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PeerFacts {
    pub(super) has_certificate: Option<bool>,
    pub(super) uri: Option<&'static str>,
    pub(super) dns: Option<&'static str>,
    pub(super) subject: Option<&'static str>,
    pub(super) address: Option<&'static str>,
}

impl Host for Proxy {
    fn log(&self, _: Level, line: &str) {
        self.lines.borrow_mut().push(line.to_string());
    }

    fn logs(&self, level: Level) -> bool {
        level >= Level::Info
    }

    fn now_ns(&self) -> Option<u64> {
        let now_ms = self.now_ms.get();
        (!self.has_no_clock.get()).then_some(now_ms * 1_000_000)
    }

    fn tick_every(&self, milliseconds: u32) {
        assert!(milliseconds > 0);
    }

    fn request_headers(&self) -> Option<Headers> {
        let request = self.request.borrow();
        let headers = request
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        (!request.is_empty()).then(|| headers.collect())
    }

    fn remove_request_header(&self, _: &str) -> Done {
        self.change_headers()
    }

    fn add_request_header(&self, _: &str, _: &[u8]) -> Done {
        Ok(())
    }

    fn remove_response_header(&self, name: &str) -> Done {
        self.change_headers()?;
        let mut response = self.response.borrow_mut();
        response.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        Ok(())
    }

    fn add_response_header(&self, name: &str, value: &[u8]) -> Done {
        let value = String::from_utf8_lossy(value).into_owned();
        self.response.borrow_mut().push((name.to_string(), value));
        Ok(())
    }

    fn replace_request_header(&self, _: &str, _: &[u8]) -> Done {
        self.change_headers()
    }

    fn drop_request_trailers(&self) -> Done {
        self.change_headers()
    }

    fn has_certificate(&self) -> Option<bool> {
        self.look_up(self.peer.has_certificate)
    }

    fn certificate_name(&self, name: CertificateName) -> Option<Vec<u8>> {
        let name = match name {
            CertificateName::Uri => self.peer.uri,
            CertificateName::Dns => self.peer.dns,
            CertificateName::Subject => self.peer.subject,
        };
        self.look_up(name.map(Vec::from))
    }

    fn peer_address(&self) -> Option<Vec<u8>> {
        self.look_up(self.peer.address.map(Vec::from))
    }

    fn respond(&self, status: u16, _: &str, _: &[(&str, &[u8])], _: &[u8]) -> Done {
        self.answered.set(status);
        Ok(())
    }

    fn call(&self, cluster: &str, headers: &[(&str, &[u8])], _: u32) -> Option<u32> {
        assert_eq!(cluster, "bundles");
        let headers = headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), *value));
        *self.asked.borrow_mut() = headers.collect();
        self.calls.set(self.calls.get() + 1);
        Some(self.calls.get())
    }

    fn call_headers(&self) -> Option<Headers> {
        let status = self.answer.borrow().0.as_bytes();
        let headers: [(&[u8], &[u8]); 2] = [(b":status", status), (b"etag", b"\"1\"")];
        Some(headers.into_iter().collect())
    }

    fn call_body(&self, _: usize) -> Option<Vec<u8>> {
        Some(self.answer.borrow().1.clone())
    }

    fn select(&self, stream: u32) -> Done {
        self.selected.set(stream);
        if self.gone.get() == stream {
            Err(Failed)
        } else {
            Ok(())
        }
    }

    fn resume(&self) -> Done {
        self.resumed.borrow_mut().push(self.selected.get());
        Ok(())
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
    pub(super) fn at(store: &Store) -> Self {
        let proxy = Self {
            store: Rc::clone(store),
            ..Self::default()
        };
        proxy.now_ms.set(NOW_MS);
        proxy
    }

    /// Returns a proxy before a peer that it knows so much of.
    pub(super) fn before(peer: PeerFacts) -> Self {
        Self {
            peer,
            ..Self::default()
        }
    }

    /// Starts a worker with a bundle inside, or fetching one.
    pub(super) fn start(&self, bundle: Option<&[u8]>) -> Root {
        let sources = json!({ "sources": [{ "cluster": "bundles", "path": "/acme.pclb" }] });
        let source = match bundle {
            Some(bundle) => ("bundle", inline(bundle)),
            None => ("shell", sources),
        };
        let config = gate_config([("tenant", "acme".into()), source]);
        let mut root = Root::new();
        assert!(root.configure(self, config.as_bytes()), "{:?}", self.lines);
        root
    }

    /// Asks for the public page; returns the status, 200 where the request goes on.
    pub(super) fn ask(&self, root: &mut Root) -> u16 {
        *self.request.borrow_mut() = REQUEST.to_vec();
        self.ask_as_it_is(root)
    }

    /// As [`Self::ask`], with the headers that are there; 0 where the request waits.
    pub(super) fn ask_as_it_is(&self, root: &mut Root) -> u16 {
        self.answered.set(0);
        if root.request(self, STREAM) {
            200
        } else {
            self.answered.get()
        }
    }

    pub(super) fn has_logged(&self, text: &str) -> bool {
        self.lines.borrow().iter().any(|line| line.contains(text))
    }

    fn change_headers(&self) -> Done {
        if self.keeps_headers.get() {
            Err(Failed)
        } else {
            Ok(())
        }
    }

    fn look_up<T>(&self, known: Option<T>) -> Option<T> {
        self.looked_up.set(self.looked_up.get() + 1);
        known
    }
}

/// Returns a bundle with the public page.
pub(super) fn bundle(sequence: u64) -> Vec<u8> {
    let issue = Issue::at(NOW).sequence(sequence);
    issue.bundle(PUBLIC_PAGE).unwrap()
}

pub(super) const NOW_MS: u64 = NOW.0 * 1_000;
pub(super) const STREAM: u32 = 2;
const REQUEST: [(&str, &str); 4] = [
    (":method", "GET"),
    (":path", "/health"),
    (":authority", "a.example.com"),
    ("x-portcullis-subject", "root"),
];
