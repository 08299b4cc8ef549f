//! The answer to a refused client: a problem (RFC 9457).

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use portcullis_json::write_string;

use crate::{code::Code, config::Challenge};

/// Returns the body: the class and the trace, and nothing else.
pub(crate) fn body(code: Code, trace: &str) -> String {
    let mut out = String::from(r#"{"type":"#);
    write_string(
        &mut out,
        &format!("urn:portcullis:problem:{}", code.class()),
    );
    out.push_str(r#","title":"#);
    write_string(&mut out, title(code));
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
        Some(403) if challenge.insufficient_scope && code != Code::TenantMismatch => {
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

const fn title(code: Code) -> &'static str {
    match code.status() {
        Some(400) => "the request cannot be read in one way only",
        Some(401) => "the request needs an identity that is believed",
        Some(403) => "this may not be done",
        Some(404) => "there is nothing here",
        _ => "no decision can be made now",
    }
}
