//! What makes no sense, each with its cure; the policy stays as it was.

use super::RefusedReason as Why;
use super::*;

#[test]
fn each_fault_comes_with_a_cure() {
    let policy = policy();
    let cases = [
        (create("Bad id"), Why::Malformed, "use 1 to 64 of"),
        (create(""), Why::Malformed, "cannot name a role"),
        (
            create("reader"),
            Why::Duplicate,
            "there is a role `reader` already",
        ),
        (create("admin"), Why::Duplicate, "another id"),
        (create("gone"), Why::Retired, "belonged to a role"),
        (copy("agnt", "x"), Why::Unknown, "did you mean `agent`?"),
        (copy("agent", "agent"), Why::Duplicate, "already"),
        (copy("soon", "x"), Why::NotAvailable, "not yet available"),
        (copy("gone", "x"), Why::Unknown, "deleted or renamed"),
        (
            grant("admin", &[("all", "tickets:read")]),
            Why::NotEditable,
            "clone it",
        ),
        (
            grant("copy", &[("all", "ticket:read")]),
            Why::Unknown,
            "did you mean `tickets`?",
        ),
        (
            grant("copy", &[("all", "tickets:raed")]),
            Why::Unknown,
            "did you mean `tickets:read`?",
        ),
        (
            grant("copy", &[("al", "tickets:read")]),
            Why::Unknown,
            "did you mean `all`?",
        ),
        (
            grant("copy", &[("numbers", "tickets:read")]),
            Why::Unsupported,
            "it supports `own`, `team`, `all`",
        ),
        (
            grant("copy", &[("all", "tickets")]),
            Why::Malformed,
            "`tickets:*`",
        ),
        (
            grant("copy", &[("own", "tickets:read")]),
            Why::Duplicate,
            "granted `tickets:read at own` already",
        ),
        (
            grant("copy", &[("numbers", "tickets:*")]),
            Why::NothingToDo,
            "matches no permission",
        ),
        (
            grant("copy", &[("all", "tickts.*:read")]),
            Why::Unknown,
            "did you mean `tickets`?",
        ),
        (
            grant("copy", &[("all", "secrets:read")]),
            Why::Unsupported,
            "assign one of these besides: `admin`",
        ),
        (
            grant("copy", &[("all", "secrets:*")]),
            Why::NothingToDo,
            "matches no permission",
        ),
        (
            grant("copy", &[]),
            Why::NothingToDo,
            "no permission is named",
        ),
        (
            revoke("copy", &[("all", "tickets:read")]),
            Why::NothingToDo,
            "it is at `own`",
        ),
        (
            revoke("copy", &[("*", "quality:read")]),
            Why::NothingToDo,
            "is not granted `quality:read`",
        ),
        (
            revoke("copy", &[("*", "quality:*")]),
            Why::NothingToDo,
            "matches nothing",
        ),
        (
            rename("admin", "x"),
            Why::NotEditable,
            "belongs to the catalog",
        ),
        (rename("copy", "reader"), Why::Duplicate, "already"),
        (rename("copy", "gone"), Why::Retired, "belonged"),
        (delete("admin", None), Why::Permanent, "permanent"),
        (
            delete("agent", None),
            Why::NotEditable,
            "belongs to the catalog",
        ),
        (delete("copy", Some("copy")), Why::Duplicate, "another role"),
        (
            delete("copy", Some("soon")),
            Why::NotAvailable,
            "not yet available",
        ),
        (
            delete("copy", Some("redaer")),
            Why::Unknown,
            "did you mean `reader`?",
        ),
        (
            assign("soon", "new"),
            Why::NotAvailable,
            "not yet available",
        ),
        (
            assign("agent", "jo"),
            Why::Duplicate,
            "`jo` has `agent` already",
        ),
        (assign("agent@", "jo"), Why::Malformed, "cannot be a team"),
        (
            assign("agent", ""),
            Why::Malformed,
            "cannot be a subject's id",
        ),
        (
            assign("agent", "service:"),
            Why::Malformed,
            "cannot be a subject's id",
        ),
        (
            Change::Assign {
                role: "agent".to_owned(),
                team: None,
                subject: SubjectKey::new("servce", "ci").into(),
                until: None,
            },
            Why::Unknown,
            "`servce` is no subject type; did you mean `service`?",
        ),
        (unassign("agent", "joe"), Why::Unknown, "did you mean `jo`?"),
        (
            unassign("copy", "jo"),
            Why::NothingToDo,
            "only `agent`, `reader@emea`",
        ),
        (unassign("reader", "jo"), Why::NothingToDo, "not `reader`"),
        (
            map("g-readers", "reader"),
            Why::Duplicate,
            "maps to `reader` already",
        ),
        (map("", "reader"), Why::Malformed, "cannot be a group"),
        (map("g", "soon"), Why::NotAvailable, "not yet available"),
        (
            unmap("g-reader", "reader"),
            Why::Unknown,
            "did you mean `g-readers`?",
        ),
        (
            unmap("g-readers", "agent"),
            Why::NothingToDo,
            "only `reader`",
        ),
    ];
    for (change, reason, part) in cases {
        refused(&policy, "bob", &change, reason, part);
    }
}

