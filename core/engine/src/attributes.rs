//! Named sets of values, wherever the values are kept.

use crate::{
    bytes::equal_bytes,
    cursor::Cursor,
    ids::AttributeId,
    invalid::InvalidRequest,
    limits::{ATTRIBUTES_MAX, LimitExceeded, REQUEST_VALUES_MAX},
    set::{Repr as SetRepr, Set},
};

/// The attributes of a subject, action, context or resource.
///
/// What the catalog does not declare is never looked at.
#[derive(Debug, Clone, Copy)]
pub struct Attributes<'a>(Repr<'a>);

#[derive(Debug, Clone, Copy)]
enum Repr<'a> {
    Named(&'a [(&'a str, Set<'a>)]),
    Numbered(&'a [(AttributeId, Set<'a>)]),
    /// Name, then the byte length of a run of strings, then the run.
    PackedNamed(&'a [u8]),
    /// Nothing is known, not even what is given.
    Unknown,
}

impl<'a> Attributes<'a> {
    /// No attribute is given.
    pub const NONE: Self = Self(Repr::Named(&[]));

    /// Whatever may be given: for what is shown before anything is asked.
    pub(crate) const UNKNOWN: Self = Self(Repr::Unknown);

    /// Returns what an attribute of an action or context is that is not given: the empty set, or
    /// nothing where it is not known what is given.
    #[inline]
    pub(crate) const fn absent(&self) -> Option<Set<'a>> {
        match self.0 {
            Repr::Unknown => None,
            _ => Some(Set::EMPTY),
        }
    }

    /// Takes sets by the names that the catalog declares.
    ///
    /// # Errors
    ///
    /// Refuses more than [`ATTRIBUTES_MAX`] attributes, more than
    /// [`REQUEST_VALUES_MAX`] values in all, and a name given twice.
    pub fn named(sets: &'a [(&'a str, Set<'a>)]) -> Result<Self, InvalidRequest> {
        check(sets, |a, b| a == b)?;
        Ok(Self(Repr::Named(sets)))
    }

    /// Takes sets by the numbers of declared attributes.
    ///
    /// # Errors
    ///
    /// As [`Attributes::named`].
    pub fn numbered(sets: &'a [(AttributeId, Set<'a>)]) -> Result<Self, InvalidRequest> {
        check(sets, |a, b| a == b)?;
        Ok(Self(Repr::Numbered(sets)))
    }

    pub(crate) const fn packed_named(bytes: &'a [u8]) -> Self {
        Self(Repr::PackedNamed(bytes))
    }

    /// Returns the set of a declared attribute, or nothing where it is not given.
    // Linear: a request has few attributes, and only those that an atom reads are looked up.
    #[inline]
    pub(crate) fn get<'n>(
        &self,
        number: u16,
        name: impl FnOnce() -> Option<&'n [u8]>,
    ) -> Option<Set<'a>> {
        if let Repr::Numbered(sets) = self.0 {
            let found = sets.iter().find(|(own, _)| own.0 == number);
            return found.map(|(_, set)| *set);
        }
        self.called(name()?)
    }

    /// Says whether a declared attribute has a value; nothing where it is not given.
    #[inline]
    pub(crate) fn has<'n>(
        &self,
        number: u16,
        name: impl FnOnce() -> Option<&'n [u8]>,
        value: &[u8],
    ) -> Option<bool> {
        if let Repr::Numbered(sets) = self.0 {
            let (_, set) = sets.iter().find(|(own, _)| own.0 == number)?;
            return Some(set.contains(value));
        }
        self.called_has(name()?, value)
    }

    #[inline(never)]
    fn called_has(&self, name: &[u8], value: &[u8]) -> Option<bool> {
        self.called(name).map(|set| set.contains(value))
    }

    fn called(&self, name: &[u8]) -> Option<Set<'a>> {
        match self.0 {
            Repr::Named(sets) => {
                let found = sets
                    .iter()
                    .find(|(own, _)| equal_bytes(own.as_bytes(), name));
                found.map(|(_, set)| *set)
            }
            Repr::Numbered(_) | Repr::Unknown => None,
            Repr::PackedNamed(bytes) => {
                let mut cursor = Cursor::new(bytes);
                loop {
                    let own = cursor.run()?;
                    let set = cursor.run()?;
                    if equal_bytes(own, name) {
                        return Some(Set::packed(set));
                    }
                }
            }
        }
    }
}

fn check<K>(sets: &[(K, Set<'_>)], is_same: fn(&K, &K) -> bool) -> Result<(), InvalidRequest> {
    if sets.len() > ATTRIBUTES_MAX {
        return Err(InvalidRequest::Limit(LimitExceeded::Attributes));
    }
    let mut values = 0_usize;
    let mut rest = sets;
    while let Some(((name, set), after)) = rest.split_first() {
        if after.iter().any(|(other, _)| is_same(name, other)) {
            return Err(InvalidRequest::RepeatedAttribute);
        }
        values = values.saturating_add(match set.0 {
            SetRepr::One(_) => 1,
            SetRepr::Slice(values) => values.len(),
            SetRepr::Owned(values) => values.len(),
            SetRepr::Packed(_) => set.iter().count(),
        });
        rest = after;
    }
    if values > REQUEST_VALUES_MAX {
        return Err(InvalidRequest::Limit(LimitExceeded::RequestValues));
    }
    Ok(())
}
