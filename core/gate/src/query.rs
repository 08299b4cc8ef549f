//! Query parameters that attributes come from.

use alloc::{borrow::Cow, string::String};

use crate::path::decode;

/// A query in which the parameter can be read in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AmbiguousQuery;

/// Returns the value of the one parameter of that name, if there is one.
///
/// Refused is what servers disagree about: the parameter given twice, or in another
/// case; `;`, at which some split; `+`, which is a space to some; and what does not decode.
pub(crate) fn parameter(query: &[u8], name: &str) -> Result<Option<String>, AmbiguousQuery> {
    let mut found = None;
    for pair in query.split(|byte| matches!(byte, b'&' | b';')) {
        let (key, value) = crate::path::split_once(pair, b'=');
        let key = decode(key);
        // `name[]` and `name[0]` are the parameter too, to some.
        let own = key.bytes.split(|byte| *byte == b'[').next();
        let own: &[u8] = own.unwrap_or_default();
        if !own.trim_ascii().eq_ignore_ascii_case(name.as_bytes()) {
            continue;
        }
        if found.is_some() || *key.bytes != *name.as_bytes() {
            return Err(AmbiguousQuery);
        }
        let raw = value.unwrap_or_default();
        let value = decode(raw);
        if key.malformed || value.malformed || raw.contains(&b'+') {
            return Err(AmbiguousQuery);
        }
        found = Some(value.bytes);
    }
    if query.contains(&b';') {
        return Err(AmbiguousQuery);
    }
    match found.map(Cow::into_owned).map(String::from_utf8) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => Err(AmbiguousQuery),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_value_is_taken() {
        for (query, expected) in [
            ("", Ok(None)),
            ("a=1", Ok(None)),
            ("owner=jo", Ok(Some("jo"))),
            ("a=1&owner=jo&b", Ok(Some("jo"))),
            ("own%65r=j%6F", Ok(Some("jo"))),
            ("owner=a=b", Ok(Some("a=b"))),
            ("owner", Ok(Some(""))),
            ("owner=", Ok(Some(""))),
            ("owner=a%2Bb", Ok(Some("a+b"))),
            ("owners=x", Ok(None)),
            ("owner=jo&owner=jo", Err(AmbiguousQuery)),
            ("owner=jo&own%65r=ben", Err(AmbiguousQuery)),
            ("owner=jo&Owner=ben", Err(AmbiguousQuery)),
            ("Owner=jo", Err(AmbiguousQuery)),
            ("owner[]=jo", Err(AmbiguousQuery)),
            ("owner=jo&owner[0]=ben", Err(AmbiguousQuery)),
            ("owner%20=jo", Err(AmbiguousQuery)),
            ("owner=jo;x=1", Err(AmbiguousQuery)),
            ("x=1;owner=jo", Err(AmbiguousQuery)),
            ("x=1;y=2", Err(AmbiguousQuery)),
            ("owner=a+b", Err(AmbiguousQuery)),
            ("owner=%zz", Err(AmbiguousQuery)),
            ("owner=%", Err(AmbiguousQuery)),
            ("owner=%ff", Err(AmbiguousQuery)),
        ] {
            let expected = expected.map(|value| value.map(String::from));
            assert_eq!(parameter(query.as_bytes(), "owner"), expected, "{query}");
        }
    }
}
