//! A segment of literals and parameters in turn.

use alloc::{string::String, vec::Vec};
use core::fmt;

use super::fold::{STARTS_SUFFIX, cuts};
use crate::path::{Segment, trimmed};

/// A segment as `{id}:cancel` or `{base}...{head}`: literals and parameters in turn, and at
/// least one of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentParts {
    // INVARIANT (in turn): no two literals and no two parameters are next to each other.
    pieces: Vec<Piece>,
    /// The literals, with [`GAP`] for each parameter.
    word: Vec<u8>,
}

/// A piece of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Exactly this text.
    Literal(String),
    /// One byte or more, by this name.
    Parameter(String),
}

/// How a segment may be read by a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As it stands.
    Exact {
        /// Whether its parameters could also be others.
        several: bool,
    },
    /// By servers that ignore case, what is dropped at the ends, or that let a parameter be empty.
    Folded,
    /// By servers that cut a suffix off.
    Suffixed,
}

/// Where each literal of a segment begins; one never has more.
type Starts = [usize; PARAMETERS_MAX + 1];

impl SegmentParts {
    /// Gathers the pieces, which are in turn.
    pub(super) fn new(pieces: Vec<Piece>) -> Self {
        let mut word = Vec::new();
        for piece in &pieces {
            match piece {
                Piece::Literal(text) => word.extend_from_slice(text.as_bytes()),
                Piece::Parameter(_) => word.push(GAP),
            }
        }
        Self { pieces, word }
    }

