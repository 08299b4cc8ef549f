//! From names to ids.

use alloc::{vec, vec::Vec};

use crate::bytes::last_eight;

/// A table of ids, found by name.
///
/// It holds no names: the caller says whether an id has a name. Open addressing with
/// linear probing at four fifths full at most, so a look-up always meets a free slot.
/// The hash has no secret: only a signed bundle inserts, and a look-up is bounded.
#[derive(Debug, Clone, Default)]
pub(crate) struct NameIndex {
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// Other bits of the hash than those that chose the slot; saves most comparisons.
    tag: u16,
    id: u16,
}

impl NameIndex {
    pub(crate) fn with_capacity(count: usize) -> Self {
        let slots = count.saturating_add(count >> 2_u32).saturating_add(1);
        Self {
            slots: vec![Slot { tag: 0, id: FREE }; slots],
        }
    }

    /// Adds a number whose name no other has; says whether that holds.
    #[must_use]
    pub(crate) fn insert(&mut self, name: &[u8], id: u16, is: impl Fn(u16) -> bool) -> bool {
        let (mut at, tag) = self.place(name);
        for _ in 0..self.slots.len() {
            let Some(slot) = self.slots.get_mut(at) else {
                break;
            };
            if slot.id == FREE {
                *slot = Slot { tag, id };
                return true;
            }
            if slot.tag == tag && is(slot.id) {
                break;
            }
            at = self.after(at);
        }
        false
    }

    #[inline]
    pub(crate) fn find(&self, name: &[u8], is: impl Fn(u16) -> bool) -> Option<u16> {
        let (mut at, tag) = self.place(name);
        for _ in 0..self.slots.len() {
            let slot = self.slots.get(at)?;
            if slot.id == FREE {
                return None;
            }
            if slot.tag == tag && is(slot.id) {
                return Some(slot.id);
            }
            at = self.after(at);
        }
        None
    }

    #[inline]
    const fn after(&self, at: usize) -> usize {
        let next = at.wrapping_add(1);
        if next < self.slots.len() { next } else { 0 }
    }

    #[inline]
    fn place(&self, name: &[u8]) -> (usize, u16) {
        let hash = hash(name);
        let [a, b, c, d, e, f, ..] = hash.to_le_bytes();
        let high = u64::from(u32::from_le_bytes([a, b, c, d]));
        let count = u64::try_from(self.slots.len()).unwrap_or(0);
        // A multiplication in place of a division (Lemire, "Fast random shuffling").
        let at = usize::try_from(high.wrapping_mul(count) >> 32_u32).unwrap_or(0);
        (at, u16::from_le_bytes([e, f]))
    }
}

/// Mixes eight bytes at a time by multiplying and folding.
#[inline]
fn hash(name: &[u8]) -> u64 {
    let mut state = u64::try_from(name.len()).unwrap_or(0) ^ SEED;
    for word in name.as_chunks::<8>().0 {
        state = mix(state ^ u64::from_le_bytes(*word));
    }
    mix(state ^ last_eight(name))
}

#[inline]
const fn mix(state: u64) -> u64 {
    let product = state.wrapping_mul(ODD);
    product ^ product.rotate_right(32)
}

const FREE: u16 = u16::MAX;
const SEED: u64 = 0x243f_6a88_85a3_08d3;
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use super::NameIndex;

    #[test]
    fn every_name_is_found_and_no_other() {
        for count in [0_u16, 1, 2, 7, 132, 3_000] {
            let names: Vec<String> = (0..count)
                .map(|at| format!("module-{at}.sub:read"))
                .collect();
            let mut index = NameIndex::with_capacity(names.len());
            for (id, name) in (0..).zip(&names) {
                let is = |other: u16| names[usize::from(other)] == *name;
                assert!(index.insert(name.as_bytes(), id, is), "{name}");
                assert!(!index.insert(name.as_bytes(), id, is), "{name} twice");
            }
            for (id, name) in (0..).zip(&names) {
                let is = |other: u16| names[usize::from(other)] == *name;
                assert_eq!(index.find(name.as_bytes(), is), Some(id));
            }
            assert_eq!(index.find(b"module-1.sub:write", |_| false), None);
        }
    }
}
