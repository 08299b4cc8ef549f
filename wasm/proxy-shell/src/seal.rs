//! What the instances of one configuration believe of one another.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The seal on what the instances of one configuration share about one issuer: the configuration
/// is the secret, so that nobody else's is believed.
#[derive(Debug, Clone, Copy)]
pub struct Seal<'a> {
    configuration: &'a [u8],
    issuer: &'a str,
}

impl<'a> Seal<'a> {
    /// Takes the configuration as it was read, and the issuer's name.
    #[must_use]
    pub const fn new(configuration: &'a [u8], issuer: &'a str) -> Self {
        Self {
            configuration,
            issuer,
        }
    }

    /// Returns a number for where it is kept: another configuration's is another.
    #[must_use]
    pub fn place(&self) -> u64 {
        let tag = self.tag(b"place", b"");
        let first = tag.iter().take(8);
        first.fold(0, |own, byte| (own << 8) | u64::from(*byte))
    }

    /// Seals a head and a body.
    #[must_use]
    pub fn tag(&self, head: &[u8], body: &[u8]) -> Vec<u8> {
        let mac = self.mac(head, body);
        mac.map_or_else(Vec::new, |mac| mac.finalize().into_bytes().to_vec())
    }

    /// Says whether somebody with this configuration sealed them.
    #[must_use]
    pub fn holds(&self, head: &[u8], body: &[u8], tag: &[u8]) -> bool {
        let mac = self.mac(head, body);
        mac.is_some_and(|mac| mac.verify_slice(tag).is_ok())
    }

    fn mac(&self, head: &[u8], body: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.configuration).ok()?;
        mac.update(self.issuer.as_bytes());
        mac.update(&[0]);
        mac.update(head);
        mac.update(body);
        Some(mac)
    }
}
