//! Why a bundle was not believed.

use core::fmt;

/// The first check that a bundle failed, in the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectedBundle {
    /// It is larger than the bound.
    TooLarge,
    /// It does not start with `PCLB`.
    BadMagic,
    /// Its format number is not known here.
    UnsupportedFormat,
    /// The envelope cannot be read.
    MalformedEnvelope,
    /// It carries more than eight signatures.
    TooManySignatures,
    /// Its signatures are not ascending.
    UnsortedSignatures,
    /// A signature of a known key does not verify.
    BadSignature,
    /// Fewer trusted keys signed than the threshold asks.
    UntrustedSigner,
    /// It was signed as something other than a bundle.
    WrongPayloadType,
    /// The payload cannot be read.
    MalformedPayload,
    /// It is not encoded in the one canonical way.
    NotCanonical,
    /// It is for another audience.
    WrongAudience,
    /// It is for another tenant.
    WrongTenant,
    /// A key that may not sign for this tenant was needed to reach the threshold.
    WrongTenantKey,
    /// It is whole, and a slices-only key was needed to reach the threshold.
    SlicesOnlyKey,
    /// It is a slice, and a key for whole bundles only was needed to reach the threshold.
    WholeOnlyKey,
    /// It is a slice where whole bundles are taken.
    SliceRefused,
    /// It is whole where slices are taken.
    WholeRefused,
    /// It does not hold yet.
    NotYetValid,
    /// It no longer holds.
    Expired,
    /// A newer one was accepted before.
    RolledBack,
    /// Its sequence was accepted before with other content.
    Equivocation,
    /// Something in it points outside, is out of order or breaks a limit.
    Corrupt,
}

impl RejectedBundle {
    /// Every rejection, in the order of the checks.
    pub const ALL: [Self; 23] = [
        Self::TooLarge,
        Self::BadMagic,
        Self::UnsupportedFormat,
        Self::MalformedEnvelope,
        Self::TooManySignatures,
        Self::UnsortedSignatures,
        Self::BadSignature,
        Self::UntrustedSigner,
        Self::WrongPayloadType,
        Self::MalformedPayload,
        Self::NotCanonical,
        Self::WrongAudience,
        Self::WrongTenant,
        Self::WrongTenantKey,
        Self::SlicesOnlyKey,
        Self::WholeOnlyKey,
        Self::SliceRefused,
        Self::WholeRefused,
        Self::NotYetValid,
        Self::Expired,
        Self::RolledBack,
        Self::Equivocation,
        Self::Corrupt,
    ];

    /// Returns the stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::BadMagic => "bad-magic",
            Self::UnsupportedFormat => "unsupported-format",
            Self::MalformedEnvelope => "malformed-envelope",
            Self::TooManySignatures => "too-many-signatures",
            Self::UnsortedSignatures => "unsorted-signatures",
            Self::BadSignature => "bad-signature",
            Self::UntrustedSigner => "untrusted-signer",
            Self::WrongPayloadType => "wrong-payload-type",
            Self::MalformedPayload => "malformed-payload",
            Self::NotCanonical => "not-canonical",
            Self::WrongAudience => "wrong-audience",
            Self::WrongTenant => "wrong-tenant",
            Self::WrongTenantKey => "wrong-tenant-key",
            Self::SlicesOnlyKey => "slices-only-key",
            Self::WholeOnlyKey => "whole-only-key",
            Self::SliceRefused => "slice-refused",
            Self::WholeRefused => "whole-refused",
            Self::NotYetValid => "not-yet-valid",
            Self::Expired => "expired",
            Self::RolledBack => "rolled-back",
            Self::Equivocation => "equivocation",
            Self::Corrupt => "corrupt",
        }
    }

    /// Returns the rejection with that code, if there is one.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|rejection| rejection.code() == code)
    }
}

impl fmt::Display for RejectedBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the bundle is larger than the bound",
            Self::BadMagic => "these bytes are not a bundle",
            Self::UnsupportedFormat => "the bundle's format is not known to this version",
            Self::MalformedEnvelope => "the bundle's envelope is damaged",
            Self::TooManySignatures => "the bundle carries more than 8 signatures",
            Self::UnsortedSignatures => "the bundle's signatures are not in ascending order",
            Self::BadSignature => "a signature of a known key does not verify",
            Self::UntrustedSigner => "too few trusted keys signed this bundle",
            Self::WrongPayloadType => "what was signed is not a bundle",
            Self::MalformedPayload => "the bundle's payload cannot be read",
            Self::NotCanonical => "the bundle is not encoded canonically",
            Self::WrongAudience => "the bundle is for another audience",
            Self::WrongTenant => "the bundle is for another tenant",
            Self::WrongTenantKey => "a key that may sign for other tenants only signed this bundle",
            Self::SlicesOnlyKey => "a key that may sign slices only signed a whole bundle",
            Self::WholeOnlyKey => "a key that may sign whole bundles only signed a slice",
            Self::SliceRefused => "the bundle is a slice, and only whole bundles are taken here",
            Self::WholeRefused => "the bundle is whole, and only slices are taken here",
            Self::NotYetValid => "the bundle does not hold yet",
            Self::Expired => "the bundle has expired",
            Self::RolledBack => "a newer bundle was accepted before",
            Self::Equivocation => "another bundle was accepted under the same sequence",
            Self::Corrupt => "the bundle contradicts itself",
        })
    }
}

impl core::error::Error for RejectedBundle {}
