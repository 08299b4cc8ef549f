//! A fixed generator of numbers, so that every run and every peer has the same policy.

/// mulberry32: small, and the same in every language that was measured.
#[derive(Debug, Clone)]
pub(crate) struct Draw(u32);

impl Draw {
    pub(crate) const fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// Returns a number from 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let seed = self.0;
        let mut t = (seed ^ (seed >> 15)).wrapping_mul(1 | seed);
        t = t.wrapping_add((t ^ (t >> 7)).wrapping_mul(61 | t)) ^ t;
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    /// Returns a number below `count`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small number times less than one, rounded down as the other languages do"
    )]
    pub(crate) fn below(&mut self, count: u32) -> usize {
        (self.unit() * f64::from(count)).floor() as usize
    }
}
