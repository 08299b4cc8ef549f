//! The log lines that every shell writes about its configuration and its bundles.

use alloc::{format, string::String};

use portcullis_gate::{Persisted, event};

/// Says why a configuration cannot be used.
#[must_use]
pub fn configuration_refused(why: &str) -> String {
    event("configuration-refused", &[("why", why)])
}

/// Says that a bundle from `source` answers from now on.
#[must_use]
pub fn bundle_accepted(source: &str, persisted: &Persisted) -> String {
    let sequence = format!("{}", persisted.floor.sequence);
    event(
        "bundle-accepted",
        &[
            ("source", source),
            ("tenant", &persisted.key.tenant),
            ("sequence", &sequence),
        ],
    )
}

/// Says why a bundle from `source` was refused.
#[must_use]
pub fn bundle_rejected(source: &str, code: &str) -> String {
    event("bundle-rejected", &[("source", source), ("code", code)])
}
