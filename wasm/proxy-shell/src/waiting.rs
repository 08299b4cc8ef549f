//! Requests that wait for what is being fetched.

use alloc::vec::Vec;

use portcullis_gate::limits::KEY_FETCH_SECONDS;

/// What a request waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// The first answer of each source of bundles, where none is held.
    Bundles,
    /// The keys of the issuer at that place in the configuration.
    Keys(usize),
}

/// The requests of one configuration that wait, so many and so long.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    requests: Vec<Request>,
}

#[derive(Debug)]
struct Request {
    stream: u32,
    awaited: Awaited,
    until_ms: u64,
}

impl Waiting {
    /// Has a request wait; returns whether it does, for there is a bound.
    pub(crate) fn add(&mut self, stream: u32, awaited: Awaited, now_ms: u64) -> bool {
        if self.requests.len() >= REQUESTS_MAX {
            return false;
        }
        self.requests.push(Request {
            stream,
            awaited,
            until_ms: now_ms.saturating_add(WAIT_MS),
        });
        true
    }

    /// Returns the requests that need not wait any longer, each with what it waited for: nothing
    /// more comes, or too late.
    pub(crate) fn released(
        &mut self,
        now_ms: u64,
        comes: impl Fn(Awaited) -> bool,
    ) -> Vec<(u32, Awaited)> {
        let mut released = Vec::new();
        self.requests.retain(|own| {
            let waits = now_ms < own.until_ms && comes(own.awaited);
            if !waits {
                released.push((own.stream, own.awaited));
            }
            waits
        });
        released
    }

    /// Forgets a request that is gone.
    pub(crate) fn closed(&mut self, stream: u32) {
        self.requests.retain(|own| own.stream != stream);
    }
}

const WAIT_MS: u64 = 1_000 * KEY_FETCH_SECONDS;
const REQUESTS_MAX: usize = 1_024;
