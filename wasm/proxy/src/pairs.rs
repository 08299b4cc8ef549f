//! The encoding in which proxy-wasm passes header maps.
//!
//! `count u32, (name bytes u32, value bytes u32)*, (name NUL value NUL)*`, little endian.

use alloc::vec::Vec;
use core::ops::Range;

use portcullis_proxy_shell::Headers;

/// Reads a header map, or returns nothing if it is not encoded as it must be.
pub(crate) fn read(bytes: Vec<u8>) -> Option<Headers> {
    if bytes.is_empty() {
        return Some(Headers::default());
    }
    let count = number(&bytes, 0)?;
    // Whatever the count says, the map is no larger than what was passed.
    if count > bytes.len() / 8 {
        return None;
    }
    let mut pairs = Vec::with_capacity(count);
    let mut at = count.checked_mul(8)?.checked_add(4)?;
    for pair in 0..count {
        let sizes = pair.checked_mul(8)?.checked_add(4)?;
        let name = text(&bytes, &mut at, number(&bytes, sizes)?)?;
        let value = text(&bytes, &mut at, number(&bytes, sizes.checked_add(4)?)?)?;
        pairs.push((name, value));
    }
    if at != bytes.len() {
        return None;
    }
    Headers::within(bytes, pairs)
}

/// Writes a header map.
pub(crate) fn write(pairs: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let number = |bytes: &mut Vec<u8>, size: usize| {
        // A size over 32 bits has no room in the address space of a module.
        bytes.extend_from_slice(&u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes());
    };
    number(&mut bytes, pairs.len());
    for (name, value) in pairs {
        number(&mut bytes, name.len());
        number(&mut bytes, value.len());
    }
    for (name, value) in pairs {
        for text in [name.as_bytes(), value] {
            bytes.extend_from_slice(text);
            bytes.push(0);
        }
    }
    bytes
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let number = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(number)).ok()
}

fn text(bytes: &[u8], at: &mut usize, size: usize) -> Option<Range<usize>> {
    let end = at.checked_add(size)?;
    let text = *at..end;
    if *bytes.get(end)? != 0 {
        return None;
    }
    *at = end.checked_add(1)?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn what_is_written_is_read() {
        let pairs: [(&str, &[u8]); 3] = [(":path", b"/a"), ("x", b""), (":path", b"/b")];
        let headers = read(write(&pairs)).unwrap();
        let names: Vec<_> = headers.iter().collect();
        assert_eq!(
            names,
            [(&b":path"[..], &b"/a"[..]), (b"x", b""), (b":path", b"/b")]
        );
    }

    #[test]
    fn an_empty_map_has_no_pairs() {
        assert_eq!(read(vec![]).unwrap().iter().count(), 0);
        assert_eq!(read(vec![0; 4]).unwrap().iter().count(), 0);
    }

    #[test]
    fn every_damage_is_refused() {
        let whole = write(&[("name", b"value"), ("other", b"")]);
        for end in 1..whole.len() {
            assert_eq!(read(whole[..end].to_vec()), None, "cut at {end}");
        }
        let mut longer = whole.clone();
        longer.push(0);
        assert_eq!(read(longer), None);
        for at in 0..20 {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x80;
            assert_eq!(read(damaged), None, "size {at}");
        }
    }
}
