//! The gate itself.

use alloc::{vec, vec::Vec};

use portcullis_engine::{Keeper, KeeperLimits, Offer, Persisted, UnixSeconds};

use crate::{
    code::Code,
    config::GateConfig,
    entry::Entry,
    rejection::GateRejection,
    request::Request,
    status::GateStatus,
    verdict::{Response, Verdict},
};

/// Judges requests by the newest bundle it was offered and believed.
///
/// Everything but the remembered tokens is read only while judging: one gate serves
/// many threads behind a shared reference, each with a [`TokenCache`] of its own.
#[derive(Debug)]
pub struct Gate {
    config: GateConfig,
    keeper: Keeper,
    tokens: TokenCache,
    last_rejection: Option<GateRejection>,
}

/// Tokens that were verified, each under the digest of its bytes: bounded, and none
/// outlives its own expiry or the keys that verified it.
#[derive(Debug, Default)]
pub struct TokenCache {
    count: usize,
}

impl Gate {
    /// Starts without a bundle: every request is refused until one is accepted.
    ///
    /// A bundle inside the configuration is not offered by itself: the time is the
    /// shell's. See [`GateConfig::bundle`].
    #[must_use]
    pub fn new(config: GateConfig) -> Self {
        let keeper = Keeper::new(config.trust().clone(), KeeperLimits::default());
        Self {
            config,
            keeper,
            tokens: TokenCache::default(),
            last_rejection: None,
        }
    }

    /// Returns what the gate was made with.
    #[must_use]
    pub const fn config(&self) -> &GateConfig {
        &self.config
    }

    /// Recalls what was accepted before a restart, so that it cannot be rolled back.
    pub fn restore(&mut self, persisted: Persisted) {
        self.keeper.restore(persisted);
    }

    /// Takes a bundle if the engine believes it, it is this listener's, and its routes
    /// and keys hold together with its policy.
    ///
    /// # Errors
    ///
    /// Returns why it was refused; what was accepted before answers on.
    pub fn offer(&mut self, bytes: Vec<u8>, now: UnixSeconds) -> Result<Offer, GateRejection> {
        let offer = self.keeper.offer(bytes, now).map_err(GateRejection::from);
        self.last_rejection = offer.as_ref().err().copied();
        offer
    }

    /// Judges a request; the one thing it changes is the gate's own token cache.
    #[must_use]
    pub fn judge(&mut self, request: &Request<'_>, now: UnixSeconds) -> Verdict {
        let mut tokens = core::mem::take(&mut self.tokens);
        let verdict = self.judge_with(&mut tokens, request, now);
        self.tokens = tokens;
        verdict
    }

    /// Judges a request with a token cache of the caller's, for gates that are shared.
    #[must_use]
    pub fn judge_with(
        &self,
        _tokens: &mut TokenCache,
        _request: &Request<'_>,
        _now: UnixSeconds,
    ) -> Verdict {
        Verdict::Respond(Response {
            status: Code::NoBundle.status().unwrap_or(503),
            headers: vec![],
            body: alloc::string::String::new(),
            entry: Entry::new(Code::NoBundle),
        })
    }

    /// Returns how the gate stands at `now`.
    #[must_use]
    pub fn status(&self, now: UnixSeconds) -> GateStatus {
        GateStatus {
            ready: false,
            tenants: Vec::new(),
            last_rejection: self.last_rejection,
            tokens: self.tokens.count,
            poll_at: now,
        }
    }
}
