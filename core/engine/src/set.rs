//! A set of strings, ascending, wherever it is kept.

use alloc::boxed::Box;
use core::cmp::Ordering;

use crate::{
    bytes::equal_bytes,
    cursor::Cursor,
    grammar::is_value,
    invalid::InvalidRequest,
    limits::{LimitExceeded, REQUEST_VALUES_MAX, VALUES_MAX},
};

/// A set of attribute values.
///
/// INVARIANT (sorted): ascending by bytes, no duplicates, every value within the
/// limits. So two sets are compared in one pass.
#[derive(Debug, Clone, Copy)]
pub struct Set<'a>(pub(crate) Repr<'a>);

#[derive(Debug, Clone, Copy)]
pub(crate) enum Repr<'a> {
    One(&'a str),
    Slice(&'a [&'a str]),
    Owned(&'a [Box<str>]),
    /// Length-prefixed strings, one after another.
    Packed(&'a [u8]),
}

impl<'a> Set<'a> {
    /// The empty set.
    pub const EMPTY: Self = Self(Repr::Slice(&[]));

    /// Takes values that are already ascending and distinct.
    ///
    /// # Errors
    ///
    /// Refuses unsorted or repeated values, a value outside the grammar, and more
    /// than [`VALUES_MAX`] of them.
    pub fn new(values: &'a [&'a str]) -> Result<Self, InvalidRequest> {
        if values.len() > VALUES_MAX {
            return Err(InvalidRequest::Limit(LimitExceeded::Values));
        }
        if !values.iter().all(|value| is_value(value)) {
            return Err(InvalidRequest::Value);
        }
        if !values.is_sorted_by(|a, b| a < b) {
            return Err(InvalidRequest::UnsortedSet);
        }
        Ok(Self(Repr::Slice(values)))
    }

    /// Takes one value; an empty one is the empty set.
    ///
    /// # Errors
    ///
    /// Refuses a value outside the grammar.
    pub fn one(value: &'a str) -> Result<Self, InvalidRequest> {
        if value.is_empty() {
            return Ok(Self::EMPTY);
        }
        if !is_value(value) {
            return Err(InvalidRequest::Value);
        }
        Ok(Self(Repr::One(value)))
    }

    /// Sorts the values in place, drops repeated ones and takes what is left.
    ///
    /// # Errors
    ///
    /// Refuses a value outside the grammar and more than [`VALUES_MAX`] of them.
    pub fn sort<'v: 'a>(values: &'a mut [&'v str]) -> Result<Self, InvalidRequest> {
        // Insertion into what is sorted and distinct: sets are small, and bounded.
        if values.len() > SORTABLE_MAX {
            return Err(InvalidRequest::Limit(LimitExceeded::Values));
        }
        let mut kept = 0_usize;
        for next in 0..values.len() {
            let (Some(sorted), Some(value)) = (values.get(..kept), values.get(next)) else {
                break;
            };
            let Err(at) = sorted.binary_search(value) else {
                continue;
            };
            values.swap(kept, next);
            kept = kept.saturating_add(1);
            if let Some(shifted) = values.get_mut(at..kept) {
                shifted.rotate_right(1);
            }
        }
        Self::new(values.get(..kept).unwrap_or_default())
    }

    /// Takes the id of a subject or resource: an empty one is the empty set.
    pub(crate) const fn of_id(id: &'a str) -> Self {
        if id.is_empty() {
            Self::EMPTY
        } else {
            Self(Repr::One(id))
        }
    }

    /// Takes strings that were checked when the bundle or the request was read.
    pub(crate) const fn packed(bytes: &'a [u8]) -> Self {
        Self(Repr::Packed(bytes))
    }

    pub(crate) const fn owned(values: &'a [Box<str>]) -> Self {
        Self(Repr::Owned(values))
    }

    pub(crate) const fn is_empty(self) -> bool {
        match self.0 {
            Repr::One(_) => false,
            Repr::Slice(values) => values.is_empty(),
            Repr::Owned(values) => values.is_empty(),
            Repr::Packed(bytes) => bytes.is_empty(),
        }
    }

    #[inline]
    pub(crate) fn contains(self, value: &[u8]) -> bool {
        if let Repr::Slice([one]) = self.0 {
            return equal_bytes(one.as_bytes(), value);
        }
        self.has(value)
    }

    #[inline(never)]
    fn has(self, value: &[u8]) -> bool {
        match self.0 {
            Repr::One(one) => equal_bytes(one.as_bytes(), value),
            Repr::Slice(values) => values.iter().any(|own| equal_bytes(own.as_bytes(), value)),
            Repr::Owned(values) => values.iter().any(|own| equal_bytes(own.as_bytes(), value)),
            Repr::Packed(bytes) => {
                let mut cursor = Cursor::new(bytes);
                while let Some(own) = cursor.run() {
                    if equal_bytes(own, value) {
                        return true;
                    }
                }
                false
            }
        }
    }

    /// Says whether the sets have a value in common.
    #[inline]
    pub(crate) fn meets(self, other: Self) -> bool {
        match (self.0, other.0) {
            (Repr::One(one), _) => other.contains(one.as_bytes()),
            (_, Repr::One(one)) => self.contains(one.as_bytes()),
            (Repr::Slice([one]), _) => other.contains(one.as_bytes()),
            (_, Repr::Slice([one])) => self.contains(one.as_bytes()),
            _ => self.meets_in_one_pass(other),
        }
    }

    fn meets_in_one_pass(self, other: Self) -> bool {
        let (mut left, mut right) = (self.iter(), other.iter());
        let (mut a, mut b) = (left.next(), right.next());
        while let (Some(x), Some(y)) = (a, b) {
            match x.cmp(y) {
                Ordering::Less => a = left.next(),
                Ordering::Greater => b = right.next(),
                Ordering::Equal => return true,
            }
        }
        false
    }

    /// Says whether every value is among those of `other`.
    pub(crate) fn is_within(self, other: Self) -> bool {
        let mut right = other.iter();
        self.iter()
            .all(|value| right.by_ref().find(|own| *own >= value) == Some(value))
    }

    pub(crate) const fn iter(self) -> Values<'a> {
        Values(self.0)
    }
}

