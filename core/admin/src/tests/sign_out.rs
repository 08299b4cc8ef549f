//! Whoever has to sign in again.

use portcullis_policy::source::Until;

use super::*;
use RefusedReason as Why;

/// The second at which changes are made here.
const NOW: &str = "1970-01-01T00:00:07Z";
const EARLIER: &str = "1970-01-01T00:00:03Z";

fn until(text: &str) -> Option<Until> {
    Some(Until::parse(text).unwrap())
}

fn sign_out(subject: &str, before: Option<&str>) -> Change {
    Change::SignOut {
        subject: subject.into(),
        before: before.and_then(until),
        unlisted: subject == "stranger",
    }
}

fn sign_out_all(before: Option<&str>) -> Change {
    let before = before.and_then(until);
    Change::SignOutAll { before }
}

/// The policy in which those who remove people sign them out.
fn policy() -> Document {
    let named = POLICY.replacen(
        r#""people:remove": "unassign""#,
        r#""people:remove": ["unassign", "deactivate", "sign-out"]"#,
        1,
    );
    Document::load(named).unwrap()
}

#[test]
fn a_sign_out_is_written_and_recorded() {
    let done = change(&policy(), "ann", &sign_out("jo", None)).unwrap();
    assert_eq!(
        json(&done.document, "/directory/jo"),
        format!(
            r#"{{"sessions_from":"{NOW}","roles":["agent","reader@emea"],"groups":"g-readers"}}"#
        )
    );
    let jo = done.document.model().person("user", "jo").unwrap();
    assert_eq!(jo.sessions_from, Some(UnixSeconds(7)));
    assert_eq!(sign_out("jo", None).to_string(), "signed out jo");
    let target = &done.record.target;
    assert_eq!(target.subject, Some(SubjectKey::new("user", "jo")));
    let changes = &done.record.changes;
    assert_eq!(changes[0].path, "$.tenant.directory.jo.sessions_from");
    assert_eq!(changes.len(), 1);
    // Nobody holds less for it.
    assert!(done.impacts.is_empty());
    // Whom the directory does not have is mostly known to tokens alone.
    let done = change(&policy(), "ann", &sign_out("stranger", None)).unwrap();
    assert_eq!(
        json(&done.document, "/directory/stranger"),
        format!(r#"{{"sessions_from":"{NOW}"}}"#)
    );
    let slip = Change::SignOut {
        subject: "cloe".into(),
        before: None,
        unlisted: false,
    };
    refused(
        &policy(),
        "ann",
        &slip,
        Why::Unknown,
        "did you mean `cleo`?",
    );
    let done = change(&policy(), "ann", &sign_out_all(None)).unwrap();
    assert_eq!(json(&done.document, "/sessions_from"), format!("\"{NOW}\""));
    assert_eq!(done.record.changes[0].path, "$.tenant.sessions_from");
    assert_eq!(sign_out_all(None).to_string(), "signed out everybody");
    let read: Change =
        serde_json::from_str(r#"{"operation":"sign-out-all","before":"1970-01-01T00:00:03Z"}"#)
            .unwrap();
    assert_eq!(read, sign_out_all(Some(EARLIER)));
}

#[test]
fn it_never_moves_back_and_never_ahead() {
    for of in [
        (|before| sign_out("jo", before)) as fn(Option<&str>) -> Change,
        sign_out_all,
    ] {
        let early = change(&policy(), "ann", &of(Some(EARLIER)))
            .unwrap()
            .document;
        let nothing = "before 1970-01-01T00:00:03Z already, and that never moves back";
        for before in [EARLIER, "1970-01-01T00:00:02Z"] {
            refused(&early, "ann", &of(Some(before)), Why::NothingToDo, nothing);
        }
        let later = change(&early, "ann", &of(None)).unwrap().document;
        refused(&later, "ann", &of(None), Why::NothingToDo, "already");
        let ahead = "1970-01-01T00:00:08Z is ahead, and until then nobody could sign in";
        let ahead = (of(Some("1970-01-01T00:00:08Z")), Why::Malformed, ahead);
        refused(&later, "ann", &ahead.0, ahead.1, ahead.2);
    }
    // What else changes of somebody leaves it where it is, even where nothing else is said.
    let mut document = policy();
    for one in [
        sign_out("tim", None),
        unassign("clerk@emea", "tim"),
        Change::Deactivate {
            subject: "tim".into(),
            unlisted: false,
        },
    ] {
        document = change(&document, "ann", &one).unwrap().document;
    }
    assert_eq!(
        json(&document, "/directory/tim"),
        format!(r#"{{"active":false,"sessions_from":"{NOW}"}}"#)
    );
}

#[test]
fn who_signs_out_covers_what_is_taken() {
    let policy = policy();
    let of = |subject: &str| sign_out(subject, None);
    refused(&policy, "ann", &of("ann"), Why::OwnAccess, "is the subject");
    // A lead removes people, and does not manage readers.
    refused(&policy, "lea", &of("jo"), Why::NotManaged, "`reader`");
    refused(&policy, "cleo", &of("bob"), Why::NotCovered, "secrets:read");
    refused(&policy, "jo", &of("tim"), Why::NotAllowed, "");
    // What a token may give counts too.
    refused(&policy, "lea", &of("stranger"), Why::NotManaged, "`admin`");
    // All of that together, where it is everybody; who does it is among them.
    let all = sign_out_all(None);
    refused(&policy, "lea", &all, Why::NotManaged, "`admin`");
    refused(&policy, "cleo", &all, Why::NotCovered, "secrets:read");
    refused(&policy, "jo", &all, Why::NotAllowed, "");
    assert!(change(&policy, "ann", &all).is_ok());
    // Who may on a team alone may not for all.
    let on_team = policy.text().replacen(
        r#""bob": { "roles": "admin" }"#,
        r#""bob": { "roles": "admin@emea" }"#,
        1,
    );
    let on_team = Document::load(on_team).unwrap();
    assert!(change(&on_team, "bob", &all).is_err());
    // Nobody may where the catalog names no permission, and the vendor never.
    let without = super::policy();
    refused(&without, "ann", &all, Why::NobodysOperation, "`sign-out`");
    let vendor = apply(&policy, &Actor::vendor("ops"), &all, &[]);
    assert_eq!(vendor.unwrap_err().reason, Why::NotAllowed);
}

#[test]
fn whose_right_ends_signs_nobody_out() {
    let ending = policy().text().replacen(
        r#""bob": { "roles": "admin" }"#,
        r#""bob": { "roles": { "role": "admin", "until": "1970-01-01T00:01:00Z" } }"#,
        1,
    );
    let policy = Document::load(ending).unwrap();
    for one in [sign_out("jo", None), sign_out_all(None)] {
        refused(&policy, "bob", &one, Why::NotAllowed, "and this lasts");
    }
}