    /// Returns the names of the parameters, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Parameter(name) => Some(name.as_str()),
        })
    }

    /// Returns the segment but for the names of its parameters.
    pub(super) fn word(&self) -> &[u8] {
        &self.word
    }

    /// Returns how many bytes it writes out: of two patterns of which one matches nothing that
    /// the other does not, that one writes more.
    pub(super) fn literal_bytes(&self) -> usize {
        self.word.iter().filter(|byte| **byte != GAP).count()
    }

    /// Returns whether the other matches every segment that this one does.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        // A gap is no byte of a literal, so only a parameter of the other can take it.
        other.leftmost(&self.word, EXACT).is_some()
    }

    /// Returns whether a segment, decoded, is this in one way or in several.
    #[must_use]
    pub fn matches(&self, segment: &[u8]) -> bool {
        self.leftmost(segment, EXACT).is_some()
    }

    /// Returns how a segment may be read by it, if it may.
    pub(super) fn read(&self, segment: &Segment<'_>) -> Option<Reading> {
        if self.matches(segment.decoded()) {
            let several = !self.splits_once(segment.decoded());
            return Some(Reading::Exact { several });
        }
        let seen = segment.seen();
        let mut looks = [seen, trimmed(seen)].into_iter();
        if looks.any(|seen| self.leftmost(seen, LOOSE).is_some()) {
            return Some(Reading::Folded);
        }
        self.cut(segment).map(|_| Reading::Suffixed)
    }

    /// Returns where a server that cuts a suffix off ends a segment that it then takes for this.
    pub(super) fn cut(&self, segment: &Segment<'_>) -> Option<usize> {
        // What ends with a parameter would have taken the suffix too.
        let tail = self.tail()?;
        let seen = trimmed(segment.seen());
        let (_, first) = self.leading(seen, LOOSE)?;
        let fits = |length: &usize| {
            let start = length.checked_sub(tail.len());
            start.is_some_and(|start| start >= first && has(seen, start, tail, folded))
        };
        cuts(seen).find(fits)
    }

    /// Returns whether a segment that is this is no more once its ends are trimmed.
    pub(super) fn is_lost_by_trimming(&self, segment: &Segment<'_>) -> bool {
        let seen = trimmed(segment.seen());
        seen.len() != segment.decoded().len() && self.leftmost(seen, FOLDED).is_none()
    }

    /// Returns what a segment that is this may be to servers that cut it within a parameter, and
    /// then no longer take it for this: at the first or the last of the signs that begin suffixes,
    /// but for those that the literals have, at which such a server would never find this.
    pub(super) fn lost_by_cutting<'s>(
        &self,
        segment: &'s Segment<'_>,
    ) -> impl Iterator<Item = &'s [u8]> {
        let seen = trimmed(segment.seen());
        let signs = STARTS_SUFFIX.into_iter();
        let signs = signs.filter(|sign| !self.word.contains(sign));
        let prefixes = signs.flat_map(|sign| {
            let is_sign = |byte: &u8| *byte == sign;
            let places = [
                seen.iter().position(is_sign),
                seen.iter().rposition(is_sign),
            ];
            let places = places.into_iter().flatten();
            places.filter_map(|place| seen.get(..place).map(trimmed))
        });
        // Nothing is left where it begins with the sign, but for what was trimmed before it.
        let has_before = segment.seen().first() != seen.first();
        prefixes.filter(move |prefix| {
            (has_before || !prefix.is_empty()) && self.leftmost(prefix, FOLDED).is_none()
        })
    }

    /// Returns whether some servers take a text for this.
    pub(super) fn may_match(&self, text: &[u8]) -> bool {
        self.leftmost(text, LOOSE).is_some()
    }

    /// Returns the literal at its end.
    pub(super) fn tail(&self) -> Option<&[u8]> {
        match self.pieces.last()? {
            Piece::Literal(text) => Some(text.as_bytes()),
            Piece::Parameter(_) => None,
        }
    }

    /// Returns what a parameter, by its number, is in a segment that is this in one way only.
    #[must_use]
    pub fn value<'s>(&self, segment: &'s [u8], number: usize) -> Option<&'s [u8]> {
        let starts = self.leftmost(segment, EXACT)?;
        let (mut literals, mut parameters, mut from) = (0_usize, 0_usize, 0_usize);
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => {
                    from = starts.get(literals)?.saturating_add(text.len());
                    literals = literals.saturating_add(1);
                }
                Piece::Parameter(_) if parameters == number => {
                    let is_last = self.literals().nth(literals).is_none();
                    let to = if is_last {
                        segment.len()
                    } else {
                        *starts.get(literals)?
                    };
                    return segment.get(from..to);
                }
                Piece::Parameter(_) => parameters = parameters.saturating_add(1),
            }
        }
        None
    }

    /// Returns where each literal lies in a segment that is this.
    pub(super) fn literals_in(&self, segment: &[u8]) -> impl Iterator<Item = (usize, usize)> {
        let starts = self.leftmost(segment, EXACT).unwrap_or_default();
        starts.into_iter().zip(self.literals().map(str::len))
    }

    fn literals(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::Parameter(_) => None,
        })
    }

    /// Returns whether the parameters can be only one way, also where case is ignored: the
    /// literals are nowhere else if they are equally far to the left and to the right.
    fn splits_once(&self, segment: &[u8]) -> bool {
        self.leftmost(segment, FOLDED) == self.rightmost(segment, FOLDED)
    }

    /// Puts every literal as far to the left as it can be.
    fn leftmost(&self, segment: &[u8], way: Way) -> Option<Starts> {
        let (mut starts, first) = self.leading(segment, way)?;
        let Some(tail) = self.tail() else {
            return (first <= segment.len()).then_some(starts);
        };
        let start = segment.len().checked_sub(tail.len())?;
        if start < first || !has(segment, start, tail, way.same) {
            return None;
        }
        let last = self.literals().count().checked_sub(1)?;
        *starts.get_mut(last)? = start;
        Some(starts)
    }

    /// Puts every literal but that at the end as far to the left as it can be, and says where
    /// what follows may begin at the earliest.
    fn leading(&self, segment: &[u8], way: Way) -> Option<(Starts, usize)> {
        let mut starts = Starts::default();
        let (mut at, mut literals) = (0_usize, 0_usize);
        let ended = usize::from(self.tail().is_some());
        let leading = self.pieces.len().saturating_sub(ended);
        for (index, piece) in self.pieces.iter().take(leading).enumerate() {
            let text = match piece {
                Piece::Parameter(_) => {
                    at = at.saturating_add(way.parameter_min);
                    continue;
                }
                Piece::Literal(text) => text.as_bytes(),
            };
            // A literal at the start is there; others anywhere after.
            let last = if index == 0 {
                0
            } else {
                segment.len().checked_sub(text.len())?
            };
            let start = (at..=last).find(|start| has(segment, *start, text, way.same))?;
            *starts.get_mut(literals)? = start;
            literals = literals.saturating_add(1);
            at = start.saturating_add(text.len());
        }
        Some((starts, at))
    }

    /// Puts every literal as far to the right as it can be.
    fn rightmost(&self, segment: &[u8], way: Way) -> Option<Starts> {
        let mut starts = Starts::default();
        let mut end = segment.len();
        let mut literals = self.literals().count();
        for (index, piece) in self.pieces.iter().enumerate().rev() {
            let text = match piece {
                Piece::Parameter(_) => {
                    end = end.checked_sub(way.parameter_min)?;
                    continue;
                }
                Piece::Literal(text) => text.as_bytes(),
            };
            let last = end.checked_sub(text.len())?;
            // A literal at the start is there, and one at the end there.
            let first = match index {
                _ if index.saturating_add(1) == self.pieces.len() => last,
                _ => 0,
            };
            let last = if index == 0 { 0 } else { last };
            let mut places = (first..=last).rev();
            let start = places.find(|start| has(segment, *start, text, way.same))?;
            literals = literals.checked_sub(1)?;
            *starts.get_mut(literals)? = start;
            end = start;
        }
        Some(starts)
    }
}

