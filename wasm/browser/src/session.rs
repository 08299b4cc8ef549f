//! The class `Session`.

use alloc::{boxed::Box, string::String, vec, vec::Vec};

use portcullis_engine::{Decision, PackedQuestion, PermissionId, Question, Resource, UnixSeconds};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{answer::Failure, time::seconds};

/// A resolved subject, or why it was not.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Session(pub(crate) Result<Box<portcullis_engine::Session>, Failure>);

#[wasm_bindgen]
impl Session {
    /// Returns the first second at which it no longer answers; 0 where it never did.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a time that a number of JavaScript cannot hold is beyond every clock"
    )]
    pub fn valid_until(&self) -> f64 {
        self.0
            .as_ref()
            .map_or(0.0, |session| session.valid_until().0 as f64)
    }

    /// Returns a bit for each permission, the lowest first: whether it is not denied with
    /// nothing known of the resource.
    #[must_use]
    pub fn open(&self, now: f64) -> Vec<u8> {
        let Ok(session) = &self.0 else {
            return Vec::new();
        };
        let count = session.policy().permission_count();
        let mut bits = vec![0_u8; count.div_ceil(8)];
        let question = Question::about(Resource::UNKNOWN);
        for (at, permission) in (0..count).zip((0..).map(PermissionId)) {
            let decided = session.decide(permission, &question, seconds(now));
            if let (Ok(Decision::Allow(_) | Decision::Conditional(_)), Some(byte)) =
                (decided, bits.get_mut(at >> 3_u32))
            {
                *byte |= 1 << (at & 7);
            }
        }
        bits
    }

    /// Decides packed questions: a canonical answer a line, up to the first that has none.
    #[must_use]
    pub fn decide(&self, questions: &[u8], now: f64) -> String {
        let mut out = String::new();
        match &self.0 {
            Err(failure) => failure.write(&mut out),
            Ok(session) => {
                for read in PackedQuestion::all(questions) {
                    if !out.is_empty() {
                        out.push('\n');
                    }
                    let answer = read.map_err(Failure::from);
                    let answer = answer.and_then(|asked| answer_to(session, &asked, seconds(now)));
                    match answer {
                        Ok(answer) => out.push_str(&answer),
                        Err(failure) => failure.write(&mut out),
                    }
                }
            }
        }
        out
    }

    /// Returns the visible modules as JSON.
    #[must_use]
    pub fn modules(&self, now: f64) -> String {
        let modules = self.0.as_ref().map_err(|failure| *failure);
        let modules = modules.and_then(|session| Ok(session.visible(seconds(now))?.to_json()));
        modules.unwrap_or_else(Failure::line)
    }
}

fn answer_to(
    session: &portcullis_engine::Session,
    asked: &PackedQuestion<'_>,
    now: UnixSeconds,
) -> Result<String, Failure> {
    let decided = session.decide_named(asked.permission, &asked.question, now)?;
    Ok(decided.answer(session.policy())?)
}
