//! When keys are fetched, and what is made of the answer.
//!
//! Nothing here waits or sends: a shell asks what is to be fetched, fetches it, and hands over
//! what it was answered. Whatever an answer says, the last good set stays until it is too old.

mod answer;

use alloc::{string::String, vec::Vec};

use portcullis_engine::UnixSeconds;

pub use answer::{KeyAnswer, KeyOutcome};

pub(crate) use answer::{document, set_of};

use crate::config::{Issuers, KeyAddress, KeySource};
use crate::limits::KEY_FETCH_SECONDS;

/// Something that a shell is to fetch now, in at most five seconds and without following a
/// redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFetch {
    /// The issuer's place in the configuration, which the answer is for.
    pub issuer: usize,
    /// Where it is.
    pub address: KeyAddress,
    /// Whether it goes on with what an answer began, and so is nobody else's turn.
    pub continues: bool,
}

/// A fetch of an issuer's keys that another worker or instance began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BegunFetch {
    /// When it began.
    pub at: UnixSeconds,
    /// Whether nothing is known of its end yet.
    pub is_flying: bool,
    /// How many have failed one after another, this one included.
    pub failures: u32,
}

/// How the keys of one issuer stand, which are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedKeys {
    /// The issuer's name.
    pub issuer: String,
    /// Until when the last good set is believed; zero before there was one.
    pub until: UnixSeconds,
    /// Why the last fetch failed, if it did.
    pub failure: Option<String>,
}

/// When the keys of each issuer are fetched.
#[derive(Debug, Default)]
pub(crate) struct KeyFetches(Vec<Flights>);

/// What is known of fetching one issuer's keys.
#[derive(Debug)]
pub(crate) struct Flights {
    issuer: usize,
    pub(crate) source: KeySource,
    /// Where the description says that the keys are, once it was read.
    found: Option<KeyAddress>,
    due_at: UnixSeconds,
    /// When the fetch began that has no answer yet.
    flying_since: Option<UnixSeconds>,
    begun_at: Option<UnixSeconds>,
    failures: u32,
    failure: Option<String>,
}

impl KeyFetches {
    pub(crate) fn new(issuers: &Issuers) -> Self {
        let sources = issuers.sources();
        let flights = sources.map(|(issuer, source)| Flights {
            issuer,
            source: source.clone(),
            found: None,
            due_at: UnixSeconds(0),
            flying_since: None,
            begun_at: None,
            failures: 0,
            failure: None,
        });
        Self(flights.collect())
    }

    pub(crate) fn of(&mut self, issuer: usize) -> Option<&mut Flights> {
        self.0.iter_mut().find(|own| own.issuer == issuer)
    }

    /// Returns what is to be fetched now: nothing that is being fetched already.
    pub(crate) fn next(&mut self, now: UnixSeconds) -> Option<KeyFetch> {
        let own = self.0.iter_mut().find(|own| own.is_due(now))?;
        own.flying_since = Some(now);
        if own.found.is_none() {
            own.begun_at = Some(now);
        }
        Some(KeyFetch {
            issuer: own.issuer,
            address: own.found.as_ref().unwrap_or(&own.source.address).clone(),
            continues: own.found.is_some(),
        })
    }

    /// Returns the place of an issuer whose keys are to be fetched now, if there is one.
    pub(crate) fn due(&self, now: UnixSeconds) -> Option<usize> {
        let own = self.0.iter().find(|own| own.is_due(now))?;
        Some(own.issuer)
    }

    /// Returns the last fetch of an issuer's keys, as others are to know of it.
    pub(crate) fn begun(&self, issuer: usize) -> Option<BegunFetch> {
        let own = self.0.iter().find(|own| own.issuer == issuer)?;
        Some(BegunFetch {
            at: own.begun_at?,
            is_flying: own.flying_since.is_some(),
            failures: own.failures,
        })
    }

    /// Says whether a token may wait for a fetch: one is on its way, or may begin.
    pub(crate) fn may_bring(&self, issuer: usize, now: UnixSeconds) -> bool {
        let mut all = self.0.iter();
        let own = all.find(|own| own.issuer == issuer);
        self.is_under_way(issuer, now) || own.is_some_and(|own| own.may_begin(now))
    }

    /// Says whether a fetch is on its way, or to begin now.
    pub(crate) fn is_under_way(&self, issuer: usize, now: UnixSeconds) -> bool {
        let mut all = self.0.iter();
        let own = all.find(|own| own.issuer == issuer);
        own.is_some_and(|own| own.is_flying(now) || own.is_due(now))
    }

