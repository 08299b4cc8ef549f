//! An actor whose rights end leaves nothing that lasts longer.

use super::until::{assign_until, at};
use super::*;
use RefusedReason as Why;

/// The policy in which what lea may do comes from several roles, of which `ends` lists some that end
/// at second 50: `doer` has the permissions, `manager` manages, and `owner` has the grants.
fn policy_of(ends: &[&str]) -> Document {
    let ids = ["doer", "manager", "owner"];
    let held = ids.map(|role| {
        if ends.contains(&role) {
            format!(r#"{{ "role": "{role}", "until": "1970-01-01T00:00:50Z" }}"#)
        } else {
            format!(r#""{role}""#)
        }
    });
    let lea = format!(r#""lea": {{ "roles": [{}] }}"#, held.join(", "));
    let text = POLICY
        .replacen(r#""lea": { "roles": "lead", "numbers": "5" }"#, &lea, 1)
        .replacen(
            r#""soon": {"#,
            r#""doer": { "grants": { "all": ["people:*", "roles:write", "roles:delete", "plan:change"] } },
               "manager": { "manages": "*" },
               "owner": { "grants": { "all": "tickets:*", "own": "tickets:*" } }, "soon": {"#,
            1,
        )
        .replacen(
            r#""people:remove": "unassign""#,
            r#""people:remove": ["unassign", "deactivate", "activate"]"#,
            1,
        )
        // Nothing that a token gives is in the way.
        .replacen(r#""g-readers": "reader", "g-bosses": ["admin", "reader@emea"]"#, "", 1)
        .replacen(r#""admin": { "#, r#""admin": { "claimable": false, "#, 1)
        .replacen(r#""lead": {"#, r#""lead": { "claimable": false, "#, 1)
        .replacen(r#""clerk": { "#, r#""clerk": { "claimable": false, "#, 1)
        .replacen(r#""doer": { "#, r#""doer": { "claimable": false, "#, 1);
    Document::load(text).unwrap()
}

fn lasting_changes() -> Vec<Change> {
    let (role, feature) = ("copy".to_owned(), "quality".to_owned());
    let (label, description) = (Some("Own".to_owned()), None);
    vec![
        create("new"),
        copy("agent", "new"),
        Change::Import {
            role: "new".to_owned(),
            label: None,
            description: None,
            grants: grants(&[("all", "tickets:read")]),
        },
        Change::Label {
            role: role.clone(),
            label,
            description,
        },
        grant("copy", &[("all", "tickets:read")]),
        revoke("copy", &[("all", "tickets:delete")]),
        rename("copy", "new"),
        delete("copy-of-copy", None),
        assign("agent", "new"),
        unassign("copy", "service:ci"),
        map("g-new", "agent"),
        Change::Claim { role },
        Change::Enable {
            feature,
            until: None,
        },
        Change::Deactivate {
            subject: "service:ci".into(),
            unlisted: false,
        },
    ]
}

#[test]
fn who_may_for_a_time_leaves_nothing_that_lasts() {
    let lasting = policy_of(&[]);
    let ending = policy_of(&["doer"]);
    for one in lasting_changes() {
        let done = change(&lasting, "lea", &one);
        assert!(done.is_ok(), "{one:?}: {}", done.unwrap_err());
        let part = "only until 1970-01-01T00:00:50Z, and this lasts";
        refused(&ending, "lea", &one, Why::NotAllowed, part);
    }
    for (until, allowed) in [(at(50), true), (at(51), false)] {
        let role = assign_until("agent", "new", until);
        let feature = Change::Enable {
            feature: "quality".to_owned(),
            until,
        };
        for one in [role, feature] {
            let done = change(&ending, "lea", &one);
            assert_eq!(done.is_ok(), allowed, "{one:?}");
            if let Err(refused) = done {
                let said =
                    "only until 1970-01-01T00:00:50Z, and this is until 1970-01-01T00:00:51Z";
                assert!(refused.message.ends_with(said), "{refused}");
                assert!(refused.cure.starts_with("let it end no later"), "{refused}");
            }
        }
    }
}

#[test]
fn who_manages_for_a_time_leaves_nothing_that_lasts() {
    let ending = policy_of(&["manager"]);
    for one in lasting_changes() {
        if let Change::Enable { .. } = one {
            // A feature is no role that anybody manages.
            assert!(change(&ending, "lea", &one).is_ok());
            continue;
        }
        let part = "only until 1970-01-01T00:00:50Z, and this lasts";
        refused(&ending, "lea", &one, Why::NotManaged, part);
    }
    let by = |until| change(&ending, "lea", &assign_until("agent", "new", until));
    assert!(by(at(50)).is_ok());
    let found = by(at(51)).unwrap_err();
    assert_eq!(found.reason, Why::NotManaged);
    assert!(
        found
            .message
            .starts_with("`lea` manages `agent` only until"),
        "{found}"
    );
}

#[test]
fn who_holds_for_a_time_hands_out_nothing_that_lasts() {
    let ending = policy_of(&["owner"]);
    let by = |until| change(&ending, "lea", &assign_until("agent", "new", until));
    assert!(by(at(50)).is_ok());
    for until in [at(51), None] {
        let found = by(until).unwrap_err();
        assert_eq!(found.reason, Why::NotCovered);
        let said = "`lea` holds `tickets:read at own`";
        assert!(found.message.starts_with(said), "{found}");
        assert!(
            found.message.contains("only until 1970-01-01T00:00:50Z"),
            "{found}"
        );
        assert!(!found.message.contains("does not hold"), "{found}");
        assert!(!found.lacking.is_empty());
    }
    // What is held for a time is distinguished from what is not held at all.
    let found = change(&ending, "lea", &assign("clerk", "new")).unwrap_err();
    let [without, ending] = found
        .message
        .split("; and what it holds only for a time: ")
        .collect::<Vec<_>>()[..]
    else {
        panic!("{found}");
    };
    assert!(
        without.contains("`roles:read at all`") && !without.contains("tickets"),
        "{found}"
    );
    assert!(ending.contains("tickets:read at all"), "{found}");
}

#[test]
fn of_several_rights_the_longest_counts() {
    let both = policy_of(&["doer", "manager", "owner"]);
    let text = both.text().replacen(
        r#""bob": { "roles": "admin" }"#,
        r#""bob": { "roles": [{ "role": "admin", "until": "1970-01-01T00:00:50Z" }, { "role": "doer", "until": "1970-01-01T00:00:40Z" }, "manager", "owner"] }"#,
        1,
    );
    let both = Document::load(text).unwrap();
    for (until, allowed) in [(at(50), true), (at(51), false), (None, false)] {
        let done = change(&both, "bob", &assign_until("agent", "new", until));
        assert_eq!(done.is_ok(), allowed, "{until:?}");
    }
}

#[test]
fn that_the_tenants_features_end_bounds_no_actor() {
    let text = POLICY
        .replacen(
            r#""people": { "supports""#,
            r#""people": { "requires": "quality", "supports""#,
            1,
        )
        .replacen(
            r#""tenant": {"#,
            r#""tenant": { "features": { "feature": "quality", "until": "1970-01-01T00:00:50Z" },"#,
            1,
        );
    let policy = Document::load(text).unwrap();
    assert!(change(&policy, "ann", &assign("agent", "new")).is_ok());
    let later = administer(
        &policy,
        &user("ann"),
        &assign("agent", "new"),
        &[],
        UnixSeconds(50),
    );
    assert_eq!(later.unwrap_err().features_off, ["quality"]);
}

#[test]
fn an_actor_whose_role_has_ended_hears_so() {
    let text = POLICY.replacen(
        r#""tim": { "roles": "clerk@emea" }"#,
        r#""tim": { "roles": ["agent", { "role": "clerk", "until": "1970-01-01T00:00:05Z" }] }"#,
        1,
    );
    let policy = Document::load(text).unwrap();
    refused(
        &policy,
        "tim",
        &assign("agent", "new"),
        Why::NotAllowed,
        "that takes `people:assign`, and what it held has ended: `clerk until 1970-01-01T00:00:05Z`",
    );
    // Nor is somebody named whose roles have ended.
    let found = change(&policy, "tom", &assign("agent", "new")).unwrap_err();
    assert!(found.cure.contains("did you mean `tim`"), "{found}");
    let alone = policy.text().replacen(
        r#"["agent", { "role": "clerk", "until": "1970-01-01T00:00:05Z" }]"#,
        r#"{ "role": "clerk", "until": "1970-01-01T00:00:05Z" }"#,
        1,
    );
    let found = change(
        &Document::load(alone).unwrap(),
        "tom",
        &assign("agent", "new"),
    )
    .unwrap_err();
    assert!(!found.cure.contains("tim"), "{found}");
}
