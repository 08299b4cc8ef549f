//! The gate itself.

use alloc::{
    borrow::ToOwned as _,
    string::{String, ToString as _},
    vec::Vec,
};

use portcullis_engine::{Offer, Persisted, UnixSeconds};
use portcullis_json::JsonText;

use crate::{
    config::{GateConfig, InvalidConfig, Level},
    fetch::{BegunFetch, KeyAnswer, KeyFetch, KeyFetches, KeyOutcome, document, set_of},
    identity::TokenCache,
    judge::Judge,
    policies::Policies,
    rejection::GateRejection,
    request::Request,
    status::GateStatus,
    verdict::Verdict,
};

/// Judges requests by the newest bundle it was offered and believed.
///
/// Everything but the remembered tokens is read only while judging: one gate serves
/// many threads behind a shared reference, each with a [`TokenCache`] of its own.
#[derive(Debug)]
pub struct Gate {
    config: GateConfig,
    policies: Policies,
    fetches: KeyFetches,
    tokens: TokenCache,
    entries_from: Level,
}

impl Gate {
    /// Starts without a bundle: every request is refused until one is accepted.
    ///
    /// A bundle inside the configuration is not offered by itself: the time is the
    /// shell's. See [`GateConfig::bundle`].
    #[must_use]
    pub fn new(config: GateConfig) -> Self {
        Self {
            policies: Policies::new(&config),
            fetches: KeyFetches::new(&config.identity().issuers),
            config,
            tokens: TokenCache::default(),
            entries_from: Level::Off,
        }
    }

    /// Says from which level on the shell reads entries: one below it has its code, its effect,
    /// its trace, whether it is shadow mode's and, where it is refused, its detail, and no other
    /// text. Without this call every entry is whole.
    pub const fn read_entries_from(&mut self, level: Level) {
        self.entries_from = level;
    }

    /// Returns what the gate was made with.
    #[must_use]
    pub const fn config(&self) -> &GateConfig {
        &self.config
    }

    /// Recalls what was accepted before a restart, so that it cannot be rolled back.
    pub fn restore(&mut self, persisted: Persisted) {
        self.policies.restore(persisted);
    }

    /// Takes a bundle if the engine believes it, it is this listener's, and its routes
    /// hold together with its policy.
    ///
    /// # Errors
    ///
    /// Returns why it was refused; what was accepted before answers on.
    pub fn offer(&mut self, bytes: Vec<u8>, now: UnixSeconds) -> Result<Offer, GateRejection> {
        self.policies.offer(bytes, &self.config, now)
    }

    /// Replaces the keys that verify an issuer's tokens by another JWK set, as when it
    /// rotates them; every remembered token is forgotten.
    ///
    /// # Errors
    ///
    /// Refuses what `keys` of that issuer may not be in a configuration, and a set for an
    /// issuer that the configuration does not name; the former keys stay.
    pub fn replace_token_keys(&mut self, issuer: &str, json: &[u8]) -> Result<(), InvalidConfig> {
        self.config.replace_token_keys(issuer, json)
    }

    /// Returns what of issuers' keys is to be fetched now; called until there is nothing more.
    ///
    /// What it returned is not returned again before it was answered, or ten seconds passed.
    pub fn next_key_fetch(&mut self, now: UnixSeconds) -> Option<KeyFetch> {
        self.fetches.next(now)
    }

    /// Returns the place of an issuer whose keys are to be fetched now, if there is one: before
    /// it begins, a shell whose instances share what they fetch looks at what others did.
    #[must_use]
    pub fn due_key_fetch(&self, now: UnixSeconds) -> Option<usize> {
        self.fetches.due(now)
    }

    /// Returns the last fetch of an issuer's keys, for others to know of it.
    #[must_use]
    pub fn begun_key_fetch(&self, issuer: usize) -> Option<BegunFetch> {
        self.fetches.begun(issuer)
    }

    /// Takes note of a fetch that another worker or instance began, and what came of it; where
    /// that is a set, [`Gate::take_keys`] comes first.
    pub fn note_key_fetch(&mut self, issuer: usize, fetch: BegunFetch) {
        if let Some(flights) = self.fetches.of(issuer) {
            flights.begun_elsewhere(fetch);
        }
    }

    /// Has an issuer's keys fetched at once, for a token that names one that is not known; at
    /// most once in ten seconds.
    pub fn want_keys(&mut self, issuer: usize, now: UnixSeconds) {
        self.fetches.want(issuer, now);
    }

    /// Says whether an issuer's keys are being fetched, or are to be.
    #[must_use]
    pub fn fetches_keys(&self, issuer: usize, now: UnixSeconds) -> bool {
        self.fetches.is_under_way(issuer, now)
    }

    #[cfg(test)]
    pub(crate) fn may_bring(&self, issuer: usize, now: UnixSeconds) -> bool {
        self.fetches.may_bring(issuer, now)
    }

