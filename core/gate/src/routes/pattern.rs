//! What a path must look like.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use portcullis_engine::grammar::is_name;

use super::parts::{PARAMETERS_MAX, Piece, SegmentParts};
use crate::{limits::PATTERN_SEGMENTS_MAX, path::PLAIN};

/// A path as a route writes it: `/v1/conversations/{id}`, `/jobs/{id}:cancel`,
/// `/files/{path...}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    segments: Vec<PatternSegment>,
}

/// One segment of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternSegment {
    /// Exactly this text.
    Literal(String),
    /// Literals and parameters in turn.
    Parts(SegmentParts),
    /// Any one segment, by this name.
    Parameter(String),
    /// One or more segments up to the end, by this name.
    Rest(String),
}

impl PathPattern {
    /// Reads a pattern: literals of plain characters, `{name}` for one segment or, next to
    /// literals, a part of it, and as the last `{name...}` for one or more.
    ///
    /// # Errors
    ///
    /// Returns the first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        let inner = text.strip_prefix('/').ok_or(InvalidPath::Start)?;
        let mut segments: Vec<PatternSegment> = Vec::new();
        if inner.is_empty() {
            return Ok(Self { segments });
        }
        for part in inner.split('/') {
            if let Some(PatternSegment::Rest(_)) = segments.last() {
                return Err(InvalidPath::RestNotLast);
            }
            let segment = parse_segment(part)?;
            segments.push(segment);
        }
        if segments.len() > PATTERN_SEGMENTS_MAX {
            return Err(InvalidPath::TooLong);
        }
        let own = Self { segments };
        if own.repeats_name() {
            return Err(InvalidPath::RepeatedName);
        }
        Ok(own)
    }

    /// Returns the segments, in order.
    #[must_use]
    pub fn segments(&self) -> &[PatternSegment] {
        &self.segments
    }

    /// Returns where the parameter of that name is: its segment, and if it is not the whole of
    /// it, its number among the parameters there.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<(usize, Option<usize>)> {
        let mut segments = self.segments.iter().enumerate();
        segments.find_map(|(at, segment)| {
            let number = segment.names().position(|own| own == name)?;
            Some((at, segment.name().is_none().then_some(number)))
        })
    }

    /// Returns the names of the parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flat_map(PatternSegment::names)
    }

    // Quadratic: a path has few parameters.
    fn repeats_name(&self) -> bool {
        let mut names = self.parameters().enumerate();
        names.any(|(at, name)| self.parameters().take(at).any(|known| known == name))
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.segments.is_empty() {
            return f.write_str("/");
        }
        for segment in &self.segments {
            match segment {
                PatternSegment::Literal(text) => write!(f, "/{text}")?,
                PatternSegment::Parts(parts) => write!(f, "/{parts}")?,
                PatternSegment::Parameter(name) => write!(f, "/{{{name}}}")?,
                PatternSegment::Rest(name) => write!(f, "/{{{name}...}}")?,
            }
        }
        Ok(())
    }
}

impl PatternSegment {
    /// Returns the name of a parameter that is the whole segment, or the rest.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Literal(_) | Self::Parts(_) => None,
            Self::Parameter(name) | Self::Rest(name) => Some(name),
        }
    }

    /// Returns the parts, where it has several.
    #[must_use]
    pub const fn parts(&self) -> Option<&SegmentParts> {
        match self {
            Self::Parts(parts) => Some(parts),
            Self::Literal(_) | Self::Parameter(_) | Self::Rest(_) => None,
        }
    }

    /// Returns the names of its parameters, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let parts = self.parts().into_iter();
        self.name()
            .into_iter()
            .chain(parts.flat_map(SegmentParts::names))
    }
}

fn parse_segment(part: &str) -> Result<PatternSegment, InvalidPath> {
    let rest = part
        .strip_prefix('{')
        .and_then(|part| part.strip_suffix("...}"));
    if let Some(name) = rest.filter(|name| is_name(name)) {
        return Ok(PatternSegment::Rest(name.to_owned()));
    }
    match part {
        "" => return Err(InvalidPath::EmptySegment),
        "." | ".." => return Err(InvalidPath::DotSegment),
        // One that ends in a dot would be taken for another by servers that drop it.
        _ if part.ends_with('.') => return Err(InvalidPath::Character),
        _ => {}
    }
    let pieces = parse_pieces(part)?;
    Ok(match pieces.as_slice() {
        [Piece::Literal(text)] => PatternSegment::Literal(text.clone()),
        [Piece::Parameter(name)] => PatternSegment::Parameter(name.clone()),
        _ => PatternSegment::Parts(SegmentParts::new(pieces)),
    })
}

fn parse_pieces(part: &str) -> Result<Vec<Piece>, InvalidPath> {
    let mut pieces = Vec::new();
    let (mut left, mut parameters) = (part, 0_usize);
    while !left.is_empty() {
        if let Some(inside) = left.strip_prefix('{') {
            let (name, after) = inside.split_once('}').ok_or(InvalidPath::Parameter)?;
            if !is_name(name) {
                return Err(InvalidPath::Parameter);
            }
            if let Some(Piece::Parameter(_)) = pieces.last() {
                return Err(InvalidPath::Adjacent);
            }
            parameters = parameters.saturating_add(1);
            pieces.push(Piece::Parameter(name.to_owned()));
            left = after;
        } else {
            let end = left.find('{').unwrap_or(left.len());
            let (text, after) = left.split_at_checked(end).unwrap_or((left, ""));
            if !PLAIN.has_all(text.as_bytes()) {
                return Err(InvalidPath::Character);
            }
            pieces.push(Piece::Literal(text.to_owned()));
            left = after;
        }
    }
    if parameters > PARAMETERS_MAX {
        return Err(InvalidPath::TooManyParameters);
    }
    Ok(pieces)
}

/// What is wrong with a path of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidPath {
    /// It does not start with `/`.
    Start,
    /// It has two `/` in a row, or ends with one.
    EmptySegment,
    /// It has a segment `.` or `..`.
    DotSegment,
    /// It has a character that a literal may not contain.
    Character,
    /// A parameter is not `{name}`, nor `{name...}` as the last segment.
    Parameter,
    /// Two parameters of a segment have nothing between them.
    Adjacent,
    /// A segment has too many parameters.
    TooManyParameters,
    /// A `{name...}` is not the last segment.
    RestNotLast,
    /// Two parameters have one name.
    RepeatedName,
    /// It has too many segments.
    TooLong,
}

impl InvalidPath {
    /// Returns what is wrong, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Start => "a path starts with `/`",
            Self::EmptySegment => "a path has no empty segment, and does not end with `/`",
            Self::DotSegment => "a path has no segment `.` or `..`",
            Self::Character => {
                "a literal is plain characters, none of `/ ; % { }`, and a segment does not end with a dot"
            }
            Self::Parameter => {
                "a parameter is `{name}`, or as the whole of the last segment `{name...}`"
            }
            Self::Adjacent => "two parameters of one segment have a literal between them",
            Self::TooManyParameters => "a segment has at most 4 parameters",
            Self::RestNotLast => "a parameter for the rest is the last segment",
            Self::RepeatedName => "two parameters have one name",
            Self::TooLong => "a path has at most 64 segments",
        }
    }
}

impl fmt::Display for InvalidPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for InvalidPath {}
