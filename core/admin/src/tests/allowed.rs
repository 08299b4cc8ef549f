//! Who may: the decision, what is managed, what is covered, and one's own access.

use super::RefusedReason as Why;
use super::*;

#[test]
fn an_operation_takes_its_permission() {
    let policy = policy();
    refused(
        &policy,
        "jo",
        &create("x"),
        Why::NotAllowed,
        "that takes `roles:write`",
    );
    refused(
        &policy,
        "ghost",
        &create("x"),
        Why::NotAllowed,
        "holds no role",
    );
    refused(
        &policy,
        "cloe",
        &create("x"),
        Why::NotAllowed,
        "did you mean `cleo`?",
    );
    // Held on one team it says nothing of a role that holds everywhere.
    refused(
        &policy,
        "tim",
        &create("x"),
        Why::NotAllowed,
        "`roles:write`",
    );
    change(&policy, "cleo", &create("x")).unwrap();
}

#[test]
fn what_is_known_of_the_target_decides() {
    let policy = policy();
    let assign_agent = assign("agent", "new");
    let as_lea =
        |change: &Change, values: &[&str]| apply(&policy, &user("lea"), change, &numbers(values));
    refused(&policy, "lea", &assign_agent, Why::Undecided, "numbers");
    as_lea(&assign_agent, &["5"]).unwrap();
    assert_eq!(
        as_lea(&assign_agent, &["6"]).unwrap_err().reason,
        Why::NotAllowed
    );
    assert_eq!(
        as_lea(&assign_agent, &[]).unwrap_err().reason,
        Why::NotAllowed
    );
    // Who is agent and something else is no agent.
    assert_eq!(
        as_lea(&assign("agent", "cleo"), &["5"]).unwrap_err().reason,
        Why::NotAllowed
    );
    // The operation itself says who, in which roles and where.
    for name in ["role", "user", "teams", "id"] {
        let attributes = [Attribute {
            name: name.to_owned(),
            values: vec!["agent".to_owned()],
        }];
        let no = apply(&policy, &user("lea"), &assign_agent, &attributes).unwrap_err();
        assert!(
            no.to_string().contains("follows from the operation"),
            "{no}"
        );
    }
    let unknown = [Attribute {
        name: "number".to_owned(),
        values: Vec::new(),
    }];
    let no = apply(&policy, &user("lea"), &assign_agent, &unknown).unwrap_err();
    assert!(no.to_string().contains("did you mean `numbers`?"), "{no}");
}

#[test]
fn only_managed_roles_are_touched() {
    let policy = policy();
    refused(
        &policy,
        "lea",
        &unassign("reader@emea", "jo"),
        Why::NotManaged,
        "only `agent`, `soon`",
    );
    // A copy stands as what it was copied from; its holder must be no more than that.
    let copied = change(&policy, "ann", &assign("copy", "kim"))
        .unwrap()
        .document;
    refused(
        &copied,
        "lea",
        &unassign("copy", "kim"),
        Why::NotCovered,
        "tickets:delete at own",
    );
    refused(
        &policy,
        "lea",
        &unassign("agent", "jo"),
        Why::NotManaged,
        "`reader`",
    );
}

