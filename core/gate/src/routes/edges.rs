//! From a node and a segment to the node below: one hash table for the whole tree.

use alloc::{boxed::Box, vec, vec::Vec};

use super::fold::{STARTS_SUFFIX, cuts};
use crate::path::{Segment, trimmed};

/// Literal edges by (node, segment): found in a time that does not grow with their number.
///
/// Open addressing with linear probing, half full at most. The hash has no secret: only
/// a signed bundle inserts, so a request cannot choose what collides.
#[derive(Debug, Clone)]
pub(super) struct Edges {
    slots: Vec<u32>,
    edges: Vec<Edge>,
}

#[derive(Debug, Clone)]
struct Edge {
    from: u32,
    to: u32,
    literal: Box<[u8]>,
}

impl Edges {
    pub(super) fn new() -> Self {
        Self {
            slots: vec![FREE; 8],
            edges: Vec::new(),
        }
    }

    /// Returns the node below the literal that is exactly this text.
    pub(super) fn exact(&self, from: u32, text: &[u8]) -> Option<u32> {
        self.folded(from, hash_of(from, trimmed(text)), trimmed(text))
            .find_map(|(to, literal)| (*literal == *text).then_some(to))
    }

    /// Returns the nodes below every literal that the segment is, or that servers may take it
    /// for: case is ignored, and what its ends have that is dropped or not seen; and whether each
    /// is exactly this segment.
    pub(super) fn alike<'a>(
        &'a self,
        from: u32,
        segment: &'a Segment<'_>,
    ) -> impl Iterator<Item = (u32, bool)> + 'a {
        let seen = trimmed(segment.seen());
        self.folded(from, hash_of(from, seen), seen)
            .map(|(to, literal)| (to, *literal == *segment.decoded()))
    }

    /// Returns the nodes below every literal that the segment may be taken for if it ended before
    /// a `.`, `~`, `:` or `;`.
    ///
    /// Linear in the segment: one hash is carried through it. No node is returned twice.
    pub(super) fn suffixed<'a>(
        &'a self,
        from: u32,
        segment: &'a Segment<'_>,
    ) -> impl Iterator<Item = u32> + 'a {
        // Most segments have nothing that could be cut off.
        let whole = trimmed(segment.seen());
        let has_suffix = whole.iter().any(|byte| STARTS_SUFFIX.contains(byte));
        let whole = if has_suffix { whole } else { &[] };
        let (mut hash, mut hashed) = (hash_start(from), 0);
        cuts(whole).flat_map(move |length| {
            let prefix = whole.get(..length).unwrap_or_default();
            let added = prefix.get(hashed..).unwrap_or_default();
            hash = added.iter().fold(hash, |hash, byte| hash_with(hash, *byte));
            hashed = length;
            self.folded(from, hash, prefix).map(|(to, _)| to)
        })
    }

    /// Returns every edge whose literal is this text but for case, and what is dropped at its end.
    fn folded<'a>(
        &'a self,
        from: u32,
        hash: u32,
        text: &'a [u8],
    ) -> impl Iterator<Item = (u32, &'a [u8])> + 'a {
        let mut at = self.home(hash);
        // Half of the slots are free, so a run of taken ones ends.
        let run = core::iter::from_fn(move || {
            let edge = self.edge_at(at)?;
            at = self.after(at);
            Some(edge)
        });
        run.take(self.edges.len())
            .filter(move |edge| {
                edge.from == from && trimmed(&edge.literal).eq_ignore_ascii_case(text)
            })
            .map(|edge| (edge.to, &*edge.literal))
    }

    pub(super) fn insert(&mut self, from: u32, literal: &[u8], to: u32) {
        self.edges.push(Edge {
            from,
            to,
            literal: literal.into(),
        });
        if self.edges.len().saturating_mul(2) > self.slots.len() {
            self.slots = vec![FREE; self.slots.len().saturating_mul(2)];
            for index in 0..self.edges.len() {
                self.place(index);
            }
        } else {
            self.place(self.edges.len().saturating_sub(1));
        }
    }

    fn place(&mut self, index: usize) {
        let Some(edge) = self.edges.get(index) else {
            return;
        };
        let mut at = self.home(hash_of(edge.from, trimmed(&edge.literal)));
        for _ in 0..self.slots.len() {
            let next = self.after(at);
            if let Some(slot) = self.slots.get_mut(at)
                && *slot == FREE
            {
                *slot = u32::try_from(index).unwrap_or(FREE);
                return;
            }
            at = next;
        }
    }

    fn edge_at(&self, at: usize) -> Option<&Edge> {
        let index = usize::try_from(*self.slots.get(at)?).ok()?;
        self.edges.get(index)
    }

    // INVARIANT (power of two): the slots are a power of two, so a mask keeps within them.
    fn home(&self, hash: u32) -> usize {
        let mixed = hash ^ (hash >> 15_u32);
        usize::try_from(mixed).unwrap_or(0) & self.slots.len().saturating_sub(1)
    }

    const fn after(&self, at: usize) -> usize {
        at.wrapping_add(1) & self.slots.len().saturating_sub(1)
    }
}

const fn hash_start(from: u32) -> u32 {
    OFFSET ^ from
}

const fn hash_with(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from_le_bytes([byte.to_ascii_lowercase(), 0, 0, 0])).wrapping_mul(PRIME)
}

fn hash_of(from: u32, folded: &[u8]) -> u32 {
    let bytes = folded.iter();
    bytes.fold(hash_start(from), |hash, byte| hash_with(hash, *byte))
}

const FREE: u32 = u32::MAX;
// Fowler, Noll and Vo's constants (FNV-1a, 32 bits).
const OFFSET: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;
