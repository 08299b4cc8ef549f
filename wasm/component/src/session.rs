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

/// Returns the session's verdict on each packed question; the last may be that there is none.
pub(crate) fn verdicts(
    session: &Session,
    questions: PackedQuestions<'_>,
    now: UnixSeconds,
) -> Vec<u64> {
    let verdicts = questions.map(|read| match read {
        Err(_) => PackedDecision::MALFORMED.0,
        Ok(asked) => verdict(session, &asked, now).0,
    });
    verdicts.collect()
}

fn verdict(session: &Session, asked: &PackedQuestion<'_>, now: UnixSeconds) -> PackedDecision {
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
        let verdict = match PackedQuestion::all(&question).single() {
            Ok(asked) => verdict(&self.0, &asked, UnixSeconds(now)),
            Err(_) => PackedDecision::MALFORMED,
        };
        verdict.0
    }

    fn check_many(&self, questions: Vec<u8>, now: u64) -> Vec<u64> {
        verdicts(&self.0, PackedQuestion::all(&questions), UnixSeconds(now))
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
