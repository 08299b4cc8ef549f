//! Fetches a bundle through the proxy, taking turns with the other workers.

use alloc::{format, vec::Vec};

use portcullis_gate::GateConfig;
use sha2::{Digest as _, Sha256};

use crate::{
    host::Host,
    settings::SourceSettings,
    shared::{SharedBundle, TrustedPlace},
};

/// Where bundles come from, and what is known of the last one.
#[derive(Debug)]
pub(crate) struct Source {
    settings: SourceSettings,
    shared: TrustedPlace,
    /// The entity tag of the last bundle that was accepted.
    etag: Vec<u8>,
    /// Which published bundle was looked at.
    seen: Option<u32>,
    call: Option<u32>,
    failures: u32,
    /// Whether an origin or another worker has answered at all, be it with a failure.
    is_settled: bool,
    /// The digest of what was refused last, and why.
    refused: Option<([u8; 32], &'static str)>,
}

/// What came of a fetch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    Bundle(SharedBundle),
    Unchanged,
    Failed(&'static str),
}

impl Source {
    pub(crate) fn new(settings: SourceSettings, config: &GateConfig) -> Self {
        let source = format!(
            "{}/{}{}",
            settings.cluster, settings.authority, settings.path
        );
        Self {
            settings,
            shared: TrustedPlace::new(config, &source),
            etag: Vec::new(),
            seen: None,
            call: None,
            failures: 0,
            is_settled: false,
            refused: None,
        }
    }

    /// Says whether there has been an answer, be it a failure.
    pub(crate) fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// Takes that a bundle was refused; returns whether that is news.
    pub(crate) fn refuse(&mut self, bytes: &[u8], code: &'static str) -> bool {
        let refused = Some((Sha256::digest(bytes).into(), code));
        let is_news = self.refused != refused;
        self.refused = refused;
        is_news
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
        let change = self.shared.place.change(host)?;
        if self.seen == Some(change) {
            return None;
        }
        self.seen = Some(change);
        self.shared.place.bundle(host)
    }

    /// Returns what to begin with, the better first: what workers of this trust published, and
    /// what those of another took last.
    pub(crate) fn first(&mut self, host: &impl Host) -> Vec<SharedBundle> {
        let published = self.published(host);
        let last = self.shared.last(host);
        published.into_iter().chain(last).collect()
    }

    /// Remembers a bundle that this began with. Workers of this trust that began without it get it.
    pub(crate) fn begin(&mut self, host: &impl Host, bundle: SharedBundle) {
        if self.shared.place.bundle(host).as_ref() != Some(&bundle) {
            self.publish(host, &bundle);
        }
        self.accept(bundle.etag);
    }

    /// Fetches if it is time and this worker's turn; returns whether that failed at once.
    pub(crate) fn fetch_in_turn(&mut self, host: &impl Host) -> Option<Fetched> {
        let now_ms = host.now_ms();
        let next_ms = now_ms.saturating_add(self.settings.poll_ms.into());
        if self.call.is_some() || !self.shared.place.take_turn(host, now_ms, next_ms) {
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
        self.is_settled = true;
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
        self.refused = None;
        self.is_settled = true;
    }

    /// Lets the other workers have a bundle that was accepted.
    pub(crate) fn publish(&mut self, host: &impl Host, bundle: &SharedBundle) {
        self.shared.publish(host, bundle);
        self.seen = self.shared.place.change(host);
    }

    fn failed(&mut self, host: &impl Host, why: &'static str) -> Fetched {
        self.failures = self.failures.saturating_add(1);
        self.is_settled = true;
        // Sooner than the next turn, but never a storm.
        let wait_ms = RETRY_MS
            .saturating_mul(1_u64.checked_shl(self.failures.min(16)).unwrap_or(u64::MAX))
            .min(self.settings.poll_ms.into());
        let now_ms = host.now_ms();
        self.shared
            .place
            .set_turn(host, now_ms.saturating_add(wait_ms));
        Fetched::Failed(why)
    }
}

const RETRY_MS: u64 = 250;
