//! One segment of a path.

use alloc::{borrow::Cow, vec::Vec};

use portcullis_engine::grammar::has_control;

use crate::bytes::Bytes;

use super::{
    ambiguity::{Ambiguities, Ambiguity},
    percent::{decode, starts_with_pair},
    skeleton::{is_blank, skeleton},
};

/// What is between two literal `/`, decoded once; empty only in another reading of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    raw: &'a [u8],
    decoded: Cow<'a, [u8]>,
    skeleton: Option<Vec<u8>>,
    ambiguities: Ambiguities,
}

impl<'a> Segment<'a> {
    pub(crate) fn parse(raw: &'a [u8]) -> Self {
        if CLEAR.has_all(raw) {
            return Self {
                raw,
                decoded: Cow::Borrowed(raw),
                skeleton: None,
                ambiguities: Ambiguities::NONE,
            };
        }
        Self::examine(raw)
    }

    fn examine(raw: &'a [u8]) -> Self {
        let decoded = decode(raw);
        let mut ambiguities = Ambiguities::NONE;
        if decoded.malformed || raw.iter().any(|byte| is_refused(*byte)) {
            ambiguities.add(Ambiguity::BadEncoding);
        }
        let encoded = matches!(decoded.bytes, Cow::Owned(_));
        let skeleton = skeleton(&decoded.bytes);
        // What looks like one of these separates, too, for whoever takes it for that. A full-width
        // `?` stands in titles: it ends a segment as a suffix does.
        let looks = skeleton.iter().flatten();
        let looks = looks.filter(|byte| matches!(byte, b'/' | b'\\' | b';'));
        for byte in decoded.bytes.iter().chain(looks) {
            match byte {
                b'/' => ambiguities.add(Ambiguity::EncodedSlash),
                b'\\' => ambiguities.add(Ambiguity::Backslash),
                b';' => ambiguities.add(Ambiguity::Parameters),
                0 => ambiguities.add(Ambiguity::Nul),
                b'?' | b'#' => ambiguities.add(Ambiguity::EncodedDelimiter),
                _ if byte.is_ascii_control() => ambiguities.add(Ambiguity::Control),
                _ => {}
            }
        }
        if encoded {
            for bytes in [Some(&*decoded.bytes), skeleton.as_deref()]
                .into_iter()
                .flatten()
            {
                if !decoded.malformed && bytes.contains(&b'%') {
                    ambiguities.add(Ambiguity::EncodedPercent);
                }
                let wide = !decoded.malformed && decodes_wide(bytes);
                if wide || decodes_again(bytes) {
                    ambiguities.add(Ambiguity::DoubleEncoding);
                }
            }
            match core::str::from_utf8(&decoded.bytes) {
                // C1 controls, which only more than ASCII can hold.
                Ok(text) if !text.is_ascii() && has_control(text) => {
                    ambiguities.add(Ambiguity::Control);
                }
                Ok(_) => {}
                Err(_) => ambiguities.add(Ambiguity::BadEncoding),
            }
        }
        let seen = skeleton.as_deref().unwrap_or(&decoded.bytes);
        if hides_dots(seen) {
            ambiguities.add(Ambiguity::DotSegment);
        }
        if hides_empty(seen) {
            ambiguities.add(Ambiguity::EmptySegment);
        }
        Self {
            raw,
            decoded: decoded.bytes,
            skeleton,
            ambiguities,
        }
    }

    /// Takes what is decoded already, as a part of another segment.
    pub(super) fn of_decoded(decoded: &'a [u8]) -> Self {
        Self {
            raw: decoded,
            decoded: Cow::Borrowed(decoded),
            skeleton: skeleton(decoded),
            ambiguities: Ambiguities::NONE,
        }
    }

    pub(crate) fn decoded(&self) -> &[u8] {
        &self.decoded
    }

    /// Returns what it looks like to servers that make text alike before they compare it.
    pub(crate) fn seen(&self) -> &[u8] {
        self.skeleton.as_deref().unwrap_or(&self.decoded)
    }

    /// Returns whether something of it arrived percent-encoded.
    pub(crate) const fn is_encoded(&self) -> bool {
        matches!(self.decoded, Cow::Owned(_))
    }

    /// Returns whether any of those decoded bytes arrived percent-encoded.
    pub(crate) fn has_encoded(&self, start: usize, length: usize) -> bool {
        let mut raw = self.raw;
        let encoded = core::iter::from_fn(|| {
            let (first, rest) = raw.split_first()?;
            let is_pair = *first == b'%' && starts_with_pair(rest);
            raw = if is_pair { rest.get(2..)? } else { rest };
            Some(is_pair)
        });
        encoded.skip(start).take(length).any(|encoded| encoded)
    }

    pub(crate) const fn ambiguities(&self) -> Ambiguities {
        self.ambiguities
    }
}

/// Returns whether a byte must be encoded in a path. RFC 3986 also wants those encoded that
/// browsers leave as they are: `|`, `[`, `]`, `^`.
const fn is_refused(byte: u8) -> bool {
    !byte.is_ascii_graphic() || matches!(byte, b'"' | b'<' | b'>' | b'`' | b'{' | b'}')
}

/// Returns whether a second decoding would change the bytes.
fn decodes_again(decoded: &[u8]) -> bool {
    let mut rest = decoded;
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' && starts_with_pair(after) {
            return true;
        }
        rest = after;
    }
    false
}

/// Returns whether a second decoding by a server that reads `%u0061` would change the bytes.
fn decodes_wide(decoded: &[u8]) -> bool {
    let escapes = decoded.split(|byte| *byte == b'%').skip(1);
    let mut digits =
        escapes.filter_map(|after| after.strip_prefix(b"u").or(after.strip_prefix(b"U")));
    digits.any(starts_with_pair)
}

/// Returns whether a server that splits at more than `/`, that cuts parameters or at NUL, or that
/// drops dots and spaces, would find `.` or `..`.
fn hides_dots(seen: &[u8]) -> bool {
    let mut pieces = seen.split(|byte| matches!(byte, b'/' | b'\\'));
    pieces.any(|piece| {
        let name = name_of(piece);
        let is_spaced = name.contains(&b' ') && name.contains(&b'.');
        matches!(name, b"." | b"..") || (is_spaced && is_blank(name))
    })
}

/// Returns whether a server that splits at encoded slashes, or that cuts parameters or at NUL,
/// would find an empty segment, or one of nothing but spaces, which some merge with the next.
fn hides_empty(seen: &[u8]) -> bool {
    let mut pieces = seen.split(|byte| *byte == b'/');
    pieces.any(|piece| name_of(piece).iter().all(|byte| *byte == b' '))
}

/// Returns what is left of a segment once parameters, and what is behind a NUL or a delimiter, are
/// cut off.
fn name_of(piece: &[u8]) -> &[u8] {
    let cut = piece.split(|byte| matches!(byte, b';' | 0 | b'?' | b'#'));
    cut.into_iter().next().unwrap_or_default()
}

/// What every server reads in one way only, whatever is next to it: most segments contain
/// nothing else.
static CLEAR: Bytes = Bytes::with_alphanumeric(b"-_~");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_clear_is_what_is_found_by_looking_closely() {
        let mut clear = 0;
        for first in 0..=u8::MAX {
            for second in 0..=u8::MAX {
                let raw = [first, second];
                assert_eq!(Segment::parse(&raw), Segment::examine(&raw), "{raw:?}");
                clear += u32::from(CLEAR.has_all(&raw));
            }
        }
        assert_eq!(clear, 65 * 65);
    }
}
