//! The encoder: model to the bytes of a bundle's payload.

mod catalog;
pub(crate) mod intern;
mod metadata;
pub(crate) mod runs;
mod tenant;

pub use metadata::{
    BundleMetadata, DEFAULT_AUDIENCE, DEFAULT_VALID_SECONDS, InvalidMetadata, StatedMetadata,
};

use core::fmt;

use portcullis_engine::format::{Header, Payload};
use portcullis_engine::limits::INDEX_MAX;
use portcullis_gate::routes::Routes;
use serde::Serialize;
use sha2::{Digest, Sha256};

use self::runs::{CatalogRuns, TenantRuns};
use crate::model::Model;
use crate::source::Catalog;

/// Encodes a policy as a bundle's payload, ready to be signed.
///
/// # Errors
/// Fails where something passes what the format can hold.
pub fn encode(model: &Model, metadata: &BundleMetadata) -> Result<Vec<u8>, UnencodablePolicy> {
    let catalog = CatalogRuns::of_model(model)?;
    let tenant = TenantRuns::of_model(model, metadata.without_directory)?;
    let own_routes = routes(model)?;
    let routes = if metadata.routes.is_empty() {
        &own_routes
    } else {
        &metadata.routes
    };
    let payload = Payload {
        header: Header {
            audience: &metadata.audience,
            tenant: &model.tenant.id,
            catalog: &model.catalog,
            catalog_digest: metadata.catalog_digest,
            sequence: metadata.sequence,
            issued_at: metadata.issued_at.0,
            not_before: metadata.not_before.0,
            expires_at: metadata.expires_at.0,
            pin_floor: metadata.pin_floor,
            slice_of: None,
            audit_head: metadata.audit_head,
            generator: &metadata.generator,
        },
        catalog: catalog.wire(),
        tenant: tenant.wire(),
        routes,
    };
    Ok(postcard::to_extend(&payload, Vec::new())?)
}

/// Encodes the gate's section.
pub(crate) fn routes(model: &Model) -> Result<Vec<u8>, UnencodablePolicy> {
    // INVARIANT (distinct): the compiler refuses routes that match the same requests.
    let routes = Routes::new(model.routes.clone()).map_err(|_| UnencodablePolicy::SameRoute)?;
    Ok(routes.encode()?)
}

/// Returns the SHA-256 of a catalog's source, however it was spaced.
#[must_use]
pub fn catalog_digest(catalog: &Catalog) -> [u8; 32] {
    // A catalog is strings and lists of them, which always have a JSON form.
    Sha256::digest(serde_json::to_vec(catalog).unwrap_or_default()).into()
}

/// A policy that the bundle's format cannot hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnencodablePolicy {
    /// There are too many of one sort of thing.
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many there are at most.
        most: usize,
    },
    /// Two routes match the same requests.
    SameRoute,
    /// The encoding failed.
    Encoding(postcard::Error),
}

impl From<postcard::Error> for UnencodablePolicy {
    fn from(error: postcard::Error) -> Self {
        Self::Encoding(error)
    }
}

impl fmt::Display for UnencodablePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { what, most } => {
                write!(f, "the policy has more than {most} {what}; split it")
            }
            Self::SameRoute => f.write_str("two routes of the policy match the same requests"),
            Self::Encoding(error) => write!(f, "the policy cannot be encoded: {error}"),
        }
    }
}

impl core::error::Error for UnencodablePolicy {}

/// Encodes items one after another, as the format packs them.
pub(crate) fn pack<T: Serialize>(
    items: impl IntoIterator<Item = T>,
) -> Result<Vec<u8>, UnencodablePolicy> {
    let mut run = Vec::new();
    for item in items {
        push(&mut run, &item)?;
    }
    Ok(run)
}

/// Appends one item to a run.
pub(crate) fn push<T: Serialize>(run: &mut Vec<u8>, item: &T) -> Result<(), UnencodablePolicy> {
    *run = postcard::to_extend(item, core::mem::take(run))?;
    Ok(())
}

/// Refuses more of something than the format numbers.
pub(crate) const fn check_count(what: &'static str, count: usize) -> Result<(), UnencodablePolicy> {
    if count > COUNT_MAX {
        return Err(UnencodablePolicy::TooMany {
            what,
            most: COUNT_MAX,
        });
    }
    Ok(())
}

pub(crate) const COUNT_MAX: usize = INDEX_MAX.saturating_sub(1);
/// How long before it is made a bundle holds already, in seconds: where a reader's clock is behind
/// the signer's by less, it is let in all the same.
const BACKDATED_SECONDS: u64 = 300;
/// What made a bundle, for people.
pub(crate) const GENERATOR: &str = concat!("portcullis ", env!("CARGO_PKG_VERSION"));

#[cfg(test)]
mod tests;
