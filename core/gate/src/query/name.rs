//! The names that servers read in a query.

use crate::{
    bytes::Bytes,
    path::{decode, percent_pair},
};

/// What a parameter is to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Another parameter, to all.
    Other,
    /// The parameter of that name, to all.
    Plain,
    /// The parameter of that name, or one that changes it, to some.
    Unclear,
}

/// Says what a parameter's key, as it was sent, is to a name.
pub(super) fn reading(key: &[u8], name: &str) -> Reading {
    if is_plain(key, name) {
        return Reading::Plain;
    }
    if some_reads(key, name) {
        return Reading::Unclear;
    }
    // Of `filter[owner]`: `filter`, which others make a list or a text. Its other members
    // are other parameters, where they are written so that all read them as members.
    let brackets = name.match_indices('[').map(|(at, _)| at);
    let mut parents = brackets.filter_map(|at| name.get(..at).filter(|parent| !parent.is_empty()));
    if parents.any(|parent| some_reads(key, parent) && !is_member(key, parent)) {
        Reading::Unclear
    } else {
        Reading::Other
    }
}

/// Says whether some server reads a key as a name, or as something below it.
///
/// More than any one of them does, so that no version and no option matters: in any case;
/// with white space, brackets or dots in front (PHP, Rack, qs), or a further `?` of the query's
/// (`URLSearchParams`, and qs where it is set up so); up to NUL (PHP); with brackets,
/// dots or white space after it (all but Go); with ` `, `.` and `[` for `_` (PHP).
pub(super) fn some_reads(key: &[u8], name: &str) -> bool {
    // Most keys and names are words, which nobody reads as another.
    if WORD.has_all(key) && WORD.has_all(name.as_bytes()) {
        return key.eq_ignore_ascii_case(name.as_bytes());
    }
    let key = Lenient::of_query(key);
    let unspaced = key.without(|byte| byte <= b' ' || matches!(byte, 0x7f | b'?'));
    let bare = unspaced.without(is_delimiter);
    let name = Lenient::of_text(name.as_bytes());
    unspaced.begins_with(name) || bare.begins_with(name)
}

fn is_plain(key: &[u8], name: &str) -> bool {
    decodes_alike(key) && *decode(key).bytes == *name.as_bytes()
}

/// Says whether a key of a query that decodes does so alike to all: `+` is a space to most
/// only, and bytes that are not encoded are Latin-1 to some.
fn decodes_alike(key: &[u8]) -> bool {
    key.iter()
        .all(|byte| matches!(byte, 0x21..=0x7e) && *byte != b'+')
}

/// Says whether a key is written as a member of `parent` so that all read it as one.
fn is_member(key: &[u8], parent: &str) -> bool {
    let decoded = decode(key);
    let members = decoded.bytes.strip_prefix(parent.as_bytes());
    let members = members.and_then(|members| members.strip_prefix(b"[")?.strip_suffix(b"]"));
    let Some(members) = members.filter(|_| decodes_alike(key)) else {
        return false;
    };
    let mut depth = 0_usize;
    let mut rest = Some(members);
    while let Some(members) = rest {
        let end = members.windows(2).position(|two| two == b"][");
        let (own, after) = match end {
            Some(end) => (members.get(..end), members.get(end.saturating_add(2)..)),
            None => (Some(members), None),
        };
        let own = own.unwrap_or_default();
        if own.is_empty() || own.iter().any(|byte| is_delimiter(*byte)) {
            return false;
        }
        depth = depth.saturating_add(1);
        rest = after;
    }
    depth <= DEPTH_MAX
}

/// What ends a name to some: white space, controls, brackets and dots.
const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0..=b' ' | 0x7f | b'[' | b']' | b'.')
}

/// What PHP makes `_` of, and what is between the parts of a nested name.
const fn is_joint(byte: u8) -> bool {
    matches!(byte, b' ' | b'.' | b'[' | b']' | b'_')
}

/// A name's bytes as the most lenient server reads them: decoded, in lower case, up to NUL.
#[derive(Debug, Clone, Copy)]
struct Lenient<'a> {
    rest: &'a [u8],
    /// Whether `%` and `+` stand for something else.
    encoded: bool,
}

impl<'a> Lenient<'a> {
    const fn of_query(rest: &'a [u8]) -> Self {
        Self {
            rest,
            encoded: true,
        }
    }

    const fn of_text(rest: &'a [u8]) -> Self {
        Self {
            rest,
            encoded: false,
        }
    }

    /// Returns what is left without its first bytes that are so.
    fn without(mut self, is: impl Fn(u8) -> bool) -> Self {
        let mut next = self;
        while let Some(byte) = next.one()
            && is(byte)
        {
            self = next;
        }
        self
    }

    /// Says whether it begins with a name that ends there, to some.
    fn begins_with(mut self, mut name: Self) -> bool {
        while let Some(wanted) = name.one() {
            match self.one() {
                Some(own) if own == wanted || (is_joint(own) && is_joint(wanted)) => {}
                _ => return false,
            }
        }
        self.one().is_none_or(is_delimiter)
    }

    fn one(&mut self) -> Option<u8> {
        loop {
            let (&byte, after) = self.rest.split_first()?;
            self.rest = after;
            let byte = match byte {
                b'+' if self.encoded => b' ',
                b'%' => match self.encoded.then(|| escaped(after)).flatten() {
                    Some((byte, after)) => {
                        self.rest = after;
                        byte
                    }
                    // Some drop a `%` that begins nothing.
                    None => continue,
                },
                byte => byte,
            };
            if byte == 0 {
                self.rest = &[];
                return None;
            }
            return Some(byte.to_ascii_lowercase());
        }
    }
}

/// Returns the byte that an escape stands for, `%6f` or `%u006f`, and what comes after.
fn escaped(after: &[u8]) -> Option<(u8, &[u8])> {
    let Some(wide) = after
        .strip_prefix(b"u")
        .or_else(|| after.strip_prefix(b"U"))
    else {
        return percent_pair(after);
    };
    let (high, rest) = percent_pair(wide)?;
    let (low, rest) = percent_pair(rest)?;
    // Beyond ASCII it is part of no name that is distinguished here.
    Some((if high == 0 { low } else { u8::MAX }, rest))
}

/// What every server takes for itself in a name.
static WORD: Bytes = Bytes::with_alphanumeric(b"-_~");

/// How deep qs nests unless it is configured: what is deeper is one text.
pub(super) const DEPTH_MAX: usize = 5;
