//! The gate itself.

use alloc::vec::Vec;

use portcullis_engine::{Offer, Persisted, UnixSeconds};

use crate::{
    config::{GateConfig, InvalidConfig, Level},
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
            config,
            tokens: TokenCache::default(),
            entries_from: Level::Off,
        }
    }

    /// Says from which level on the shell reads entries: one below it has its code, its effect
    /// and its trace, and no other text. Without this call every entry is whole.
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
        }
    }
}
