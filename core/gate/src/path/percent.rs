//! Percent-encoding (RFC 3986, section 2.1).

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::bytes::Bytes;

/// Bytes decoded once, and what was found in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decoded<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    /// A `%` has no two hexadecimal digits after it; it was kept.
    pub(crate) malformed: bool,
}

/// Decodes every `%` with two hexadecimal digits, once.
pub(crate) fn decode(raw: &[u8]) -> Decoded<'_> {
    if !raw.contains(&b'%') {
        return Decoded {
            bytes: Cow::Borrowed(raw),
            malformed: false,
        };
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut malformed = false;
    let mut rest = raw;
    while let Some((&byte, after)) = rest.split_first() {
        match (byte, pair(after)) {
            (b'%', Some((value, after))) => {
                bytes.push(value);
                rest = after;
            }
            _ => {
                malformed |= byte == b'%';
                bytes.push(byte);
                rest = after;
            }
        }
    }
    Decoded {
        bytes: Cow::Owned(bytes),
        malformed,
    }
}

/// Appends bytes, encoding all that is not plain.
pub(crate) fn encode_into(out: &mut String, bytes: &[u8], plain: &Bytes) {
    // Usually there is nothing to encode.
    if plain.has_all(bytes) {
        return out.push_str(core::str::from_utf8(bytes).unwrap_or_default());
    }
    for byte in bytes {
        if plain.has(*byte) {
            out.push(char::from(*byte));
        } else {
            out.push('%');
            for half in [byte >> 4_u32, byte & 15] {
                let digit = char::from_digit(u32::from(half), 16).unwrap_or('0');
                out.push(digit.to_ascii_uppercase());
            }
        }
    }
}

/// Returns whether two hexadecimal digits come first.
pub(crate) fn starts_with_pair(bytes: &[u8]) -> bool {
    pair(bytes).is_some()
}

/// Reads two hexadecimal digits; returns their byte and what comes after.
pub(crate) fn pair(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let ([high, low], rest) = bytes.split_first_chunk::<2>()?;
    let value = (digit(*high)? << 4_u32) | digit(*low)?;
    Some((value, rest))
}

fn digit(byte: u8) -> Option<u8> {
    let value = char::from(byte).to_digit(16)?;
    u8::try_from(value).ok()
}
