//! Bodies: JSON, of so many bytes at most, and within a time.

use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::{
    StatusCode,
    body::{Body as _, Incoming},
    header::{CONTENT_TYPE, HeaderMap},
};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::{
    answer::Answer,
    limits::{BODY_BYTES_MAX, BODY_TIME},
};

/// Reads a body as JSON of a type.
pub(crate) async fn read<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Incoming,
) -> Result<T, Answer> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|own| own.to_str().ok());
    let content_type = content_type.and_then(|own| own.split(';').next());
    if content_type.is_none_or(|own| !own.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Answer::error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body is not said to be JSON: send `Content-Type: application/json`",
        ));
    }
    let bound = u64::try_from(BODY_BYTES_MAX).unwrap_or(u64::MAX);
    if body.size_hint().lower() > bound {
        return Err(too_long());
    }
    let whole = timeout(BODY_TIME, Limited::new(body, BODY_BYTES_MAX).collect()).await;
    let whole = whole.map_err(|_| {
        Answer::error(
            StatusCode::REQUEST_TIMEOUT,
            "the body took too long to arrive: nothing was done, send it again",
        )
    })?;
    let whole = whole.map_err(|error| {
        if error.is::<LengthLimitError>() {
            return too_long();
        }
        Answer::error(
            StatusCode::BAD_REQUEST,
            "the body broke off: nothing was done, send it again",
        )
    })?;
    serde_json::from_slice(&whole.to_bytes()).map_err(|error| {
        Answer::error(
            StatusCode::BAD_REQUEST,
            format!("the body is not what this takes: {error}; nothing was done"),
        )
    })
}

fn too_long() -> Answer {
    Answer::error(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!(
            "the body has more than {BODY_BYTES_MAX} bytes: nothing was done, send fewer changes at once"
        ),
    )
}
