//! Evaluation responses, as one line of JSON without its end.

use portcullis_engine::{Decision, LimitExceeded, Policy};
use serde_json::Value;

use super::Malformed;

/// Answers an evaluation request with a decision: its context is the canonical answer.
///
/// # Errors
/// Refuses to write a residual that is longer than its limit.
pub fn evaluated(decision: &Decision<'_>, policy: &Policy) -> Result<String, LimitExceeded> {
    let canonical = decision.answer(policy)?;
    Ok(response(decision.is_allow(), &canonical))
}

/// Answers an evaluation request with a canonical answer that an engine wrote elsewhere, as in a
/// component.
#[must_use]
pub fn evaluated_elsewhere(canonical: &str) -> String {
    // The engine writes the effect first, in exactly these bytes.
    let allowed = canonical.starts_with(r#"{"effect":"allow","#);
    response(allowed, canonical)
}

/// Denies an evaluation request that has no answer, and says why.
#[must_use]
pub fn unanswered(status: u16, message: &str) -> String {
    let message = Value::from(message);
    let error = format!(r#"{{"status":{status},"message":{message}}}"#);
    response(false, &format!(r#"{{"effect":"error","error":{error}}}"#))
}

impl Malformed {
    /// Returns the answer to an evaluation request.
    #[must_use]
    pub fn answer(&self) -> String {
        unanswered(400, &self.to_string())
    }
}

fn response(allowed: bool, context: &str) -> String {
    format!(r#"{{"decision":{allowed},"context":{context}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_allowance_is_a_yes() {
        let allow = r#"{"effect":"allow","reason":"granted","role":"agent","scope":"own"}"#;
        let line = format!(r#"{{"decision":true,"context":{allow}}}"#);
        assert_eq!(evaluated_elsewhere(allow), line);
        for other in [
            r#"{"effect":"deny","reason":"not-granted"}"#,
            r#"{"effect":"conditional","reason":"conditional","residual":{}}"#,
        ] {
            let line = format!(r#"{{"decision":false,"context":{other}}}"#);
            assert_eq!(evaluated_elsewhere(other), line);
        }
    }

    #[test]
    fn whatever_has_no_answer_is_denied() {
        let error = r#"{"status":500,"message":"trap: \"x\""}"#;
        let context = format!(r#"{{"effect":"error","error":{error}}}"#);
        let line = format!(r#"{{"decision":false,"context":{context}}}"#);
        assert_eq!(unanswered(500, "trap: \"x\""), line);
    }
}
