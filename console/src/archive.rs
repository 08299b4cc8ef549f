//! One file of a policy and its log, to keep or to hand on.

use hyper::{StatusCode, header};
use portcullis_admin::audit::LinkedRecord;
use serde_json::json;

use crate::{
    answer::Answer,
    policies::{Contents, Policy},
};

/// Answers with the archive: JSON with the text of `policy.json` as `policy` and of
/// `policy.audit.jsonl` as `audit`, both to the byte.
pub(crate) fn archive(policy: &Policy, contents: &Contents) -> Answer {
    let archive = json!({
        "portcullis_archive": 1,
        "id": policy.id,
        "policy": contents.reading.text,
        "audit": contents.records.iter().map(line).collect::<String>(),
    });
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || ".-_".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = policy.id.chars().map(plain).collect();
    Answer::json(StatusCode::OK, &archive).with(
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{name}.portcullis.json\""),
    )
}

/// A record has one spelling, and a log in any other is refused when it is read.
fn line(record: &LinkedRecord) -> String {
    format!("{}\n", json!(record))
}
