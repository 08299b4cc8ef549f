//! Durations as people write them: `30d`.

use std::{fmt, str::FromStr};

/// A whole number of seconds, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seconds(pub(crate) u64);

/// The units, the longest last.
const UNITS: [(char, u64); 5] = [
    ('s', 1),
    ('m', 60),
    ('h', 3_600),
    ('d', 86_400),
    ('w', 604_800),
];

/// Writes it in the longest unit that it is a whole number of.
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(seconds) = self;
        let mut units = UNITS.into_iter().rev();
        let whole = units.find(|(_, unit)| seconds.is_multiple_of(*unit));
        let (name, unit) = whole.unwrap_or(('s', 1));
        write!(f, "{}{name}", seconds / unit)
    }
}

impl FromStr for Seconds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const USAGE: &str = "write a whole number and s, m, h, d or w, as 30d";
        let unit = text.chars().last().ok_or(USAGE)?;
        let number = text.strip_suffix(unit).ok_or(USAGE)?;
        let mut units = UNITS.into_iter();
        let (_, unit) = units.find(|(name, _)| *name == unit).ok_or(USAGE)?;
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(USAGE);
        }
        let number: u64 = number.parse().map_err(|_| USAGE)?;
        match number.checked_mul(unit) {
            Some(0) => Err("nothing holds for no time"),
            Some(seconds) => Ok(Self(seconds)),
            None => Err("that is longer than time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_make_a_duration() {
        for (text, seconds) in [
            ("30d", 2_592_000),
            ("1s", 1),
            ("90m", 5_400),
            ("12h", 43_200),
            ("2w", 1_209_600),
        ] {
            assert_eq!(text.parse(), Ok(Seconds(seconds)), "{text}");
            assert_eq!(Seconds(seconds).to_string().parse(), Ok(Seconds(seconds)));
        }
        for text in [
            "",
            "d",
            "30",
            "-1d",
            "+1d",
            "1.5h",
            "30 d",
            "30D",
            "0d",
            "1é",
            "99999999999999999w",
        ] {
            assert!(text.parse::<Seconds>().is_err(), "{text}");
        }
    }
}
