//! Comparing short texts.

/// Says whether two texts are equal: short ones without a call, eight bytes at a time.
#[inline]
pub(crate) fn equal_bytes(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    if last_eight(left) != last_eight(right) {
        return false;
    }
    match (left.first_chunk::<8>(), right.first_chunk::<8>()) {
        (Some(first), Some(other)) if left.len() <= 16 => first == other,
        (Some(_), Some(_)) => equal_long_bytes(left, right),
        _ => true,
    }
}

// Apart, so that a call that seldom comes costs no register.
#[cold]
#[inline(never)]
fn equal_long_bytes(left: &[u8], right: &[u8]) -> bool {
    left == right
}

/// Returns the last eight bytes; of a shorter text all of them, in an order of its length.
#[inline]
pub(crate) fn last_eight(text: &[u8]) -> u64 {
    if let Some(last) = text.last_chunk::<8>() {
        return u64::from_le_bytes(*last);
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        // The two may overlap: every byte is still in one of them.
        return (u64::from(u32::from_le_bytes(*first)) << 32_u32)
            | u64::from(u32::from_le_bytes(*last));
    }
    text.iter()
        .fold(0, |word, byte| (word << 8_u32) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::equal_bytes;

    #[test]
    fn texts_are_equal_only_to_themselves() {
        let text = *b"the quick brown fox jumps";
        for len in 0..=text.len() {
            let own = text.get(..len).unwrap();
            assert!(equal_bytes(own, own), "{len}");
            for at in 0..len {
                let mut other = own.to_vec();
                other[at] ^= 1;
                assert!(!equal_bytes(own, &other), "{len} bytes, other at {at}");
            }
            assert!(!equal_bytes(own, own.get(1..).unwrap_or(b"x")), "{len}");
        }
    }
}
