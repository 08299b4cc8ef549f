//! Trust, as the host states it.

use alloc::vec::Vec;

use portcullis_engine::{
    Floor, InvalidRequest, InvalidTrust, KeyUse, LimitExceeded, SessionExpired, SliceUse, Trust,
    TrustedKey,
};

use crate::bindings::exports::portcullis::edge::engine as wit;

pub(crate) fn trust(stated: wit::Trust) -> Result<Trust, wit::Failure> {
    let mut keys = Vec::with_capacity(stated.keys.len());
    for key in &stated.keys {
        keys.push(trusted_key(key)?);
    }
    let threshold = usize::try_from(stated.threshold).unwrap_or(usize::MAX);
    let mut trust = Trust::new(threshold, keys, stated.audience)?;
    trust.tenants = stated.tenants;
    trust.slices = match stated.slices {
        wit::SliceUse::WholeOnly => SliceUse::WholeOnly,
        wit::SliceUse::SlicesOnly => SliceUse::SlicesOnly,
        wit::SliceUse::Either => SliceUse::Either,
    };
    trust.floor = stated.floor.map(floor).transpose()?;
    if let Some(bound) = stated.bundle_bytes_max {
        trust.bundle_bytes_max = usize::try_from(bound).unwrap_or(usize::MAX);
    }
    Ok(trust)
}

fn trusted_key(stated: &wit::TrustedKey) -> Result<TrustedKey, InvalidTrust> {
    let key = stated
        .key
        .as_slice()
        .try_into()
        .map_err(|_| InvalidTrust::Key)?;
    TrustedKey::new(
        key,
        if stated.slices_only {
            KeyUse::SlicesOnly
        } else {
            KeyUse::Any
        },
    )
}

fn floor(stated: wit::Floor) -> Result<Floor, wit::Failure> {
    let digest = stated
        .digest
        .map(|digest| digest.try_into())
        .transpose()
        .map_err(|_| wit::Failure::InvalidTrust("the floor's digest is not 32 bytes".into()))?;
    Ok(Floor {
        sequence: stated.sequence,
        digest,
    })
}

impl From<InvalidTrust> for wit::Failure {
    fn from(invalid: InvalidTrust) -> Self {
        Self::InvalidTrust(invalid.message().into())
    }
}

impl From<SessionExpired> for wit::Failure {
    fn from(_: SessionExpired) -> Self {
        Self::BundleExpired
    }
}

impl From<InvalidRequest> for wit::Failure {
    fn from(invalid: InvalidRequest) -> Self {
        Self::LimitExceeded(invalid.message().into())
    }
}

impl From<LimitExceeded> for wit::Failure {
    fn from(limit: LimitExceeded) -> Self {
        InvalidRequest::from(limit).into()
    }
}
