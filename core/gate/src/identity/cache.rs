//! Tokens that were verified before.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::ops::Range;

use portcullis_engine::UnixSeconds;
use subtle::ConstantTimeEq as _;

use super::Identity;

/// Tokens that were verified, with their bytes: bounded, and none outlives its own expiry
/// or the keys and rules that verified it.
#[derive(Debug, Default)]
pub struct TokenCache {
    /// Digest of the keys and rules that verified what is in it.
    verifier: [u8; 32],
    /// Rows of [`WAYS`] places: each token has one row, and any place in it.
    places: Vec<Option<VerifiedToken>>,
    count: usize,
    /// Which place of a full row is replaced next.
    turn: usize,
}

#[derive(Debug, Clone)]
struct VerifiedToken {
    token: Box<[u8]>,
    identity: Arc<Identity>,
}

impl TokenCache {
    /// Returns how many tokens there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Says whether it is empty.
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
        let row = self.places.get(self.row(token))?;
        // In constant time, so that guessing at a token that is known here learns nothing.
        let known = row
            .iter()
            .flatten()
            .find(|known| equal_in_constant_time(&known.token, token))?;
        let identity = &known.identity;
        // `nbf` was in the past when it was verified; a clock set back is verified again.
        let holds = identity.valid_from <= now && now < identity.valid_until;
        holds.then(|| Arc::clone(identity))
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
        let row = self.row(token);
        let Some(row) = self.places.get_mut(row) else {
            return;
        };
        self.turn = self.turn.wrapping_add(1);
        let full = self.turn.checked_rem(row.len()).unwrap_or(0);
        let again = |place: &Option<VerifiedToken>| {
            let known = place.as_ref();
            known.is_some_and(|known| equal_in_constant_time(&known.token, token))
        };
        let free = || row.iter().position(Option::is_none);
        let at = row.iter().position(again).or_else(free).unwrap_or(full);
        if let Some(place) = row.get_mut(at) {
            if place.is_none() {
                self.count = self.count.saturating_add(1);
            }
            *place = Some(VerifiedToken {
                token: token.into(),
                identity: Arc::clone(identity),
            });
        }
    }

    /// Returns the row of a token. Whoever has many tokens can fill one row with them, which
    /// costs verifying them again.
    fn row(&self, token: &[u8]) -> Range<usize> {
        let (words, rest) = token.as_chunks::<8>();
        let last = rest
            .iter()
            .fold(0, |last, byte| (last << 8_u32) | u64::from(*byte));
        let words = words.iter().map(|word| u64::from_le_bytes(*word));
        let state = words.chain([last]).fold(0_u64, |state, word| {
            let product = (state ^ word).wrapping_mul(ODD);
            product ^ (product >> 32_u32)
        });
        let [a, b, c, d, ..] = state.to_le_bytes();
        let number = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(0);
        let ways = WAYS.min(self.places.len());
        let rows = self.places.len().checked_div(ways).unwrap_or(0);
        let start = number.checked_rem(rows).unwrap_or(0).saturating_mul(ways);
        start..start.saturating_add(ways)
    }
}

/// Compares in a time that depends on the lengths alone.
fn equal_in_constant_time(known: &[u8], token: &[u8]) -> bool {
    if known.len() != token.len() {
        return false;
    }
    let ((words, rest), (others, other_rest)) = (known.as_chunks::<8>(), token.as_chunks::<8>());
    let differ = words.iter().zip(others).fold(0, |differ, (own, other)| {
        differ | (u64::from_le_bytes(*own) ^ u64::from_le_bytes(*other))
    });
    bool::from(differ.ct_eq(&0) & rest.ct_eq(other_rest))
}

/// How many tokens may share a row: so few are lost to another of their own hash.
const WAYS: usize = 4;
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use super::{
        super::{StatedBy, StatedTenant},
        *,
    };

    const VERIFIER: [u8; 32] = [1; 32];
    const NOW: UnixSeconds = UnixSeconds(50);

    fn identity(id: &str) -> Arc<Identity> {
        Arc::new(Identity {
            kind: String::from("user"),
            id: id.into(),
            roles: Vec::new(),
            team_roles: Vec::new(),
            groups: Vec::new(),
            attributes: Vec::new(),
            action: Vec::new(),
            context: Vec::new(),
            tenant: StatedTenant::Absent,
            version: None,
            by: StatedBy::Headers,
            narrowed: Vec::new(),
            dotted: None,
            signed_in: None,
            valid_from: UnixSeconds(10),
            valid_until: UnixSeconds(100),
        })
    }

    fn filled(count: usize, most: usize) -> (TokenCache, Vec<String>) {
        let mut cache = TokenCache::default();
        let tokens: Vec<String> = (0..count).map(|at| format!("token.{at:04}.s")).collect();
        for token in &tokens {
            cache.insert(&VERIFIER, token.as_bytes(), &identity(token), most);
        }
        (cache, tokens)
    }

    fn known<'t>(cache: &TokenCache, tokens: &'t [String]) -> Vec<&'t str> {
        let known = |token: &&String| {
            let found = cache.get(&VERIFIER, token.as_bytes(), NOW);
            found.is_some_and(|identity| identity.id == **token)
        };
        tokens.iter().filter(known).map(String::as_str).collect()
    }

    #[test]
    fn few_tokens_take_no_place_from_one_another() {
        let (cache, tokens) = filled(64, 1_024);
        assert_eq!(known(&cache, &tokens).len(), 64);
        assert_eq!(cache.len(), 64);
    }

    #[test]
    fn there_are_never_more_than_the_bound() {
        for most in [0, 1, 3, 4, 5, 64] {
            let (cache, tokens) = filled(200, most);
            assert!(cache.len() <= most, "{} of {most}", cache.len());
            let known = known(&cache, &tokens);
            assert_eq!(known.len(), cache.len(), "{most}");
            let last = tokens.last().map(String::as_str);
            assert_eq!(known.last().copied(), last.filter(|_| most > 0), "{most}");
        }
    }

    #[test]
    fn a_token_verified_again_keeps_its_place() {
        let (mut cache, tokens) = filled(4, 4);
        for token in &tokens {
            cache.insert(&VERIFIER, token.as_bytes(), &identity(token), 4);
        }
        assert_eq!(known(&cache, &tokens).len(), 4);
    }

    #[test]
    fn only_the_very_token_is_known_while_it_holds() {
        let (cache, tokens) = filled(1, 8);
        let get = |verifier, token: &[u8], now| cache.get(verifier, token, UnixSeconds(now));
        let token = tokens[0].as_bytes();
        assert!(get(&VERIFIER, token, 10).is_some());
        assert!(get(&VERIFIER, token, 99).is_some());
        assert!(get(&VERIFIER, token, 9).is_none(), "not yet");
        assert!(get(&VERIFIER, token, 100).is_none(), "no longer");
        assert!(get(&[2; 32], token, 50).is_none(), "other keys");
        for at in 0..token.len() {
            let mut other = token.to_vec();
            other[at] ^= 1;
            assert!(get(&VERIFIER, &other, 50).is_none(), "byte {at}");
            assert!(get(&VERIFIER, &token[..at], 50).is_none(), "cut at {at}");
        }
    }
}
