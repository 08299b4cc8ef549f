//! Failures as lines.

use alloc::string::String;

use portcullis_engine::{InvalidRequest, LimitExceeded, RejectedBundle, SessionExpired};

/// Why there is no answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Failure {
    InvalidTrust(&'static str),
    Rejected(RejectedBundle),
    Expired,
    InvalidRequest(InvalidRequest),
}

impl Failure {
    /// Appends `!code`, and words where there are any.
    pub(crate) fn write(self, out: &mut String) {
        let (code, words) = match self {
            Self::InvalidTrust(words) => ("!invalid-trust ", words),
            Self::Rejected(rejection) => ("!bundle-rejected ", rejection.code()),
            Self::Expired => ("!bundle-expired", ""),
            Self::InvalidRequest(invalid) => ("!limit-exceeded ", invalid.message()),
        };
        out.push_str(code);
        out.push_str(words);
    }

    pub(crate) fn line(self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

impl From<RejectedBundle> for Failure {
    fn from(rejection: RejectedBundle) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<SessionExpired> for Failure {
    fn from(_: SessionExpired) -> Self {
        Self::Expired
    }
}

impl From<InvalidRequest> for Failure {
    fn from(invalid: InvalidRequest) -> Self {
        Self::InvalidRequest(invalid)
    }
}

impl From<LimitExceeded> for Failure {
    fn from(limit: LimitExceeded) -> Self {
        Self::InvalidRequest(limit.into())
    }
}
