//! Sets of small numbers.

use alloc::{vec, vec::Vec};
use core::slice;

use crate::grants::size;

/// A set of small numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    #[inline]
    pub(crate) fn get(&self, at: usize) -> bool {
        let (word, mask) = place(at);
        self.0.get(word).is_some_and(|bits| bits & mask != 0)
    }

    pub(crate) fn set(&mut self, at: usize) {
        let (word, mask) = place(at);
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= mask;
        }
    }

    /// Returns the numbers, ascending.
    pub(crate) fn ones(&self) -> Ones<'_> {
        Ones {
            words: self.0.iter(),
            bits: 0,
            base: 0,
        }
    }
}

/// Yields the numbers of a set, ascending.
#[derive(Debug, Clone)]
pub(crate) struct Ones<'b> {
    words: slice::Iter<'b, u64>,
    /// What is left of a word, and the number that its successor starts with.
    bits: u64,
    base: usize,
}

impl Iterator for Ones<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.bits = *self.words.next()?;
            self.base = self.base.saturating_add(64);
        }
        let lowest = size(self.bits.trailing_zeros());
        self.bits &= self.bits.wrapping_sub(1);
        Some(self.base.saturating_sub(64).saturating_add(lowest))
    }
}

#[inline]
const fn place(at: usize) -> (usize, u64) {
    let bit = at & 63;
    (at >> 6_u32, 1_u64.rotate_left(low_bits(bit)))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "below 64"
)]
const fn low_bits(bit: usize) -> u32 {
    (bit & 63) as u32
}
