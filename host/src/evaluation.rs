//! Failures of engines as `AuthZEN` 1.0 evaluation responses.

use portcullis_policy::authzen::{Malformed, unanswered};

use crate::failure::Failure;

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
    unanswered(status, &failure.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

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
