//! What a path must look like.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use crate::{limits::PATTERN_SEGMENTS_MAX, path::PLAIN};

/// A path as a route writes it: `/v1/conversations/{id}`, `/files/{path...}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    segments: Vec<PatternSegment>,
}

/// One segment of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternSegment {
    /// Exactly this text.
    Literal(String),
    /// Any one segment, by this name.
    Parameter(String),
    /// One or more segments up to the end, by this name.
    Rest(String),
}

impl PathPattern {
    /// Reads a pattern: literals of plain characters, `{name}` for one segment, and as
    /// the last `{name...}` for one or more.
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
            if let Some(name) = segment.name()
                && segments.iter().any(|known| known.name() == Some(name))
            {
                return Err(InvalidPath::RepeatedName);
            }
            segments.push(segment);
        }
        if segments.len() > PATTERN_SEGMENTS_MAX {
            return Err(InvalidPath::TooLong);
        }
        Ok(Self { segments })
    }

    /// Returns the segments, in order.
    #[must_use]
    pub fn segments(&self) -> &[PatternSegment] {
        &self.segments
    }

    /// Returns the segment in which the parameter of that name is.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<usize> {
        self.segments
            .iter()
            .position(|segment| segment.name() == Some(name))
    }

    /// Returns the names of the parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(PatternSegment::name)
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
                PatternSegment::Parameter(name) => write!(f, "/{{{name}}}")?,
                PatternSegment::Rest(name) => write!(f, "/{{{name}...}}")?,
            }
        }
        Ok(())
    }
}

impl PatternSegment {
    /// Returns a parameter's name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::Parameter(name) | Self::Rest(name) => Some(name),
        }
    }
}

fn parse_segment(part: &str) -> Result<PatternSegment, InvalidPath> {
    if let Some(inside) = part.strip_prefix('{') {
        let inside = inside.strip_suffix('}').ok_or(InvalidPath::Parameter)?;
        let (name, rest) = match inside.strip_suffix("...") {
            Some(name) => (name, true),
            None => (inside, false),
        };
        if !portcullis_engine::grammar::is_name(name) {
            return Err(InvalidPath::Parameter);
        }
        let name = name.to_owned();
        return Ok(if rest {
            PatternSegment::Rest(name)
        } else {
            PatternSegment::Parameter(name)
        });
    }
    match part {
        "" => Err(InvalidPath::EmptySegment),
        "." | ".." => Err(InvalidPath::DotSegment),
        // One that ends in a dot would be taken for another by servers that drop it.
        _ if PLAIN.has_all(part.as_bytes()) && !part.ends_with('.') => {
            Ok(PatternSegment::Literal(part.to_owned()))
        }
        _ => Err(InvalidPath::Character),
    }
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
    /// A parameter is not `{name}` or `{name...}`.
    Parameter,
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
                "a literal segment is plain characters, none of `/ ; % { }`, and does not end with a dot"
            }
            Self::Parameter => "a parameter is a whole segment, `{name}` or `{name...}`",
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
