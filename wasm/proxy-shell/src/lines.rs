//! The log lines that every shell writes about its configuration and its bundles.

use alloc::{format, string::String};

use portcullis_gate::{GateConfig, Persisted, event};

/// Says why a configuration cannot be used.
#[must_use]
pub fn configuration_refused(why: &str) -> String {
    event("configuration-refused", &[("why", why)])
}

/// Says which keys for tokens are left out of a configuration, if any is.
#[must_use]
pub fn keys_unused(config: &GateConfig) -> Option<String> {
    let keys = config.unused_keys();
    (!keys.is_empty()).then(|| event("keys-unused", &[("keys", &keys.join("; "))]))
}

/// Says that other keys of an issuer's than the last ones are used from now on.
#[must_use]
pub fn keys_taken(issuer: &str) -> String {
    event("keys-taken", &[("issuer", issuer)])
}

/// Says why keys of an issuer's were not fetched.
#[must_use]
pub fn keys_failed(issuer: &str, why: &str) -> String {
    event("keys-failed", &[("issuer", issuer), ("why", why)])
}

/// Says where a configuration refuses nothing, if it is in shadow mode anywhere.
#[must_use]
pub fn shadow(config: &GateConfig) -> Option<String> {
    let shadow = config.shadow()?;
    Some(event("shadow", &[("where", &shadow)]))
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
