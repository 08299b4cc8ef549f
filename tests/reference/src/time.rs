//! Times as a policy writes them.

/// Reads a time of RFC 3339 in whole seconds as Unix seconds.
pub(crate) fn unix_seconds(text: &str) -> Result<u64, String> {
    read(text).ok_or_else(|| format!("`{text}` is no time of RFC 3339"))
}

fn read(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut days = day.checked_sub(1)?;
    for passed in 1970..year {
        days += if is_leap(passed) { 366 } else { 365 };
    }
    for passed in 1..month {
        days += match passed {
            2 if is_leap(year) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
    }
    let local = ((days * 24 + hour) * 60 + minute) * 60 + second;
    if text.get(19..)? == "Z" {
        return Some(local);
    }
    let ahead = (number(20, 22)? * 60 + number(23, 25)?) * 60;
    match text.get(19..20)? {
        "+" => local.checked_sub(ahead),
        _ => Some(local + ahead),
    }
}
