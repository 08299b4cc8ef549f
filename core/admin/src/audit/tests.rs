//! Tests of the chain.

use portcullis_engine::UnixSeconds;

use super::*;
use crate::{ChangeKind, SubjectKey};
use portcullis_policy::source::{Source, Tenant};

fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

fn record(before: &str, after: &str) -> AuditRecord {
    AuditRecord {
        sequence: 0,
        time: UnixSeconds(1_700_000_000),
        actor: RecordedActor::Subject {
            kind: "user".to_owned(),
            id: "=ann".to_owned(),
        },
        operation: Event::Change(ChangeKind::Assign),
        target: Target {
            role: Some("reader".to_owned()),
            subject: Some(SubjectKey::new("service", "ci")),
            ..Target::default()
        },
        changes: Vec::new(),
        policy: PolicyDigests {
            before: digest(before),
            after: digest(after),
            tenant: None,
        },
    }
}

fn written(records: impl IntoIterator<Item = AuditRecord>) -> String {
    let mut log = AuditLog::default();
    records
        .into_iter()
        .map(|record| log.append(record))
        .collect()
}

fn three() -> String {
    written([record("a", "b"), record("b", "c"), record("c", "d")])
}

#[test]
fn what_is_appended_is_read_back() {
    let text = three();
    let log = AuditLog::read(text.as_bytes()).unwrap();
    assert_eq!(log.records().len(), 3);
    assert_eq!(log.records()[2].record.sequence, 3);
    assert_eq!(log.policy(), Some(digest("d")));
    assert!(log.contains(log.records()[0].link));
    assert_eq!(log.cut_off_bytes(), 0);
    // A link is SHA-256 of the link before it, which is zero at first, and the record's JSON.
    let (link, record) = text.split_once(",\"record\":").unwrap();
    let json = record.split_once("}\n").unwrap().0;
    let mut bytes = vec![0; 32];
    bytes.extend_from_slice(json.as_bytes());
    assert_eq!(link, format!("{{\"link\":\"{}\"", Digest::of(&bytes)));
    assert_eq!(AuditLog::read(b"").unwrap(), AuditLog::default());
}

#[test]
fn the_first_broken_line_is_found() {
    let lines = |order: &[usize]| {
        let text = three();
        let lines = text.lines().collect::<Vec<_>>();
        let chosen = order.iter().map(|line| format!("{}\n", lines[*line]));
        chosen.collect::<String>()
    };
    let cases = [
        (three().replacen("reader", "admin", 1), 1),
        (three().replace("\"sequence\":2", "\"sequence\":9"), 2),
        (three().replacen("\"sequence\":2", "\"sequence\": 2", 1), 2),
        (lines(&[0, 2]), 2),
        (lines(&[1, 2]), 1),
        (lines(&[0, 1, 1, 2]), 3),
        (lines(&[0, 2, 1]), 2),
        (format!("{}\n", three()), 4),
        (format!("{}x\n", three()), 4),
        (written([record("a", "b"), record("x", "c")]), 2),
    ];
    for (text, line) in cases {
        let broken = AuditLog::read(text.as_bytes()).unwrap_err();
        assert_eq!(broken.line, line, "{broken}: {text}");
    }
}

#[test]
fn every_change_of_a_byte_is_noticed() {
    let text = three();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        match AuditLog::read(&bytes) {
            // Only the end of the last line can go without breaking the chain, and that is noticed.
            Ok(log) => assert!(log.cut_off_bytes() > 0, "{at}"),
            Err(broken) => assert!(broken.line <= 3),
        }
    }
}

#[test]
fn a_line_that_was_cut_off_is_left_out() {
    let text = three();
    let two = text
        .lines()
        .take(2)
        .map(|line| line.len() + 1)
        .sum::<usize>();
    for end in two..text.len() {
        let log = AuditLog::read(&text.as_bytes()[..end]).unwrap();
        assert_eq!(log.records().len(), 2);
        assert_eq!(log.cut_off_bytes(), end - two);
    }
}

#[test]
fn the_log_is_made_to_agree_with_the_policy() {
    let mut log = AuditLog::read(three().as_bytes()).unwrap();
    let now = UnixSeconds(5);
    let found = |text| FoundPolicy::new(text, None);
    assert_eq!(AuditLog::default().reconcile(found("x"), now), None);
    assert_eq!(log.reconcile(found("d"), now), None);
    let aborted = log.reconcile(found("c"), now).unwrap();
    assert_eq!(
        (aborted.operation, &aborted.actor),
        (Event::Abort, &RecordedActor::Log)
    );
    log.append(aborted);
    assert_eq!(log.policy(), Some(digest("c")));
    assert_eq!(log.reconcile(found("c"), now), None);
    let outside = log.reconcile(found("d"), now).unwrap();
    assert_eq!(outside.operation, Event::Outside);
    log.append(outside);
    let text = log
        .records()
        .iter()
        .map(|linked| serde_json::to_string(linked).unwrap() + "\n");
    assert_eq!(
        AuditLog::read(text.collect::<String>().as_bytes()).unwrap(),
        log
    );
}

