//! What a segment looks like to servers that make text alike before they compare it.

use alloc::{string::String, vec::Vec};

/// Returns a segment of more than ASCII as servers may see it that ignore Unicode's case, drop
/// what nobody sees, or take full-width characters for the ordinary ones; nothing where it is
/// ASCII, which looks like itself.
pub(super) fn skeleton(decoded: &[u8]) -> Option<Vec<u8>> {
    if decoded.is_ascii() {
        return None;
    }
    // What is not UTF-8 is refused whatever it looks like.
    let text = core::str::from_utf8(decoded).ok()?;
    let mut seen = String::with_capacity(text.len());
    for one in text.chars().filter(|one| !is_invisible(*one)) {
        match several(one) {
            Some(plain) => seen.push_str(plain),
            None => seen.push(plain(one)),
        }
    }
    Some(seen.into_bytes())
}

/// Leaves out the spaces at either end, and the dots at the end, as many servers and file systems
/// do.
pub(crate) fn trimmed(segment: &[u8]) -> &[u8] {
    let mut rest = segment;
    while let [before @ .., last] = rest
        && is_dropped(*last)
    {
        rest = before;
    }
    while let [b' ', after @ ..] = rest {
        rest = after;
    }
    rest
}

/// Says whether some servers drop it at the end of a name.
pub(crate) const fn is_dropped(byte: u8) -> bool {
    matches!(byte, b'.' | b' ')
}

/// Says whether nothing of a segment is left once spaces and dots are dropped.
pub(super) fn is_blank(segment: &[u8]) -> bool {
    segment.iter().all(|byte| is_dropped(*byte))
}

/// Returns the ASCII characters that servers may take one for, where these are several: what
/// Unicode's full folding of case makes of it, and its compatibility decomposition of dots.
const fn several(one: char) -> Option<&'static str> {
    Some(match one {
        '\u{df}' | '\u{1e9e}' => "ss",
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        '\u{2025}' | '\u{fe30}' => "..",
        '\u{2026}' | '\u{fe19}' => "...",
        _ => return None,
    })
}

/// Returns the ASCII character that servers may take one for.
fn plain(one: char) -> char {
    match one {
        '\u{fe68}' => '\\',
        '\u{2024}' | '\u{fe52}' => '.',
        '\u{fe13}' | '\u{fe55}' => ':',
        '\u{37e}' | '\u{fe14}' | '\u{fe54}' => ';',
        '\u{fe16}' | '\u{fe56}' => '?',
        '\u{fe5f}' => '#',
        '\u{fe6a}' => '%',
        // What Unicode's rules for case make of `s`, `k` and `i`.
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        '\u{130}' | '\u{131}' => 'i',
        // Full-width forms of what is printable in ASCII, 0xFEE0 above it.
        '\u{ff01}'..='\u{ff5e}' => {
            let ascii = u32::from(one).checked_sub(0xfee0).and_then(char::from_u32);
            ascii.unwrap_or(one)
        }
        '\u{2800}' => ' ',
        _ if one.is_whitespace() => ' ',
        _ => one,
    }
}

/// Says whether nobody sees a character: Unicode's `Default_Ignorable_Code_Point`, and the
/// annotations between lines.
const fn is_invisible(one: char) -> bool {
    matches!(
        one,
        '\u{ad}'
            // The dot of `İ`, which stands alone where that is decomposed.
            | '\u{307}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_seen_without_what_nobody_sees() {
        for (text, expected) in [
            ("plain", None),
            ("se\u{200b}cret\u{feff}", Some("secret")),
            ("\u{a0}secret\u{3000}", Some(" secret ")),
            ("\u{17f}ecret", Some("secret")),
            ("to\u{212a}en", Some("token")),
            ("\u{ff53}ecret\u{ff0e}", Some("secret.")),
            ("grün", Some("grün")),
            ("\u{fb01}le stra\u{df}e", Some("file strasse")),
            ("a\u{ff0f}b\u{ff3c}c\u{fe68}\u{2025}", Some("a/b\\c\\..")),
            (
                "ADMI\u{307}N\u{fe30}\u{fe19}\u{fe16}\u{fe5f}",
                Some("ADMIN.....?#"),
            ),
        ] {
            let expected = expected.map(|text| text.as_bytes().to_vec());
            assert_eq!(skeleton(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(skeleton(b"\xff"), None);
    }

    #[test]
    fn ends_are_dropped_and_the_middle_stays() {
        for (text, expected) in [
            ("  a. b. .", "a. b"),
            (".well-known", ".well-known"),
            (" . ", ""),
            ("", ""),
        ] {
            assert_eq!(trimmed(text.as_bytes()), expected.as_bytes(), "{text}");
            assert_eq!(is_blank(text.as_bytes()), expected.is_empty(), "{text}");
        }
    }
}
