//! The policy test kit: a policy's own tests, run by the engine that will answer.

mod answer;
mod coverage;
mod expectation;
mod explained;
mod gateway;
mod probe;
mod question;
mod report;
mod requests;
mod run;

pub use answer::Answer;
pub use coverage::{Coverage, RouteCoverage, UnexercisedGrant};
pub use expectation::Expectation;
pub use run::{Failure, Report, TestResult};

use core::fmt;

use portcullis_engine::{
    KeyUse, Policy, RejectedBundle, SignedBundle, SliceUse, Trust, TrustedKey, UnixSeconds,
};

use crate::encode::{Edition, UnencodablePolicy, encode};
use crate::model::Model;
use crate::sign::{SigningKey, sign};
use crate::source::Test;

/// Runs tests against a policy, as the bundle of that edition would answer when it
/// is issued, unless a test says another time. Requests are judged by the gate with that
/// bundle.
///
/// # Errors
/// Fails where no bundle can be made of the policy, not where a test fails.
pub fn test(model: &Model, tests: &[Test], edition: &Edition) -> Result<Report, UntestablePolicy> {
    let policy = preview(model, edition)?;
    run::run(model, tests, &policy, edition)
}

/// Opens a policy as the engine would its bundle; for tests and previews.
///
/// The key that signs it is public knowledge: such a bundle goes nowhere.
///
/// # Errors
/// Fails where no bundle can be made of the policy.
pub fn preview(model: &Model, edition: &Edition) -> Result<Policy, UntestablePolicy> {
    let bundle = signed(model, edition)?;
    let trusted = TrustedKey::new(&signing_key().public_key(), KeyUse::Any);
    let trust = trusted.and_then(|key| Trust::new(1, [key], edition.audience.clone()));
    let mut trust =
        trust.map_err(|_| UntestablePolicy::Rejected(RejectedBundle::UntrustedSigner))?;
    trust.slices = SliceUse::WholeOnly;
    trust.bundle_bytes_max = usize::MAX;
    let now: UnixSeconds = edition.not_before;
    let bundle = SignedBundle::new(bundle).verify(&trust, now);
    bundle.map(Policy::from).map_err(UntestablePolicy::Rejected)
}

fn signed(model: &Model, edition: &Edition) -> Result<Vec<u8>, UntestablePolicy> {
    let payload = encode(model, edition)?;
    Ok(sign(&payload, &[signing_key()]).unwrap_or_default())
}

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[0; 32])
}

/// A policy of which no bundle can be made, so that it cannot be tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UntestablePolicy {
    /// The format cannot hold it.
    Unencodable(UnencodablePolicy),
    /// The engine would reject its bundle.
    Rejected(RejectedBundle),
    /// The gate would not judge by its bundle; tells why.
    Ungated(String),
}

impl From<UnencodablePolicy> for UntestablePolicy {
    fn from(error: UnencodablePolicy) -> Self {
        Self::Unencodable(error)
    }
}

impl fmt::Display for UntestablePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unencodable(error) => write!(f, "{error}"),
            Self::Rejected(rejection) => {
                write!(
                    f,
                    "the engine rejects the bundle of this policy: {rejection}"
                )
            }
            Self::Ungated(why) => {
                write!(
                    f,
                    "the gate does not judge by the bundle of this policy: {why}"
                )
            }
        }
    }
}

impl core::error::Error for UntestablePolicy {}

#[cfg(test)]
mod request_tests;
#[cfg(test)]
mod tests;
