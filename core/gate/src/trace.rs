//! W3C Trace Context: carried through, or begun.

use alloc::{format, string::String};

use portcullis_engine::UnixSeconds;
use sha2::{Digest, Sha256};

use crate::{fields::Fields, request::Request};

/// The trace that a request belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trace {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// The `traceparent` to set, where the client brings none that is valid.
    pub(crate) begun: Option<String>,
}

impl Trace {
    /// Takes the client's trace if it names one in the one valid way, or begins one.
    ///
    /// There is no randomness here: the id is a digest of what tells the request from
    /// others, the shell's nonce first of all.
    pub(crate) fn of(request: &Request<'_>, fields: Option<&Fields<'_>>, now: UnixSeconds) -> Self {
        let given = fields.and_then(|fields| fields.one("traceparent").ok().flatten());
        if let Some(id) = given.and_then(trace_id) {
            return Self { id, begun: None };
        }
        let mut digest = Sha256::new();
        let time = now.0.to_le_bytes();
        let parts: [&[u8]; 5] = [
            request.nonce,
            request.method,
            request.authority,
            request.target,
            &time,
        ];
        for part in parts {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            digest.update(length.to_le_bytes());
            digest.update(part);
        }
        let mut digest: [u8; 32] = digest.finalize().into();
        // Neither id may be all zeros (Trace Context, section 3.2.2).
        for at in [0, 16] {
            if let Some(byte) = digest.get_mut(at) {
                *byte |= 1;
            }
        }
        let mut hex = String::with_capacity(64);
        for byte in digest {
            for half in [byte >> 4_u32, byte & 15] {
                hex.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
            }
        }
        let (id, rest) = hex.split_at_checked(32).unwrap_or((&hex, ""));
        let span = rest.get(..16).unwrap_or_default();
        Self {
            id: id.into(),
            begun: Some(format!("00-{id}-{span}-00")),
        }
    }
}

/// Returns the trace id of a valid `traceparent` (Trace Context, section 3.2).
fn trace_id(value: &[u8]) -> Option<String> {
    let text = core::str::from_utf8(value).ok()?;
    let mut parts = text.split('-');
    let (version, id, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, digits: usize| {
        text.len() == digits
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let valid = hex(version, 2)
        && version != "ff"
        && hex(id, 32)
        && hex(parent, 16)
        && hex(flags, 2)
        && (version != "00" || parts.next().is_none());
    let zeros = |text: &str| text.bytes().all(|byte| byte == b'0');
    (valid && !zeros(id) && !zeros(parent)).then(|| id.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_valid_traceparent_is_carried() {
        let id = "0af7651916cd43dd8448eb211c80319c";
        for (text, valid) in [
            (
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                true,
            ),
            (
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
                false,
            ),
            (
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
                true,
            ),
            (
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                false,
            ),
            (
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                false,
            ),
            (
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                false,
            ),
            (
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                false,
            ),
            (
                "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
                false,
            ),
            (
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                false,
            ),
            ("", false),
        ] {
            assert_eq!(
                trace_id(text.as_bytes()),
                valid.then(|| id.into()),
                "{text}"
            );
        }
    }
}
