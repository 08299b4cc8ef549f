//! The answer to a refused client: a problem (RFC 9457).

use alloc::{
    borrow::{Cow, ToOwned},
    format,
    string::String,
    vec::Vec,
};

use portcullis_json::write_string;

use crate::{code::Code, config::Challenge};

/// Returns the body: the class, which limit was passed if one was, and the trace, and nothing
/// else.
pub(crate) fn body(code: Code, limit: &str, trace: &str) -> String {
    let mut out = String::from(r#"{"type":"#);
    write_string(
        &mut out,
        &format!("urn:portcullis:problem:{}", code.class()),
    );
    out.push_str(r#","title":"#);
    write_string(&mut out, &title(code, limit));
    let status = code.status().unwrap_or(500);
    out.push_str(&format!(r#","status":{status},"trace":"#));
    write_string(&mut out, trace);
    out.push('}');
    out
}

/// Returns the headers that go with it.
pub(crate) fn headers(code: Code, challenge: &Challenge) -> Vec<(String, String)> {
    let mut headers = alloc::vec![
        (
            "content-type".to_owned(),
            "application/problem+json".to_owned()
        ),
        ("cache-control".to_owned(), "no-store".to_owned()),
    ];
    // RFC 6750, section 3.1.
    let error = match code.status() {
        Some(401) if code == Code::IdentityMissing => None,
        Some(401) => Some(r#"error="invalid_token""#.to_owned()),
        Some(403)
            if challenge.insufficient_scope
                && !matches!(code, Code::TenantMismatch | Code::CrossSite) =>
        {
            Some(r#"error="insufficient_scope""#.to_owned())
        }
        _ => return headers,
    };
    // RFC 9728, section 5.1.
    let metadata = challenge.resource_metadata.as_ref();
    let metadata = metadata.map(|url| format!(r#"resource_metadata="{url}""#));
    let members: Vec<String> = error.into_iter().chain(metadata).collect();
    let challenge = format!("Bearer {}", members.join(", "));
    headers.push((
        "www-authenticate".to_owned(),
        challenge.trim_end().to_owned(),
    ));
    headers
}

/// Returns the headers of the same answer to a gRPC request: its status and a message that a
/// person can read, in place of a body (gRPC over HTTP/2, "Trailers-Only").
pub(crate) fn grpc_headers(code: Code, limit: &str, trace: &str) -> Vec<(String, String)> {
    let status = match code.status() {
        Some(400) => "3",
        Some(401) => "16",
        Some(403) => "7",
        Some(404) => "12",
        _ => "14",
    };
    let message = format!("{}: {} (trace {trace})", code.class(), title(code, limit));
    alloc::vec![
        ("content-type".to_owned(), "application/grpc".to_owned()),
        ("grpc-status".to_owned(), status.to_owned()),
        ("grpc-message".to_owned(), message),
    ]
}

/// Says whether a request expects such an answer, by its content type.
pub(crate) fn is_grpc(content_type: Option<&[u8]>) -> bool {
    let rest = content_type.and_then(|own| own.strip_prefix(b"application/grpc"));
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// Returns the title, all of it ASCII and without `%`.
fn title(code: Code, limit: &str) -> Cow<'static, str> {
    if limit.is_empty() {
        return Cow::Borrowed(title_of(code));
    }
    Cow::Owned(format!("a limit is passed: {limit}"))
}

const fn title_of(code: Code) -> &'static str {
    match code.status() {
        Some(400) if matches!(code, Code::RequestMalformed) => {
            "the request is not what HTTP allows"
        }
        Some(400) => "the request cannot be read in one way only",
        Some(403) if matches!(code, Code::CrossSite) => {
            "a page of another site may not send this with a cookie"
        }
        Some(401) => "the request needs an identity that is believed",
        Some(403) => "this may not be done",
        Some(404) => "there is nothing here",
        _ => "no decision can be made now",
    }
}
