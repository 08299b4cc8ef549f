//! Why there is no answer, as a line.

use alloc::{format, string::String};
use core::fmt::Display;

use portcullis_admin::{Refused, UnusableActor};
use portcullis_engine::{InvalidRequest, LimitExceeded, RejectedBundle, SessionExpired};
use portcullis_json::SyntaxError;
use portcullis_policy::{
    InvalidPolicy, UnopenablePolicy,
    authzen::{Malformed, REQUEST_BYTES_MAX},
    encode::UnencodablePolicy,
};
use portcullis_review::{matrix::UnknownRole, suite::UntestablePolicy};
use serde::de::DeserializeOwned;

use super::json::problems_json;

/// The line `!code words`; of `invalid-policy` and `refused` the words are JSON.
#[derive(Clone, Debug)]
pub(super) struct Failure(String);

impl Failure {
    fn new(code: &str, words: impl Display) -> Self {
        Self(format!("!{code} {words}"))
    }

    pub(super) fn malformed(words: impl Display) -> Self {
        Self::new("malformed", words)
    }

    pub(super) fn limit(words: impl Display) -> Self {
        Self::new("limit-exceeded", words)
    }

    pub(super) fn into_line(self) -> String {
        self.0
    }
}

/// Returns an answer, or the line that says why there is none.
pub(super) fn line(answer: Result<String, Failure>) -> String {
    answer.unwrap_or_else(Failure::into_line)
}

/// Reads what JavaScript asks for.
pub(super) fn read<T: DeserializeOwned>(what: &str, json: &str) -> Result<T, Failure> {
    if json.len() > REQUEST_BYTES_MAX {
        let words = format!("{what} has more than {REQUEST_BYTES_MAX} bytes");
        return Err(Failure::limit(words));
    }
    serde_json::from_str(json).map_err(|error| {
        let message = SyntaxError::from(error).message;
        Failure::malformed(format!("{what}: {message}"))
    })
}

impl From<InvalidPolicy> for Failure {
    fn from(invalid: InvalidPolicy) -> Self {
        Self::new("invalid-policy", problems_json(invalid.problems()))
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        // Lists and strings alone, which always have a JSON form.
        Self::new(
            "refused",
            serde_json::to_string(&refused).unwrap_or_default(),
        )
    }
}

impl From<UnusableActor> for Failure {
    fn from(unusable: UnusableActor) -> Self {
        match unusable {
            UnusableActor::Malformed(malformed) => malformed.into(),
            other => match other.cure() {
                Some(cure) => Self::malformed(format!("{other}; {cure}")),
                None => Self::malformed(other),
            },
        }
    }
}

impl From<Malformed> for Failure {
    fn from(malformed: Malformed) -> Self {
        if malformed.limit {
            Self::limit(malformed.message)
        } else {
            Self::malformed(malformed.message)
        }
    }
}

impl From<InvalidRequest> for Failure {
    fn from(invalid: InvalidRequest) -> Self {
        Self::limit(invalid.message())
    }
}

impl From<LimitExceeded> for Failure {
    fn from(limit: LimitExceeded) -> Self {
        Self::limit(limit.message())
    }
}

impl From<SessionExpired> for Failure {
    fn from(_: SessionExpired) -> Self {
        Self::new("bundle-expired", "")
    }
}

impl From<UnknownRole> for Failure {
    fn from(unknown: UnknownRole) -> Self {
        Self::malformed(unknown)
    }
}

impl From<UntestablePolicy> for Failure {
    fn from(error: UntestablePolicy) -> Self {
        match error {
            UntestablePolicy::Unopenable(unopenable) => unopenable.into(),
            UntestablePolicy::Ungated(_) => Self::new("unencodable", error),
        }
    }
}

impl From<UnopenablePolicy> for Failure {
    fn from(error: UnopenablePolicy) -> Self {
        match error {
            UnopenablePolicy::Rejected(RejectedBundle::Expired) => Self::new("bundle-expired", ""),
            other => Self::new("unencodable", other),
        }
    }
}

impl From<UnencodablePolicy> for Failure {
    fn from(error: UnencodablePolicy) -> Self {
        Self::new("unencodable", error)
    }
}
