//! Tokens that were verified before.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use portcullis_engine::UnixSeconds;
use subtle::ConstantTimeEq as _;

use super::Identity;

/// Tokens that were verified, with their bytes: bounded, and none outlives its own expiry
/// or the keys and rules that verified it.
#[derive(Debug, Default)]
pub struct TokenCache {
    /// Digest of the keys and rules that verified what is in it.
    verifier: [u8; 32],
    /// Each token has one place; the last that wants it has it.
    places: Vec<Option<Known>>,
    count: usize,
}

#[derive(Debug, Clone)]
struct Known {
    token: Box<[u8]>,
    identity: Arc<Identity>,
}

impl TokenCache {
    /// Returns how many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Says whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn get(
        &self,
        verifier: &[u8; 32],
        token: &[u8],
        now: UnixSeconds,
    ) -> Option<Arc<Identity>> {
        if self.verifier != *verifier {
            return None;
        }
        let known = self.places.get(self.place(token))?.as_ref()?;
        let identity = &known.identity;
        // `nbf` was in the past when it was verified; a clock set back is verified anew.
        let holds = identity.valid_from <= now && now < identity.valid_until;
        // In constant time, so that guessing at a token that is known here learns nothing.
        (holds && bool::from(known.token.ct_eq(token))).then(|| Arc::clone(identity))
    }

    pub(super) fn insert(
        &mut self,
        verifier: &[u8; 32],
        token: &[u8],
        identity: &Arc<Identity>,
        most: usize,
    ) {
        if self.verifier != *verifier || self.places.len() != most {
            self.places.clear();
            self.places.resize(most, None);
            self.count = 0;
            self.verifier = *verifier;
        }
        let place = self.place(token);
        if let Some(place) = self.places.get_mut(place) {
            if place.is_none() {
                self.count = self.count.saturating_add(1);
            }
            *place = Some(Known {
                token: token.into(),
                identity: Arc::clone(identity),
            });
        }
    }

    /// Whoever has tokens may have them crowd one place, which costs verifying them again.
    fn place(&self, token: &[u8]) -> usize {
        let mut state = 0_u64;
        for word in token.as_chunks::<8>().0 {
            state = (state ^ u64::from_le_bytes(*word)).wrapping_mul(ODD);
            state ^= state >> 32_u32;
        }
        let [a, b, c, d, ..] = state.to_le_bytes();
        let number = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(0);
        number.checked_rem(self.places.len()).unwrap_or(0)
    }
}

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
