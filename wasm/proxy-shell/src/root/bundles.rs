//! Where a configuration's bundles come from, and what comes of them.

use alloc::{format, vec::Vec};

use portcullis_gate::{Offer, event};

use super::Root;
use crate::{
    host::{self, Host},
    lines, shared,
    source::{Fetched, Source},
};

impl Root {
    /// Begins with what workers of this trust, or of another one, took last.
    pub(super) fn begin(&mut self, host: &impl Host) {
        let mut sources = core::mem::take(&mut self.sources);
        for source in &mut sources {
            for first in source.first(host) {
                if self.offer_of(host, source, &first.bytes) {
                    source.begin(host, first);
                    break;
                }
            }
        }
        self.sources = sources;
    }

    /// Ticks fast while requests may wait for the first answer of a source.
    pub(super) fn set_pace(&mut self, host: &impl Host) {
        let poll_ms = self.sources.iter().map(Source::poll_ms).min();
        let tick_ms = if self.awaits_bundles() {
            FIRST_TICK_MS
        } else {
            poll_ms.unwrap_or(TICK_MS).min(TICK_MS)
        };
        if self.tick_ms != tick_ms {
            self.tick_ms = tick_ms;
            host.tick_every(tick_ms);
        }
    }

    pub(super) fn awaits_bundles(&self) -> bool {
        !self.sources.iter().all(Source::is_settled)
    }

    pub(super) fn take(&mut self, host: &impl Host, source: &mut Source, fetched: Fetched) {
        match fetched {
            Fetched::Bundle(bundle) => {
                if self.offer_of(host, source, &bundle.bytes) {
                    source.publish(host, &bundle);
                    source.accept(bundle.etag);
                }
            }
            Fetched::Unchanged => self.confirmed_ms = host.now_ms(),
            Fetched::Failed(why) => {
                self.metrics.event(host, "portcullis.bundle.fetch_failed");
                let line = event("fetch-failed", &[("source", source.path()), ("why", why)]);
                host.log(host::Level::Warn, &line);
            }
        }
    }

    /// Offers a bundle of a source; returns whether it answers now. That the same one is refused
    /// again is not logged again: a configuration that is being drained would say so with each
    /// poll.
    pub(super) fn offer_of(&mut self, host: &impl Host, source: &mut Source, bytes: &[u8]) -> bool {
        let offered = self.offer(host, bytes.to_vec(), source.path());
        if let Err(code) = offered
            && source.refuse(bytes, code)
        {
            host.log(
                host::Level::Error,
                &lines::bundle_rejected(source.path(), code),
            );
        }
        offered.is_ok()
    }

    /// Offers a bundle that no source was asked for.
    pub(super) fn offer_inline(&mut self, host: &impl Host, bytes: Vec<u8>, source: &str) -> bool {
        let offered = self.offer(host, bytes, source);
        if let Err(code) = offered {
            host.log(host::Level::Error, &lines::bundle_rejected(source, code));
        }
        offered.is_ok()
    }

    /// Offers a bundle to the gate; fails with the code of its refusal.
    fn offer(
        &mut self,
        host: &impl Host,
        bytes: Vec<u8>,
        source: &str,
    ) -> Result<(), &'static str> {
        let Some(gate) = &mut self.gate else {
            return Err("no-configuration");
        };
        match gate.offer(bytes, host.now()) {
            Ok(offer) => {
                self.confirmed_ms = host.now_ms();
                if let Offer::Accepted(persisted) = offer {
                    shared::share_floor(host, &persisted);
                    self.metrics.event(host, "portcullis.bundle.accepted");
                    let line = lines::bundle_accepted(source, &persisted);
                    host.log(host::Level::Info, &line);
                }
                Ok(())
            }
            Err(rejection) => {
                let code = rejection.code();
                let metric = format!("portcullis.bundle.rejected.{code}");
                self.metrics.event(host, &metric);
                Err(code)
            }
        }
    }
}

const TICK_MS: u32 = 200;
const FIRST_TICK_MS: u32 = 20;
