//! Choices read off a tape of bytes, so that proptest shrinks whatever is built from them.

/// A tape of choices. Past its end every choice is the first, which is the plainest.
#[derive(Debug, Clone)]
pub struct Tape<'a> {
    rest: &'a [u8],
}

impl<'a> Tape<'a> {
    /// Starts reading.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Says whether anything is left to choose by.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    /// Chooses a number below `count`, which is 256 at most; 0 where it is 0.
    pub fn below(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.rest.split_first() else {
            return 0;
        };
        self.rest = rest;
        usize::from(*first).checked_rem(count).unwrap_or(0)
    }

    /// Says yes about so many times in a hundred, and never past the end.
    pub fn chance(&mut self, percent: usize) -> bool {
        // Low bytes are the plain ones, so they say no.
        self.below(100) >= 100_usize.saturating_sub(percent)
    }

    /// Chooses one of a list, if it has any.
    pub fn one_of<'t, T>(&mut self, list: &'t [T]) -> Option<&'t T> {
        list.get(self.below(list.len()))
    }

    /// Chooses a word.
    pub fn word<'t>(&mut self, words: &[&'t str]) -> &'t str {
        self.one_of(words).copied().unwrap_or_default()
    }

    /// Chooses some of a list, each with that chance, in its order.
    pub fn some_of<T: Clone>(&mut self, list: &[T], percent: usize) -> Vec<T> {
        let chosen = list.iter().filter(|_| self.chance(percent));
        chosen.cloned().collect()
    }
}

/// Returns so many bytes that look random and are the same for the same seed, on every machine.
#[must_use]
pub fn bytes(seed: u32, count: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        // The generator of "Numerical Recipes"; its high byte is the best.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..count).map(|_| next()).collect()
}
