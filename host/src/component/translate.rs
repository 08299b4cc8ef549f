//! Between this program's types and the component's interface.

use portcullis_engine::{KeyUse, SliceUse, UnixSeconds};
use portcullis_policy::authzen::Vocabulary;

use super::bindings::exports::portcullis::edge::engine as wit;
use crate::{
    engine::{BundleInfo, Names},
    failure::Failure,
    trust::HostTrust,
};

pub(super) fn trust(stated: &HostTrust) -> wit::Trust {
    let file = &stated.file;
    wit::Trust {
        threshold: file.threshold,
        keys: file
            .keys
            .iter()
            .map(|key| wit::TrustedKey {
                key: key.key.to_vec(),
                slices_only: key.key_use == KeyUse::SlicesOnly,
            })
            .collect(),
        audience: file.audience.clone(),
        tenants: file.tenants.clone(),
        slices: match stated.slices {
            SliceUse::WholeOnly => wit::SliceUse::WholeOnly,
            SliceUse::SlicesOnly => wit::SliceUse::SlicesOnly,
            SliceUse::Either => wit::SliceUse::Either,
        },
        floor: file.floor.map(|floor| wit::Floor {
            sequence: floor.sequence,
            digest: floor.digest.map(|digest| digest.to_vec()),
        }),
        bundle_bytes_max: stated.bundle_bytes_max,
    }
}

/// Says whether the interface can express a trust: of a key it says whether it signs slices only,
/// and neither tenants nor whole bundles only.
pub(super) fn says_all(stated: &HostTrust) -> bool {
    let mut keys = stated.file.keys.iter();
    keys.all(|key| key.tenants.is_empty() && key.key_use != KeyUse::WholeOnly)
}

pub(super) fn failure(stated: wit::Failure) -> Failure {
    match stated {
        wit::Failure::InvalidTrust(why) => Failure::InvalidTrust(why),
        wit::Failure::BundleRejected(code) => Failure::BundleRejected(code),
        wit::Failure::BundleExpired => Failure::BundleExpired,
        wit::Failure::LimitExceeded(which) => Failure::LimitExceeded(which),
    }
}

pub(super) fn info(stated: wit::BundleInfo) -> Result<BundleInfo, Failure> {
    let digest = |bytes: Vec<u8>| {
        let wrong = |_| Failure::Trap("the component's digest is not 32 bytes".to_owned());
        bytes.try_into().map_err(wrong)
    };
    Ok(BundleInfo {
        audience: stated.audience,
        tenant: stated.tenant,
        catalog: stated.catalog,
        sequence: stated.sequence,
        issued_at: UnixSeconds(stated.issued_at),
        not_before: UnixSeconds(stated.not_before),
        expires_at: UnixSeconds(stated.expires_at),
        digest: digest(stated.digest)?,
        slice_of: stated.slice_of.map(digest).transpose()?,
        size_bytes: stated.size,
        modules: stated.modules,
        permissions: stated.permissions,
        roles: stated.roles,
        grants: stated.grants,
        features: stated.features,
    })
}

/// Collects the lists of names, each from a call of its own.
pub(super) fn names<E>(
    mut ask: impl FnMut(wit::NameList) -> Result<Vec<String>, E>,
) -> Result<Names, E> {
    Ok(Names {
        reasons: ask(wit::NameList::Reasons)?,
        roles: ask(wit::NameList::Roles)?,
        scopes: ask(wit::NameList::Scopes)?,
        permissions: ask(wit::NameList::Permissions)?,
        vocabulary: Vocabulary {
            subject: ask(wit::NameList::SubjectAttributes)?,
            action: ask(wit::NameList::ActionAttributes)?,
            context: ask(wit::NameList::ContextAttributes)?,
            resource: ask(wit::NameList::ResourceAttributes)?,
        },
    })
}
