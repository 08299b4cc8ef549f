//! Who holds nothing for a while, and what everybody holds.

use super::*;
use RefusedReason as Why;

fn deactivate(subject: &str) -> Change {
    Change::Deactivate {
        subject: subject.into(),
        unlisted: false,
    }
}

fn deactivate_unlisted(subject: &str) -> Change {
    Change::Deactivate {
        subject: subject.into(),
        unlisted: true,
    }
}

fn activate(subject: &str) -> Change {
    let subject = subject.into();
    Change::Activate { subject }
}

/// The policy with the two operations named, and with what everybody holds.
fn policy() -> Document {
    let named = POLICY
        .replacen(
            r#""people:assign": "assign""#,
            r#""people:assign": ["assign", "activate"]"#,
            1,
        )
        .replacen(
            r#""people:remove": "unassign""#,
            r#""people:remove": ["unassign", "deactivate"]"#,
            1,
        )
        .replacen(
            r#""id": "desk","#,
            r#""id": "desk", "everyone": { "role": "member" },"#,
            1,
        )
        .replacen(
            r#""soon": {"#,
            r#""member": { "grants": { "own": "tickets:read" } }, "soon": {"#,
            1,
        );
    Document::load(named).unwrap()
}

#[test]
fn who_is_not_active_holds_nothing_until_it_is_again() {
    let done = change(&policy(), "ann", &deactivate("jo")).unwrap();
    let lines = json(&done.document, "/directory/jo");
    assert_eq!(
        lines,
        r#"{"active":false,"roles":["agent","reader@emea"],"groups":"g-readers"}"#
    );
    let jo = done.impacts.first().unwrap();
    assert_eq!(jo.subject, SubjectKey::new("user", "jo"));
    assert!(jo.after.is_empty() && !jo.before.is_empty());
    assert_eq!(done.record.target.subject, Some(jo.subject.clone()));
    refused(
        &done.document,
        "ann",
        &deactivate("jo"),
        Why::NothingToDo,
        "`jo` is not active already",
    );
    let back = change(&done.document, "ann", &activate("user:jo")).unwrap();
    assert_eq!(back.document.text(), policy().text());
    refused(
        &back.document,
        "ann",
        &activate("jo"),
        Why::NothingToDo,
        "`jo` is active already",
    );
    // Somebody whom the directory does not know may hold what a token states.
    let known = change(&policy(), "ann", &deactivate_unlisted("stranger")).unwrap();
    assert_eq!(
        json(&known.document, "/directory/stranger"),
        r#"{"active":false}"#
    );
    let unknown = change(&known.document, "ann", &activate("stranger")).unwrap();
    assert_eq!(unknown.document.source().tenant, policy().source().tenant);
}

#[test]
fn a_slip_deactivates_nobody() {
    let policy = policy();
    for (id, cure) in [
        (
            "cloe",
            "did you mean `cleo`? if only tokens or groups know it",
        ),
        (
            "user:User:jo",
            "if only tokens or groups know it, say so: `--unlisted`",
        ),
        (
            "stranger",
            "if only tokens or groups know it, say so: `--unlisted`",
        ),
    ] {
        let found = change(&policy, "ann", &deactivate(id)).unwrap_err();
        assert_eq!(found.reason, Why::Unknown, "{id}");
        assert!(found.cure.starts_with(cure), "{id}: {found}");
    }
    let json = r#"{"operation":"deactivate","subject":"stranger","unlisted":true}"#;
    let read: Change = serde_json::from_str(json).unwrap();
    assert_eq!(read, deactivate_unlisted("stranger"));
}

#[test]
fn who_is_not_active_hears_that() {
    let inactive = change(&policy(), "ann", &deactivate("bob"))
        .unwrap()
        .document;
    let found = change(&inactive, "bob", &assign("agent", "new")).unwrap_err();
    assert_eq!(found.reason, Why::NotAllowed);
    let said = "`bob` is not active, so it holds nothing and may not assign";
    assert!(found.to_string().starts_with(said), "{found}");
    assert!(!found.to_string().contains("did you mean"), "{found}");
    // Nor is whoever holds no role named to itself.
    let found = change(&inactive, "ghost", &assign("agent", "new")).unwrap_err();
    assert!(!found.cure.contains("`ghost`"), "{found}");
    let idle = POLICY.replacen(
        r#""directory": {"#,
        r#""directory": { "kim": { "teams": "emea" },"#,
        1,
    );
    let idle = Document::load(idle).unwrap();
    let found = change(&idle, "kim", &assign("agent", "new")).unwrap_err();
    assert!(!found.cure.contains("`kim`"), "{found}");
}

#[test]
fn the_rules_of_assigning_hold() {
    let policy = policy();
    refused(
        &policy,
        "ann",
        &deactivate("ann"),
        Why::OwnAccess,
        "is the subject",
    );
    // A lead removes people, and does not manage readers.
    refused(
        &policy,
        "lea",
        &deactivate("jo"),
        Why::NotManaged,
        "`reader`",
    );
    refused(
        &policy,
        "cleo",
        &deactivate("bob"),
        Why::NotCovered,
        "secrets:read",
    );
    refused(&policy, "jo", &deactivate("tim"), Why::NotAllowed, "");
    // The last one who may edit roles stays active.
    let alone = change(&policy, "bob", &deactivate("ann")).unwrap().document;
    let alone = change(&alone, "bob", &deactivate("tim")).unwrap().document;
    refused(&alone, "ann", &deactivate("bob"), Why::NotAllowed, "");
    let inactive = change(&policy, "ann", &deactivate("tim")).unwrap().document;
    refused(&inactive, "cleo", &activate("bob"), Why::NothingToDo, "");
}

#[test]
fn what_everybody_holds_is_not_given() {
    let policy = policy();
    for one in [
        assign("member", "jo"),
        map("g-readers", "member"),
        delete("reader", Some("member")),
    ] {
        refused(
            &policy,
            "ann",
            &one,
            Why::Unsupported,
            "is everybody's role",
        );
    }
    // It counts for cover: a lead who has no `own` scope of its own hands it on.
    let copied = change(&policy, "ann", &copy("member", "mine")).unwrap();
    assert!(copied.impacts.is_empty());
}
