//! A change of a role changes what was asked for, and leaves the rest as it is written.

use portcullis_policy::model::Model;

use super::*;

const HAND: &str = r#"{
  "catalog": { "id": "c", "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
    "attributes": { "resource": "owner" },
    "actions": { "read": "read", "print": "read", "delete": "delete" },
    "modules": { "reports": {}, "tickets": { "aliases": "cases" } },
    "administration": { "tickets:delete": "edit" },
    "roles": { "admin": { "manages": "*", "grants": { "*": "*" } },
      "agent": { "editable": true, "grants": { "all": "tickets:@read" } } } },
  "tenant": { "id": "t",
    "roles": {
      "mine": {
        "grants": { "all": ["reports:*", "tickets:@read"], "own": ["tickets:delete", "cases:read"] },
        "except": "reports:delete"
      },
      "copy": {
        "clones": "mine"
      },
      "copied": {
        "clones": "agent"
      }
    },
    "edits": {
      "agent": { "added": { "all": "reports:@read", "own": "tickets:delete" }, "removed": { "all": "tickets:print" } }
    },
    "directory": { "ann": { "roles": "admin" } }
  }
}"#;

/// Makes a change, of which these lines go and those come; every other role grants what it did.
#[track_caller]
fn check(made: &Change, gone: &[&str], came: &[&str]) {
    let before = Document::load(HAND).unwrap();
    let after = change(&before, "ann", made).unwrap().document;
    let role = match made {
        Change::Grant { role, .. } | Change::Revoke { role, .. } | Change::Reset { role } => role,
        _ => "",
    };
    let held = |model: &Model, id: &str| grants::of_role(model, model.role(id).unwrap());
    for other in ["admin", "agent", "mine", "copy", "copied"] {
        let same = held(before.model(), other) == held(after.model(), other);
        assert_eq!(same, other != role, "{other}");
    }
    let lines = |text: &str, other: &str| -> Vec<String> {
        let other: Vec<&str> = other.lines().map(str::trim).collect();
        let lines = text.lines().map(str::trim);
        lines
            .filter(|line| !other.contains(line))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(lines(HAND, after.text()), gone, "gone");
    assert_eq!(lines(after.text(), HAND), came, "came");
}

const MINE: &str = r#""grants": { "all": ["reports:*", "tickets:@read"], "own": ["tickets:delete", "cases:read"] },"#;
const COPY: &str = r#""clones": "mine""#;
const EXCEPT: &str = r#""except": "reports:delete""#;
const EDIT: &str = r#""agent": { "added": { "all": "reports:@read", "own": "tickets:delete" }, "removed": { "all": "tickets:print" } }"#;

#[test]
fn a_grant_is_one_name_more() {
    check(
        &grant("mine", &[("own", "reports:read")]),
        &[MINE, COPY],
        &[
            r#""grants": { "all": ["reports:*", "tickets:@read"], "own": ["tickets:delete", "cases:read", "reports:read"] },"#,
            // The copy has it at another scope, so that no exception leaves it as it was.
            r#""base": "mine","#,
            r#""grants": {"#,
            r#""own": ["tickets:read", "tickets:delete"],"#,
            r#""all": ["reports:read", "reports:print", "tickets:read", "tickets:print"]"#,
        ],
    );
    check(
        &grant("copied", &[("own", "tickets:delete")]),
        &[r#""clones": "agent""#],
        &[
            r#""clones": "agent","#,
            r#""grants": { "own": "tickets:delete" }"#,
        ],
    );
    check(
        &grant("copy", &[("all", "tickets:delete")]),
        &[COPY],
        &[
            r#""clones": "mine","#,
            r#""grants": { "all": "tickets:delete" }"#,
        ],
    );
}

#[test]
fn what_is_granted_is_no_exception() {
    check(
        &grant("mine", &[("all", "reports:delete")]),
        &[MINE, COPY],
        &[
            r#""grants": { "all": ["reports:*", "tickets:@read"], "own": ["tickets:delete", "cases:read"] }"#,
            // Behind it is the exception that the other had.
            r#""clones": "mine","#,
        ],
    );
}

#[test]
fn a_name_is_taken_out_or_excepted() {
    check(
        &revoke("mine", &[("own", "tickets:delete")]),
        &[MINE, COPY],
        &[
            r#""grants": { "all": ["reports:*", "tickets:@read"], "own": ["cases:read"] },"#,
            r#""clones": "mine","#,
            r#""grants": { "own": "tickets:delete" }"#,
        ],
    );
    check(
        &revoke("mine", &[("all", "reports:print")]),
        &[EXCEPT, COPY],
        &[
            r#""except": ["reports:delete", "reports:print"]"#,
            r#""clones": "mine","#,
            r#""grants": { "all": "reports:print" }"#,
        ],
    );
    // At one scope of two no exception helps: the pattern there is written out.
    check(
        &revoke("mine", &[("all", "tickets:read")]),
        &[MINE, COPY],
        &[
            r#""grants": { "all": ["reports:*", "tickets:print"], "own": ["tickets:delete", "cases:read"] },"#,
            r#""clones": "mine","#,
            r#""grants": { "all": "tickets:read" }"#,
        ],
    );
    check(
        &revoke("copied", &[("all", "tickets:print")]),
        &[r#""clones": "agent""#],
        &[r#""clones": "agent","#, r#""except": "tickets:print""#],
    );
}

#[test]
fn an_edit_keeps_what_it_says() {
    check(
        &grant("agent", &[("own", "reports:delete")]),
        &[EDIT],
        &[
            r#""agent": { "added": { "all": "reports:@read", "own": ["tickets:delete", "reports:delete"] }, "removed": { "all": "tickets:print" } }"#,
        ],
    );
    check(
        &revoke("agent", &[("all", "reports:print")]),
        &[EDIT],
        &[
            r#""agent": { "added": { "all": "reports:@read", "own": "tickets:delete" }, "removed": { "all": ["tickets:print", "reports:print"] } }"#,
        ],
    );
    check(
        &grant("agent", &[("all", "tickets:print")]),
        &[EDIT],
        &[r#""agent": { "added": { "all": "reports:@read", "own": "tickets:delete" } }"#],
    );
    check(
        &revoke("agent", &[("*", "reports:@read")]),
        &[EDIT],
        &[
            r#""agent": { "added": { "own": "tickets:delete" }, "removed": { "all": "tickets:print" } }"#,
        ],
    );
}