#[test]
fn what_is_handed_out_or_taken_away_is_held() {
    let policy = policy();
    let no = change(
        &policy,
        "cleo",
        &grant(
            "reader",
            &[("all", "tickets:write"), ("team", "tickets:write")],
        ),
    )
    .unwrap_err();
    assert_eq!(no.reason, Why::NotCovered, "{no}");
    // Exactly what is lacking is named, what the role grants already included.
    let lacking = no.lacking.iter().map(ToString::to_string);
    assert_eq!(
        lacking.collect::<Vec<_>>(),
        [
            // jo is a reader on emea, and so would reach its tickets; cleo is on apac.
            "tickets:write at team on emea",
            "tickets:write at all",
            "quality:read at all"
        ]
    );
    refused(
        &policy,
        "cleo",
        &delete("reader", None),
        Why::NotCovered,
        "quality:read at all",
    );
    refused(
        &policy,
        "cleo",
        &unassign("admin", "bob"),
        Why::NotCovered,
        "tickets:delete at all",
    );
    refused(
        &policy,
        "cleo",
        &copy("admin", "x"),
        Why::NotCovered,
        "tickets:delete at all",
    );
    refused(
        &policy,
        "cleo",
        &map("g", "agent"),
        Why::NotCovered,
        "tickets:delete at own",
    );
    refused(
        &policy,
        "cleo",
        &unmap("g-readers", "reader"),
        Why::NotCovered,
        "quality:read at all",
    );
    refused(
        &policy,
        "cleo",
        &rename("reader", "x"),
        Why::NotCovered,
        "quality:read at all",
    );
    refused(
        &policy,
        "cleo",
        &delete("copy", None),
        Why::NotCovered,
        "tickets:delete at own",
    );
    // A wider grant covers a narrower one; another condition covers nothing.
    let source = change(&policy, "cleo", &create("x")).unwrap().document;
    let source = change(
        &source,
        "cleo",
        &grant("x", &[("own", "tickets:read"), ("team", "tickets:read")]),
    )
    .unwrap()
    .document;
    refused(
        &source,
        "cleo",
        &grant("x", &[("own", "tickets:write")]),
        Why::NotCovered,
        "tickets:write at own",
    );
    let source = change(&source, "cleo", &assign("x", "new"))
        .unwrap()
        .document;
    change(&source, "cleo", &delete("x", None)).unwrap();
}

#[test]
fn the_vendor_vouches_for_what_it_lists() {
    // lea holds little of what an agent does.
    let policy = policy();
    let assigned = apply(
        &policy,
        &user("lea"),
        &assign("agent", "new"),
        &numbers(&["5"]),
    )
    .unwrap()
    .document;
    // It says so of assigning alone: what is taken away is held.
    refused(
        &assigned,
        "lea",
        &unassign("agent", "new"),
        Why::NotCovered,
        "tickets:delete at all",
    );
    change(&assigned, "ann", &unassign("agent", "new")).unwrap();
    // But not for what the tenant added to it.
    let edited = change(&policy, "ann", &grant("agent", &[("all", "tickets:write")]))
        .unwrap()
        .document;
    let no = apply(
        &edited,
        &user("lea"),
        &assign("agent", "new"),
        &numbers(&["5"]),
    )
    .unwrap_err();
    assert_eq!(no.lacking.len(), 1, "{no}");
    assert_eq!(no.lacking[0].to_string(), "tickets:write at all");
    // `*` lists no role: cleo manages all and covers few.
    refused(
        &policy,
        "cleo",
        &assign("agent", "new"),
        Why::NotCovered,
        "tickets:delete at all",
    );
    // Who hands out a role hands out what it may assign uncovered.
    let trusted = POLICY.replace(
        r#""all": ["tickets:read", "people:*", "roles:*"]"#,
        r#""all": ["tickets:read", "people:*", "roles:*"], "agents-only": "people:assign""#,
    );
    let trusted = Document::load(&trusted).unwrap();
    refused(
        &trusted,
        "cleo",
        &assign("lead", "new"),
        Why::NotCovered,
        "tickets:delete at all",
    );
}

#[test]
fn nobody_changes_its_own_access() {
    let policy = policy();
    refused(
        &policy,
        "ann",
        &assign("agent", "ann"),
        Why::OwnAccess,
        "is the subject",
    );
    refused(
        &policy,
        "ann",
        &unassign("admin", "user:ann"),
        Why::OwnAccess,
        "is the subject",
    );
    refused(
        &policy,
        "ann",
        &map("g-bosses", "agent"),
        Why::OwnAccess,
        "in the group `g-bosses`",
    );
    refused(
        &policy,
        "ann",
        &unmap("g-bosses", "admin"),
        Why::OwnAccess,
        "in the group `g-bosses`",
    );
    // ann holds reader on a team, by a group.
    for change in [
        grant("reader", &[("all", "tickets:write")]),
        rename("reader", "x"),
        delete("reader", None),
    ] {
        refused(
            &policy,
            "ann",
            &change,
            Why::OwnAccess,
            "holds the role `reader`",
        );
    }
    // A group that a token names counts as well.
    let bob = in_groups("bob", &["g-readers"]);
    let no = apply(&policy, &bob, &map("g-readers", "agent"), &[]).unwrap_err();
    assert_eq!(no.reason, Why::OwnAccess);
}

