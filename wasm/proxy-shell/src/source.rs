//! Fetches a bundle through the proxy, taking turns with the other workers.

use alloc::{format, vec::Vec};

use crate::{
    host::Host,
    settings::SourceSettings,
    shared::{Place, SharedBundle},
};

/// Where bundles come from, and what is known of the last one.
#[derive(Debug)]
pub(crate) struct Source {
    settings: SourceSettings,
    place: Place,
    /// The entity tag of the last bundle that was accepted.
    etag: Vec<u8>,
    /// Which published bundle was looked at.
    seen: Option<u32>,
    call: Option<u32>,
    failures: u32,
}

/// What came of a fetch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    Bundle(SharedBundle),
    Unchanged,
    Failed(&'static str),
}

impl Source {
    pub(crate) fn new(settings: SourceSettings, audience: &str) -> Self {
        let source = format!(
            "{}/{}{}",
            settings.cluster, settings.authority, settings.path
        );
        Self {
            settings,
            place: Place::new(audience, &source),
            etag: Vec::new(),
            seen: None,
            call: None,
            failures: 0,
        }
    }

    pub(crate) fn poll_ms(&self) -> u32 {
        self.settings.poll_ms
    }

    pub(crate) fn path(&self) -> &str {
        &self.settings.path
    }

    pub(crate) fn has_called(&self, call: u32) -> bool {
        self.call == Some(call)
    }

    /// Returns what another worker published since this was last asked.
    pub(crate) fn published(&mut self, host: &impl Host) -> Option<SharedBundle> {
        let change = self.place.change(host)?;
        if self.seen == Some(change) {
            return None;
        }
        self.seen = Some(change);
        self.place.bundle(host)
    }

    /// Fetches if it is time and this worker's turn; returns whether that failed at once.
    pub(crate) fn fetch_in_turn(&mut self, host: &impl Host) -> Option<Fetched> {
        let now_ms = host.now_ms();
        let next_ms = now_ms.saturating_add(self.settings.poll_ms.into());
        if self.call.is_some() || !self.place.take_turn(host, now_ms, next_ms) {
            return None;
        }
        let mut headers: Vec<(&str, &[u8])> = Vec::with_capacity(6);
        headers.push((":method", b"GET"));
        headers.push((":scheme", b"http"));
        headers.push((":authority", self.settings.authority.as_bytes()));
        headers.push((":path", self.settings.path.as_bytes()));
        headers.push(("accept", b"application/octet-stream"));
        if !self.etag.is_empty() {
            headers.push(("if-none-match", &self.etag));
        }
        self.call = host.call(&self.settings.cluster, &headers, self.settings.timeout_ms);
        if self.call.is_none() {
            return Some(self.failed(host, "the proxy has no such cluster"));
        }
        None
    }

    /// Reads the answer to the call; there is none where `body_bytes` is nothing.
    pub(crate) fn answered(
        &mut self,
        host: &impl Host,
        body_bytes: Option<usize>,
        body_bytes_max: usize,
    ) -> Fetched {
        self.call = None;
        let answer = body_bytes.and_then(|bytes| Some((bytes, host.call_headers()?)));
        let Some((body_bytes, fields)) = answer else {
            return self.failed(host, "the origin did not answer");
        };
        match fields.one(":status") {
            Some(b"200") => {}
            Some(b"304") if !self.etag.is_empty() => {
                self.failures = 0;
                return Fetched::Unchanged;
            }
            _ => return self.failed(host, "the origin answered with another status than 200"),
        }
        // Not even copied: its size alone refuses it.
        if body_bytes > body_bytes_max {
            return self.failed(host, "the origin's bundle is larger than the bound");
        }
        let Some(bytes) = host.call_body(body_bytes) else {
            return self.failed(host, "the proxy did not hand over the body");
        };
        self.failures = 0;
        Fetched::Bundle(SharedBundle {
            etag: fields.one("etag").unwrap_or_default().into(),
            bytes,
        })
    }

    /// Remembers a bundle that was accepted, so that only another one is sent again.
    pub(crate) fn accept(&mut self, etag: Vec<u8>) {
        self.etag = etag;
    }

    /// Lets the other workers have a bundle that was accepted.
    pub(crate) fn publish(&mut self, host: &impl Host, bundle: &SharedBundle) {
        self.place.publish(host, bundle);
        self.seen = self.place.change(host);
    }

    fn failed(&mut self, host: &impl Host, why: &'static str) -> Fetched {
        self.failures = self.failures.saturating_add(1);
        // Sooner than the next turn, but never a storm.
        let wait_ms = RETRY_MS
            .saturating_mul(1_u64.checked_shl(self.failures.min(16)).unwrap_or(u64::MAX))
            .min(self.settings.poll_ms.into());
        let now_ms = host.now_ms();
        self.place.set_turn(host, now_ms.saturating_add(wait_ms));
        Fetched::Failed(why)
    }
}

const RETRY_MS: u64 = 250;
