//! Reads varints and runs of bytes, and notices encodings that are not the shortest.

/// A position in hostile bytes.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    rest: &'a [u8],
    canonical: bool,
    failed: bool,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            canonical: true,
            failed: false,
        }
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Says whether every varint so far was the shortest one for its value.
    pub(crate) const fn is_canonical(&self) -> bool {
        self.canonical
    }

    /// Notes that what had to be there is not.
    #[cold]
    pub(crate) const fn fail(&mut self) {
        self.failed = true;
    }

    /// Says whether something that had to be there was not.
    pub(crate) const fn has_failed(&self) -> bool {
        self.failed
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// Reads an LEB128 number of at most 32 bits, as postcard writes it.
    #[inline]
    pub(crate) fn varint(&mut self) -> Option<u32> {
        let first = self.byte()?;
        if first < 0x80 {
            return Some(u32::from(first));
        }
        self.long_varint(first)
    }

    /// Reads an LEB128 number of at most 64 bits.
    pub(crate) fn long(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0_u32..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            let shifted = bits.checked_shl(shift)?;
            if shifted.checked_shr(shift)? != bits {
                return None;
            }
            value |= shifted;
            if byte < 0x80 {
                self.canonical &= byte != 0 || shift == 0;
                return Some(value);
            }
        }
        None
    }

    fn long_varint(&mut self, first: u8) -> Option<u32> {
        let mut value = u32::from(first & 0x7f);
        for shift in [7_u32, 14, 21, 28] {
            let byte = self.byte()?;
            let bits = u32::from(byte & 0x7f);
            let shifted = bits.checked_shl(shift)?;
            if shifted.checked_shr(shift)? != bits {
                return None;
            }
            value |= shifted;
            if byte < 0x80 {
                self.canonical &= byte != 0;
                return Some(value);
            }
        }
        None
    }

    /// Reads a number that must fit 16 bits.
    #[inline]
    pub(crate) fn small(&mut self) -> Option<u16> {
        u16::try_from(self.varint()?).ok()
    }

    pub(crate) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    /// Reads a length, then that many bytes.
    #[inline]
    pub(crate) fn run(&mut self) -> Option<&'a [u8]> {
        let (&len, rest) = self.rest.split_first()?;
        // A length of one byte is the usual one, and takes no call.
        if len < 0x80 {
            let (run, rest) = rest.split_at_checked(usize::from(len))?;
            self.rest = rest;
            return Some(run);
        }
        let len = usize::try_from(self.varint()?).ok()?;
        self.take(len)
    }

    /// Reads a length, then that many bytes of UTF-8.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        core::str::from_utf8(self.run()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn varints_are_read_and_over_long_ones_noticed() {
        for (bytes, value, canonical) in [
            (&[0x05_u8][..], Some(5), true),
            (&[0x80, 0x01], Some(128), true),
            (&[0x85, 0x00], Some(5), false),
            (&[0xff, 0xff, 0xff, 0xff, 0x0f], Some(u32::MAX), true),
            (&[0xff, 0xff, 0xff, 0xff, 0x1f], None, true),
            (&[0x80, 0x80, 0x80, 0x80, 0x80], None, true),
            (&[0x80], None, true),
            (&[], None, true),
        ] {
            let mut cursor = Cursor::new(bytes);
            assert_eq!(cursor.varint(), value, "{bytes:?}");
            assert_eq!(cursor.is_canonical(), canonical, "{bytes:?}");
        }
    }
}
