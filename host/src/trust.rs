//! What a host trusts: trust.json, and what only a host can know.

use portcullis_engine::{InvalidTrust, SliceUse, Trust};
use portcullis_policy::sign::TrustFile;

/// What a bundle must satisfy before this host believes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostTrust {
    /// The keys, the audience, the tenants and the floor.
    pub file: TrustFile,
    /// Whole bundles, slices, or either.
    pub slices: SliceUse,
    /// Largest bundle taken, in bytes; the engine's bound where none is given.
    pub bundle_bytes_max: Option<u32>,
}

impl From<TrustFile> for HostTrust {
    /// Takes whole bundles only, as gateways and servers do.
    fn from(file: TrustFile) -> Self {
        Self {
            file,
            slices: SliceUse::WholeOnly,
            bundle_bytes_max: None,
        }
    }
}

impl HostTrust {
    /// Returns the engine's view of it.
    ///
    /// # Errors
    ///
    /// Refuses a threshold that the keys cannot reach, and what is no usable key.
    pub fn to_trust(&self) -> Result<Trust, InvalidTrust> {
        let mut trust = self.file.to_trust()?;
        trust.slices = self.slices;
        if let Some(bound) = self.bundle_bytes_max {
            trust.bundle_bytes_max = usize::try_from(bound).unwrap_or(usize::MAX);
        }
        Ok(trust)
    }
}
