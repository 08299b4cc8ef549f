//! The value of a parameter.

use alloc::string::String;

use super::UnclearQuery;
use crate::path::decode;

/// Returns a parameter's value, decoded, if every server reads the same one.
///
/// It comes from a query that decodes, so that only what servers make of the decoded is left:
/// `+` is a space to most, `,` splits for some, bytes that are not encoded are Latin-1 to
/// some, and qs takes the `=` of `]=` for the one after the name.
pub(super) fn plain(raw: &[u8]) -> Result<String, UnclearQuery> {
    let plain = |byte: &u8| matches!(byte, 0x21..=0x7e) && !matches!(byte, b'+' | b',');
    let mut equals = raw.iter().enumerate().filter(|(_, byte)| **byte == b'=');
    let after_bracket = equals.any(|(at, _)| {
        let before = raw.get(..at).unwrap_or_default();
        let encoded = before.last_chunk::<3>();
        before.ends_with(b"]") || encoded.is_some_and(|last| last.eq_ignore_ascii_case(b"%5d"))
    });
    if !raw.iter().all(plain) || after_bracket {
        return Err(UnclearQuery::Ambiguous);
    }
    String::from_utf8(decode(raw).bytes.into_owned()).map_err(|_| UnclearQuery::Ambiguous)
}
