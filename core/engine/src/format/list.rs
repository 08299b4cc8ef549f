//! A list kept as the bytes of its items, one after another.

use core::{fmt, marker::PhantomData};

use serde::{Serialize, Serializer};

use super::{Wire, read_whole};
use crate::cursor::Cursor;

/// Items of type `T`, each postcard-encoded, in one run of bytes.
///
/// On the wire it is a byte string; reading an item borrows from it.
pub struct List<'a, T> {
    bytes: &'a [u8],
    items: PhantomData<fn() -> T>,
}

impl<'a, T> List<'a, T> {
    /// Takes the postcard encodings of items, one after another.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            items: PhantomData,
        }
    }

    /// Returns the bytes of all items.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

impl<'a, T: Wire<'a>> List<'a, T> {
    /// Returns an iterator over the items; it ends early at one that cannot be read.
    #[must_use]
    pub const fn iter(&self) -> ListItems<'a, T> {
        ListItems {
            rest: self.bytes,
            items: PhantomData,
        }
    }
}

impl<T> Clone for List<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<'_, T> {}

/// No items.
impl<T> Default for List<'_, T> {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl<T> PartialEq for List<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<T> Eq for List<'_, T> {}

impl<T> fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List({} bytes)", self.bytes.len())
    }
}

impl<T> Serialize for List<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.bytes)
    }
}

impl<'a, T> Wire<'a> for List<'a, T> {
    fn read(cursor: &mut Cursor<'a>) -> Self {
        Self::new(Wire::read(cursor))
    }
}

/// Yields the items of a list.
pub struct ListItems<'a, T> {
    rest: &'a [u8],
    items: PhantomData<fn() -> T>,
}

impl<T> Clone for ListItems<'_, T> {
    fn clone(&self) -> Self {
        Self {
            rest: self.rest,
            items: PhantomData,
        }
    }
}

impl<'a, T> ListItems<'a, T> {
    /// Returns the bytes not read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a, T: Wire<'a>> Iterator for ListItems<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.rest.is_empty() {
            return None;
        }
        let mut cursor = Cursor::new(self.rest);
        let item = read_whole(&mut cursor)?;
        self.rest = cursor.rest();
        Some(item)
    }
}

impl<T> fmt::Debug for ListItems<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ListItems({} bytes left)", self.rest.len())
    }
}
