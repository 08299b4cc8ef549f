//! Fetches something small, in a bounded time.

use alloc::vec::Vec;

use portcullis_http_shell::{ANSWER_BYTES_MAX, Fetch, Fetched, KEY_FETCH_SECONDS, Scheme};
use wasip2::{
    clocks::monotonic_clock,
    http::{
        outgoing_handler,
        types::{
            Fields, IncomingBody, IncomingResponse, OutgoingBody, OutgoingRequest, RequestOptions,
            Scheme as WasiScheme,
        },
    },
    io::{
        poll::{Pollable, poll},
        streams::{InputStream, StreamError},
    },
};

/// Returns what the origin answered, unless it did not in time.
pub(crate) fn get(fetch: &Fetch) -> Option<Fetched> {
    let deadline = monotonic_clock::subscribe_duration(LIMIT);
    let fields = Fields::from_list(&[("accept".into(), b"application/json".to_vec())]).ok()?;
    let request = OutgoingRequest::new(fields);
    let scheme = match fetch.origin.scheme {
        Scheme::Http => WasiScheme::Http,
        Scheme::Https => WasiScheme::Https,
    };
    request.set_scheme(Some(&scheme)).ok()?;
    request.set_authority(Some(&fetch.origin.authority)).ok()?;
    request.set_path_with_query(Some(&fetch.path)).ok()?;
    let body = request.body().ok()?;
    // A runtime that cannot bound the parts is bounded by the whole.
    let options = RequestOptions::new();
    options.set_connect_timeout(Some(LIMIT)).ok();
    options.set_first_byte_timeout(Some(LIMIT)).ok();
    options.set_between_bytes_timeout(Some(LIMIT)).ok();
    let response = outgoing_handler::handle(request, Some(options)).ok()?;
    OutgoingBody::finish(body, None).ok()?;
    let arrives = response.subscribe();
    let response = loop {
        if let Some(arrived) = response.get() {
            break arrived.ok()?.ok()?;
        }
        wait(&arrives, &deadline)?;
    };
    let cache_control = response.headers().get("cache-control").join(&b","[..]);
    Some(Fetched {
        status: response.status(),
        cache_control,
        body: whole(&response, &deadline)?,
    })
}

/// Reads a body to its end, or so much of it as is of use.
fn whole(response: &IncomingResponse, deadline: &Pollable) -> Option<Vec<u8>> {
    let body: IncomingBody = response.consume().ok()?;
    let stream: InputStream = body.stream().ok()?;
    let arrives = stream.subscribe();
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES_MAX {
        let left = ANSWER_BYTES_MAX.saturating_sub(bytes.len());
        match stream.read(left.try_into().unwrap_or(u64::MAX)) {
            Ok(part) if part.is_empty() => wait(&arrives, deadline)?,
            Ok(part) => bytes.extend_from_slice(&part),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(_)) => return None,
        }
    }
    Some(bytes)
}

/// Waits for something, unless the time is up.
fn wait(arrives: &Pollable, deadline: &Pollable) -> Option<()> {
    poll(&[arrives, deadline]);
    (!deadline.ready()).then_some(())
}

const LIMIT: u64 = KEY_FETCH_SECONDS * 1_000_000_000;
