//! The one place that asks what time it is.

use std::{
    io,
    time::{SystemTime, UNIX_EPOCH},
};

use portcullis_engine::UnixSeconds;

/// Returns the time, in seconds since 1970.
///
/// # Errors
///
/// Fails where the clock stands before 1970: no time is made up, for at an early one a token
/// that has expired would hold.
#[expect(
    clippy::disallowed_methods,
    reason = "everything else takes the time as an argument"
)]
pub fn now() -> io::Result<UnixSeconds> {
    since_1970(SystemTime::now())
}

fn since_1970(now: SystemTime) -> io::Result<UnixSeconds> {
    match now.duration_since(UNIX_EPOCH) {
        Ok(since) => Ok(UnixSeconds(since.as_secs())),
        Err(_) => Err(io::Error::other("the clock stands before 1970: set it")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_before_1970_gives_no_time() {
        assert_eq!(since_1970(UNIX_EPOCH).unwrap(), UnixSeconds(0));
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert!(since_1970(before).is_err());
    }
}
