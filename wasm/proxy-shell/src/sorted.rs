//! A map in a sorted list: a fraction of a tree's code, in a module that every worker compiles.

use alloc::vec::Vec;
use core::borrow::Borrow;

/// Values by their keys. What comes with the highest key, as the next request does, is added at the end.
#[derive(Debug)]
pub struct Sorted<K, V>(Vec<(K, V)>);

impl<K, V> Sorted<K, V> {
    /// Starts without any.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a value, in place of the one that the key has.
    pub fn insert(&mut self, key: K, value: V)
    where
        K: Ord,
    {
        match self.find(&key) {
            Ok(at) => {
                if let Some((_, own)) = self.0.get_mut(at) {
                    *own = value;
                }
            }
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    /// Returns the value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// Takes the value of a key away.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        Some(self.0.remove(at).1)
    }

    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.0.binary_search_by(|(own, _)| own.borrow().cmp(key))
    }
}

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Sorted;

    #[test]
    fn a_key_has_the_value_that_it_was_given_last() {
        let mut sorted = Sorted::new();
        for (key, value) in [(5, 'a'), (1, 'b'), (3, 'c'), (5, 'd')] {
            sorted.insert(key, value);
        }
        let values = [1, 2, 3, 5].map(|key| sorted.get(&key).copied());
        assert_eq!(values, [Some('b'), None, Some('c'), Some('d')]);
        assert_eq!((sorted.remove(&3), sorted.remove(&3)), (Some('c'), None));
        assert_eq!(sorted.get(&5), Some(&'d'));
    }
}
