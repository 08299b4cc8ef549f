//! Roles and features for a time.

use portcullis_policy::source::Until;

use super::*;
use RefusedReason as Why;

/// The tests' changes are made at second 7.
pub(super) fn at(seconds: u64) -> Option<Until> {
    Some(Until(UnixSeconds(seconds)))
}

pub(super) fn assign_until(binding: &str, subject: &str, until: Option<Until>) -> Change {
    let (role, team) = bound(binding);
    Change::Assign {
        role,
        team,
        subject: subject.into(),
        until,
    }
}

fn unassign_until(binding: &str, subject: &str, until: Option<Until>) -> Change {
    let (role, team) = bound(binding);
    Change::Unassign {
        role,
        team,
        subject: subject.into(),
        until,
    }
}

/// The policy in which bob is an administrator until second 50 alone.
fn ending_admin() -> Document {
    let text = POLICY.replacen(
        r#""bob": { "roles": "admin" }"#,
        r#""bob": { "roles": { "role": "admin", "until": "1970-01-01T00:00:50Z" } }"#,
        1,
    );
    Document::load(text).unwrap()
}

#[test]
fn a_role_is_given_for_a_time_and_its_record_says_so() {
    let change_one = assign_until("agent@emea", "new", at(60));
    let done = change(&policy(), "ann", &change_one).unwrap();
    assert_eq!(
        json(&done.document, "/directory/new/roles"),
        r#"{"role":"agent@emea","until":"1970-01-01T00:01:00Z"}"#
    );
    assert_eq!(
        change_one.to_string(),
        "assigned agent on emea to new until 1970-01-01T00:01:00Z"
    );
    assert_eq!(done.record.target.until, at(60));
    let record = serde_json::to_string(&done.record).unwrap();
    assert!(
        record.contains(r#""until":"1970-01-01T00:01:00Z""#),
        "{record}"
    );
    assert_eq!(
        serde_json::from_str::<audit::AuditRecord>(&record).unwrap(),
        done.record
    );
    let read = r#"{"operation":"assign","role":"agent","team":"emea","subject":"new","until":"1970-01-01T01:01:00+01:00"}"#;
    assert_eq!(serde_json::from_str::<Change>(read).unwrap(), change_one);
    assert!(serde_json::from_str::<Change>(&read.replace("1970", "in 1970")).is_err());
}

#[test]
fn longer_is_assigned_and_shorter_is_unassigned() {
    let start = change(&policy(), "ann", &assign_until("agent", "new", at(60)));
    let start = start.unwrap().document;
    let until = |document: &Document| json(document, "/directory/new/roles");
    for (longer, expected) in [
        (at(90), r#"{"role":"agent","until":"1970-01-01T00:01:30Z"}"#),
        (None, r#""agent""#),
    ] {
        let done = change(&start, "ann", &assign_until("agent", "new", longer)).unwrap();
        assert_eq!(until(&done.document), expected);
        // There is one binding, and it is taken away as one.
        let gone = change(&done.document, "ann", &unassign("agent", "new")).unwrap();
        assert_eq!(gone.document.source().tenant, policy().source().tenant);
        let shorter = unassign_until("agent", "new", at(30));
        let shorter = change(&done.document, "ann", &shorter).unwrap();
        assert_eq!(
            until(&shorter.document),
            r#"{"role":"agent","until":"1970-01-01T00:00:30Z"}"#
        );
    }
    for (one, reason, part) in [
        (
            assign_until("agent", "new", at(60)),
            Why::Duplicate,
            "until 1970-01-01T00:01:00Z already",
        ),
        (
            assign_until("agent", "new", at(30)),
            Why::Unsupported,
            "which is longer",
        ),
        (
            assign_until("agent", "jo", at(30)),
            Why::Unsupported,
            "`jo` has `agent`, which is longer",
        ),
        (
            assign_until("agent", "jo", None),
            Why::Duplicate,
            "`jo` has `agent` already",
        ),
        (
            assign_until("agent", "kim", at(7)),
            Why::Malformed,
            "1970-01-01T00:00:07Z has passed",
        ),
        (
            unassign_until("agent", "new", at(60)),
            Why::NothingToDo,
            "and no longer",
        ),
        (
            unassign_until("agent", "new", at(90)),
            Why::NothingToDo,
            "and no longer",
        ),
        (
            unassign_until("agent", "new", at(7)),
            Why::Malformed,
            "has passed",
        ),
    ] {
        refused(&start, "ann", &one, reason, part);
    }
}

#[test]
fn what_ends_covers_no_more_than_ends_with_it() {
    let policy = ending_admin();
    for (until, allowed) in [
        (at(49), true),
        (at(50), true),
        (at(51), false),
        (None, false),
    ] {
        let done = change(&policy, "bob", &assign_until("clerk", "new", until));
        assert_eq!(done.is_ok(), allowed, "{until:?}");
    }
    // Once it has ended, it is as if it had never been.
    let later = |one: &Change| administer(&policy, &user("bob"), one, &[], UnixSeconds(50));
    let found = later(&assign_until("agent", "new", at(60))).unwrap_err();
    assert_eq!(found.reason, Why::NotAllowed);
    let said =
        "what `bob` held has ended, `admin until 1970-01-01T00:00:50Z`, so it may not assign";
    assert_eq!(found.message, said);
    assert!(!found.cure.contains("did you mean"), "{found}");
}

#[test]
fn what_the_catalog_lists_is_assigned_for_no_longer_than_the_role_that_lists_it() {
    let text = POLICY.replacen(
        r#""lea": { "roles": "lead", "numbers": "5" }"#,
        r#""lea": { "roles": { "role": "lead", "until": "1970-01-01T00:00:50Z" }, "numbers": "5" }"#,
        1,
    );
    let policy = Document::load(text).unwrap();
    let by_lea = |until| {
        let one = assign_until("agent", "new", until);
        apply(&policy, &user("lea"), &one, &numbers(&["5"]))
    };
    assert!(by_lea(at(50)).is_ok());
    assert!(by_lea(at(51)).is_err());
    assert!(by_lea(None).is_err());
}

#[test]
fn who_ends_is_nobody_who_is_left() {
    let policy = ending_admin();
    let groups = r#""groups": { "g-readers": "reader", "g-bosses": ["admin", "reader@emea"] },"#;
    let alone = policy.text().replacen(groups, "", 1);
    let alone = alone.replacen(
        r#""ann": { "roles": "admin", "groups": "g-bosses" }"#,
        r#""ann": { "roles": "admin" }, "zoe": { "roles": "admin" }"#,
        1,
    );
    let alone = alone.replacen(r#""cleo": { "roles": "clerk", "teams": "apac" },"#, "", 1);
    let alone = Document::load(alone).unwrap();
    // Of the lasting ones one may go, and then no other, nor may it end.
    let one = change(&alone, "ann", &unassign("admin", "zoe"))
        .unwrap()
        .document;
    let two = change(&one, "bob", &assign_until("agent", "new", at(20))).unwrap();
    refused(
        &two.document,
        "bob",
        &unassign("admin", "ann"),
        Why::NotAllowed,
        "only until 1970-01-01T00:00:50Z, and this lasts",
    );
    let zoe = change(&alone, "zoe", &unassign_until("admin", "ann", at(30))).unwrap();
    refused(
        &zoe.document,
        "ann",
        &unassign("admin", "zoe"),
        Why::NotAllowed,
        "only until 1970-01-01T00:00:30Z, and this lasts",
    );
    let both = POLICY.replacen(
        r#""bob": { "roles": "admin" }"#,
        r#""bob": { "roles": { "role": "admin", "until": "1970-01-01T00:00:50Z" } }"#,
        1,
    );
    let both = both.replacen(
        r#""ann": { "roles": "admin", "groups": "g-bosses" }"#,
        r#""ann": { "roles": "admin" }"#,
        1,
    );
    let both = both.replacen(groups, "", 1).replacen(
        r#""cleo": { "roles": "clerk", "teams": "apac" },"#,
        "",
        1,
    );
    let both = both.replacen(
        r#""tim": { "roles": "clerk@emea" }"#,
        r#""tim": { "roles": "clerk" }"#,
        1,
    );
    let both = Document::load(both).unwrap();
    let done = change(&both, "ann", &unassign("clerk", "tim")).unwrap();
    assert!(done.document.model().person("user", "tim").is_none());
}

#[test]
fn features_are_on_for_a_time() {
    let enable = |until| Change::Enable {
        feature: "quality".to_owned(),
        until,
    };
    let disable = |until| Change::Disable {
        feature: "quality".to_owned(),
        until,
    };
    let vendor = Actor::vendor("billing");
    let made = |document: &Document, one: &Change| apply(document, &vendor, one, &[]);
    let on = made(&policy(), &enable(at(60))).unwrap();
    assert_eq!(
        json(&on.document, "/features"),
        r#"{"feature":"quality","until":"1970-01-01T00:01:00Z"}"#
    );
    assert_eq!(
        enable(at(60)).to_string(),
        "enabled quality until 1970-01-01T00:01:00Z"
    );
    assert_eq!(on.record.target.until, at(60));
    let longer = made(&on.document, &enable(None)).unwrap().document;
    assert_eq!(json(&longer, "/features"), r#""quality""#);
    let shorter = made(&longer, &disable(at(30))).unwrap().document;
    assert_eq!(
        json(&shorter, "/features"),
        r#"{"feature":"quality","until":"1970-01-01T00:00:30Z"}"#
    );
    let off = made(&shorter, &disable(None)).unwrap().document;
    assert_eq!(off.source().tenant, policy().source().tenant);
    for (document, one, reason) in [
        (&on.document, enable(at(60)), Why::Duplicate),
        (&on.document, enable(at(30)), Why::Duplicate),
        (&on.document, disable(at(60)), Why::NothingToDo),
        (&policy(), disable(at(60)), Why::NothingToDo),
        (&policy(), enable(at(7)), Why::Malformed),
    ] {
        let found = made(document, &one).unwrap_err();
        assert_eq!(found.reason, reason, "{one:?}: {found}");
    }
}

#[test]
fn what_replaces_a_role_replaces_it_for_as_long() {
    let held = change(&policy(), "ann", &assign_until("reader", "new", at(60)));
    let held = held.unwrap().document;
    let renamed = change(&held, "bob", &rename("copy-of-copy", "third"));
    assert!(renamed.is_ok());
    let deleted = change(&held, "bob", &delete("reader", Some("agent"))).unwrap();
    assert_eq!(
        json(&deleted.document, "/directory/new/roles"),
        r#"{"role":"agent","until":"1970-01-01T00:01:00Z"}"#
    );
    // Who has the other role for longer keeps that.
    let both = change(&held, "ann", &assign_until("agent", "new", at(90)));
    let both = change(
        &both.unwrap().document,
        "bob",
        &delete("reader", Some("agent")),
    )
    .unwrap();
    assert_eq!(
        json(&both.document, "/directory/new/roles"),
        r#"{"role":"agent","until":"1970-01-01T00:01:30Z"}"#
    );
}

#[test]
fn a_change_that_is_dated_back_revives_no_right() {
    let text = POLICY.replacen(
        r#""bob": { "roles": "admin" }"#,
        r#""bob": { "roles": { "role": "admin", "until": "1970-01-01T00:00:20Z" } }"#,
        1,
    );
    let document = Document::load(text).unwrap();
    let (bob, give) = (user("bob"), assign_until("reader", "new", at(10)));
    let dated = |now: u64, clock: u64| {
        let (now, clock) = (UnixSeconds(now), UnixSeconds(clock));
        administer_dated(&document, &bob, &give, &[], now, clock)
    };
    assert_eq!(dated(7, 19).unwrap().record.time, UnixSeconds(7));
    for (now, clock) in [(7, 20), (20, 7), (20, 20)] {
        assert!(dated(now, clock).is_err(), "{now} {clock}");
    }
}
