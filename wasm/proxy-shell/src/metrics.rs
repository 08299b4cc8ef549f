//! Counters and gauges, each defined when it is first needed.

use alloc::{format, string::String};

use portcullis_gate::{Entry, GateStatus, UnixSeconds};

use crate::{
    host::{Host, Metric},
    sorted::Sorted,
};

/// The metrics of one root in one worker; the proxy adds up what workers count.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    decisions: Sorted<(bool, &'static str, &'static str), Option<u32>>,
    others: Sorted<String, Option<u32>>,
}

impl Metrics {
    /// Counts a request by its effect and reason; one that goes on in shadow apart from others.
    pub(crate) fn count(&mut self, host: &impl Host, entry: &Entry) {
        let effect = if entry.effect.is_empty() {
            "none"
        } else {
            entry.effect
        };
        let code = entry.code.name();
        let key = (entry.shadow, effect, code);
        let metric = match self.decisions.get(&key) {
            Some(known) => *known,
            None => {
                let what = if entry.shadow { "shadow" } else { "decisions" };
                let name = format!("portcullis.{what}.{effect}.{code}");
                let defined = host.define_metric(Metric::Counter, &name);
                self.decisions.insert(key, defined);
                defined
            }
        };
        if let Some(metric) = metric {
            host.increment(metric);
        }
    }

    /// Counts why a request was refused, where that is more than its code.
    pub(crate) fn count_reasons(&mut self, host: &impl Host, entry: &Entry) {
        let code = entry.code.name();
        for reason in entry.reasons() {
            self.event(host, &format!("portcullis.reasons.{code}.{reason}"));
        }
    }

    /// Counts something that happened to bundles.
    pub(crate) fn event(&mut self, host: &impl Host, name: &str) {
        if let Some(metric) = self.find(host, Metric::Counter, name) {
            host.increment(metric);
        }
    }

    /// Records the state of the gate.
    pub(crate) fn record_status(
        &mut self,
        host: &impl Host,
        status: &GateStatus,
        now: UnixSeconds,
        confirmed_ms: u64,
    ) {
        self.record(host, "portcullis.ready", u64::from(status.ready));
        let unconfirmed = now.0.saturating_sub(confirmed_ms / 1_000);
        self.record(host, "portcullis.bundle.age_seconds", unconfirmed);
        for own in status.tenants.iter().take(TENANTS_MAX) {
            let tenant: String = own.key.tenant.chars().map(plain).collect();
            let name = |what: &str| format!("portcullis.tenant.{tenant}.{what}");
            self.record(host, &name("sequence"), own.sequence);
            let left = own.expires_at.0.saturating_sub(now.0);
            self.record(host, &name("expires_in_seconds"), left);
        }
    }

    fn record(&mut self, host: &impl Host, name: &str, value: u64) {
        if let Some(metric) = self.find(host, Metric::Gauge, name) {
            host.record(metric, value);
        }
    }

    fn find(&mut self, host: &impl Host, kind: Metric, name: &str) -> Option<u32> {
        if let Some(known) = self.others.get(name) {
            return *known;
        }
        let defined = host.define_metric(kind, name);
        self.others.insert(name.into(), defined);
        defined
    }
}

// Dots separate the parts of a metric's name, and a proxy's own pages show the rest as it is.
fn plain(c: char) -> char {
    if c.is_ascii_alphanumeric() || c == '-' {
        c
    } else {
        '_'
    }
}

/// How many tenants have gauges of their own; a metric, once defined, stays.
const TENANTS_MAX: usize = 256;
