//! Fetches something small, in a bounded time.

use alloc::vec::Vec;
use core::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use portcullis_http_shell::{ANSWER_BYTES_MAX, Fetch, Fetched, KEY_FETCH_SECONDS, Scheme};
use wasip3::{
    clocks::monotonic_clock,
    http::{
        client,
        types::{Fields, Request, Response, Scheme as WasiScheme},
    },
    wit_bindgen::StreamResult,
    wit_future,
};

/// Returns what the origin answered, unless it did not in time.
pub(crate) async fn get(fetch: &Fetch) -> Option<Fetched> {
    let mut asking = pin!(ask(fetch));
    let mut ending = pin!(monotonic_clock::wait_for(LIMIT));
    // What has not come when the time is up is given up with its future.
    poll_fn(|context| {
        if let Poll::Ready(answer) = asking.as_mut().poll(context) {
            return Poll::Ready(answer);
        }
        ending.as_mut().poll(context).map(|()| None)
    })
    .await
}

async fn ask(fetch: &Fetch) -> Option<Fetched> {
    let fields = Fields::from_list(&[("accept".into(), b"application/json".to_vec())]).ok()?;
    // Dropped at once, its other end says that there are none.
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (request, _) = Request::new(fields, None, trailers, None);
    let scheme = match fetch.origin.scheme {
        Scheme::Http => WasiScheme::Http,
        Scheme::Https => WasiScheme::Https,
    };
    request.set_scheme(Some(&scheme)).ok()?;
    request.set_authority(Some(&fetch.origin.authority)).ok()?;
    request.set_path_with_query(Some(&fetch.path)).ok()?;
    let response = client::send(request).await.ok()?;
    let status = response.get_status_code();
    let cache_control = response.get_headers().get("cache-control").join(&b","[..]);
    Some(Fetched {
        status,
        cache_control,
        body: whole(response).await?,
    })
}

/// Reads a body to its end, or so much of it as is of use.
async fn whole(response: Response) -> Option<Vec<u8>> {
    let (_, is_received) = wit_future::new(|| Ok(()));
    let (mut stream, ending) = Response::consume_body(response, is_received);
    let mut bytes = Vec::new();
    loop {
        let left = ANSWER_BYTES_MAX.saturating_sub(bytes.len());
        bytes.reserve(left.min(PART_BYTES));
        let (result, read) = stream.read(bytes).await;
        bytes = read;
        if bytes.len() >= ANSWER_BYTES_MAX {
            return Some(bytes);
        }
        if !matches!(result, StreamResult::Complete(_)) {
            break;
        }
    }
    // A body that was cut short is no answer.
    ending.await.ok()?;
    Some(bytes)
}

const LIMIT: u64 = KEY_FETCH_SECONDS * 1_000_000_000;
const PART_BYTES: usize = 16 * 1024;