/// Yields the values of a set in ascending order, as bytes.
#[derive(Debug, Clone)]
pub(crate) struct Values<'a>(Repr<'a>);

impl<'a> Iterator for Values<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        match &mut self.0 {
            Repr::One(one) => {
                let value = *one;
                self.0 = Repr::Slice(&[]);
                Some(value.as_bytes())
            }
            Repr::Slice(values) => {
                let (first, rest) = values.split_first()?;
                *values = rest;
                Some(first.as_bytes())
            }
            Repr::Owned(values) => {
                let (first, rest) = values.split_first()?;
                *values = rest;
                Some(first.as_bytes())
            }
            Repr::Packed(bytes) => {
                let mut cursor = Cursor::new(bytes);
                let value = cursor.run()?;
                *bytes = cursor.rest();
                Some(value)
            }
        }
    }
}

/// Most values that are sorted, repeated ones included.
const SORTABLE_MAX: usize = REQUEST_VALUES_MAX;

/// Yields the values of three sets, ascending and once each.
#[derive(Debug, Clone)]
pub(crate) struct Union<'a>([Values<'a>; 3]);

impl<'a> Union<'a> {
    pub(crate) const fn new([a, b, c]: [Set<'a>; 3]) -> Self {
        Self([a.iter(), b.iter(), c.iter()])
    }
}

impl<'a> Iterator for Union<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let least = self
            .0
            .iter()
            .filter_map(|values| values.clone().next())
            .min()?;
        for values in &mut self.0 {
            if values.clone().next() == Some(least) {
                values.next();
            }
        }
        Some(least)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{boxed::Box, vec, vec::Vec};

    use super::Set;
    use crate::invalid::InvalidRequest;

    #[test]
    fn every_representation_answers_alike() {
        let cases: [(&[&str], &[&str], bool, bool); 6] = [
            (&["a"], &["a"], true, true),
            (&["a", "c"], &["b", "c"], true, false),
            (&["a", "c"], &["a", "b", "c"], true, true),
            (&["a"], &["b", "c", "d"], false, false),
            (&[], &["a"], false, true),
            (&["a", "b"], &[], false, false),
        ];
        for (left, right, meets, within) in cases {
            for a in forms(left) {
                for b in forms(right) {
                    assert_eq!(a.set().meets(b.set()), meets, "{left:?} meets {right:?}");
                    assert_eq!(a.set().is_within(b.set()), within, "{left:?} in {right:?}");
                }
            }
        }
    }

    #[test]
    fn values_are_checked() {
        assert_eq!(
            Set::new(&["b", "a"]).err(),
            Some(InvalidRequest::UnsortedSet)
        );
        assert_eq!(
            Set::new(&["a", "a"]).err(),
            Some(InvalidRequest::UnsortedSet)
        );
        assert_eq!(Set::new(&[""]).err(), Some(InvalidRequest::Value));
        assert_eq!(Set::new(&["a\u{85}"]).err(), Some(InvalidRequest::Value));
        let mut unsorted = ["b", "a", "b"];
        let set = Set::sort(&mut unsorted).unwrap();
        assert_eq!(set.iter().collect::<Vec<_>>(), [b"a", b"b"]);
    }

    enum Form {
        Slice(Vec<&'static str>),
        Owned(Vec<Box<str>>),
        Packed(Vec<u8>),
    }

    impl Form {
        fn set(&self) -> Set<'_> {
            match self {
                Self::Slice(values) => Set::new(values).unwrap(),
                Self::Owned(values) => Set::owned(values),
                Self::Packed(bytes) => Set::packed(bytes),
            }
        }
    }

    fn forms(values: &[&'static str]) -> Vec<Form> {
        let mut packed = Vec::new();
        for value in values {
            packed.push(u8::try_from(value.len()).unwrap());
            packed.extend_from_slice(value.as_bytes());
        }
        vec![
            Form::Slice(values.to_vec()),
            Form::Owned(values.iter().map(|value| Box::from(*value)).collect()),
            Form::Packed(packed),
        ]
    }
}
