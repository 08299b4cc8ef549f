//! What a bundle would say of itself, as JavaScript states it.

use alloc::{borrow::ToOwned as _, string::String};

use portcullis_admin::audit::Digest;
use portcullis_engine::{UnixSeconds, grammar::is_value};
use portcullis_policy::{encode::BundleMetadata, source::Catalog};
use serde::Deserialize;

use super::failure::{Failure, read};

/// An edition; what is left out is as `portcullis build` has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Stated {
    audience: Option<String>,
    sequence: Option<u64>,
    valid_for_seconds: Option<u64>,
    pin_floor: u64,
    audit_head: Option<String>,
    without_directory: bool,
}

/// Reads an edition issued at `now`.
pub(super) fn edition(
    json: &str,
    catalog: &Catalog,
    now: UnixSeconds,
) -> Result<BundleMetadata, Failure> {
    let stated: Stated = read("the edition", json)?;
    let audience = stated.audience.unwrap_or_else(|| AUDIENCE.to_owned());
    if !is_value(&audience) {
        return Err(Failure::malformed(
            "the audience is not 1 to 256 bytes without control characters",
        ));
    }
    let valid_for = stated.valid_for_seconds.unwrap_or(VALID_SECONDS);
    if now.0.checked_add(valid_for).is_none() {
        return Err(Failure::malformed("the bundle would hold longer than time"));
    }
    let mut edition = BundleMetadata::new(audience, now, valid_for, catalog);
    edition.sequence = stated.sequence.unwrap_or(now.0);
    edition.pin_floor = stated.pin_floor;
    edition.without_directory = stated.without_directory;
    if edition.pin_floor > edition.sequence {
        return Err(Failure::malformed(
            "the floor for pins is above the bundle's own sequence",
        ));
    }
    if let Some(head) = stated.audit_head {
        let Some(Digest(bytes)) = Digest::parse(&head) else {
            return Err(Failure::malformed("the audit head is no SHA-256"));
        };
        edition.audit_head = Some(bytes);
    }
    Ok(edition)
}

const AUDIENCE: &str = "default";
const VALID_SECONDS: u64 = 30 * 86_400;
