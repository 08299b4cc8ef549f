//! What a query says of the names that a route reads, where every server reads it alike.

mod form;
mod name;
#[cfg(test)]
mod tests;
mod value;
mod written;

use alloc::{string::String, vec::Vec};

pub(crate) use form::may_be_form;
use name::{Reading, reading, some_reads};
pub use written::UnreadableParameter;
pub(crate) use written::is_charset;

use crate::{
    limits::PARAMETERS_MAX,
    path::{decode, percent_pair, split_once},
};

/// A query that the servers behind the gate split and decode alike.
///
/// Held against PHP, Rack, qs, Django, Werkzeug and Go's net/url, by `tests/parsers`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query<'a>(&'a [u8]);

/// Why a query says nothing of a route's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnclearQuery {
    /// Some servers would read another value, or another name.
    Ambiguous,
    /// There are more parameters than some servers read.
    TooMany,
}

impl<'a> Query<'a> {
    /// Takes a query, without its `?`, if it splits and decodes in one way only.
    pub(crate) fn read(raw: &'a [u8]) -> Result<Self, UnclearQuery> {
        // PHP and qs drop what comes after so many; Django refuses it.
        if raw.split(|byte| *byte == b'&').count() > PARAMETERS_MAX {
            return Err(UnclearQuery::TooMany);
        }
        // Rack splits at `;`, and Go drops what holds one. No target holds the others
        // (RFC 9112, section 3.2): what reads C strings ends at them, and Rack skips spaces.
        let breaks = |byte: &u8| matches!(byte, b';' | 0..=b' ' | 0x7f);
        if raw.iter().any(breaks) || !decodes(raw) || names_charset(raw) {
            return Err(UnclearQuery::Ambiguous);
        }
        Ok(Self(raw))
    }

    /// Returns the value of the parameter of that name, if there is one; empty if it has none.
    ///
    /// Refuses what some server reads as the name although it is not written so (`+owner`,
    /// `owner.x`, `[owner]`), the name given twice, and a value that some read differently.
    pub(crate) fn value(&self, name: &str) -> Result<Option<String>, UnclearQuery> {
        let mut found = None;
        for pair in self.0.split(|byte| *byte == b'&') {
            let (key, value) = split_once(pair, b'=');
            match reading(key, name) {
                Reading::Other => {}
                Reading::Plain if found.is_none() => found = Some(value.unwrap_or_default()),
                Reading::Plain | Reading::Unclear => return Err(UnclearQuery::Ambiguous),
            }
        }
        found.map(value::plain).transpose()
    }
}

/// Returns a target without the parameters of these names, if it has any, each plainly and once.
///
/// # Errors
///
/// Refuses a query that is not clear of them: what cannot be found cannot be cut out.
pub(crate) fn without<'n>(
    target: &[u8],
    names: &(impl Iterator<Item = &'n str> + Clone),
) -> Result<Option<String>, UnclearQuery> {
    let (path, Some(raw)) = split_once(target, b'?') else {
        return Ok(None);
    };
    let query = Query::read(raw)?;
    for name in names.clone() {
        query.value(name)?;
    }
    let is_one = |pair: &&[u8]| {
        let (key, _) = split_once(pair, b'=');
        let mut names = names.clone();
        names.any(|name| reading(key, name) == Reading::Plain)
    };
    let pairs = || raw.split(|byte| *byte == b'&');
    if !pairs().any(|pair| is_one(&pair)) {
        return Ok(None);
    }
    let mut kept = path.to_vec();
    for (pair, at) in pairs().filter(|pair| !is_one(pair)).zip(0_usize..) {
        kept.push(if at == 0 { b'?' } else { b'&' });
        kept.extend_from_slice(pair);
    }
    let text = String::from_utf8(kept);
    text.map(Some).map_err(|_| UnclearQuery::Ambiguous)
}

/// Says whether some server would find a parameter of that name in a query, however it is
/// written there.
pub(crate) fn mentions(query: &[u8], name: &str) -> bool {
    query
        .split(|byte| matches!(byte, b'&' | b';'))
        .any(|pair| some_reads(split_once(pair, b'=').0, name))
}

/// Says whether some server would take the method of a POST from the query (Laravel, Symfony,
/// and Express where it is set up so).
pub(crate) fn overrides_method(method: &[u8], query: Option<&[u8]>) -> bool {
    method.eq_ignore_ascii_case(b"POST") && query.is_some_and(|query| mentions(query, "_method"))
}

/// Returns the methods that a query names for servers that take it from there, in upper case.
pub(crate) fn named_methods(query: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    query
        .split(|byte| matches!(byte, b'&' | b';'))
        .map(|pair| split_once(pair, b'='))
        .filter(|(key, _)| some_reads(key, "_method"))
        .map(|(_, value)| {
            let decoded = decode(value.unwrap_or_default());
            decoded.bytes.trim_ascii().to_ascii_uppercase()
        })
}

/// Says whether a query says that it is encoded otherwise: in Latin-1, as qs reads a check mark
/// that is a reference of HTML, where it is set up so; or in whatever a form's `_charset_` names.
fn names_charset(raw: &[u8]) -> bool {
    raw.split(|byte| *byte == b'&').any(|pair| {
        let (key, value) = split_once(pair, b'=');
        let value = || decode(value.unwrap_or_default());
        (some_reads(key, "utf8") && *value().bytes == *b"&#10003;")
            || (some_reads(key, "_charset_") && !value().bytes.eq_ignore_ascii_case(b"utf-8"))
    })
}

/// Says whether every `%` begins an escape, and what comes out is UTF-8.
///
/// Of anything else Rack refuses the whole query, Go drops the parameter, and the others
/// keep or replace it.
fn decodes(raw: &[u8]) -> bool {
    let escapes = || raw.split(|byte| *byte == b'%').skip(1).map(percent_pair);
    if escapes().any(|escape| escape.is_none()) {
        return false;
    }
    let ascii = raw.is_ascii() && escapes().flatten().all(|(byte, _)| byte.is_ascii());
    ascii || core::str::from_utf8(&decode(raw).bytes).is_ok()
}
