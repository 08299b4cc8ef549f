//! What a shell may ask of the proxy.

use alloc::vec::Vec;

use portcullis_gate::UnixSeconds;

use crate::headers::Headers;

/// The proxy, as a shell sees it.
///
/// Every call may fail, and what a failure means is for the caller to say. Calls about a
/// request are made only while [`Root::request`](crate::Root::request) or
/// [`drop_trailers`](crate::drop_trailers) runs, and mean that request; calls about the answer
/// to a fetch only while [`Root::fetched`](crate::Root::fetched) runs.
pub trait Host {
    /// Writes a line into the proxy's log.
    fn log(&self, level: Level, line: &str);

    /// Returns whether the proxy writes lines of that level at all.
    fn logs(&self, level: Level) -> bool;

    /// Returns the time in nanoseconds since 1970, or nothing where the proxy gives none.
    fn now_ns(&self) -> Option<u64>;

    /// Asks for a call of [`Root::tick`](crate::Root::tick) every so many milliseconds.
    fn tick_every(&self, milliseconds: u32);

    /// Returns every header of the request, pseudo headers included, duplicates one by one.
    fn request_headers(&self) -> Option<Headers>;

    /// Removes every request header of that name.
    ///
    /// # Errors
    ///
    /// When the proxy did not.
    fn remove_request_header(&self, name: &str) -> Done;

    /// Adds a header to the request.
    ///
    /// # Errors
    ///
    /// When the proxy did not.
    fn add_request_header(&self, name: &str, value: &[u8]) -> Done;

    /// Removes every header of that name from the answer. Calls about the answer are made only
    /// while [`Root::answer`](crate::Root::answer) runs.
    ///
    /// # Errors
    ///
    /// When the proxy did not.
    fn remove_response_header(&self, name: &str) -> Done;

    /// Adds a header to the answer.
    ///
    /// # Errors
    ///
    /// When the proxy did not.
    fn add_response_header(&self, name: &str, value: &[u8]) -> Done;

    /// Sets a header of the request, pseudo headers included, in place of every one of its name.
    ///
    /// # Errors
    ///
    /// When the proxy did not.
    fn replace_request_header(&self, name: &str, value: &[u8]) -> Done;

    /// Removes every trailer of the request.
    ///
    /// # Errors
    ///
    /// When the proxy did not.
    fn drop_request_trailers(&self) -> Done;

    /// Returns whether the peer has shown a certificate, if the proxy says.
    fn has_certificate(&self) -> Option<bool>;

    /// Returns a name in the certificate that the peer has shown.
    fn certificate_name(&self, name: CertificateName) -> Option<Vec<u8>>;

    /// Returns the peer's address and port as text: `192.0.2.1:4711` or `[2001:db8::1]:4711`.
    fn peer_address(&self) -> Option<Vec<u8>>;

    /// Answers the request here; `details` is for the proxy's own log.
    ///
    /// # Errors
    ///
    /// When the proxy did not. The request must not go on even then.
    fn respond(&self, status: u16, details: &str, headers: &[(&str, &[u8])], body: &[u8]) -> Done;

    /// Starts a request without a body to a cluster of the proxy, and returns its number. Its
    /// answer comes to [`Root::fetched`](crate::Root::fetched).
    fn call(&self, cluster: &str, headers: &[(&str, &[u8])], timeout_ms: u32) -> Option<u32>;

    /// Returns the headers of the answer, `:status` among them.
    fn call_headers(&self) -> Option<Headers>;

    /// Returns the body of the answer, of so many bytes.
    fn call_body(&self, bytes: usize) -> Option<Vec<u8>>;

    /// Makes a request that waits the one that calls about a request mean, until this call of the
    /// root's ends.
    ///
    /// # Errors
    ///
    /// When the proxy did not: it is no longer there.
    fn select(&self, stream: u32) -> Done;

    /// Lets the selected request go on.
    ///
    /// # Errors
    ///
    /// When the proxy did not.
    fn resume(&self) -> Done;

    /// Returns what is shared with other workers under a key, and the token that replaces it.
    fn shared(&self, key: &str) -> Option<(Vec<u8>, u32)>;

    /// Shares a value. Token 0 always wins.
    ///
    /// # Errors
    ///
    /// When another value was shared since `token` was given, or the proxy did not.
    fn share(&self, key: &str, value: &[u8], token: u32) -> Done;

    /// Defines a metric, and returns its number.
    fn define_metric(&self, kind: Metric, name: &str) -> Option<u32>;

    /// Adds one to a counter.
    fn increment(&self, metric: u32);

    /// Sets a gauge.
    fn record(&self, metric: u32, value: u64);

    /// Returns the time in milliseconds since 1970, for what happens in turn; 0 where the
    /// proxy gives none.
    fn now_ms(&self) -> u64 {
        self.now_ns().unwrap_or(0) / 1_000_000
    }

    /// Returns the time as the engine counts it; where the proxy gives none, the end of time,
    /// at which neither a token nor a policy holds.
    fn now(&self) -> UnixSeconds {
        let end = UnixSeconds(u64::MAX);
        self.now_ns()
            .map_or(end, |time| UnixSeconds(time / 1_000_000_000))
    }
}

/// The proxy did it, or did not.
pub type Done = Result<(), Failed>;

/// The proxy did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed;

/// How loud a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For somebody who looks for a fault: every request.
    Debug,
    /// What an operator may want to read: denials, accepted bundles.
    Info,
    /// Something failed and will be tried again.
    Warn,
    /// Something failed that needs somebody.
    Error,
}

/// What a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// How often something happened.
    Counter,
    /// A value that rises and falls.
    Gauge,
}

/// One of the names in a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateName {
    /// The URI among its subject alternative names.
    Uri,
    /// The DNS name among its subject alternative names.
    Dns,
    /// Its subject.
    Subject,
}
