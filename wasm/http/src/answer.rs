//! Answers a request in the upstream's place.

use alloc::{string::String, vec::Vec};

use portcullis_gate::{Code, Response};
use wasip2::http::types::{ErrorCode, Fields, OutgoingBody, OutgoingResponse, ResponseOutparam};

use crate::log::WRITE_BYTES_MAX;

/// Sends what the gate answers; without its body for HEAD.
pub(crate) fn respond(out: ResponseOutparam, response: &Response, is_head: bool) {
    let headers: Vec<(String, Vec<u8>)> = response
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
        .collect();
    let body = if is_head { "" } else { &response.body };
    send(out, response.status, &headers, body);
}

/// Refuses a request that could not even be judged.
pub(crate) fn refuse(out: ResponseOutparam) {
    let status = Code::Trap.status().unwrap_or(503);
    send_problem(
        out,
        status,
        r#"{"type":"about:blank","title":"Service Unavailable","status":503}"#,
    );
}

/// Says that the upstream did not answer.
pub(crate) fn bad_gateway(out: ResponseOutparam) {
    send_problem(
        out,
        502,
        r#"{"type":"about:blank","title":"Bad Gateway","status":502}"#,
    );
}

fn send_problem(out: ResponseOutparam, status: u16, body: &str) {
    let kind = ("content-type".into(), b"application/problem+json".to_vec());
    send(out, status, &[kind], body);
}

fn send(out: ResponseOutparam, status: u16, headers: &[(String, Vec<u8>)], body: &str) {
    let made = Fields::from_list(headers).ok().and_then(|fields| {
        let response = OutgoingResponse::new(fields);
        response.set_status_code(status).ok()?;
        let writer = response.body().ok()?;
        Some((response, writer))
    });
    let Some((response, writer)) = made else {
        // The runtime answers with an error of its own, and nothing goes on.
        return ResponseOutparam::set(out, Err(ErrorCode::InternalError(None)));
    };
    ResponseOutparam::set(out, Ok(response));
    if let Ok(stream) = writer.write() {
        for part in body.as_bytes().chunks(WRITE_BYTES_MAX) {
            if stream.blocking_write_and_flush(part).is_err() {
                break;
            }
        }
    }
    // Should it fail, the client has gone.
    OutgoingBody::finish(writer, None).ok();
}
