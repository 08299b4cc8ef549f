//! W3C Trace Context: passed on, or started.

use alloc::string::String;

use portcullis_engine::UnixSeconds;

use crate::{fields::Fields, request::Request};

/// The trace that a request belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trace {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// The `traceparent` to set, where the client sent no valid one.
    pub(crate) started: Option<String>,
}

impl Trace {
    /// Takes the client's trace if its `traceparent` is valid, or starts one.
    ///
    /// There is no randomness here: the id is mixed from what differs between requests, the
    /// shell's nonce first of all.
    pub(crate) fn of(request: &Request<'_>, fields: Option<&Fields<'_>>, now: UnixSeconds) -> Self {
        let given = fields.and_then(|fields| fields.one("traceparent").ok().flatten());
        if let Some(id) = given.and_then(trace_id) {
            return Self { id, started: None };
        }
        let mut state = SplitMix64::new(now.0);
        for part in [
            request.nonce,
            request.method,
            request.authority,
            request.target,
        ] {
            state.absorb(part);
        }
        // Neither id may be all zeros (Trace Context, section 3.2.2).
        let id = [state.next() | 1, state.next() | 1].map(hex);
        let id = text(id.as_flattened());
        let span = hex(state.next() | 1);
        Self {
            id: id.into(),
            started: Some(["00-", id, "-", text(&span), "-00"].concat()),
        }
    }
}

/// The generator `SplitMix64` (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators"), fed with what differs between requests: so that ids differ, not so that they
/// are secret.
struct SplitMix64(u64);

impl SplitMix64 {
    const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn absorb(&mut self, part: &[u8]) {
        let (words, rest) = part.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        // The length too: what is the end of one part is not the beginning of the next.
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        self.mix(
            rest.iter()
                .fold(length, |last, byte| (last << 8_u32) | u64::from(*byte)),
        );
    }

    const fn mix(&mut self, word: u64) {
        self.0 ^= word;
        self.0 = self.next();
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }
}

const fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30_u32)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27_u32)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31_u32)
}

/// Returns a number's hexadecimal digits.
fn hex(number: u64) -> [u8; 16] {
    let mut rest = number;
    let mut digits = [b'0'; 16];
    for digit in digits.iter_mut().rev() {
        let half = usize::try_from(rest & 15).unwrap_or(0);
        *digit = DIGITS.get(half).copied().unwrap_or(b'0');
        rest >>= 4_u32;
    }
    digits
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn text(digits: &[u8]) -> &str {
    core::str::from_utf8(digits).unwrap_or_default()
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
    use alloc::vec::Vec;

    use super::*;
    use crate::request::Peer;

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

    #[test]
    fn whatever_differs_starts_another_trace() {
        let of = |nonce: &[u8], method: &[u8], target: &[u8], now| {
            let request = Request {
                method,
                authority: b"api.example.com",
                target,
                headers: &[],
                peer: Peer::Unknown,
                nonce,
            };
            Trace::of(&request, None, UnixSeconds(now))
        };
        let mut seen = Vec::new();
        for nonce in 0..200_u64 {
            seen.push(of(&nonce.to_le_bytes(), b"GET", b"/a", 7));
        }
        seen.push(of(b"", b"GET", b"/a", 7));
        seen.push(of(b"", b"GET", b"/a", 8));
        seen.push(of(b"", b"GET/", b"a", 7));
        seen.push(of(b"", b"GET", b"/a\0", 7));
        for trace in &seen {
            let started = trace.started.as_deref().unwrap();
            assert_eq!(
                trace_id(started.as_bytes()),
                Some(trace.id.clone()),
                "{started}"
            );
            let same = seen.iter().filter(|other| other.id == trace.id);
            assert_eq!(same.count(), 1, "{started}");
        }
    }
}
