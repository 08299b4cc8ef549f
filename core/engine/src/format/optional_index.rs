//! An index that may be absent.

use serde::Serialize;

use super::Wire;
use crate::cursor::Cursor;

/// A position in a list, or nothing; on the wire a number, the largest of which means nothing.
///
/// No list is long enough for the largest to be a position in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OptionalIndex(u16);

impl OptionalIndex {
    /// No position.
    pub const NONE: Self = Self(u16::MAX);

    /// Returns the position, if there is one.
    #[must_use]
    #[inline]
    pub const fn get(self) -> Option<u16> {
        if self.0 == Self::NONE.0 {
            None
        } else {
            Some(self.0)
        }
    }
}

impl From<Option<u16>> for OptionalIndex {
    fn from(index: Option<u16>) -> Self {
        index.map_or(Self::NONE, Self)
    }
}

impl Wire<'_> for OptionalIndex {
    fn read(cursor: &mut Cursor<'_>) -> Self {
        Self(Wire::read(cursor))
    }
}
