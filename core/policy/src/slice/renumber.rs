//! Numbers in the whole bundle and the numbers in a slice that they become.

use std::collections::BTreeSet;

/// What is kept of a list: the positions in the whole, ascending.
///
/// A thing's number in the slice is the position of its old number here, so that the
/// order of the whole stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept(Vec<u16>);

impl Kept {
    /// Returns the number in the slice of what had a number in the whole.
    pub(super) fn number(&self, old: u16) -> Option<u16> {
        let position = self.0.binary_search(&old).ok()?;
        u16::try_from(position).ok()
    }

    /// Returns the numbers in the whole, ascending.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u16> {
        self.0.iter().copied()
    }

    /// Returns whether it is kept.
    pub(super) fn contains(&self, old: u16) -> bool {
        self.0.binary_search(&old).is_ok()
    }

    /// Returns what is kept of all things of a list, with their numbers in the whole.
    pub(super) fn of<T>(&self, all: impl Iterator<Item = T>) -> impl Iterator<Item = (u16, T)> {
        (0_u16..)
            .zip(all)
            .filter(|(number, _)| self.contains(*number))
    }
}

impl From<BTreeSet<u16>> for Kept {
    fn from(numbers: BTreeSet<u16>) -> Self {
        Self(numbers.into_iter().collect())
    }
}
