//! What a bundle would say of itself, as JavaScript states it.

use alloc::string::String;

use portcullis_admin::audit::Digest;
use portcullis_engine::UnixSeconds;
use portcullis_policy::{
    encode::{BundleMetadata, InvalidMetadata, StatedMetadata},
    source::Catalog,
};
use serde::Deserialize;

use super::failure::{Failure, read};

/// What is stated; what is left out is as `portcullis build` has it.
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

/// Reads what is stated of a bundle issued at `now`.
pub(super) fn metadata(
    json: &str,
    catalog: &Catalog,
    now: UnixSeconds,
) -> Result<BundleMetadata, Failure> {
    let stated: Stated = read("the metadata", json)?;
    let audit_head = match stated.audit_head.as_deref().map(Digest::parse) {
        None => None,
        Some(Some(Digest(head))) => Some(head),
        Some(None) => return Err(Failure::malformed("the audit head is no SHA-256")),
    };
    let stated = StatedMetadata {
        audience: stated.audience,
        sequence: stated.sequence,
        valid_for_seconds: stated.valid_for_seconds,
        pin_floor: stated.pin_floor,
        audit_head,
        without_directory: stated.without_directory,
    };
    Ok(BundleMetadata::stated(&stated, now, catalog)?)
}

impl From<InvalidMetadata> for Failure {
    fn from(invalid: InvalidMetadata) -> Self {
        Self::malformed(invalid)
    }
}
