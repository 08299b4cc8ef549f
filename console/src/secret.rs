//! Secrets: made of randomness, compared in constant time, and never shown by accident.

use std::{fmt, io};

use portcullis_host::hex::to_hex;
use subtle::ConstantTimeEq as _;

/// 128 random bits, in hexadecimal.
pub(crate) struct Secret(String);

impl Secret {
    /// Makes one that nobody can guess.
    pub(crate) fn random() -> io::Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Self(to_hex(&bytes)))
    }

    /// Says whether a text is it; how long that takes does not say how much of it is right.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.0.as_bytes().ct_eq(text.as_bytes()).into()
    }

    /// Returns it, for the one who is to have it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_itself_and_not_shown() {
        let (one, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_eq!(one.reveal().len(), 32);
        assert!(one.is(one.reveal()));
        assert!(!one.is(other.reveal()) && !one.is(""));
        assert!(!one.is(&format!("{}0", one.reveal())));
        assert!(!format!("{one:?}").contains(one.reveal()));
    }
}
