//! The headers of a message, as the proxy handed them over.

use alloc::vec::Vec;
use core::ops::Range;

/// The headers of a message in order, pseudo headers included, duplicates one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    bytes: Vec<u8>,
    /// INVARIANT (inside): every range lies in `bytes`.
    fields: Vec<(Range<usize>, Range<usize>)>,
}

impl Headers {
    /// Finds names and values where a proxy wrote them; returns nothing if one of them is
    /// said to be where nothing is.
    #[must_use]
    pub fn within(bytes: Vec<u8>, fields: Vec<(Range<usize>, Range<usize>)>) -> Option<Self> {
        let inside = |range: &Range<usize>| bytes.get(range.clone()).is_some();
        fields
            .iter()
            .all(|(name, value)| inside(name) && inside(value))
            .then_some(Self { bytes, fields })
    }

    /// Returns every name and value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields.iter().filter_map(|(name, value)| {
            Some((
                self.bytes.get(name.clone())?,
                self.bytes.get(value.clone())?,
            ))
        })
    }

    /// Returns the one value of a name; nothing if there is none or more than one.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&[u8]> {
        let mut values = self.iter().filter(|(own, _)| *own == name.as_bytes());
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value)
    }
}

impl<'a> FromIterator<(&'a [u8], &'a [u8])> for Headers {
    /// Copies headers that the proxy only lends.
    fn from_iter<T: IntoIterator<Item = (&'a [u8], &'a [u8])>>(lent: T) -> Self {
        let mut headers = Self::default();
        for (name, value) in lent {
            let name_at = headers.bytes.len();
            headers.bytes.extend_from_slice(name);
            let value_at = headers.bytes.len();
            headers.bytes.extend_from_slice(value);
            let end = headers.bytes.len();
            headers.fields.push((name_at..value_at, value_at..end));
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn lent_headers_are_copied_in_order() {
        let lent: [(&[u8], &[u8]); 3] = [(b":path", b"/a"), (b"x", b""), (b":path", b"/b")];
        let headers: Headers = lent.into_iter().collect();
        assert_eq!(headers.iter().collect::<Vec<_>>(), lent);
        assert_eq!(headers.one("x"), Some(&b""[..]));
        assert_eq!(headers.one(":path"), None, "it is there twice");
        assert_eq!(headers.one("y"), None);
    }

    #[test]
    fn a_header_outside_what_was_handed_over_is_refused() {
        let within = |name, value| Headers::within(b"name".to_vec(), vec![(name, value)]);
        assert!(within(0..4, 4..4).is_some());
        assert_eq!(within(0..5, 0..0), None);
        assert_eq!(within(0..4, 4..5), None);
        #[expect(clippy::reversed_empty_ranges, reason = "the range is what is refused")]
        let reversed = within(3..2, 0..0);
        assert_eq!(reversed, None);
    }
}
