//! Packed requests, taken apart.

use portcullis_host::pack;
use portcullis_policy::authzen::Request;

/// Returns a packed request in two: its version and subject, and its question.
#[must_use]
pub fn packed_parts(request: &Request) -> (Vec<u8>, Vec<u8>) {
    let empty = Request {
        subject: request.subject.clone(),
        ..Request::default()
    };
    // A question without anything is `:` with its length, three empty runs and "no id".
    let mut subject = pack(&empty);
    subject.truncate(subject.len().saturating_sub(6));
    let question = pack(request).split_off(subject.len());
    (subject, question)
}