#[cfg(feature = "encode")]
impl SegmentParts {
    /// Returns the literals and parameters, in order.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Returns the segment with that text for each parameter.
    #[must_use]
    pub fn filled(&self, text: &str) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Literal(text) => text,
            Piece::Parameter(_) => text,
        });
        pieces.collect()
    }

    /// Returns the segment with its literals in lower case.
    pub(super) fn in_lower_case(&self) -> Self {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Literal(text) => Piece::Literal(text.to_ascii_lowercase()),
            Piece::Parameter(name) => Piece::Parameter(name.clone()),
        });
        Self::new(pieces.collect())
    }

    /// Returns whether some segment is both: what is between their ends may be anything.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let (own, others) = (self.ends(), other.ends());
        (own.0.starts_with(others.0) || others.0.starts_with(own.0))
            && (own.1.ends_with(others.1) || others.1.ends_with(own.1))
    }

    /// Returns a pattern of segments that are both, of two that overlap.
    pub(super) fn meet(&self, other: &Self) -> Self {
        if self.is_within(other) {
            return self.clone();
        }
        if other.is_within(self) {
            return other.clone();
        }
        let longer = |one: &str, other: &str| {
            let text = if one.len() >= other.len() { one } else { other };
            Piece::Literal(text.into())
        };
        let (own, others) = (self.ends(), other.ends());
        let gap = || Piece::Parameter(String::from("x"));
        let mut pieces = alloc::vec![longer(own.0, others.0), gap()];
        for text in self.inside().chain(other.inside()) {
            pieces.extend([Piece::Literal(text.into()), gap()]);
        }
        pieces.push(longer(own.1, others.1));
        pieces.retain(|piece| !matches!(piece, Piece::Literal(text) if text.is_empty()));
        Self::new(pieces)
    }

    /// Returns the literals at its start and at its end, empty where a parameter is there.
    fn ends(&self) -> (&str, &str) {
        (text_of(self.pieces.first()), text_of(self.pieces.last()))
    }

    /// Returns the literals between two parameters.
    fn inside(&self) -> impl Iterator<Item = &str> {
        let last = self.pieces.len().saturating_sub(1);
        let inside = self.pieces.iter().take(last).skip(1);
        inside.filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::Parameter(_) => None,
        })
    }
}

impl fmt::Display for SegmentParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => f.write_str(text)?,
                Piece::Parameter(name) => write!(f, "{{{name}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(feature = "encode")]
fn text_of(piece: Option<&Piece>) -> &str {
    match piece {
        Some(Piece::Literal(text)) => text,
        Some(Piece::Parameter(_)) | None => "",
    }
}

/// How a segment is held against the pieces.
#[derive(Clone, Copy)]
struct Way {
    same: fn(&[u8], &[u8]) -> bool,
    /// Fewest bytes of a parameter.
    parameter_min: usize,
}

const EXACT: Way = Way {
    same: equal,
    parameter_min: 1,
};
/// By servers that ignore case.
const FOLDED: Way = Way {
    same: folded,
    parameter_min: 1,
};
/// By servers that let parameters be empty too.
const LOOSE: Way = Way {
    same: folded,
    parameter_min: 0,
};

fn equal(a: &[u8], b: &[u8]) -> bool {
    a == b
}

fn folded(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}

fn has(segment: &[u8], start: usize, text: &[u8], same: fn(&[u8], &[u8]) -> bool) -> bool {
    let end = start.saturating_add(text.len());
    segment
        .get(start..end)
        .is_some_and(|found| same(found, text))
}

/// Most parameters of one segment.
pub(super) const PARAMETERS_MAX: usize = 4;
/// Stands for a parameter where only literals count: no literal contains it.
const GAP: u8 = b'{';