#[test]
fn somebody_is_always_left() {
    let source = held_by(
        r#"{ "max": { "roles": "admin" } }"#,
        r#"{ "g-root": "admin" }"#,
    );
    // Somebody whom a token puts in a group of administrators.
    let root = in_groups("rob", &["g-root"]);
    // A group that may be empty is not enough where there was somebody.
    let take = unassign("admin", "max");
    let no = apply(&source, &root, &take, &[]).unwrap_err();
    assert_eq!(no.reason, Why::LastAdministrator, "{no}");
    // Nor is somebody who edits roles on one team alone.
    let clerk = apply(&source, &root, &assign("clerk@emea", "kim"), &[])
        .unwrap()
        .document;
    assert_eq!(
        apply(&clerk, &root, &take, &[]).unwrap_err().reason,
        Why::LastAdministrator
    );
    let clerk = apply(&source, &root, &assign("clerk", "kim"), &[])
        .unwrap()
        .document;
    apply(&clerk, &root, &take, &[]).unwrap();
    // Where only groups administer, the last of them stays.
    let two = held_by("{}", r#"{ "g-root": "admin", "g-more": "admin" }"#);
    let one = apply(&two, &root, &unmap("g-more", "admin"), &[])
        .unwrap()
        .document;
    // No actor could take the last one away: its members may not, and nobody else may either.
    let none = held_by("{}", "{}");
    last_administrator::check(two.model(), one.model()).unwrap();
    let no = last_administrator::check(one.model(), none.model()).unwrap_err();
    assert_eq!(no.reason, Why::LastAdministrator, "{no}");
}

/// The policy with other people and groups.
fn held_by(directory: &str, groups: &str) -> Document {
    let (start, _) = POLICY.split_once(r#""groups""#).unwrap();
    let text = format!(r#"{start}"groups": {groups}, "directory": {directory} }} }}"#);
    Document::load(&text).unwrap()
}

#[test]
fn a_feature_that_is_off_is_named() {
    let gated = POLICY.replacen(
        r#""roles": { "supports": ["team", "all"] }"#,
        r#""roles": { "requires": "office", "supports": ["team", "all"] }"#,
        1,
    );
    let gated = Document::load(&gated).unwrap();
    refused(
        &gated,
        "ann",
        &create("x"),
        Why::NotAllowed,
        "turn `office` on first",
    );
    let no = change(&gated, "ann", &create("x")).unwrap_err();
    assert_eq!(no.features_off, ["office"]);
    let enable = Change::Enable {
        feature: "office".to_owned(),
        until: None,
    };
    let open = change(&gated, "ann", &enable).unwrap().document;
    change(&open, "ann", &create("x")).unwrap();
    // Turned off again nobody could edit roles.
    let disable = Change::Disable {
        feature: "office".to_owned(),
        until: None,
    };
    refused(
        &open,
        "ann",
        &disable,
        Why::LastAdministrator,
        "`roles:write`",
    );
    apply(&open, &Actor::vendor("ops"), &disable, &[]).unwrap();
}

#[test]
fn an_operation_that_is_nobodys_is_refused() {
    let nobodys = POLICY.replacen(r#""people:assign": "assign","#, "", 1);
    let nobodys = Document::load(&nobodys).unwrap();
    refused(
        &nobodys,
        "ann",
        &assign("agent", "new"),
        Why::NobodysOperation,
        "name `assign` there",
    );
}