#[test]
fn a_spreadsheet_finds_no_formula() {
    let log = AuditLog::read(three().as_bytes()).unwrap();
    let table = String::from_utf8(to_csv(&log, |time| time.0.to_string()).unwrap()).unwrap();
    let mut lines = table.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("sequence,time,actor_type,actor,operation,role")
    );
    let first = lines.next().unwrap();
    assert!(
        first.starts_with("1,1700000000,user,'=ann,assign,reader,,,service:ci,"),
        "{first}"
    );
    assert_eq!(lines.count(), 2);
}

#[test]
fn a_diff_tells_of_lists_only_what_differs() {
    let before = r#"{ "id": "t", "roles": { "r": { "label": "R", "grants": { "all": ["a:b", "c:d"] } } }, "directory": { "jo": { "roles": "r" } }, "groups": { "a.b": "r" } }"#;
    let after = r#"{ "id": "t", "roles": { "r": { "label": "S", "grants": { "all": "a:b", "own": "c:d" } } }, "directory": { "jo": { "roles": ["r", "s"] } } }"#;
    let tenant = |text: &str| {
        let text = format!(r#"{{ "catalog": {{ "id": "c" }}, "tenant": {text} }}"#);
        Source::parse(&text).unwrap().tenant
    };
    let found = differences(&tenant(before), &tenant(after));
    let shown = found.iter().map(|one| serde_json::to_string(one).unwrap());
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            r#"{"path":"$.tenant.roles.r.label","before":"R","after":"S"}"#,
            r#"{"path":"$.tenant.roles.r.grants.all","before":["c:d"]}"#,
            r#"{"path":"$.tenant.roles.r.grants.own","after":"c:d"}"#,
            r#"{"path":"$.tenant.groups","before":{"a.b":"r"}}"#,
            r#"{"path":"$.tenant.directory.jo.roles","after":["s"]}"#,
        ]
    );
}

fn tenant(text: &str) -> Tenant {
    let text = format!(r#"{{ "catalog": {{ "id": "c" }}, "tenant": {text} }}"#);
    Source::parse(&text).unwrap().tenant
}

#[test]
fn a_tenants_digest_is_of_what_it_says() {
    let written = r#"{ "id": "t", "features": "a", "directory": { "jo": { "roles": ["r", "s"] }, "al": { "roles": "r" } } }"#;
    let digest = Digest::of_tenant(&tenant(written));
    let same = r#"{"directory":{"al":{"roles":["r"]},"jo":{"roles":["s","r"]}},"features":["a"],"id":"t"}"#;
    assert_eq!(Digest::of_tenant(&tenant(same)), digest);
    for other in [
        written.replace("\"jo\"", "\"joe\""),
        written.replace("[\"r\", \"s\"]", "\"r\""),
        written.replace("\"a\"", "[]"),
    ] {
        assert_ne!(Digest::of_tenant(&tenant(&other)), digest, "{other}");
    }
}

#[test]
fn a_policy_agrees_by_its_tenant_and_with_old_records_by_its_text() {
    let mut log = AuditLog::default();
    let found = |text: &str, id: &str| {
        FoundPolicy::new(text, Some(&tenant(&format!(r#"{{ "id": "{id}" }}"#))))
    };
    assert!(log.agrees(found("any", "t")), "no record says anything");
    log.append(record("a", "b"));
    assert!(log.agrees(found("b", "t")));
    assert!(!log.agrees(found("c", "t")));
    let mut new = record("b", "c");
    new.policy.tenant = found("c", "t").tenant;
    let line = log.append(new);
    assert!(line.contains(r#","tenant":""#), "{line}");
    assert!(log.agrees(found("another catalog", "t")));
    assert!(!log.agrees(found("c", "other")));
    assert!(!log.agrees(FoundPolicy::new("{", None)));
}

#[test]
fn times_neither_go_back_nor_lie_ahead() {
    let mut log = AuditLog::default();
    let last = 1_700_000_000;
    let at = |log: &AuditLog, asked: Option<u64>, clock: u64| {
        let time = log.time(asked.map(UnixSeconds), UnixSeconds(clock));
        time.map(|time| time.0)
    };
    assert_eq!(at(&log, Some(5), last), Ok(5));
    log.append(record("a", "b"));
    for (asked, clock, expected) in [
        (None, last + 9, Some(last + 9)),
        (None, last - 60, Some(last)),
        (None, last - 61, None),
        (Some(last), last, Some(last)),
        (Some(last - 1), last, None),
        (Some(last + 60), last, Some(last + 60)),
        (Some(last + 61), last, None),
    ] {
        let time = at(&log, asked, clock);
        assert_eq!(time.ok(), expected, "{asked:?} at {clock}");
    }
    // What the log itself notices is recorded in any case.
    let noticed = log.reconcile(FoundPolicy::new("x", None), UnixSeconds(1));
    assert_eq!(noticed.unwrap().time, UnixSeconds(last));
}
