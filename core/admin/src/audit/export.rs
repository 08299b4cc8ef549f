//! The audit log as a table.

use portcullis_engine::UnixSeconds;

use super::{AuditLog, LinkedRecord, RecordedActor};

/// Writes a log as CSV (RFC 4180) with a line of headings; `date` writes a time.
///
/// A cell that a spreadsheet would read as a formula gets an apostrophe in front.
///
/// # Errors
/// Fails where the table cannot be written.
pub fn to_csv(log: &AuditLog, date: impl Fn(UnixSeconds) -> String) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(HEADINGS)?;
    for linked in log.records() {
        table.write_record(row(linked, &date).map(|cell| harmless(&cell)))?;
    }
    table
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

fn row(
    LinkedRecord { link, record }: &LinkedRecord,
    date: impl Fn(UnixSeconds) -> String,
) -> [String; HEADINGS.len()] {
    let (actor_type, actor) = match &record.actor {
        RecordedActor::Subject { kind, id } => (kind.as_str(), id.as_str()),
        RecordedActor::Vendor { name } => ("(vendor)", name.as_str()),
        RecordedActor::Log => ("(log)", ""),
    };
    let target = &record.target;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let changes = if record.changes.is_empty() {
        String::new()
    } else {
        serde_json::to_string(&record.changes).unwrap_or_default()
    };
    [
        record.sequence.to_string(),
        date(record.time),
        actor_type.to_owned(),
        actor.to_owned(),
        record.operation.name().to_owned(),
        text(&target.role),
        text(&target.from),
        text(&target.reassign),
        target
            .subject
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        text(&target.group),
        text(&target.team),
        text(&target.attribute),
        text(&target.feature),
        changes,
        record.policy.before.to_string(),
        record.policy.after.to_string(),
        link.to_string(),
    ]
}

fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

const HEADINGS: [&str; 17] = [
    "sequence",
    "time",
    "actor_type",
    "actor",
    "operation",
    "role",
    "from",
    "reassign",
    "subject",
    "group",
    "team",
    "attribute",
    "feature",
    "changes",
    "policy_before",
    "policy_after",
    "link",
];