#[test]
fn the_limit_of_roles_holds() {
    let full = changed("ann", &[create("fourth")]).document;
    refused(&full, "ann", &create("fifth"), Why::Limit, "the limit is 4");
    refused(
        &full,
        "ann",
        &copy("agent", "fifth"),
        Why::Limit,
        "delete a role",
    );
    let source = change(&full, "ann", &delete("fourth", None))
        .unwrap()
        .document;
    change(&source, "ann", &create("fifth")).unwrap();
}

#[test]
fn below_what_is_there_the_limit_stands_against_more_alone() {
    let lower = POLICY.replacen(r#""custom_roles": 4"#, r#""custom_roles": 1"#, 1);
    let lower = Document::load(lower).unwrap();
    refused(
        &lower,
        "ann",
        &create("more"),
        Why::Limit,
        "has 3 roles of its own, and the limit is 1",
    );
    for one in [
        unassign("agent", "jo"),
        unmap("g-readers", "reader"),
        revoke("copy-of-copy", &[("team", "tickets:read")]),
        rename("copy-of-copy", "another"),
        delete("copy-of-copy", None),
    ] {
        change(&lower, "ann", &one).unwrap();
    }
    // The vendor raises it for one tenant alone.
    let raised = lower.text().replacen(
        r#""id": "acme","#,
        r#""id": "acme", "limits": { "custom_roles": 5 },"#,
        1,
    );
    change(&Document::load(raised).unwrap(), "ann", &create("more")).unwrap();
}

#[test]
fn without_a_team_attribute_nothing_is_bound() {
    let flat = POLICY
        .replacen(r#""team": "teams""#, r#""action": []"#, 1)
        .replacen(", \"reader@emea\"", "", 2)
        .replacen(r#""roles": "clerk@emea""#, r#""roles": "clerk""#, 1);
    let flat = Document::load(&flat).unwrap();
    refused(
        &flat,
        "ann",
        &assign("agent@emea", "new"),
        Why::Unsupported,
        "no team attribute",
    );
    refused(
        &flat,
        "ann",
        &map("g", "agent@emea"),
        Why::Unsupported,
        "no team attribute",
    );
}

#[test]
fn a_policy_with_problems_is_not_administered() {
    let cyclic = POLICY.replacen(
        r#""copy": { "clones": "agent" }"#,
        r#""copy": { "clones": "copy-of-copy" }"#,
        1,
    );
    // Only a policy without problems is a document.
    let no = Document::load(&cyclic).unwrap_err();
    assert!(no.to_string().contains("is a copy of itself"), "{no}");
    let no = Document::load("{").unwrap_err();
    assert!(no.to_string().contains("not JSON"), "{no}");
}