    /// Has an issuer's keys fetched now, if that may begin.
    pub(crate) fn want(&mut self, issuer: usize, now: UnixSeconds) {
        if let Some(own) = self.of(issuer)
            && own.may_begin(now)
        {
            own.due_at = now;
        }
    }

    pub(crate) fn status(&self, issuers: &Issuers) -> Vec<FetchedKeys> {
        let all = self.0.iter().filter_map(|own| {
            let (name, until) = issuers.fetched(own.issuer)?;
            Some(FetchedKeys {
                issuer: name.into(),
                until,
                failure: own.failure.clone(),
            })
        });
        all.collect()
    }
}

impl Flights {
    fn is_flying(&self, now: UnixSeconds) -> bool {
        // An answer that never came, or a clock that was set back, holds nothing up.
        self.flying_since
            .is_some_and(|since| since <= now && now.0.saturating_sub(since.0) < FLIGHT_SECONDS_MAX)
    }

    fn is_due(&self, now: UnixSeconds) -> bool {
        let far = now.0.saturating_add(self.source.max_age_seconds);
        !self.is_flying(now) && (self.due_at <= now || self.due_at.0 > far)
    }

    fn may_begin(&self, now: UnixSeconds) -> bool {
        let rested = |begun: UnixSeconds| {
            now < begun || now.0.saturating_sub(begun.0) >= REFRESH_SECONDS_MIN
        };
        !self.is_flying(now) && self.begun_at.is_none_or(rested)
    }

    /// Returns whether the answer on its way is the issuer's description.
    pub(crate) const fn awaits_document(&self) -> bool {
        self.source.discovers && self.found.is_none()
    }

    /// Notes what somebody else began, unless more is known of it here.
    pub(crate) fn begun_elsewhere(&mut self, fetch: BegunFetch) {
        // One of its own that goes on is not held up by what it said itself.
        if self.found.is_some() || self.begun_at.is_some_and(|own| own > fetch.at) {
            return;
        }
        self.begun_at = Some(fetch.at);
        self.flying_since = fetch.is_flying.then_some(fetch.at);
        self.failures = fetch.failures;
        let wait = if fetch.is_flying {
            FLIGHT_SECONDS_MAX
        } else {
            backoff_seconds(fetch.failures.saturating_sub(1))
        };
        if fetch.is_flying || fetch.failures > 0 {
            self.due_at = UnixSeconds(fetch.at.0.saturating_add(wait));
        }
    }

    /// Notes where the keys are, which are then fetched at once.
    pub(crate) fn found(&mut self, address: KeyAddress, now: UnixSeconds) {
        self.found = Some(address);
        self.flying_since = None;
        self.due_at = now;
    }

    /// Notes that a set was taken that is fresh for so long; the next fetch begins from the start.
    pub(crate) fn taken(&mut self, fetched_at: UnixSeconds, fresh_seconds: Option<u64>) {
        let most = self.source.max_age_seconds / 2;
        let fresh = fresh_seconds.unwrap_or(FRESH_SECONDS);
        let seconds = fresh.clamp(FRESH_SECONDS_MIN.min(most), most);
        self.found = None;
        self.flying_since = None;
        self.failures = 0;
        self.failure = None;
        // Another's fetch counts too: what it did not find is not asked for again at once.
        self.begun_at = self.begun_at.max(Some(fetched_at));
        self.due_at = UnixSeconds(fetched_at.0.saturating_add(seconds));
    }

    /// Notes that nothing came of it: the next fetch is soon, but never a storm.
    pub(crate) fn failed(&mut self, why: String, now: UnixSeconds) {
        let seconds = backoff_seconds(self.failures);
        self.found = None;
        self.flying_since = None;
        self.failures = self.failures.saturating_add(1);
        self.failure = Some(why);
        self.due_at = UnixSeconds(now.0.saturating_add(seconds));
    }
}

/// Least time between two fetches, whatever tokens name.
const REFRESH_SECONDS_MIN: u64 = 10;
const BACKOFF_EXPONENT_MAX: u32 = 3;
/// Returns how long nothing is fetched after so many failures before the last.
fn backoff_seconds(failures: u32) -> u64 {
    REFRESH_SECONDS_MIN << failures.min(BACKOFF_EXPONENT_MAX)
}

/// How long a set is fresh where its origin says nothing, and the least where it does.
const FRESH_SECONDS: u64 = 600;
const FRESH_SECONDS_MIN: u64 = 60;
/// How long a fetch is waited for: longer than a shell gives it.
const FLIGHT_SECONDS_MAX: u64 = 2 * KEY_FETCH_SECONDS;

#[cfg(test)]
mod tests;
