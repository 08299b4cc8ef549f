//! A policy's own tests, run by the engine that will answer.

pub(crate) mod gateway;
mod probe;
mod report;
mod requests;
mod run;

pub use run::{Failure, Report, TestResult};

use core::fmt;

use portcullis_engine::Policy;
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::model::Model;
use portcullis_policy::source::Test;
use portcullis_policy::{UnopenablePolicy, preview};

/// Runs tests against a policy, as the bundle with that metadata would answer when it
/// is issued and before anything ends, unless a test says another time. Requests are
/// judged by the gate with that bundle.
///
/// The tests are about the whole policy: people are asked about although a bundle may
/// leave the directory out.
///
/// # Errors
/// Fails where no bundle can be made of the policy, not where a test fails.
pub fn test(
    model: &Model,
    tests: &[Test],
    metadata: &BundleMetadata,
) -> Result<Report, UntestablePolicy> {
    let whole = BundleMetadata {
        without_directory: false,
        ..metadata.clone()
    };
    let policies = Policies {
        before_any_end: preview(&model.before_any_end(), &whole)?,
        over_time: preview(model, &whole)?,
    };
    run::run(model, tests, &policies, &whole)
}

/// The policy that a test asks: what ends does so only for one that says when it is asked.
struct Policies {
    before_any_end: Policy,
    over_time: Policy,
}

/// A policy that cannot be tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UntestablePolicy {
    /// The engine cannot answer from it.
    Unopenable(UnopenablePolicy),
    /// The gate would not judge by its bundle; says why.
    Ungated(String),
}

impl From<UnopenablePolicy> for UntestablePolicy {
    fn from(error: UnopenablePolicy) -> Self {
        Self::Unopenable(error)
    }
}

impl fmt::Display for UntestablePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unopenable(error) => write!(f, "{error}"),
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
