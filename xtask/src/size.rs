//! The size of an artefact, raw and as it travels, against its bounds.

use std::fmt;
use std::io::Write as _;

use anyhow::{Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Sizes in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) raw: usize,
    pub(crate) gzipped: usize,
}

impl Size {
    /// Measures some bytes, gzipped at the highest level.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes)?;
        Ok(Self {
            raw: bytes.len(),
            gzipped: encoder.finish()?.len(),
        })
    }

    /// Refuses a size over `bound`, raw or gzipped.
    pub(crate) fn within(self, bound: Self) -> Result<()> {
        if self.raw > bound.raw || self.gzipped > bound.gzipped {
            bail!("it is {self}; the bounds are {bound}");
        }
        Ok(())
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, {} gzipped", self.raw, self.gzipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_holds_for_itself() {
        let bound = Size {
            raw: 100,
            gzipped: 40,
        };
        assert!(
            Size {
                raw: 100,
                gzipped: 40
            }
            .within(bound)
            .is_ok()
        );
        assert!(
            Size {
                raw: 101,
                gzipped: 40
            }
            .within(bound)
            .is_err()
        );
        let error = Size {
            raw: 100,
            gzipped: 41,
        }
        .within(bound)
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "it is 100 bytes, 41 gzipped; the bounds are 100 bytes, 40 gzipped"
        );
    }

    #[test]
    fn what_repeats_is_smaller_gzipped() {
        let size = Size::of(&[7; 10_000]).unwrap();
        assert_eq!(size.raw, 10_000);
        assert!((20..100).contains(&size.gzipped), "{size}");
    }
}
