//! The class `Preview`.

use alloc::{string::String, vec::Vec};

use portcullis_engine::{Decision, LimitExceeded, Policy};
use portcullis_policy::authzen::{Request, Subject, Vocabulary, evaluated};
use wasm_bindgen::prelude::wasm_bindgen;

use super::failure::{Failure, line};

/// A policy as its bundle would answer when it is issued, or why it would not.
///
/// The bundle that the engine opened stays inside: nothing here gives its bytes away.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Preview(Result<Policy, Failure>);

impl Preview {
    pub(super) const fn new(policy: Result<Policy, Failure>) -> Self {
        Self(policy)
    }

    fn answer(&self, ask: impl FnOnce(&Policy) -> Result<String, Failure>) -> String {
        line(self.0.as_ref().map_err(Clone::clone).and_then(ask))
    }
}

#[wasm_bindgen]
impl Preview {
    /// Returns why there is none; nothing where there is one.
    #[must_use]
    pub fn failure(&self) -> String {
        let failure = self.0.as_ref().err().cloned();
        failure.map(Failure::into_line).unwrap_or_default()
    }

    /// Answers an evaluation request of `AuthZEN`.
    #[must_use]
    pub fn decide(&self, request: &[u8]) -> String {
        self.answer(|policy| {
            let request = Request::read(request, &Vocabulary::from(policy))?;
            decide(policy, &request, evaluated)
        })
    }

    /// Answers with nothing known of the resource: what may be listed.
    #[must_use]
    pub fn filter(&self, request: &[u8]) -> String {
        self.answer(|policy| {
            let request = Request::read_filter(request, &Vocabulary::from(policy))?;
            decide(policy, &request, |decision, policy| decision.answer(policy))
        })
    }

    /// Explains the answer to an evaluation request of `AuthZEN`.
    #[must_use]
    pub fn explain(&self, request: &[u8]) -> String {
        self.answer(|policy| {
            let request = Request::read(request, &Vocabulary::from(policy))?;
            let policy = of(policy, request.features.as_deref());
            let explained = request.ask(|subject, question| {
                policy.explain(subject, &request.permission(), question)
            })??;
            Ok(explained.into_json())
        })
    }

    /// Returns the modules that a subject of `AuthZEN` sees.
    #[must_use]
    pub fn modules(&self, subject: &[u8]) -> String {
        self.answer(|policy| {
            let subject = Subject::read(subject, &Vocabulary::from(policy))?;
            let (until, now) = (policy.expires_at(), policy.header().issued_at);
            let session = subject.ask(|subject| policy.session(subject, until, now))??;
            Ok(session.visible(now)?.to_json())
        })
    }
}

fn decide(
    policy: &Policy,
    request: &Request,
    written: impl FnOnce(&Decision<'_>, &Policy) -> Result<String, LimitExceeded>,
) -> Result<String, Failure> {
    let policy = of(policy, request.features.as_deref());
    Ok(request.ask(|subject, question| {
        let decision = policy.decide(subject, &request.permission(), question);
        written(&decision, &policy)
    })??)
}

/// Returns the policy under the features that a request names, if it names any.
fn of(policy: &Policy, features: Option<&[String]>) -> Policy {
    let features = features.map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
    features.map_or_else(|| policy.clone(), |names| policy.with_features(&names))
}
