//! A policy opened as the engine would its bundle, without a signer.

use core::fmt;

use portcullis_engine::{Bundle, Policy, RejectedBundle};

use crate::encode::{BundleMetadata, UnencodablePolicy, encode};
use crate::model::Model;

/// Opens a policy as the engine would its bundle, as it answers when it is issued; for tests and
/// previews.
///
/// Nothing is signed or verified: what was just encoded here needs no proof of its origin.
/// Metadata of a bundle that never holds is refused as expired.
///
/// # Errors
/// Fails where no bundle can be made of the policy.
pub fn preview(model: &Model, metadata: &BundleMetadata) -> Result<Policy, UnopenablePolicy> {
    let payload = encode(model, metadata)?;
    if metadata.issued_at.max(metadata.not_before) >= metadata.expires_at {
        return Err(UnopenablePolicy::Rejected(RejectedBundle::Expired));
    }
    let bundle = Bundle::from_unverified_payload(payload);
    let policy = bundle.map(|bundle| Policy::from(bundle).at(metadata.issued_at).into_owned());
    policy.map_err(UnopenablePolicy::Rejected)
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
