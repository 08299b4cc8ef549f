//! Answers as `AuthZEN` 1.0 evaluation responses.

use portcullis_policy::authzen::Malformed;
use serde_json::Value;

use crate::failure::Failure;

/// Wraps a canonical answer: one line of JSON without its end.
#[must_use]
pub fn answered(canonical: &str) -> String {
    // The engine writes the effect first, in exactly these bytes.
    let decision = canonical.starts_with(r#"{"effect":"allow","#);
    format!(r#"{{"decision":{decision},"context":{canonical}}}"#)
}

/// Denies because there is no answer, and says which failure it was.
#[must_use]
pub fn failed(failure: &Failure) -> String {
    let status = match failure {
        Failure::LimitExceeded(which) => {
            let malformed = Malformed {
                message: which.clone(),
                limit: true,
            };
            return malformed.answer();
        }
        Failure::Trap(_) => 500,
        _ => 503,
    };
    let message = Value::from(failure.to_string());
    format!(
        r#"{{"decision":false,"context":{{"effect":"error","error":{{"status":{status},"message":{message}}}}}}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_allowance_is_a_yes() {
        let allow = r#"{"effect":"allow","reason":"granted","role":"agent","scope":"own"}"#;
        let line = format!(r#"{{"decision":true,"context":{allow}}}"#);
        assert_eq!(answered(allow), line);
        for other in [
            r#"{"effect":"deny","reason":"not-granted"}"#,
            r#"{"effect":"conditional","reason":"conditional","residual":{}}"#,
        ] {
            let line = format!(r#"{{"decision":false,"context":{other}}}"#);
            assert_eq!(answered(other), line);
        }
    }

    #[test]
    fn every_failure_denies() {
        for (failure, status, message) in [
            (Failure::BundleExpired, 503, "bundle-expired"),
            (Failure::Busy, 503, "busy"),
            (Failure::Trap("\"x\"".to_owned()), 500, r#"trap: \"x\""#),
            (
                Failure::LimitExceeded("y".to_owned()),
                400,
                "limit-exceeded: y",
            ),
        ] {
            let error = format!(r#"{{"status":{status},"message":"{message}"}}"#);
            let context = format!(r#"{{"effect":"error","error":{error}}}"#);
            let line = format!(r#"{{"decision":false,"context":{context}}}"#);
            assert_eq!(failed(&failure), line);
        }
    }
}
