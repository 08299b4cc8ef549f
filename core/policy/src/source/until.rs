//! Until when something counts, as written.

use std::borrow::Cow;
use std::fmt;

use portcullis_engine::UnixSeconds;
use portcullis_json::{Place, Read};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The first second at which something no longer counts: a time of RFC 3339 in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Until(pub UnixSeconds);

impl Until {
    /// The last that can be written: the last second of the year 9999.
    pub const LAST: Self = Self(UnixSeconds(253_402_300_799));

    /// Words when something ends, behind what does: ` until 2026-12-31T00:00:00Z`, or nothing.
    #[must_use]
    pub fn after(until: Option<Self>) -> String {
        until.map_or_else(String::new, |until| format!(" until {until}"))
    }

    /// Reads a time of RFC 3339, section 5.6, from 1970 on and in whole seconds.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_once('T')?;
        let (time, offset_seconds) = if let Some(time) = rest.strip_suffix('Z') {
            (time, 0)
        } else {
            let at = rest.rfind(['+', '-'])?;
            let (time, offset) = rest.split_at_checked(at)?;
            let [hours, minutes] = numbers(offset.get(1..)?, ':', [2, 2])?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = hours
                .checked_mul(60)?
                .checked_add(minutes)?
                .checked_mul(60)?;
            let is_ahead = offset.starts_with('+');
            (
                time,
                if is_ahead {
                    seconds
                } else {
                    seconds.checked_neg()?
                },
            )
        };
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
        let is_day = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
        if !is_day || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let days = days_before(year, month).checked_add(day)?.checked_sub(1)?;
        let of_day = (hour * 60 + minute) * 60 + second;
        let seconds = days.checked_mul(DAY_SECONDS)?.checked_add(of_day)?;
        let seconds = seconds.checked_sub(offset_seconds)?;
        u64::try_from(seconds)
            .ok()
            .map(|seconds| Self(UnixSeconds(seconds)))
    }
}

/// Writes the time in UTC.
impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = i64::try_from(self.min(&Self::LAST).0.0).unwrap_or(0);
        let (days, of_day) = (seconds / DAY_SECONDS, seconds % DAY_SECONDS);
        // A year has at least 365 days, so this is not after it.
        let mut year = 1970 + days / 366;
        while days_before(year + 1, 1) <= days {
            year += 1;
        }
        let mut month = 1;
        while month < 12 && days_before(year, month + 1) <= days {
            month += 1;
        }
        let day = days - days_before(year, month) + 1;
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

impl Read for Until {
    fn read(place: &Place<'_>) -> Self {
        let text = String::read(place);
        Self::parse(&text).unwrap_or_else(|| {
            if place.node.as_str().is_some() {
                place.error(
                    &format!("`{text}` is no time of RFC 3339 in whole seconds"),
                    "write it as 2026-12-31T00:00:00Z",
                );
            }
            Self::default()
        })
    }
}

/// What stands in for a time that is missing, which is reported: it has passed.
impl Default for Until {
    fn default() -> Self {
        Self(UnixSeconds(0))
    }
}

impl Serialize for Until {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom("expected a time of RFC 3339, as 2026-12-31T00:00:00Z")
        })
    }
}

impl JsonSchema for Until {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Until".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// Reads numbers of so many digits each.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut found = [0; N];
    let mut parts = text.split(between);
    for (slot, digits) in found.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *slot = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

/// Returns how many days lie between 1970 and the first of a month.
const fn days_before(year: i64, month: i64) -> i64 {
    let last = year - 1;
    let leap_days = last / 4 - last / 100 + last / 400;
    let mut days = last * 365 + leap_days - DAYS_BEFORE_1970;
    let mut passed = 1;
    while passed < month {
        days += days_of(year, passed);
        passed += 1;
    }
    days
}

const fn days_of(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const DAY_SECONDS: i64 = 86_400;
/// From the first of January of the year 1 on, in this calendar.
const DAYS_BEFORE_1970: i64 = 719_162;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_and_written() {
        for (text, seconds, written) in [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("2000-02-29T23:59:59Z", 951_868_799, "2000-02-29T23:59:59Z"),
            (
                "2026-12-31T00:00:00Z",
                1_798_675_200,
                "2026-12-31T00:00:00Z",
            ),
            (
                "2026-12-31T01:30:00+01:30",
                1_798_675_200,
                "2026-12-31T00:00:00Z",
            ),
            (
                "2026-12-30T19:00:00-05:00",
                1_798_675_200,
                "2026-12-31T00:00:00Z",
            ),
            (
                "2100-03-01T00:00:00Z",
                4_107_542_400,
                "2100-03-01T00:00:00Z",
            ),
            (
                "9999-12-31T23:59:59Z",
                253_402_300_799,
                "9999-12-31T23:59:59Z",
            ),
        ] {
            let until = Until::parse(text).unwrap();
            assert_eq!(until, Until(UnixSeconds(seconds)), "{text}");
            assert_eq!(until.to_string(), written);
        }
        for day in (0..3_000_000).step_by(97) {
            let until = Until(UnixSeconds(day * 86_400 % 253_402_300_799));
            assert_eq!(Until::parse(&until.to_string()), Some(until));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-12-31",
            "2026-12-31 00:00:00Z",
            "2026-12-31T00:00:00",
            "2026-12-31T00:00Z",
            "2026-12-31T00:00:00.5Z",
            "2026-12-31t00:00:00z",
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00+0100",
            "2026-1-1T00:00:00Z",
            "+026-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+01:00",
            "2026-01-01T00:00:00Zé",
            "1767225600",
        ] {
            assert_eq!(Until::parse(text), None, "{text}");
        }
    }
}
