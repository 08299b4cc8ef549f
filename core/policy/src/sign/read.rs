//! Public keys and signatures as the tools that keep keys print them.

use base64ct::{Base64Unpadded, Encoding};

/// Reads an Ed25519 public key: its `SubjectPublicKeyInfo` (RFC 8410) as DER, PEM or base64, or
/// its 32 bytes in base64 or base64url, padded or not.
#[must_use]
pub fn read_public_key(bytes: &[u8]) -> Option<[u8; 32]> {
    if let Some(key) = bytes.strip_prefix(&SPKI) {
        return key.try_into().ok();
    }
    let text = core::str::from_utf8(bytes).ok()?;
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let decoded = base64(&lines.collect::<String>())?;
    decoded
        .strip_prefix(&SPKI)
        .unwrap_or(&decoded)
        .try_into()
        .ok()
}

/// Reads an Ed25519 signature: its 64 bytes as they are, in base64 or base64url, padded or
/// not, or in hexadecimal. Around text there may be white space.
#[must_use]
pub fn read_signature(bytes: &[u8]) -> Option<[u8; 64]> {
    // Text of a signature is longer than its bytes, so that they cannot be confused.
    if let Ok(raw) = bytes.try_into() {
        return Some(raw);
    }
    let text = core::str::from_utf8(bytes).ok()?;
    // Tools break both into lines.
    let plain = text.split_ascii_whitespace().collect::<String>();
    let decoded = hexadecimal(&plain).or_else(|| base64(&plain))?;
    decoded.try_into().ok()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let plain = text.split_ascii_whitespace().collect::<String>();
    let plain = plain.replace('-', "+").replace('_', "/");
    Base64Unpadded::decode_vec(plain.trim_end_matches('=')).ok()
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.len() != 128 {
        return None;
    }
    let digits = text.bytes().map(|byte| char::from(byte).to_digit(16));
    let digits = digits.collect::<Option<Vec<_>>>()?;
    let (pairs, _) = digits.as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| u8::try_from(high << 4 | low).ok());
    bytes.collect()
}

/// What stands before the 32 bytes of an Ed25519 key in a `SubjectPublicKeyInfo`.
const SPKI: [u8; 12] = *b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64Url};

    use super::*;

    #[test]
    fn a_public_key_is_read_as_tools_print_it() {
        let key: [u8; 32] = core::array::from_fn(|at| u8::try_from(at * 8).unwrap() | 3);
        let der = [&SPKI[..], &key].concat();
        let spki = Base64::encode_string(&der);
        for text in [
            format!("-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----\n"),
            format!("-----BEGIN PUBLIC KEY-----\r\n{spki}\r\n-----END PUBLIC KEY-----\r\n"),
            format!("{spki}\n"),
            Base64::encode_string(&key),
            Base64Url::encode_string(&key),
            Base64Url::encode_string(&key).replace('=', ""),
        ] {
            assert_eq!(read_public_key(text.as_bytes()), Some(key), "{text}");
        }
        assert_eq!(read_public_key(&der), Some(key));
        // A key of another kind, one byte short, one too many, nothing.
        let mut other = der.clone();
        other[8] = 0x6e;
        for wrong in [
            &other[..],
            &der[..43],
            &[&der[..], b"\0"].concat(),
            b"",
            b"-----BEGIN PUBLIC KEY-----",
            Base64::encode_string(&other).as_bytes(),
            Base64::encode_string(&key[..31]).as_bytes(),
            &key,
        ] {
            assert_eq!(read_public_key(wrong), None, "{wrong:02x?}");
        }
    }

    #[test]
    fn a_signature_is_read_as_tools_print_it() {
        let signature: [u8; 64] = core::array::from_fn(|at| u8::try_from(at * 4).unwrap() | 3);
        let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
        for text in [
            Base64::encode_string(&signature),
            Base64Url::encode_string(&signature).replace('=', ""),
            format!("{}\n", Base64::encode_string(&signature)),
            format!("{hex}\n"),
            hex.to_uppercase(),
        ] {
            assert_eq!(read_signature(text.as_bytes()), Some(signature), "{text}");
        }
        assert_eq!(read_signature(&signature), Some(signature));
        for wrong in [
            &signature[..63],
            &[&signature[..], b"\n"].concat(),
            b"",
            &hex.as_bytes()[..126],
            hex.replace('f', "g").as_bytes(),
            Base64::encode_string(&signature[..63]).as_bytes(),
            b"vault:v1:AAAA",
        ] {
            assert_eq!(read_signature(wrong), None, "{wrong:02x?}");
        }
    }
}
