//! Answers: their status, their body, and the headers that every one has.

use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    body::Bytes,
    header::{
        CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH,
    },
};
use serde_json::{Value, json};

/// An answer before it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    // A list, for it is small and an answer is moved about.
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Answer {
    /// An answer without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        let (headers, body) = (Vec::new(), Bytes::new());
        Self {
            status,
            headers,
            body,
        }
    }

    /// Bytes of a content type.
    pub(crate) fn of(content_type: &'static str, body: Bytes) -> Self {
        let answer = Self::empty(StatusCode::OK).with(CONTENT_TYPE, content_type);
        Self { body, ..answer }
    }

    /// JSON.
    pub(crate) fn json(status: StatusCode, value: &Value) -> Self {
        Self::of("application/json", value.to_string().into()).status(status)
    }

    /// The same with another status.
    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// What went wrong, in a sentence: what, where, and what to do next.
    pub(crate) fn error(status: StatusCode, sentence: impl AsRef<str>) -> Self {
        Self::json(status, &json!({ "error": sentence.as_ref() }))
    }

    /// Adds a header; a value that is no header value is left out.
    pub(crate) fn with(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.push((name, value));
        }
        self
    }

    /// Names the version of what is answered.
    pub(crate) fn tagged(self, tag: &str) -> Self {
        self.with(ETAG, format!("\"{tag}\""))
    }

    /// Leaves out the body, for who asks by `HEAD`; its length is stated all the same.
    pub(crate) fn head_only(self) -> Self {
        let length = self.body.len().to_string();
        let answer = self.with(hyper::header::CONTENT_LENGTH, length);
        Self {
            body: Bytes::new(),
            ..answer
        }
    }

    /// Makes the response, with the headers that keep other pages out of this one.
    pub(crate) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        for (name, value) in HEADERS {
            let value = HeaderValue::from_static(value);
            response.headers_mut().entry(name).or_insert(value);
        }
        let kept = HeaderValue::from_static("no-store");
        response.headers_mut().entry(CACHE_CONTROL).or_insert(kept);
        response
    }
}

/// Says whether a request has this version already.
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|known| known.trim())
        .map(|known| known.strip_prefix("W/").unwrap_or(known))
        .any(|known| known.trim_matches('"') == tag)
}

/// What every answer says. The page loads nothing from elsewhere and runs no script but its own; no
/// other page frames it, learns its address, which has the token, or holds a handle to it.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        hyper::header::CONTENT_SECURITY_POLICY,
        "default-src 'self' 'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'; object-src 'none'",
    ),
    (hyper::header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (hyper::header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (hyper::header::X_FRAME_OPTIONS, "DENY"),
];
