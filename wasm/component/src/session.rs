//! The resource `session`.

use alloc::{string::String, vec::Vec};

use portcullis_engine::{LimitExceeded, PackedQuestion, Session, UnixSeconds, Verdict};

use crate::{
    bindings::exports::portcullis::edge::engine as wit, question::packed_question,
    verdict::OneVerdict,
};

/// A resolved subject, held by the host.
#[derive(Debug)]
pub(crate) struct PluginSession(Session);

impl PluginSession {
    pub(crate) const fn new(session: Session) -> Self {
        Self(session)
    }

    /// Gives the verdict on each packed question; the last may be that there is none.
    fn each(&self, questions: &[u8], now: u64, take: &mut dyn FnMut(Verdict)) {
        for read in PackedQuestion::all(questions) {
            take(match &read {
                Err(_) => Verdict::MALFORMED,
                Ok(asked) => {
                    let decided =
                        self.0
                            .decide_named(asked.permission, &asked.question, UnixSeconds(now));
                    decided.as_ref().map_or(Verdict::EXPIRED, Verdict::from)
                }
            });
        }
    }
}

impl wit::GuestSession for PluginSession {
    fn valid_until(&self) -> u64 {
        self.0.valid_until().0
    }

    fn check(&self, question: Vec<u8>, now: u64) -> u64 {
        let mut verdict = OneVerdict::default();
        self.each(&question, now, &mut |next| verdict.take(next));
        verdict.get().0
    }

    fn check_many(&self, questions: Vec<u8>, now: u64) -> Vec<u64> {
        let mut verdicts = Vec::new();
        self.each(&questions, now, &mut |next| verdicts.push(next.0));
        verdicts
    }

    fn decide(&self, question: wit::Question, now: u64) -> Result<String, wit::Failure> {
        let packed = packed_question(&question);
        let asked = PackedQuestion::all(&packed)
            .next()
            .ok_or(LimitExceeded::Packed)??;
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
