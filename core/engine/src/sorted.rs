//! Lists that ascend without duplicates.

use alloc::vec::Vec;

/// Adds an item to a list that ascends without duplicates.
pub(crate) fn insert<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(at) = list.binary_search(&item) {
        list.insert(at, item);
    }
}
