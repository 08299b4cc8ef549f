//! A policy opened as the engine would its bundle, without a signer.

use core::fmt;

use portcullis_engine::{
    KeyUse, Policy, RejectedBundle, SignedBundle, SliceUse, Trust, TrustedKey, UnixSeconds,
};

use crate::encode::{Edition, UnencodablePolicy, encode};
use crate::model::Model;
use crate::sign::{SigningKey, sign};

/// Opens a policy as the engine would its bundle; for tests and previews.
///
/// The key that signs it is public knowledge: such a bundle goes nowhere.
///
/// # Errors
/// Fails where no bundle can be made of the policy.
pub fn preview(model: &Model, edition: &Edition) -> Result<Policy, UnopenablePolicy> {
    let payload = encode(model, edition)?;
    let key = SigningKey::from_bytes(&[0; 32]);
    let trusted = TrustedKey::new(&key.public_key(), KeyUse::Any);
    let bundle = sign(&payload, &[key]).unwrap_or_default();
    let trust = trusted.and_then(|key| Trust::new(1, [key], edition.audience.clone()));
    let mut trust =
        trust.map_err(|_| UnopenablePolicy::Rejected(RejectedBundle::UntrustedSigner))?;
    trust.slices = SliceUse::WholeOnly;
    trust.bundle_bytes_max = usize::MAX;
    let now: UnixSeconds = edition.not_before;
    let bundle = SignedBundle::new(bundle).verify(&trust, now);
    bundle.map(Policy::from).map_err(UnopenablePolicy::Rejected)
}

/// A policy of which no bundle can be made, so that it answers nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnopenablePolicy {
    /// The format cannot hold it.
    Unencodable(UnencodablePolicy),
    /// The engine would reject its bundle.
    Rejected(RejectedBundle),
}

impl From<UnencodablePolicy> for UnopenablePolicy {
    fn from(error: UnencodablePolicy) -> Self {
        Self::Unencodable(error)
    }
}

impl fmt::Display for UnopenablePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unencodable(error) => write!(f, "{error}"),
            Self::Rejected(rejection) => {
                write!(
                    f,
                    "the engine rejects the bundle of this policy: {rejection}"
                )
            }
        }
    }
}

impl core::error::Error for UnopenablePolicy {}
