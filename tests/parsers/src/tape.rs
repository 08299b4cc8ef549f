//! Choices that look random and are the same every time.

/// A source of choices (`SplitMix64`, Steele et al., 2014).
#[derive(Debug, Clone)]
pub(crate) struct Tape(u64);

impl Tape {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number below `bound`; 0 where there is none.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^= word >> 31;
        // A bias of one in 2^32 changes nothing here.
        usize::try_from(word >> 32_u32)
            .unwrap_or(0)
            .checked_rem(bound)
            .unwrap_or(0)
    }

    /// Says yes `parts` times in a hundred.
    pub(crate) fn percent(&mut self, parts: usize) -> bool {
        self.below(100) < parts
    }

    /// Returns one of them.
    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let at = self.below(of.len());
        of.get(at)
    }

    /// Returns one of these texts, or none where there are none.
    pub(crate) fn text<'a>(&mut self, of: &[&'a str]) -> &'a str {
        self.one(of).copied().unwrap_or_default()
    }
}
