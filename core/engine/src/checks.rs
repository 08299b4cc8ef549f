//! What was wrong with a payload, noted while it is read to its end.

use core::{cell::Cell, marker::PhantomData};

use crate::{
    cursor::Cursor,
    format::{List, Wire, read_whole},
    rejection::RejectedBundle,
};

/// Faults found so far.
///
/// Reading goes on after a fault, so that which one is named does not depend on
/// which comes first in the bytes; what was built is thrown away then.
#[derive(Debug)]
pub(crate) struct Checks {
    /// The bundle's format.
    format: u8,
    malformed: Cell<bool>,
    long: Cell<bool>,
    corrupt: Cell<bool>,
}

impl Checks {
    pub(crate) const fn new(format: u8) -> Self {
        Self {
            format,
            malformed: Cell::new(false),
            long: Cell::new(false),
            corrupt: Cell::new(false),
        }
    }

    /// Notes that the bundle holds what its format does not have, but a later one.
    pub(crate) fn known_since(&self, format: u8) {
        if self.format < format {
            self.malformed.set(true);
        }
    }

    /// Notes that the bundle contradicts itself unless `holds`.
    pub(crate) fn sound(&self, holds: bool) {
        if !holds {
            self.corrupt.set(true);
        }
    }

    /// Notes that an encoding was not the shortest unless `holds`.
    pub(crate) fn canonical(&self, holds: bool) {
        if !holds {
            self.long.set(true);
        }
    }

    /// Notes that a list does not ascend strictly, by what `key` was last time.
    pub(crate) fn ascends<K: PartialOrd>(&self, before: &mut Option<K>, key: K) {
        self.sound(before.as_ref().is_none_or(|last| *last < key));
        *before = Some(key);
    }

    /// Yields the items of a list and notes what is wrong with their encoding.
    pub(crate) const fn items<'c, 'a, T>(&'c self, list: List<'a, T>) -> Items<'c, 'a, T> {
        Items {
            checks: self,
            cursor: Cursor::new(list.bytes()),
            items: PhantomData,
        }
    }

    /// Says whether all could be read, each part in its shortest form.
    pub(crate) fn readable(&self) -> Result<(), RejectedBundle> {
        if self.malformed.get() {
            return Err(RejectedBundle::MalformedPayload);
        }
        if self.long.get() {
            return Err(RejectedBundle::NotCanonical);
        }
        Ok(())
    }

    /// Says whether nothing points outside, is out of order or breaks a limit.
    pub(crate) fn consistent(&self) -> Result<(), RejectedBundle> {
        if self.corrupt.get() {
            Err(RejectedBundle::Corrupt)
        } else {
            Ok(())
        }
    }
}

/// The items of a list.
pub(crate) struct Items<'c, 'a, T> {
    checks: &'c Checks,
    cursor: Cursor<'a>,
    items: PhantomData<fn() -> T>,
}

impl<'a, T> Items<'_, 'a, T> {
    /// Returns the bytes of the item that comes next, and of all after it.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.cursor.rest()
    }
}

impl<'a, T: Wire<'a>> Iterator for Items<'_, 'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.cursor.is_empty() {
            self.checks.canonical(self.cursor.is_canonical());
            return None;
        }
        let item = read_whole(&mut self.cursor);
        if item.is_none() {
            self.checks.malformed.set(true);
        }
        item
    }
}
