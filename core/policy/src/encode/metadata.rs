//! What a bundle says of itself, and what it may say.

use core::fmt;

use portcullis_engine::UnixSeconds;
use portcullis_engine::grammar::is_value;

use super::{BACKDATED_SECONDS, GENERATOR, catalog_digest};
use crate::source::Catalog;

/// What a bundle says of itself, besides the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleMetadata {
    /// The deployment that may load it.
    pub audience: String,
    /// Grows with every bundle of an audience and tenant.
    pub sequence: u64,
    /// When it was made.
    pub issued_at: UnixSeconds,
    /// First second at which it holds.
    pub not_before: UnixSeconds,
    /// First second at which it no longer holds.
    pub expires_at: UnixSeconds,
    /// Lowest sequence that a session may stay pinned to.
    pub pin_floor: u64,
    /// Last link of the audit chain at the time of the build.
    pub audit_head: Option<[u8; 32]>,
    /// SHA-256 of the catalog's source, as [`catalog_digest`] gives it.
    pub catalog_digest: [u8; 32],
    /// What made it, for people.
    pub generator: String,
    /// The gate's section, already encoded; empty for the routes of the policy itself.
    pub routes: Vec<u8>,
    /// Whether the people of the tenant's directory are left out.
    pub without_directory: bool,
}

impl BundleMetadata {
    /// Says that a bundle is made at `issued_at`, which is its sequence too, and
    /// holds for `valid_for_seconds` from then on, and for five minutes before.
    #[must_use]
    pub fn new(
        audience: impl Into<String>,
        issued_at: UnixSeconds,
        valid_for_seconds: u64,
        catalog: &Catalog,
    ) -> Self {
        Self {
            audience: audience.into(),
            sequence: issued_at.0,
            issued_at,
            not_before: UnixSeconds(issued_at.0.saturating_sub(BACKDATED_SECONDS)),
            expires_at: UnixSeconds(issued_at.0.saturating_add(valid_for_seconds)),
            pin_floor: 0,
            audit_head: None,
            catalog_digest: catalog_digest(catalog),
            generator: GENERATOR.to_owned(),
            routes: Vec::new(),
            without_directory: false,
        }
    }

    /// Says of a bundle that is made at `issued_at` what somebody states, and of the rest what
    /// is so by default.
    ///
    /// # Errors
    /// Refuses what no host would take, or no session could stay with.
    pub fn stated(
        stated: &StatedMetadata,
        issued_at: UnixSeconds,
        catalog: &Catalog,
    ) -> Result<Self, InvalidMetadata> {
        let audience = stated.audience.as_deref().unwrap_or(DEFAULT_AUDIENCE);
        if !is_value(audience) {
            return Err(InvalidMetadata::Audience);
        }
        let valid_for = stated.valid_for_seconds.unwrap_or(DEFAULT_VALID_SECONDS);
        if issued_at.0.checked_add(valid_for).is_none() {
            return Err(InvalidMetadata::ValidFor);
        }
        let sequence = stated.sequence.unwrap_or(issued_at.0);
        let pin_floor = stated.pin_floor;
        if pin_floor > sequence {
            return Err(InvalidMetadata::PinFloor {
                pin_floor,
                sequence,
            });
        }
        Ok(Self {
            sequence,
            pin_floor,
            audit_head: stated.audit_head,
            without_directory: stated.without_directory,
            ..Self::new(audience, issued_at, valid_for, catalog)
        })
    }
}

/// What somebody states of a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatedMetadata {
    /// The deployment that may load it; [`DEFAULT_AUDIENCE`] where nothing is stated.
    pub audience: Option<String>,
    /// Its place in the order of bundles; the time it is made at where nothing is stated.
    pub sequence: Option<u64>,
    /// For how many seconds it holds; [`DEFAULT_VALID_SECONDS`] where nothing is stated.
    pub valid_for_seconds: Option<u64>,
    /// Lowest sequence that a session may stay pinned to.
    pub pin_floor: u64,
    /// Last link of the audit chain.
    pub audit_head: Option<[u8; 32]>,
    /// Whether the people of the tenant's directory are left out.
    pub without_directory: bool,
}

/// Something that a bundle cannot say of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidMetadata {
    /// The audience is outside its grammar.
    Audience,
    /// The end is past the last second that can be written.
    ValidFor,
    /// No session could stay with any bundle.
    PinFloor {
        /// The lowest sequence that a session may stay pinned to.
        pin_floor: u64,
        /// The sequence of the bundle.
        sequence: u64,
    },
}

impl fmt::Display for InvalidMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Audience => {
                f.write_str("the audience is not 1 to 256 bytes without control characters")
            }
            Self::ValidFor => f.write_str("the bundle would hold longer than time"),
            Self::PinFloor {
                pin_floor,
                sequence,
            } => write!(
                f,
                "the floor for pins {pin_floor} is above the bundle's own sequence {sequence}"
            ),
        }
    }
}

impl core::error::Error for InvalidMetadata {}

/// The audience of a bundle of which nobody says another.
pub const DEFAULT_AUDIENCE: &str = "default";

/// For how long a bundle holds of which nobody says otherwise: 30 days.
pub const DEFAULT_VALID_SECONDS: u64 = 30 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    fn stated(stated: &StatedMetadata) -> Result<BundleMetadata, InvalidMetadata> {
        let policy = r#"{ "catalog": { "id": "c" }, "tenant": { "id": "t" } }"#;
        let document = Document::load(policy).unwrap();
        BundleMetadata::stated(stated, UnixSeconds(9), &document.source().catalog)
    }

    #[test]
    fn what_nobody_states_is_so_by_default() {
        let metadata = stated(&StatedMetadata::default()).unwrap();
        assert_eq!(metadata.audience, "default");
        assert_eq!((metadata.sequence, metadata.pin_floor), (9, 0));
        assert_eq!(metadata.expires_at, UnixSeconds(9 + 2_592_000));
    }

    #[test]
    fn what_no_host_would_take_is_refused() {
        for (audience, taken) in [("a", true), ("", false), ("a\n", false)] {
            let own = StatedMetadata {
                audience: Some(audience.to_owned()),
                ..StatedMetadata::default()
            };
            assert_eq!(stated(&own).is_ok(), taken, "{audience:?}");
        }
        for (seconds, taken) in [(u64::MAX - 9, true), (u64::MAX - 8, false)] {
            let own = StatedMetadata {
                valid_for_seconds: Some(seconds),
                ..StatedMetadata::default()
            };
            assert_eq!(stated(&own).is_ok(), taken, "{seconds}");
        }
        for (pin_floor, taken) in [(3, true), (4, false)] {
            let own = StatedMetadata {
                sequence: Some(3),
                pin_floor,
                ..StatedMetadata::default()
            };
            assert_eq!(stated(&own).is_ok(), taken, "{pin_floor}");
        }
    }
}
