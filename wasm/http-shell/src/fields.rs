//! The header fields of a message that is passed on.

use alloc::{string::String, vec::Vec};

use portcullis_gate::{AnswerChanges, Forward, is_of_connection};

/// A header field: its name, and its value.
pub type Field = (String, Vec<u8>);

/// Returns the fields that are not about one connection only; nor `host`, which says whom a
/// connection is to, and the settings of HTTP/2 that come with an upgrade.
fn end_to_end(mut all: Vec<Field>) -> Vec<Field> {
    let named: Vec<String> = all
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("connection"))
        .flat_map(|(_, value)| value.split(|byte| *byte == b','))
        .filter_map(|name| core::str::from_utf8(name).ok())
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    all.retain(|(name, _)| {
        let lower = name.to_ascii_lowercase();
        let also = ["host", "http2-settings"];
        !is_of_connection(&lower) && !also.contains(&lower.as_str()) && !named.contains(&lower)
    });
    all
}

/// Returns a request's fields, fit for the upstream, with the changes that the gate asks for.
pub(crate) fn forwarded(fields: Vec<Field>, verdict: &Forward) -> Vec<Field> {
    // First, for what a client says of its connection must not take away what the gate sets.
    let mut fields = end_to_end(fields);
    let is = |own: &str, other: &str| own.eq_ignore_ascii_case(other);
    fields.retain(|(own, _)| {
        let removed = verdict.remove.iter().any(|name| is(own, name));
        let replaced = verdict.set.iter().any(|(name, _)| is(own, name));
        !removed && !replaced
    });
    let set = verdict.set.iter();
    fields.extend(set.map(|(name, value)| (String::from(*name), value.clone().into_bytes())));
    fields
}

/// Returns the fields of an upstream's answer, fit for the client, with the changes that the
/// gate asks for.
#[must_use]
pub fn answered(fields: Vec<Field>, changes: &AnswerChanges) -> Vec<Field> {
    let mut fields = end_to_end(fields);
    fields.retain(|(own, _)| {
        let mut removed = changes.remove.iter();
        !removed.any(|name| own.eq_ignore_ascii_case(name))
    });
    let added = changes.add.iter();
    fields.extend(added.map(|(name, value)| (String::from(*name), value.clone().into_bytes())));
    fields
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use portcullis_gate::{Code, Entry};

    use super::*;

    fn field(name: &str, value: &str) -> Field {
        (name.into(), value.as_bytes().to_vec())
    }

    #[test]
    fn what_is_about_the_connection_ends_here() {
        let all = vec![
            field("Connection", "keep-alive, X-Hop"),
            field("x-hop", "1"),
            field("Transfer-Encoding", "chunked"),
            field("transfer_encoding", "chunked"),
            field("host", "api.example.com"),
            field("accept", "*/*"),
            field("accept", "text/html"),
        ];
        let kept = vec![field("accept", "*/*"), field("accept", "text/html")];
        assert_eq!(end_to_end(all), kept);
    }

    #[test]
    fn the_gate_has_the_last_word() {
        let asked = vec![
            field("connection", "x-portcullis-subject"),
            field("X-Portcullis-Subject", "user:root"),
            field("X-Portcullis-Roles", "admin"),
            field("accept", "*/*"),
        ];
        let verdict = Forward {
            target: None,
            answer: AnswerChanges::default(),
            remove: vec!["X-Portcullis-Roles".into()],
            set: vec![("x-portcullis-subject", "user:ada".into())],
            entry: Entry::new(Code::Granted),
        };
        let expected = vec![
            field("accept", "*/*"),
            field("x-portcullis-subject", "user:ada"),
        ];
        assert_eq!(forwarded(asked, &verdict), expected);
    }
}
