//! The routes that match one request, and which of them wins.

use alloc::vec::Vec;

use super::route::Route;
use crate::path::{Ambiguities, Ambiguity};

/// A route that matches, and how narrowly.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) route: usize,
    /// How wide its host is, the narrowest first.
    pub(super) host: u8,
    /// How wide its method is: the request's own, GET for HEAD, any.
    pub(super) method: u8,
    /// A bit for every segment that it does not spell out.
    pub(super) loose: u64,
    /// A bit for every segment of which a parameter takes the whole.
    pub(super) whole: u64,
    /// A bit for every segment that a `{name...}` takes.
    pub(super) rest: u64,
    /// Whether a parameter of it could also be another part of its segment.
    pub(super) several: bool,
    /// Whether it matches only for servers that ignore case, what segments have at their ends, or
    /// that parameters are empty.
    pub(super) folded: bool,
    /// A bit for every segment of which it matches only what stands before a suffix.
    pub(super) suffixed: u64,
}

/// What was found of a request.
#[derive(Debug)]
pub(super) struct Search<'r> {
    routes: &'r [Route],
    /// The first in order of host, path and method: no other is more specific.
    pub(super) first: Option<Candidate>,
    /// Others that the first is not at least as specific as; mostly there is none.
    crossing: Vec<Candidate>,
    /// Those that only some servers take.
    alike: Vec<Candidate>,
    /// Those that the first is within, where it has parts of a segment: servers that do not take
    /// it for that may take them.
    wider: Vec<Candidate>,
}

impl Candidate {
    /// Returns a bit for every segment of which it spells out parts.
    pub(super) const fn parts(&self) -> u64 {
        self.loose & !self.whole
    }

    /// Returns whether this one matches nothing that the other does not, in host, method and path.
    fn is_within(&self, other: &Self, routes: &[Route]) -> bool {
        self.host <= other.host
            && self.method <= other.method
            && self.loose & !other.loose == 0
            && self.whole & !other.whole == 0
            && self.rest & !other.rest == 0
            && self.parts_within(other, routes)
    }

    /// Returns whether no segment of which both spell out parts has more ways in this one.
    fn parts_within(&self, other: &Self, routes: &[Route]) -> bool {
        let both = self.parts() & other.parts();
        let parts = |own: &Self, at: u32| {
            let at = usize::try_from(at).ok()?;
            routes.get(own.route)?.path.segments().get(at)?.parts()
        };
        each_bit(both).all(|at| match (parts(self, at), parts(other, at)) {
            (Some(own), Some(other)) => own.is_within(other),
            _ => false,
        })
    }
}

impl<'r> Search<'r> {
    pub(super) const fn new(routes: &'r [Route]) -> Self {
        Self {
            routes,
            first: None,
            crossing: Vec::new(),
            alike: Vec::new(),
            wider: Vec::new(),
        }
    }

    /// Notes a route that matches; the walk goes from the narrowest to the widest.
    pub(super) fn add(&mut self, candidate: Candidate) {
        if candidate.folded || candidate.suffixed != 0 {
            self.alike.push(candidate);
            return;
        }
        match &self.first {
            None => self.first = Some(candidate),
            Some(first) if first.is_within(&candidate, self.routes) => {
                if first.parts() != 0 {
                    self.wider.push(candidate);
                }
            }
            Some(_) => self.crossing.push(candidate),
        }
    }

    /// Returns a route that crosses the first and answers otherwise, unless a third one that is
    /// within both settles it.
    pub(super) fn rival(&self, differs: impl Fn(usize) -> bool) -> Option<usize> {
        let mut all = self.crossing.iter();
        let rival = all.find(|one| {
            let is_beaten =
                |other: &Candidate| other.route != one.route && other.is_within(one, self.routes);
            differs(one.route) && !self.crossing.iter().any(is_beaten)
        })?;
        Some(rival.route)
    }

    /// Returns in which ways servers would take a route that answers otherwise: by folding, by
    /// cutting a suffix off. `is_written` says whether the first writes out what is cut off.
    pub(super) fn lookalikes(
        &self,
        differs: impl Fn(usize) -> bool,
        is_written: impl Fn(&Candidate, &Candidate) -> bool,
    ) -> Ambiguities {
        let is_likely = |one: &Candidate| {
            // What no server takes as it stands is taken for whatever it looks like.
            let Some(first) = &self.first else {
                return true;
            };
            // A route that writes the suffix out says what it is.
            let is_written = one.suffixed != 0 && is_written(first, one);
            !is_written && (!first.is_within(one, self.routes) || one.is_within(first, self.routes))
        };
        let likely = self.alike.iter().filter(|one| is_likely(one));
        let other = likely.filter(|one| differs(one.route));
        let ways = other.map(|one| match one.suffixed {
            0 => Ambiguity::Lookalike,
            _ => Ambiguity::LookalikeSuffix,
        });
        ways.collect()
    }

    /// Returns every other route that matches as the request stands.
    pub(super) fn others(&self) -> impl Iterator<Item = &Candidate> {
        self.wider.iter().chain(&self.crossing)
    }
}

/// Returns the number of each bit that is set.
pub(super) fn each_bit(bits: u64) -> impl Iterator<Item = u32> {
    (0..u64::BITS).filter(move |at| bits & segment_bit(*at) != 0)
}

/// The bit of one segment.
pub(super) fn segment_bit(depth: u32) -> u64 {
    1_u64.checked_shl(depth).unwrap_or(0)
}

/// The bits of a segment and all after it.
pub(super) fn bits_from(depth: u32) -> u64 {
    u64::MAX.checked_shl(depth).unwrap_or(0)
}
