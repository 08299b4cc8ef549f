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

/// The policy in which lea may deactivate and activate, and manages and holds all that an agent does.
fn policy_of_lead() -> Document {
    let text = policy().text().replacen(
        r#""lead": {"#,
        r#""lead2": { "claimable": false, "manages": ["agent", "member"],
            "grants": { "own": "tickets:*", "all": ["people:assign", "people:remove", "tickets:*"] } }, "lead": {"#,
        1,
    );
    let text = text.replacen(
        r#""lea": { "roles": "lead", "numbers": "5" }"#,
        r#""lea": { "roles": "lead2" }, "kim": { "active": false, "roles": "agent" }, "max": { "roles": "agent" },
           "nobody": { "active": false }"#,
        1,
    );
    let mut text = text;
    for role in ["admin", "lead", "clerk", "soon"] {
        let from = format!(r#""{role}": {{"#);
        text = text.replacen(&from, &format!(r#"{from} "claimable": false,"#), 1);
    }
    Document::load(text.replacen(
        r#""g-readers": "reader", "g-bosses": ["admin", "reader@emea"]"#,
        "",
        1,
    ))
    .unwrap()
}

#[test]
fn what_a_token_may_give_is_covered_too() {
    let both = ["kim", "nobody", "max", "stranger"];
    let by_lea = |document: &Document, subject: &str| {
        let one = match subject {
            "max" => deactivate(subject),
            "stranger" => deactivate_unlisted(subject),
            _ => activate(subject),
        };
        change(document, "lea", &one)
    };
    let without = policy_of_lead();
    for subject in both {
        let done = by_lea(&without, subject);
        assert!(done.is_ok(), "{subject}: {}", done.unwrap_err());
    }
    // A token may name a group, which the directory of whoever is in it does not.
    let text = without.text();
    let mapped = text.replacen(r#""groups": {"#, r#""groups": { "g-bosses": "admin""#, 1);
    let on_a_team = text.replacen(r#""groups": {"#, r#""groups": { "g-some": "clerk@emea""#, 1);
    let stated = text.replacen(r#""admin": { "claimable": false,"#, r#""admin": {"#, 1);
    let own = text.replacen(
        r#""reader": { "label": "Reader","#,
        r#""reader": { "claimable": true, "label": "Reader","#,
        1,
    );
    for (text, reason, why, cure) in [
        (
            mapped,
            Why::NotManaged,
            "whoever is in the group `g-bosses` holds `admin`",
            "or unmap the group: `portcullis role unmap POLICY admin g-bosses`",
        ),
        (
            on_a_team,
            Why::NotManaged,
            "whoever is in the group `g-some` holds `clerk@emea`",
            "or unmap the group: `portcullis role unmap POLICY clerk g-some --team emea`",
        ),
        (
            stated,
            Why::NotManaged,
            "whoever has a token that states `admin` holds it",
            "or let the catalog say `\"claimable\": false` of `admin`",
        ),
        (
            own,
            Why::NotManaged,
            "whoever has a token that states `reader` holds it",
            "`portcullis role unmap POLICY reader --claim`",
        ),
    ] {
        let document = Document::load(text).unwrap();
        for subject in both {
            let found = by_lea(&document, subject).unwrap_err();
            assert_eq!(found.reason, reason, "{subject}: {found}");
            let unknown =
                format!("{why}, so that the policy does not say whether `{subject}` does");
            assert!(found.message.ends_with(&unknown), "{subject}: {found}");
            assert!(found.cure.ends_with(cure), "{found}");
            // Who holds all that may do it.
            let one = if subject == "max" {
                deactivate(subject)
            } else {
                activate("kim")
            };
            assert!(change(&document, "ann", &one).is_ok(), "{subject}");
        }
    }
}

#[test]
fn all_that_stands_against_it_is_said_at_once() {
    let text = policy_of_lead().text().to_owned();
    let text = text.replacen(
        r#""groups": {"#,
        r#""groups": { "g bosses": "admin", "g-some": "clerk@emea""#,
        1,
    );
    let text = text.replacen(r#""soon": { "claimable": false,"#, r#""soon": {"#, 1);
    let document = Document::load(text).unwrap();
    let found = change(&document, "lea", &deactivate("max")).unwrap_err();
    for part in [
        "whoever has a token that states `soon` holds it",
        "whoever is in the group `g bosses` holds `admin`",
        "whoever is in the group `g-some` holds `clerk@emea`",
        ", so that the policy does not say whether `max` does",
    ] {
        assert!(found.message.contains(part), "{found}");
    }
    for part in [
        "let the catalog say `\"claimable\": false` of `soon`",
        "`portcullis role unmap POLICY admin 'g bosses'`",
        "`portcullis role unmap POLICY clerk g-some --team emea`",
    ] {
        assert!(found.cure.contains(part), "{found}");
    }
    // A lead whose own right ends: what a token gives does not.
    let text = policy_of_lead().text().replacen(
        r#""lea": { "roles": "lead2" }"#,
        r#""lea": { "roles": { "role": "lead2", "until": "2030-01-01T00:00:00Z" } }"#,
        1,
    );
    let document = Document::load(text).unwrap();
    let found = change(&document, "lea", &deactivate("max")).unwrap_err();
    assert!(
        found
            .message
            .contains("only until 2030-01-01T00:00:00Z, and this lasts"),
        "{found}"
    );
    assert!(found.cure.contains("assign it without an end"), "{found}");
}

/// Returns whom a change touches, each with what it gains and loses.
fn touched(done: &Administered) -> Vec<String> {
    let words = |impact: &Impact| {
        let gained = impact.gained().map(|grant| format!(" +{grant}"));
        let lost = impact.lost().map(|grant| format!(" -{grant}"));
        gained
            .chain(lost)
            .fold(impact.subject.to_string(), |all, one| all + &one)
    };
    done.impacts.iter().map(words).collect()
}

#[test]
fn what_everybody_holds_counts_for_whom_a_change_touches() {
    let text = policy()
        .text()
        .replacen(r#""member": {"#, r#""member": { "editable": true,"#, 1);
    let policy = Document::load(text).unwrap();
    // Wider for everybody of the directory who is of its types and has not more already.
    let wider = change(
        &policy,
        "cleo",
        &grant("member", &[("all", "tickets:read")]),
    );
    let gains = " +tickets:read at all";
    assert_eq!(touched(&wider.unwrap()), [format!("tim{gains}")]);
    // Who is new held it before, and who leaves the directory goes on holding it.
    let stranger = change(&policy, "ann", &assign("agent", "new")).unwrap();
    let gains = "new +tickets:delete at all +tickets:delete at own +tickets:write at own";
    assert_eq!(touched(&stranger), [gains]);
    let gone = change(&stranger.document, "ann", &unassign("agent", "new")).unwrap();
    assert!(gone.document.model().person("user", "new").is_none());
    assert_eq!(touched(&gone), [gains.replace('+', "-")]);
    // Who is not active holds nothing, and gains it again.
    let idle = change(&policy, "ann", &deactivate_unlisted("ghost")).unwrap();
    assert_eq!(touched(&idle), ["ghost -tickets:read at own"]);
    let back = change(&idle.document, "ann", &activate("ghost")).unwrap();
    assert_eq!(touched(&back), ["ghost +tickets:read at own"]);
}

#[test]
fn what_has_ended_is_neither_lost_nor_kept() {
    let text = POLICY.replacen(
        r#""tim": { "roles": "clerk@emea" }"#,
        r#""tim": { "roles": { "role": "copy", "until": "1970-01-01T00:00:05Z" } }"#,
        1,
    );
    let policy = Document::load(text).unwrap();
    let gone = change(&policy, "ann", &unassign("copy", "tim")).unwrap();
    assert!(gone.impacts.is_empty(), "{:?}", gone.impacts);
    let again = change(&policy, "ann", &assign("copy", "tim")).unwrap();
    assert_eq!(touched(&again).len(), 1);
    assert!(touched(&again)[0].contains("+tickets:delete at all"));
    // So a feature that is turned on again opens what it had.
    let text = POLICY.replacen(
        r#""tenant": {"#,
        r#""tenant": { "features": { "feature": "quality", "until": "1970-01-01T00:00:05Z" },"#,
        1,
    );
    let on = Change::Enable {
        feature: "quality".to_owned(),
        until: None,
    };
    let on = apply(
        &Document::load(text).unwrap(),
        &Actor::vendor("ops"),
        &on,
        &[],
    )
    .unwrap();
    assert!(touched(&on).iter().any(|one| one.contains("ann +quality:")));
}
