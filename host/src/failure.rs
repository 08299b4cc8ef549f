//! Why an engine gave no answer.

use core::fmt;

use portcullis_engine::{
    InvalidRequest, InvalidTrust, LimitExceeded, RejectedBundle, SessionExpired,
};

/// No answer, and which failure it was. Whoever asked denies, whichever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The trust could never accept a bundle; says why.
    InvalidTrust(String),
    /// The configuration of a gate is wrong; says where, and how.
    InvalidConfig(String),
    /// The bundle was not believed; the stable code of the check that failed.
    BundleRejected(String),
    /// The bundle no longer holds.
    BundleExpired,
    /// A value is outside the grammar or over a limit; says which.
    LimitExceeded(String),
    /// The engine broke off; says how. It costs this one request.
    Trap(String),
    /// As many requests as there are instances are being answered already.
    Busy,
}

impl Failure {
    /// Returns the failure's stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::InvalidTrust(_) => "invalid-trust",
            Self::InvalidConfig(_) => "invalid-config",
            Self::BundleRejected(_) => "bundle-rejected",
            Self::BundleExpired => "bundle-expired",
            Self::LimitExceeded(_) => "limit-exceeded",
            Self::Trap(_) => "trap",
            Self::Busy => "busy",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::BundleRejected(code) => write!(f, "({code})"),
            Self::InvalidTrust(why)
            | Self::InvalidConfig(why)
            | Self::LimitExceeded(why)
            | Self::Trap(why) => {
                write!(f, ": {why}")
            }
            Self::BundleExpired | Self::Busy => Ok(()),
        }
    }
}

impl core::error::Error for Failure {}

impl From<InvalidTrust> for Failure {
    fn from(invalid: InvalidTrust) -> Self {
        Self::InvalidTrust(invalid.to_string())
    }
}

impl From<RejectedBundle> for Failure {
    fn from(rejection: RejectedBundle) -> Self {
        Self::BundleRejected(rejection.code().to_owned())
    }
}

impl From<SessionExpired> for Failure {
    fn from(_: SessionExpired) -> Self {
        Self::BundleExpired
    }
}

impl From<InvalidRequest> for Failure {
    fn from(invalid: InvalidRequest) -> Self {
        Self::LimitExceeded(invalid.to_string())
    }
}

impl From<LimitExceeded> for Failure {
    fn from(limit: LimitExceeded) -> Self {
        Self::LimitExceeded(limit.to_string())
    }
}
