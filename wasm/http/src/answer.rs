//! Answers a request in the upstream's place.

use portcullis_http_shell::Answer;
use wasip2::http::types::{ErrorCode, Fields, OutgoingBody, OutgoingResponse, ResponseOutparam};

use crate::log::WRITE_BYTES_MAX;

/// Sends an answer.
pub(crate) fn respond(out: ResponseOutparam, answer: &Answer) {
    let made = Fields::from_list(&answer.fields).ok().and_then(|fields| {
        let response = OutgoingResponse::new(fields);
        response.set_status_code(answer.status).ok()?;
        let writer = response.body().ok()?;
        Some((response, writer))
    });
    let Some((response, writer)) = made else {
        // The runtime answers with an error of its own, and nothing goes on.
        return ResponseOutparam::set(out, Err(ErrorCode::InternalError(None)));
    };
    ResponseOutparam::set(out, Ok(response));
    if let Ok(stream) = writer.write() {
        for part in answer.body.as_bytes().chunks(WRITE_BYTES_MAX) {
            if stream.blocking_write_and_flush(part).is_err() {
                break;
            }
        }
    }
    // Should it fail, the client has gone.
    OutgoingBody::finish(writer, None).ok();
}
