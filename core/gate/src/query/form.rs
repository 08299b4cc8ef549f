//! Bodies that some servers read as if they were the query.

use crate::fields::Fields;

/// Says whether some server may read the body as a form, and merge it with the query: by its
/// content type, or because Rack takes a POST without one for a form.
pub(crate) fn may_be_form(method: &[u8], fields: &Fields<'_>) -> bool {
    let mut untyped = true;
    for field in fields.all("content-type") {
        untyped &= field.value.trim_ascii().is_empty();
        if contains(field.value, b"form-urlencoded") || contains(field.value, b"multipart/") {
            return true;
        }
    }
    // Only what says so has no body: HTTP/2 needs no header to bring one, and a transfer coding
    // overrides the length (RFC 9112, section 6.3).
    let has_none = fields.one("content-length") == Ok(Some(b"0"))
        && fields.all("transfer-encoding").next().is_none();
    untyped && method.eq_ignore_ascii_case(b"POST") && !has_none
}

/// Says whether a value holds a text, in any case.
fn contains(value: &[u8], text: &[u8]) -> bool {
    value
        .windows(text.len())
        .any(|part| part.eq_ignore_ascii_case(text))
}
