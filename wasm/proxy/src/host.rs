//! What a filter may ask of the proxy.

use alloc::vec::Vec;

use portcullis_engine::UnixSeconds;

use crate::pairs::Pairs;

/// The proxy, as the filter sees it: the host functions of proxy-wasm that are used here.
///
/// Every call may fail, and what a failure means is for the caller to say.
pub(crate) trait Host {
    fn log(&self, level: Level, line: &str);

    /// Whether the proxy writes lines of that level at all.
    fn logs(&self, level: Level) -> bool;

    /// The time in nanoseconds since 1970.
    fn now_ns(&self) -> u64;

    /// Asks for a call of `Filter::tick` every so many milliseconds.
    fn tick_every(&self, milliseconds: u32);

    /// The configuration of the plugin that is being configured.
    fn configuration(&self, bytes: usize) -> Option<Vec<u8>>;

    /// Every header of the request, pseudo headers included, duplicates one by one.
    fn request_headers(&self) -> Option<Pairs>;

    /// Removes every request header of that name.
    fn remove_request_header(&self, name: &str) -> Done;

    fn add_request_header(&self, name: &str, value: &[u8]) -> Done;

    /// Removes every trailer of the request.
    fn drop_request_trailers(&self) -> Done;

    /// A property of the connection or stream, by the segments of its path.
    fn property(&self, path: &[&str]) -> Option<Vec<u8>>;

    /// Answers the request here; `headers` as `pairs::write` makes them.
    fn respond(&self, status: u16, details: &str, headers: &[u8], body: &[u8]) -> Done;

    /// Starts a request to a cluster of the proxy; its answer comes to `Filter::fetched`.
    fn call(&self, cluster: &str, headers: &[u8], timeout_ms: u32) -> Option<u32>;

    fn call_headers(&self) -> Option<Pairs>;

    fn call_body(&self, bytes: usize) -> Option<Vec<u8>>;

    /// What is shared with other workers under a key, and the token that replaces it.
    fn shared(&self, key: &str) -> Option<(Vec<u8>, u32)>;

    /// Shares a value; fails if another was shared since `token` was given. Token 0 always wins.
    fn share(&self, key: &str, value: &[u8], token: u32) -> Done;

    fn define_metric(&self, kind: Metric, name: &str) -> Option<u32>;

    fn increment(&self, metric: u32);

    fn record(&self, metric: u32, value: u64);

    /// The time in milliseconds since 1970.
    fn now_ms(&self) -> u64 {
        self.now_ns() / 1_000_000
    }

    /// The time as the engine counts it.
    fn now(&self) -> UnixSeconds {
        UnixSeconds(self.now_ns() / 1_000_000_000)
    }
}

/// The proxy did it, or did not.
pub(crate) type Done = Result<(), Failed>;

/// The proxy did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failed;

/// How loud a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// What a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Metric {
    Counter,
    Gauge,
}
