//! Answers a request in the upstream's place.

use portcullis_http_shell::Answer;
use wasip3::{
    http::types::{ErrorCode, Fields, Response},
    spawn_local, wit_future, wit_stream,
};

/// Makes an answer.
pub(crate) fn respond(answer: Answer) -> Result<Response, ErrorCode> {
    // The runtime answers an error with one of its own, and nothing goes on.
    let failed = || ErrorCode::InternalError(None);
    let fields = Fields::from_list(&answer.fields).map_err(|_| failed())?;
    let (mut writer, body) = wit_stream::new();
    // Dropped at once, its other end says that there are none.
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (response, _) = Response::new(fields, Some(body), trailers);
    response
        .set_status_code(answer.status)
        .map_err(|()| failed())?;
    spawn_local(async move {
        // What is left over is dropped: the client has gone.
        writer.write_all(answer.body.into_bytes()).await;
    });
    Ok(response)
}
