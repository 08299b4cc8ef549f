//! A position in a list, of which an `Option` takes no more room.

use core::num::NonZeroU32;

use crate::grants::size;

/// A position in a list, counted from one, so that zero is free for `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position(NonZeroU32);

impl Position {
    /// Returns where the last item of a list is; nothing where the list is empty.
    pub(crate) fn of_last<T>(list: &[T]) -> Option<Self> {
        let len = u32::try_from(list.len()).unwrap_or(u32::MAX);
        NonZeroU32::new(len).map(Self)
    }

    /// Returns the item of a list at the position.
    #[inline]
    pub(crate) fn item<T>(self, list: &[T]) -> Option<&T> {
        list.get(size(self.0.get()).checked_sub(1)?)
    }

    /// Returns the position counted from zero.
    pub(crate) fn index(self) -> usize {
        size(self.0.get()).saturating_sub(1)
    }

    /// Returns the position as a number that is never 0.
    pub(crate) const fn number(self) -> u32 {
        self.0.get()
    }
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn the_last_item_is_found_until_the_list_is_shorter() {
        assert_eq!(Position::of_last::<u8>(&[]), None);
        let last = Position::of_last(b"abc").unwrap();
        assert_eq!(last.item(b"abc"), Some(&b'c'));
        assert_eq!(last.item(b"ab"), None);
        assert_eq!(size_of::<Option<Position>>(), 4);
    }
}