    /// Takes the answer to a fetch, or nothing where there was none in five seconds.
    pub fn answer_key_fetch(
        &mut self,
        issuer: usize,
        answer: Option<&KeyAnswer<'_>>,
        now: UnixSeconds,
    ) -> KeyOutcome {
        let failed = |fetches: &mut KeyFetches, why: String| {
            if let Some(flights) = fetches.of(issuer) {
                flights.failed(why.clone(), now);
            }
            KeyOutcome::Failed(why)
        };
        let issuers = &self.config.identity().issuers;
        let name = issuers.fetched(issuer).map(|(name, _)| name);
        let (Some(flights), Some(name)) = (self.fetches.of(issuer), name) else {
            return KeyOutcome::Failed("no such issuer".to_owned());
        };
        let Some(answer) = answer else {
            return failed(&mut self.fetches, "the origin did not answer".to_owned());
        };
        if flights.awaits_document() {
            let source = &flights.source;
            return match document(answer, name, &source.hosts, &source.address) {
                Ok(address) => {
                    flights.found(address, now);
                    KeyOutcome::More
                }
                Err(why) => failed(&mut self.fetches, why),
            };
        }
        let taken = set_of(answer).and_then(|(json, fresh_seconds)| {
            let is_new = self.take_set(issuer, &json, now, fresh_seconds);
            Ok((
                is_new.map_err(|invalid| invalid.to_string())?,
                fresh_seconds,
            ))
        });
        match taken {
            Ok((is_new, fresh_seconds)) => KeyOutcome::Taken {
                is_new,
                fresh_seconds,
            },
            Err(why) => failed(&mut self.fetches, why),
        }
    }

    /// Takes a set that was fetched before, by another worker or before a restart, and for how
    /// long its origin said that it is fresh. Returns whether it is another than the last one.
    ///
    /// # Errors
    ///
    /// Refuses what no fetch may bring, and what is too old; the former keys stay.
    pub fn take_keys(
        &mut self,
        issuer: usize,
        json: &[u8],
        fetched_at: UnixSeconds,
        fresh_seconds: Option<u64>,
    ) -> Result<bool, InvalidConfig> {
        let answer = KeyAnswer {
            status: 200,
            cache_control: b"",
            body: json,
        };
        let (json, _) = set_of(&answer).map_err(InvalidConfig::at_root)?;
        self.take_set(issuer, &json, fetched_at, fresh_seconds)
    }

    fn take_set(
        &mut self,
        issuer: usize,
        json: &JsonText,
        fetched_at: UnixSeconds,
        fresh_seconds: Option<u64>,
    ) -> Result<bool, InvalidConfig> {
        let Some(flights) = self.fetches.of(issuer) else {
            return Err(InvalidConfig::at_root("no such issuer"));
        };
        let max_age = flights.source.max_age_seconds;
        let until = UnixSeconds(fetched_at.0.saturating_add(max_age));
        let is_new = self.config.issuers_mut().take_keys(issuer, json, until)?;
        flights.taken(fetched_at, fresh_seconds);
        Ok(is_new)
    }

    /// Judges a request; the one thing it changes is the gate's own token cache.
    ///
    /// ```
    /// # use portcullis_gate::{Gate, GateConfig, InvalidConfig, Peer, Request, UnixSeconds, Verdict};
    /// # fn ask(gate: &mut Gate) {
    /// let request = Request {
    ///     method: b"GET",
    ///     authority: b"api.example.com",
    ///     target: b"/public/..%2fadmin",
    ///     headers: &[],
    ///     peer: Peer::Unknown,
    ///     nonce: b"",
    /// };
    /// match gate.judge(&request, UnixSeconds(1_800_000_000)) {
    ///     Verdict::Forward(forward) => println!("set {:?}", forward.set),
    ///     // A path that servers read differently is refused before anything is decided.
    ///     Verdict::Respond(answer) => assert_eq!(answer.status, 400),
    /// }
    /// # }
    /// # let key = "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w";
    /// # let json = format!(
    /// #     r#"{{"tenant":"acme","trust":{{"threshold":1,"audience":"a","keys":[{{"key":"{key}"}}]}}}}"#
    /// # );
    /// # ask(&mut Gate::new(GateConfig::from_json(json.as_bytes())?));
    /// # Ok::<(), InvalidConfig>(())
    /// ```
    #[must_use]
    pub fn judge(&mut self, request: &Request<'_>, now: UnixSeconds) -> Verdict {
        let mut tokens = core::mem::take(&mut self.tokens);
        let verdict = self.judge_with(&mut tokens, request, now);
        self.tokens = tokens;
        verdict
    }

    /// Judges a request with a token cache of the caller's, for gates that are shared.
    ///
    /// A cache may move between gates: it is emptied where the keys or rules differ.
    #[must_use]
    pub fn judge_with(
        &self,
        tokens: &mut TokenCache,
        request: &Request<'_>,
        now: UnixSeconds,
    ) -> Verdict {
        let judge = Judge {
            config: &self.config,
            policies: &self.policies,
            fetches: &self.fetches,
            now,
            entries_from: self.entries_from,
        };
        judge.judge(tokens, request)
    }

    /// Returns how the gate stands at `now`.
    #[must_use]
    pub fn status(&self, now: UnixSeconds) -> GateStatus {
        let tenants = self.policies.status(now);
        let polls = tenants.iter().map(|tenant| tenant.poll_at);
        let soon = UnixSeconds(now.0.saturating_add(self.config.poll_seconds()));
        GateStatus {
            ready: tenants.iter().any(|tenant| tenant.ready),
            poll_at: polls.min().unwrap_or(soon),
            tenants,
            last_rejection: self.policies.last_rejection(),
            tokens: self.tokens.len(),
            unused_keys: self.config.unused_keys(),
            fetched_keys: self.fetches.status(&self.config.identity().issuers),
        }
    }
}
