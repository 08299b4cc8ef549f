//! Tokens that were verified before.

use alloc::{sync::Arc, vec::Vec};

use portcullis_engine::UnixSeconds;
use sha2::{Digest, Sha256};

use super::Identity;

/// Tokens that were verified, each under the digest of its bytes: bounded, and none
/// outlives its own expiry or the keys and rules that verified it.
#[derive(Debug, Default)]
pub struct TokenCache {
    /// Digest of the keys and rules that verified what is in it.
    verifier: [u8; 32],
    /// Each token has one place, by its digest; the last that wants it has it.
    places: Vec<Option<([u8; 32], Arc<Identity>)>>,
    count: usize,
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
        token: &[u8; 32],
        now: UnixSeconds,
    ) -> Option<Arc<Identity>> {
        if self.verifier != *verifier {
            return None;
        }
        let (own, known) = self.places.get(self.place(token))?.as_ref()?;
        // `nbf` was in the past when it was verified; a clock set back is verified anew.
        let holds = own == token && known.valid_from <= now && now < known.valid_until;
        holds.then(|| Arc::clone(known))
    }

    pub(super) fn insert(
        &mut self,
        verifier: &[u8; 32],
        token: [u8; 32],
        identity: &Arc<Identity>,
        most: usize,
    ) {
        if self.verifier != *verifier || self.places.len() != most {
            self.places.clear();
            self.places.resize(most, None);
            self.count = 0;
            self.verifier = *verifier;
        }
        let place = self.place(&token);
        if let Some(place) = self.places.get_mut(place) {
            if place.is_none() {
                self.count = self.count.saturating_add(1);
            }
            *place = Some((token, Arc::clone(identity)));
        }
    }

    /// Nobody can choose where a token goes but by trying signatures that verify.
    fn place(&self, token: &[u8; 32]) -> usize {
        let [a, b, c, d, ..] = *token;
        let number = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(0);
        number.checked_rem(self.places.len()).unwrap_or(0)
    }
}

pub(super) fn digest(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}
