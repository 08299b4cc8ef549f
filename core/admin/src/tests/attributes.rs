//! What an attribute of somebody is, which is access where conditions read it.

use super::*;
use RefusedReason as Why;

fn say(subject: &str, attribute: &str, values: &[&str]) -> Change {
    Change::Attribute {
        subject: subject.into(),
        attribute: attribute.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    }
}

/// The policy in which those who remove people say what their attributes are, of whom one is
/// nothing but an agent.
fn with(changes: &[(&str, &str)]) -> Document {
    let named = [
        (
            r#""people:remove": "unassign""#,
            r#""people:remove": ["unassign", "attribute"]"#,
        ),
        (
            r#""bob": { "roles": "admin" }"#,
            r#""bob": { "roles": "admin" }, "kim": { "roles": "agent" }"#,
        ),
        // Nobody has by a token what the lead does not manage.
        (
            r#""g-bosses": ["admin", "reader@emea"]"#,
            r#""g-bosses": "agent""#,
        ),
        (
            r#""clerk": { "manages""#,
            r#""clerk": { "claimable": false, "manages""#,
        ),
        (
            r#""label": "Lead","#,
            r#""label": "Lead", "claimable": false,"#,
        ),
        (
            r#""admin": { "permanent""#,
            r#""admin": { "claimable": false, "permanent""#,
        ),
    ];
    let mut text = POLICY.to_owned();
    for (from, to) in named.iter().chain(changes) {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    Document::load(text).unwrap()
}

#[test]
fn an_attribute_is_written_and_recorded() {
    let said = say("jo", "numbers", &["7", "5"]);
    let done = change(&with(&[]), "ann", &said).unwrap();
    assert_eq!(
        json(&done.document, "/directory/jo"),
        r#"{"roles":["agent","reader@emea"],"groups":"g-readers","numbers":["5","7"]}"#
    );
    let target = &done.record.target;
    assert_eq!(target.subject, Some(SubjectKey::new("user", "jo")));
    assert_eq!(target.attribute.as_deref(), Some("numbers"));
    assert_eq!(done.record.changes[0].path, "$.tenant.directory.jo.numbers");
    assert_eq!(done.record.changes.len(), 1);
    assert_eq!(said.to_string(), "said what numbers of jo is");
    // It is granted the same, and named all the same: what its grants reach is another.
    assert_eq!(done.impacts.len(), 1);
    assert_eq!(done.impacts[0].before, done.impacts[0].after);

    let gone = change(&done.document, "ann", &say("jo", "numbers", &[])).unwrap();
    assert_eq!(
        json(&gone.document, "/directory/jo"),
        r#"{"roles":["agent","reader@emea"],"groups":"g-readers"}"#
    );
    // Whom only tokens know may have some, and with the last the entry goes.
    let new = change(&with(&[]), "ann", &say("new", "teams", &["emea"])).unwrap();
    assert_eq!(json(&new.document, "/directory/new"), r#"{"teams":"emea"}"#);
    let gone = change(&new.document, "ann", &say("new", "teams", &[])).unwrap();
    assert_eq!(json(&gone.document, "/directory/new"), "");

    let read: Change = serde_json::from_str(
        r#"{ "operation": "attribute", "subject": "jo", "attribute": "numbers", "values": ["7", "5"] }"#,
    )
    .unwrap();
    assert_eq!(read, said);
}

#[test]
fn what_is_no_attribute_or_no_value_is_refused() {
    let no = |one: &Change, why, part: &str| refused(&with(&[]), "ann", one, why, part);
    no(
        &say("jo", "number", &["5"]),
        Why::Unknown,
        "did you mean `numbers`?",
    );
    no(
        &say("jo", "groups", &["g"]),
        Why::Unknown,
        "no attribute `groups`",
    );
    no(
        &say("jo", "roles", &["admin"]),
        Why::Unknown,
        "no attribute `roles`",
    );
    no(
        &say("jo", "numbers", &["5", "5"]),
        Why::Duplicate,
        "appears twice",
    );
    no(
        &say("jo", "numbers", &[""]),
        Why::Malformed,
        "cannot be a value",
    );
    no(
        &say("jo", "numbers", &["a\u{202e}b"]),
        Why::Malformed,
        "cannot be a value",
    );
    no(&say("jo", "numbers", &[]), Why::NothingToDo, "already");
    no(&say("lea", "numbers", &["5"]), Why::NothingToDo, "already");
    no(
        &say("JO", "numbers", &["5"]),
        Why::Unknown,
        "`jo`, which looks like it",
    );
    no(
        &say("ann", "numbers", &["5"]),
        Why::OwnAccess,
        "nobody changes its own access",
    );
    refused(
        &with(&[]),
        "jo",
        &say("kim", "numbers", &["5"]),
        Why::NotAllowed,
        "may not attribute",
    );
}

#[test]
fn nobody_gives_values_that_it_does_not_have_and_does_not_cover() {
    // A lead assigns people by its own numbers, so it gives those and no other.
    change(&with(&[]), "lea", &say("kim", "numbers", &["5"])).unwrap();
    let other = say("kim", "numbers", &["6"]);
    refused(
        &with(&[]),
        "lea",
        &other,
        Why::NotCovered,
        "people:assign at agents-only",
    );
    refused(
        &with(&[]),
        "lea",
        &other,
        Why::NotCovered,
        "whatever `numbers` says",
    );
    // Nor does it take another away.
    let has = with(&[(
        r#""kim": { "roles": "agent" }"#,
        r#""kim": { "roles": "agent", "numbers": ["5", "6"] }"#,
    )]);
    refused(
        &has,
        "lea",
        &say("kim", "numbers", &["5"]),
        Why::NotCovered,
        "people:assign",
    );
    change(&has, "lea", &say("kim", "numbers", &["6"])).unwrap();
    // Whom it does not manage it leaves alone.
    refused(
        &with(&[]),
        "lea",
        &say("jo", "numbers", &["5"]),
        Why::NotManaged,
        "reader",
    );
    // An administrator covers all of it whatever the numbers are.
    change(&has, "ann", &say("kim", "numbers", &["9"])).unwrap();
}

#[test]
fn values_of_its_own_cover_what_they_add_to_if_the_actor_holds_it() {
    // Whoever shares the numbers writes tickets; the lead has the number, and no such grant.
    let agents_by_numbers = (
        r#""agent": { "editable": true, "label": "Agent", "grants": { "own": "tickets:*","#,
        r#""agent": { "editable": true, "label": "Agent", "grants": { "numbers": "tickets:write", "own": "tickets:*","#,
    );
    let supported = (
        r#""supports": ["own", "team", "all"]"#,
        r#""supports": ["own", "team", "numbers", "all"]"#,
    );
    let policy = with(&[agents_by_numbers, supported]);
    let said = say("kim", "numbers", &["5"]);
    refused(
        &policy,
        "lea",
        &said,
        Why::NotCovered,
        "tickets:write at numbers",
    );
    let holds = (
        r#""all": ["people:remove", "tickets:read", "roles:read"] }"#,
        r#""numbers": "tickets:write", "all": ["people:remove", "tickets:read", "roles:read"] }"#,
    );
    change(&with(&[agents_by_numbers, supported, holds]), "lea", &said).unwrap();
}

#[test]
fn a_value_that_may_take_access_away_is_nobodys_own() {
    let supported = (
        r#""supports": ["own", "team", "all"]"#,
        r#""supports": ["own", "team", "numbers", "all"]"#,
    );
    let by_numbers = (
        r#""team": "tickets:write" }"#,
        r#""numbers": "tickets:write" }"#,
    );
    let numbered = (
        r#""cleo": { "roles": "clerk", "#,
        r#""cleo": { "roles": "clerk", "numbers": "5", "#,
    );
    let said = say("kim", "numbers", &["5"]);
    let shares = with(&[supported, by_numbers, numbered]);
    // What the lead assigns by numbers the clerk assigns everywhere.
    change(&shares, "cleo", &said).unwrap();
    for atom in [
        "differs(subject.numbers, resource.numbers)",
        "lacks(subject.numbers, {5})",
        "within(subject.numbers, {5})",
    ] {
        let scope = (
            r#""numbers": "shares(subject.numbers, resource.numbers)""#,
            format!(r#""numbers": "{atom}""#),
        );
        let either = with(&[supported, by_numbers, numbered, (scope.0, &scope.1)]);
        refused(
            &either,
            "cleo",
            &said,
            Why::NotCovered,
            "tickets:write at numbers",
        );
    }
}

#[test]
fn it_is_the_vendors_where_nobody_of_the_tenant_may() {
    let said = say("jo", "numbers", &["5"]);
    let vendor = Actor::vendor("support");
    let done = apply(&policy(), &vendor, &said, &[]).unwrap();
    assert_eq!(json(&done.document, "/directory/jo/numbers"), r#""5""#);
    refused(
        &policy(),
        "ann",
        &said,
        Why::NobodysOperation,
        "names no permission for `attribute`",
    );
    let named = apply(&with(&[]), &vendor, &said, &[]).unwrap_err();
    assert_eq!(named.reason, Why::NotAllowed, "{named}");
}

#[test]
fn what_an_attribute_is_lasts_so_the_right_to_say_it_does() {
    let ends = with(&[(
        r#""cleo": { "roles": "clerk", "teams": "apac" }"#,
        r#""cleo": { "roles": { "role": "clerk", "until": "2026-12-31T00:00:00Z" }, "teams": "apac" }"#,
    )]);
    let said = say("kim", "numbers", &["5"]);
    refused(
        &ends,
        "cleo",
        &said,
        Why::NotAllowed,
        "only until 2026-12-31T00:00:00Z",
    );
}
