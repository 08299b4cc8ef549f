//! The header fields of a request, found however they are spelled.

use alloc::{string::String, vec::Vec};

use crate::{
    bytes::Bytes,
    header_names::{self, alike},
    limits::{HEADER_BYTES_MAX, HEADERS_MAX},
};

/// The header fields of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a> {
    all: &'a [(&'a [u8], &'a [u8])],
    /// A bit for every length that a name has, the last for all from 63 on: most names that are
    /// looked for are not there, and this says so without comparing.
    lengths: u64,
}

/// One header field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) value: &'a [u8],
}

/// Fields that HTTP does not allow, or too many of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidFields {
    TooMany,
    TooLarge,
    Malformed,
}

/// A field that appears more than once, or is not spelled as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Repeated;

impl<'a> Fields<'a> {
    /// Takes the fields if each has a name and a value that RFC 9110 (sections 5.1 and
    /// 5.5) allows.
    pub(crate) fn new(fields: &'a [(&'a [u8], &'a [u8])]) -> Result<Self, InvalidFields> {
        if fields.len() > HEADERS_MAX {
            return Err(InvalidFields::TooMany);
        }
        let (mut bytes, mut lengths) = (0_usize, 0);
        for (name, value) in fields {
            lengths |= bit(name.len());
            bytes = bytes.saturating_add(name.len()).saturating_add(value.len());
            let named = !name.is_empty() && TOKEN.has_all(name);
            if !named || breaks(value) {
                return Err(InvalidFields::Malformed);
            }
        }
        if bytes > HEADER_BYTES_MAX {
            return Err(InvalidFields::TooLarge);
        }
        Ok(Self {
            all: fields,
            lengths,
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.all.iter().map(|(name, value)| Field { name, value })
    }

    /// Returns every field that some server would take for this one.
    pub(crate) fn all<'n>(&self, name: &'n str) -> impl Iterator<Item = Field<'a>> + use<'a, 'n> {
        let there = self.lengths & bit(name.len()) != 0;
        let some = if there { self.all } else { &[] };
        some.iter()
            .map(|(name, value)| Field { name, value })
            .filter(move |field| field.is_alike(name))
    }

    /// Returns the value of the one field of that name, trimmed, if there is one.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&'a [u8]>, Repeated> {
        let mut all = self.all(name);
        match (all.next(), all.next()) {
            (None, _) => Ok(None),
            (Some(field), None) if field.is_exactly(name) => Ok(Some(field.value.trim_ascii())),
            _ => Err(Repeated),
        }
    }
}

impl Field<'_> {
    /// Says whether the name is that one but for case (RFC 9110, section 5.1).
    pub(crate) fn is_exactly(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Says whether some server would take the name for that one.
    pub(crate) fn is_alike(&self, name: &str) -> bool {
        alike(self.name, name.as_bytes())
    }

    /// Says whether some server would take the name for one with that beginning.
    pub(crate) fn begins_alike(&self, beginning: &str) -> bool {
        header_names::begins_alike(self.name, beginning)
    }
}

fn bit(length: usize) -> u64 {
    1 << u32::try_from(length).unwrap_or(63).min(63)
}

/// Names to remove: each as the request spells it, once.
#[derive(Debug, Default)]
pub(crate) struct Removals(Vec<String>);

impl Removals {
    pub(crate) fn add(&mut self, name: &[u8]) {
        let known = self.0.iter().any(|known| known.as_bytes() == name);
        if !known && let Ok(name) = core::str::from_utf8(name) {
            // A name is a token, and so ASCII: it was checked with the fields.
            self.0.push(name.into());
        }
    }

    pub(crate) fn into_names(self) -> Vec<String> {
        self.0
    }
}

/// Says whether a value holds what would end it: NUL, CR or LF.
fn breaks(value: &[u8]) -> bool {
    let breaks = |byte: &u8| matches!(byte, 0 | b'\r' | b'\n');
    let (words, rest) = value.as_chunks::<8>();
    // Bytes below 0x10 show in a word's high bits; few values have any, so few are looked
    // at one by one.
    let low = |word: &[u8; 8]| {
        let word = u64::from_le_bytes(*word);
        word.wrapping_sub(EACH * 0x10) & !word & (EACH * 0x80) != 0
    };
    words
        .iter()
        .any(|word| low(word) && word.iter().any(breaks))
        || rest.iter().any(breaks)
}

/// One in each byte.
const EACH: u64 = u64::from_le_bytes([1; 8]);

/// What may stand in a token (RFC 9110, section 5.6.2).
pub(crate) static TOKEN: Bytes = Bytes::with_alphanumeric(b"!#$%&'*+-.^_`|~");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_ended_by_nul_cr_and_lf_wherever_they_are() {
        for length in 0..20 {
            let plain = [b'a'; 20];
            for byte in 0..=u8::MAX {
                for at in 0..length {
                    let mut value = plain;
                    value[at] = byte;
                    let ends = matches!(byte, 0 | b'\r' | b'\n');
                    assert_eq!(breaks(&value[..length]), ends, "{byte} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn a_token_is_what_rfc_9110_says() {
        for byte in 0..=u8::MAX {
            let visible = (0x21..0x7f).contains(&byte);
            let delimiter = br#""(),/:;<=>?@[\]{}"#.contains(&byte);
            assert_eq!(TOKEN.has(byte), visible && !delimiter, "{byte}");
        }
    }
}
