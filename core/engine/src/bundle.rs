//! A bundle that was believed: signed, current, meant for this host, and sound.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use sha2::{Digest, Sha256};

use crate::{
    cursor::Cursor,
    format,
    ids::UnixSeconds,
    index::{Span, Tables},
    open,
    rejection::RejectedBundle,
};

/// A verified bundle with the tables that answer from it.
#[derive(Debug, Clone)]
pub struct Bundle {
    pub(crate) bytes: Vec<u8>,
    pub(crate) payload: Span,
    pub(crate) routes: Span,
    pub(crate) header: Header,
    pub(crate) tables: Tables,
}

impl Bundle {
    /// Opens a payload that this process itself has just encoded, without a signature:
    /// for previews, policy tests and administration; or one that somebody is about to sign,
    /// to show what it says.
    ///
    /// Nothing that came from outside may answer this way: whoever could write the
    /// payload decides what it allows. No signature, audience, tenant, time or sequence
    /// is checked. That it is well-formed, canonical, sound and within every limit is
    /// checked as [`SignedBundle::verify`](crate::SignedBundle) does.
    ///
    /// # Errors
    ///
    /// Returns [`MalformedPayload`](RejectedBundle::MalformedPayload),
    /// [`NotCanonical`](RejectedBundle::NotCanonical) or
    /// [`Corrupt`](RejectedBundle::Corrupt).
    pub fn from_unverified_payload(payload: Vec<u8>) -> Result<Self, RejectedBundle> {
        open::open_unverified(payload)
    }

    /// Returns who the bundle is for and how long it holds.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the SHA-256 of the payload: the bundle's identity.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.payload.bytes(&self.bytes)).into()
    }

    /// Returns the SHA-256 of the payload that the sequence numbers: for a slice that of
    /// the whole bundle, so that all slices of one bundle share it.
    #[cfg(feature = "ed25519")]
    pub(crate) fn origin_digest(&self) -> [u8; 32] {
        self.header.slice_of.unwrap_or_else(|| self.digest())
    }

    /// Returns what was signed, as encoded: what a slice is cut from.
    ///
    /// It is always there: it was read when the bundle was opened.
    #[must_use]
    pub fn payload(&self) -> Option<format::Payload<'_>> {
        format::read_whole(&mut Cursor::new(self.payload.bytes(&self.bytes)))
    }

    /// Returns the gate's section, which the engine does not read.
    #[must_use]
    pub fn routes(&self) -> &[u8] {
        self.routes.bytes(&self.bytes)
    }

    /// Returns the size of the whole bundle in bytes, its signatures included.
    #[must_use]
    pub const fn size_bytes(&self) -> usize {
        self.bytes.len()
    }
}

/// Who a bundle is for, what it replaces and how long it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The deployment that may load it.
    pub audience: String,
    /// The customer whose policy it is.
    pub tenant: String,
    /// The catalog's id.
    pub catalog: String,
    /// SHA-256 of the catalog's source; of a slice all zero.
    pub catalog_digest: [u8; 32],
    /// Grows with every bundle of an (audience, tenant).
    pub sequence: u64,
    /// When it was made.
    pub issued_at: UnixSeconds,
    /// First second at which it holds.
    pub not_before: UnixSeconds,
    /// First second at which it no longer holds.
    pub expires_at: UnixSeconds,
    /// Lowest sequence that a session may stay pinned to.
    pub pin_floor: u64,
    /// Digest of the whole bundle's payload, for a slice.
    pub slice_of: Option<[u8; 32]>,
    /// Last link of the audit chain at the time of the build.
    pub audit_head: Option<[u8; 32]>,
    /// What made it, for people.
    pub generator: String,
}

impl From<&format::Header<'_>> for Header {
    fn from(wire: &format::Header<'_>) -> Self {
        Self {
            audience: wire.audience.to_owned(),
            tenant: wire.tenant.to_owned(),
            catalog: wire.catalog.to_owned(),
            catalog_digest: wire.catalog_digest,
            sequence: wire.sequence,
            issued_at: UnixSeconds(wire.issued_at),
            not_before: UnixSeconds(wire.not_before),
            expires_at: UnixSeconds(wire.expires_at),
            pin_floor: wire.pin_floor,
            slice_of: wire.slice_of,
            audit_head: wire.audit_head,
            generator: wire.generator.to_owned(),
        }
    }
}
