//! The one place that asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use portcullis_engine::UnixSeconds;

/// Returns the time, in seconds since 1970.
///
/// A clock before 1970 reads 0: then no bundle holds yet.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "everything else takes the time as an argument"
)]
pub fn now() -> UnixSeconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    UnixSeconds(since.map_or(0, |since| since.as_secs()))
}
