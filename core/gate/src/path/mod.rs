//! Reads a request-target in one way, which everything else depends on.

mod ambiguity;
mod percent;
mod segment;
mod skeleton;

use alloc::{borrow::Cow, vec::Vec};

pub use ambiguity::{Ambiguities, Ambiguity};
pub(crate) use percent::{decode, encode_into, pair as percent_pair};
pub(crate) use segment::Segment;
pub(crate) use skeleton::{is_dropped, trimmed};

use crate::{
    bytes::Bytes,
    limits::{PATH_BYTES_MAX, SEGMENTS_MAX, TARGET_BYTES_MAX},
};

/// The path of a request-target (RFC 9112, section 3.2.1), split at its literal `/`
/// and decoded once, with every ambiguity in it named.
///
/// It is for authorization only: what goes upstream are the client's own bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalPath<'a> {
    segments: Vec<Segment<'a>>,
    ambiguities: Ambiguities,
    query: Option<&'a [u8]>,
}

/// Which segments of another reading of a path end before a `;`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Nothing,
    Every,
    Last,
}

/// A target that is longer, or has more segments, than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathTooLong {
    /// It is over [`TARGET_BYTES_MAX`], its query included.
    Target,
    /// Its path is over [`PATH_BYTES_MAX`].
    Path,
    /// It has more than [`SEGMENTS_MAX`] segments.
    Segments,
}

impl PathTooLong {
    /// Returns which limit is passed.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Target => "more than 16 KiB of target",
            Self::Path => "more than 4 KiB of path",
            Self::Segments => "more than 128 segments of a path",
        }
    }
}

impl<'a> CanonicalPath<'a> {
    /// Reads a request-target; whatever cannot be read in one way only is recorded.
    ///
    /// # Errors
    ///
    /// Refuses a target over [`TARGET_BYTES_MAX`], a path over [`PATH_BYTES_MAX`] and
    /// more than [`SEGMENTS_MAX`] segments.
    pub fn parse(target: &'a [u8]) -> Result<Self, PathTooLong> {
        if target.len() > TARGET_BYTES_MAX {
            return Err(PathTooLong::Target);
        }
        let mut ambiguities = Ambiguities::NONE;
        let (unfragmented, fragment) = split_once(target, b'#');
        if fragment.is_some() {
            ambiguities.add(Ambiguity::Fragment);
        }
        let (path, query) = split_once(unfragmented, b'?');
        if path.len() > PATH_BYTES_MAX {
            return Err(PathTooLong::Path);
        }
        let Some(inner) = path.strip_prefix(b"/") else {
            // Absolute, authority and asterisk form name something other than a path.
            ambiguities.add(Ambiguity::TargetForm);
            return Ok(Self {
                segments: Vec::new(),
                ambiguities,
                query,
            });
        };
        let mut segments = Vec::with_capacity(SEGMENTS_LIKELY);
        let mut parts = inner.split(|byte| *byte == b'/').peekable();
        while let Some(part) = parts.next() {
            if part.is_empty() {
                let last = parts.peek().is_none();
                match (last, segments.is_empty()) {
                    // The root itself.
                    (true, true) if inner.is_empty() => {}
                    (true, _) => ambiguities.add(Ambiguity::TrailingSlash),
                    (false, _) => ambiguities.add(Ambiguity::EmptySegment),
                }
                continue;
            }
            if segments.len() >= SEGMENTS_MAX {
                return Err(PathTooLong::Segments);
            }
            let segment = Segment::parse(part);
            ambiguities = ambiguities.union(segment.ambiguities());
            segments.push(segment);
        }
        Ok(Self {
            segments,
            ambiguities,
            query,
        })
    }

    /// Returns every way in which the target could be read differently.
    pub(crate) const fn ambiguities(&self) -> Ambiguities {
        self.ambiguities
    }

    /// Returns the query, without its `?`, as the client sent it.
    #[must_use]
    pub const fn query(&self) -> Option<&'a [u8]> {
        self.query
    }

    pub(crate) fn segments(&self) -> &[Segment<'a>] {
        &self.segments
    }

    /// Returns how servers may read the path where a route accepts what they read differently:
    /// split at an encoded slash too; with segments that end before a `;`, all or the last one
    /// alone; and with the empty segment behind a slash at its end.
    pub(crate) fn other_readings(&self) -> impl Iterator<Item = CanonicalPath<'_>> {
        let has = |one| self.ambiguities.has(one);
        let splits = 0..=u8::from(has(Ambiguity::EncodedSlash));
        let ends = 0..=u8::from(has(Ambiguity::TrailingSlash));
        let cuts = if has(Ambiguity::Parameters) {
            0..3
        } else {
            0..1
        };
        let ways = splits.flat_map(move |split| {
            let cuts = cuts.clone();
            ends.clone()
                .flat_map(move |end| cuts.clone().map(move |cut| (split, end, cut)))
        });
        // The first is the path as it is.
        ways.skip(1).map(|(split, end, cut)| {
            let cut = match cut {
                0 => Cut::Nothing,
                1 => Cut::Every,
                _ => Cut::Last,
            };
            self.reading(split != 0, end != 0, cut)
        })
    }

    fn reading(&self, split: bool, with_empty: bool, cut: Cut) -> CanonicalPath<'_> {
        let mut parts = Vec::new();
        for segment in &self.segments {
            let text = if split || !matches!(cut, Cut::Nothing) {
                segment.seen()
            } else {
                segment.decoded()
            };
            parts.extend(text.split(|byte| split && *byte == b'/'));
        }
        let last = parts.len().saturating_sub(1);
        let own = parts.into_iter().enumerate().map(|(at, part)| {
            let is_cut = match cut {
                Cut::Nothing => false,
                Cut::Every => true,
                Cut::Last => at == last,
            };
            let own = if is_cut {
                split_once(part, b';').0
            } else {
                part
            };
            Segment::of_decoded(own)
        });
        let mut segments: Vec<_> = own.collect();
        if with_empty {
            segments.push(Segment::of_decoded(b""));
        }
        // As many as a path may have: a route has fewer, and the rest takes whatever follows.
        segments.truncate(SEGMENTS_MAX);
        CanonicalPath {
            segments,
            ambiguities: self.ambiguities,
            query: self.query,
        }
    }

    /// Returns the path decoded once and encoded again in the shortest way: two paths
    /// without ambiguities are the same path if and only if these texts are equal.
    #[cfg(test)]
    pub(crate) fn to_text(&self) -> alloc::string::String {
        let mut out = alloc::string::String::new();
        for segment in &self.segments {
            out.push('/');
            encode_into(&mut out, segment.decoded(), &PLAIN);
        }
        if out.is_empty() || self.ambiguities.has(Ambiguity::TrailingSlash) {
            out.push('/');
        }
        out
    }

    /// Returns each segment, decoded.
    pub fn decoded(&self) -> impl ExactSizeIterator<Item = Cow<'_, [u8]>> {
        self.segments
            .iter()
            .map(|segment| Cow::Borrowed(segment.decoded()))
    }
}

pub(crate) fn split_once(bytes: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    let mut parts = bytes.splitn(2, |byte| *byte == at);
    (parts.next().unwrap_or_default(), parts.next())
}

/// Unreserved and the sub-delimiters that a segment may contain as they are (RFC 3986,
/// section 3.3), without `;`.
pub(crate) static PLAIN: Bytes = Bytes::with_alphanumeric(b"-._~!$&'()*+,=:@");

/// As many as most paths have at most.
const SEGMENTS_LIKELY: usize = 8;

#[cfg(test)]
mod tests;
