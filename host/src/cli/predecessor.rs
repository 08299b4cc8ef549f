//! The bundle that a new one takes the place of.

use std::path::Path;

use portcullis_engine::{Bundle, SignedBundle, limits::BUNDLE_BYTES_MAX};
use portcullis_host::files;

use super::stop::Stop;

/// Refuses a payload that says the sequence of the bundle at `path`, of the same tenant and
/// audience, and is another one.
///
/// A host that took the first takes no second of that sequence (docs/FORMAT.md): some would answer
/// by one and some by the other. What is there and cannot be read as a bundle stands against nothing.
pub(super) fn check_sequence(path: &Path, payload: &[u8]) -> Result<(), Stop> {
    let Ok(bytes) = files::read(path, BUNDLE_BYTES_MAX) else {
        return Ok(());
    };
    let former = SignedBundle::new(bytes);
    let former = former
        .unverified_envelope()
        .and_then(|envelope| envelope.payload().map(<[u8]>::to_vec));
    let Ok(former) = former else { return Ok(()) };
    if former == payload {
        return Ok(());
    }
    match (place_of(former), place_of(payload.to_vec())) {
        (Some(former), Some(own)) if former == own => {
            let Place { sequence, .. } = own;
            let message = format!(
                "nothing was built: `{}` has sequence {sequence} too, and other content",
                path.display()
            );
            let hint = match sequence.checked_add(1) {
                Some(next) => format!(
                    "a host takes one bundle of a sequence and no other: `--sequence {next}`, or another `--issued-at`"
                ),
                None => {
                    "a host takes one bundle of a sequence and no other, and there is none after it"
                        .to_owned()
                }
            };
            Err(Stop::check(message).hint(hint))
        }
        _ => Ok(()),
    }
}

/// What a sequence counts for.
#[derive(PartialEq, Eq)]
struct Place {
    audience: String,
    tenant: String,
    sequence: u64,
}

fn place_of(payload: Vec<u8>) -> Option<Place> {
    let bundle = Bundle::from_unverified_payload(payload).ok()?;
    let header = bundle.payload()?.header;
    Some(Place {
        audience: header.audience.to_owned(),
        tenant: header.tenant.to_owned(),
        sequence: header.sequence,
    })
}
