//! What ids, names and values look like.

use crate::limits::{MODULE_BYTES_MAX, NAME_BYTES_MAX, VALUE_BYTES_MAX};

/// Says whether `text` may be an id or attribute value: 1 to 256 bytes and no
/// control character (C0, DEL and C1, as Unicode's category Cc).
#[must_use]
pub fn is_value(text: &str) -> bool {
    !text.is_empty() && text.len() <= VALUE_BYTES_MAX && !has_control(text)
}

/// Says whether bytes may be an id or attribute value, as [`is_value`]; nothing where they
/// are not even UTF-8.
pub(crate) fn is_value_bytes(bytes: &[u8]) -> Option<bool> {
    // Nearly every value is printable ASCII: one pass checks it.
    if bytes.iter().all(|byte| matches!(byte, 0x20..0x7f)) {
        return Some(!bytes.is_empty() && bytes.len() <= VALUE_BYTES_MAX);
    }
    core::str::from_utf8(bytes).ok().map(is_value)
}

/// Says whether `text` is an id of the catalog: `[A-Za-z0-9_-]{1,64}`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    is_name_bytes(text.as_bytes())
}

/// Says whether `text` is a module id: names joined with `.`.
#[must_use]
pub fn is_module(text: &str) -> bool {
    text.len() <= MODULE_BYTES_MAX
        && text
            .as_bytes()
            .split(|byte| *byte == b'.')
            .all(is_name_bytes)
}

/// Says whether `text` holds a control character.
#[must_use]
pub fn has_control(text: &str) -> bool {
    // In UTF-8, C1 (U+0080 to U+009F) is the lead byte C2 and one of 80 to 9F.
    let mut before = 0_u8;
    text.bytes().any(|byte| {
        let after_c2 = before == 0xc2;
        before = byte;
        byte < 0x20 || byte == 0x7f || (after_c2 && byte < 0xa0)
    })
}

/// Says whether `text` holds a character that controls the direction of text around it
/// (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069): with it a text can be shown
/// to say what it does not.
///
/// Policies may not hold one in an id or label; a request may, and it matches nothing.
#[must_use]
pub fn has_bidi_control(text: &str) -> bool {
    text.chars().any(|character| {
        matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

fn is_name_bytes(text: &[u8]) -> bool {
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.iter().copied().all(is_name_byte)
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}
