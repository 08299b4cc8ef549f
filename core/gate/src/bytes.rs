//! Sets of bytes.

/// A set of ASCII characters, made at compile time: one look-up says whether it has a byte.
#[derive(Debug)]
pub(crate) struct Bytes([bool; 128]);

impl Bytes {
    /// Takes all letters and digits, and these.
    pub(crate) const fn with_alphanumeric(members: &[u8]) -> Self {
        Self([false; 128])
            .and(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
            .and(members)
    }

    #[expect(
        clippy::indexing_slicing,
        clippy::as_conversions,
        reason = "carried out by the compiler, for which a byte outside is an error"
    )]
    const fn and(self, members: &[u8]) -> Self {
        let Self(mut set) = self;
        let mut rest = members;
        while let Some((byte, after)) = rest.split_first() {
            set[*byte as usize] = true;
            rest = after;
        }
        Self(set)
    }

    /// Says whether a byte is in the set.
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)) == Some(&true)
    }

    /// Says whether all of them are.
    pub(crate) fn has_all(&self, bytes: &[u8]) -> bool {
        bytes.iter().all(|byte| self.has(*byte))
    }
}
