//! The DSSE pre-authentication encoding: what a key signs.

use alloc::vec::Vec;

use crate::{
    decimal::{DIGITS_MAX, decimal},
    format::{PAYLOAD_TYPES, format_of},
    rejection::RejectedBundle,
};

/// Returns the DSSE pre-authentication encoding of a payload (DSSE v1, "Signature
/// Definition"), in the format that it needs ([`format_of`]): what a key signs.
#[must_use]
pub fn pre_authentication_encoding(payload: &[u8]) -> Vec<u8> {
    let index = usize::from(format_of(payload)).saturating_sub(1);
    let payload_type = PAYLOAD_TYPES.get(index).copied().unwrap_or_default();
    let mut bytes = Vec::new();
    for part in [payload_type.as_bytes(), payload] {
        let head: &[u8] = if bytes.is_empty() { b"DSSEv1 " } else { b" " };
        bytes.extend_from_slice(head);
        let mut digits = [0; DIGITS_MAX];
        bytes.extend_from_slice(length_of(part, &mut digits));
        bytes.push(b' ');
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Returns the payload out of its pre-authentication encoding.
pub(crate) fn payload_of<'s>(
    payload_type: &str,
    signed: &'s [u8],
) -> Result<&'s [u8], RejectedBundle> {
    let mut digits = [0; DIGITS_MAX];
    let wrong = RejectedBundle::WrongPayloadType;
    let rest = signed.strip_prefix(b"DSSEv1 ").ok_or(wrong)?;
    let rest = rest
        .strip_prefix(length_of(payload_type.as_bytes(), &mut digits))
        .ok_or(wrong)?;
    let rest = rest.strip_prefix(b" ").ok_or(wrong)?;
    let rest = rest.strip_prefix(payload_type.as_bytes()).ok_or(wrong)?;
    let rest = rest.strip_prefix(b" ").ok_or(wrong)?;
    let malformed = RejectedBundle::MalformedPayload;
    let space = rest
        .iter()
        .position(|byte| *byte == b' ')
        .ok_or(malformed)?;
    let (length, rest) = rest.split_at_checked(space).ok_or(malformed)?;
    let payload = rest.strip_prefix(b" ").ok_or(malformed)?;
    if length != length_of(payload, &mut digits) {
        return Err(malformed);
    }
    Ok(payload)
}

fn length_of<'d>(part: &[u8], digits: &'d mut [u8; DIGITS_MAX]) -> &'d [u8] {
    decimal(u64::try_from(part.len()).unwrap_or(u64::MAX), digits)
}

#[cfg(test)]
mod tests {
    use super::{payload_of, pre_authentication_encoding};
    use crate::{format::PAYLOAD_TYPES, rejection::RejectedBundle};

    #[test]
    fn the_encoding_signed_is_that_of_dsse() {
        let encoded = pre_authentication_encoding(b"hello");
        assert_eq!(
            encoded,
            b"DSSEv1 36 application/vnd.portcullis.bundle.v1 5 hello"
        );
        let [first, second] = PAYLOAD_TYPES;
        assert_eq!(payload_of(first, &encoded), Ok(&b"hello"[..]));
        let wrong = Err(RejectedBundle::WrongPayloadType);
        assert_eq!(payload_of(second, &encoded), wrong);
    }
}
