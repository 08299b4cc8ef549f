//! Tokens that were verified before.

use alloc::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use portcullis_engine::UnixSeconds;
use sha2::{Digest, Sha256};

use super::Identity;

/// Tokens that were verified, each under the digest of its bytes: bounded, and none
/// outlives its own expiry or the keys and rules that verified it.
#[derive(Debug, Default)]
pub struct TokenCache {
    /// Digest of the keys and rules that verified what is in it.
    verifier: [u8; 32],
    known: BTreeMap<[u8; 32], Arc<Identity>>,
    /// In the order in which they came; the oldest makes room.
    order: VecDeque<[u8; 32]>,
}

impl TokenCache {
    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Says whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
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
        let known = self.known.get(token)?;
        // `nbf` was in the past when it was verified; a clock set back is verified anew.
        (known.valid_from <= now && now < known.valid_until).then(|| Arc::clone(known))
    }

    pub(super) fn insert(
        &mut self,
        verifier: &[u8; 32],
        token: [u8; 32],
        identity: &Arc<Identity>,
        most: usize,
    ) {
        if self.verifier != *verifier {
            self.known.clear();
            self.order.clear();
            self.verifier = *verifier;
        }
        if self.known.insert(token, Arc::clone(identity)).is_none() {
            self.order.push_back(token);
        }
        while self.order.len() > most {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }
}

pub(super) fn digest(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}
