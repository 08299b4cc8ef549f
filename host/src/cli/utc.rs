//! Times as people read them.

use portcullis_engine::UnixSeconds;
use portcullis_policy::source::Until;

/// Writes a time as in RFC 3339, in UTC; one beyond the year 9999 as its seconds.
pub(crate) fn utc(time: UnixSeconds) -> String {
    if time > Until::LAST.0 {
        return format!("{} seconds after 1970", time.0);
    }
    Until(time).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates_in_utc() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (Until::LAST.0.0, "9999-12-31T23:59:59Z"),
            (Until::LAST.0.0 + 1, "253402300800 seconds after 1970"),
            (u64::MAX, "18446744073709551615 seconds after 1970"),
        ] {
            assert_eq!(utc(UnixSeconds(seconds)), expected);
        }
    }
}
