//! The resource `session`.

use alloc::{string::String, vec::Vec};

use portcullis_engine::{PackedDecision, PackedQuestion, PackedQuestions, Session, UnixSeconds};

use crate::{bindings::exports::portcullis::edge::engine as wit, question::packed_question};

/// A resolved subject, held by the host.
#[derive(Debug)]
pub(crate) struct PluginSession(Session);

impl PluginSession {
    pub(crate) const fn new(session: Session) -> Self {
        Self(session)
    }
}

/// Returns the session's decision on each packed question; if a question cannot be read, the
/// last says so.
pub(crate) fn packed_decisions(
    session: &Session,
    questions: PackedQuestions<'_>,
    now: UnixSeconds,
) -> Vec<u64> {
    let decisions = questions.map(|read| match read {
        Err(_) => PackedDecision::MALFORMED.0,
        Ok(asked) => packed_decision(session, &asked, now).0,
    });
    decisions.collect()
}

fn packed_decision(
    session: &Session,
    asked: &PackedQuestion<'_>,
    now: UnixSeconds,
) -> PackedDecision {
    let decided = session.decide_named(asked.permission, &asked.question, now);
    decided
        .as_ref()
        .map_or(PackedDecision::EXPIRED, PackedDecision::from)
}

impl wit::GuestSession for PluginSession {
    fn valid_until(&self) -> u64 {
        self.0.valid_until().0
    }

    fn check(&self, question: Vec<u8>, now: u64) -> u64 {
        let decision = match PackedQuestion::all(&question).single() {
            Ok(asked) => packed_decision(&self.0, &asked, UnixSeconds(now)),
            Err(_) => PackedDecision::MALFORMED,
        };
        decision.0
    }

    fn check_many(&self, questions: Vec<u8>, now: u64) -> Vec<u64> {
        packed_decisions(&self.0, PackedQuestion::all(&questions), UnixSeconds(now))
    }

    fn decide(&self, question: wit::Question, now: u64) -> Result<String, wit::Failure> {
        let packed = packed_question(&question);
        let asked = PackedQuestion::all(&packed).single()?;
        let decided = self
            .0
            .decide_named(asked.permission, &asked.question, UnixSeconds(now))?;
        Ok(decided.answer(self.0.policy())?)
    }

    fn modules(&self, now: u64) -> Result<String, wit::Failure> {
        let snapshot = self.0.visible(UnixSeconds(now))?;
        Ok(snapshot.to_json())
    }
}
