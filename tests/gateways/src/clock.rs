//! The only place here that asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use portcullis_engine::UnixSeconds;

/// Returns the time by which real gateways judge.
#[must_use]
pub fn now() -> UnixSeconds {
    #[expect(
        clippy::disallowed_methods,
        reason = "real gateways read the clock, so what they are given must fit it"
    )]
    let now = SystemTime::now();
    let since = now.duration_since(UNIX_EPOCH);
    UnixSeconds(since.map_or(0, |since| since.as_secs()))
}
