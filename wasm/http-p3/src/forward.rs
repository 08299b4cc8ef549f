//! Passes a request on to the upstream, and its response back.

use alloc::{string::String, vec::Vec};

use portcullis_http_shell::{
    Answer, AnswerChanges, Field, Scheme, Upstream, answered, upstream_failure,
};
use wasip3::{
    http::{
        client,
        types::{ErrorCode, Fields, Method, Request, Response, Scheme as WasiScheme},
    },
    spawn_local,
    wit_bindgen::{FutureReader, FutureWriter, StreamReader, StreamResult, StreamWriter},
    wit_future, wit_stream,
};

use crate::{answer, log};

/// Passes the request on with these header fields, and returns what comes back.
pub(crate) async fn forward(
    request: Request,
    fields: &[Field],
    (upstream, target, changes): (&Upstream, Option<String>, &AnswerChanges),
    method: &Method,
) -> Result<Response, ErrorCode> {
    let Some(outgoing) = outgoing(request, fields, (upstream, target), method) else {
        log::event("request-not-made", &[]);
        return answer::respond(Answer::unavailable());
    };
    let response = match client::send(outgoing).await {
        Ok(response) => response,
        Err(error) => {
            log::event(
                "upstream-failed",
                &[("why", upstream_failure!(ErrorCode, &error))],
            );
            return answer::respond(Answer::bad_gateway());
        }
    };
    match pass_back(response, changes) {
        Some(response) => Ok(response),
        None => {
            log::event("response-not-made", &[]);
            answer::respond(Answer::bad_gateway())
        }
    }
}

fn outgoing(
    request: Request,
    fields: &[Field],
    (upstream, target): (&Upstream, Option<String>),
    method: &Method,
) -> Option<Request> {
    let fields = Fields::from_list(fields).ok()?;
    // The client's bytes, as they came, but for a token.
    let target = target.or_else(|| request.get_path_with_query());
    let (received, is_received) = wit_future::new(cut_short);
    let (body, ending) = Request::consume_body(request, is_received);
    let (writer, outgoing_body) = wit_stream::new();
    let (ended, has_ended) = wit_future::new(|| Err(ErrorCode::HttpProtocolError));
    let (outgoing, sent) = Request::new(fields, Some(outgoing_body), has_ended, None);
    spawn_local(async move {
        // A body that is handed on unread may take its trailers along, whatever is said of them.
        copy(body, writer).await;
        // Trailers of a request end here: some upstreams would take them for headers. But a
        // body that was cut short must not look whole.
        ended.write(ending.await.map(|_| None)).await.ok();
    });
    tell(received, sent);
    outgoing.set_method(method).ok()?;
    outgoing.set_path_with_query(target.as_deref()).ok()?;
    let scheme = match upstream.scheme {
        Scheme::Http => WasiScheme::Http,
        Scheme::Https => WasiScheme::Https,
    };
    outgoing.set_scheme(Some(&scheme)).ok()?;
    outgoing.set_authority(Some(&upstream.authority)).ok()?;
    Some(outgoing)
}

fn pass_back(response: Response, changes: &AnswerChanges) -> Option<Response> {
    let fields = answered(response.get_headers().copy_all(), changes);
    let fields = Fields::from_list(&fields).ok()?;
    let status = response.get_status_code();
    let (received, is_received) = wit_future::new(cut_short);
    let (body, trailers) = Response::consume_body(response, is_received);
    let (outgoing, sent) = Response::new(fields, Some(body), trailers);
    tell(received, sent);
    outgoing.set_status_code(status).ok()?;
    Some(outgoing)
}

/// Copies a body as it comes, until it ends or the other side takes no more.
async fn copy(mut from: StreamReader<u8>, mut to: StreamWriter<u8>) {
    let mut part = Vec::with_capacity(PART_BYTES);
    loop {
        let (result, read) = from.read(part).await;
        if !read.is_empty() {
            part = to.write_all(read).await;
            if !part.is_empty() {
                return;
            }
        } else {
            part = read;
        }
        if !matches!(result, StreamResult::Complete(_)) {
            return;
        }
        part.reserve(PART_BYTES);
    }
}

/// Tells a message's sender what became of it, once that is known.
fn tell(received: FutureWriter<Result<(), ErrorCode>>, sent: FutureReader<Result<(), ErrorCode>>) {
    spawn_local(async move {
        received.write(sent.await).await.ok();
    });
}

/// What a message's sender hears of its body if this guest never says.
fn cut_short() -> Result<(), ErrorCode> {
    Err(ErrorCode::InternalError(None))
}

const PART_BYTES: usize = 64 * 1024;
