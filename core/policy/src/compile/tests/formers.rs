//! Names of before: former ids of modules, and what is retired.

use super::*;

fn with(changes: &[(&str, &str)]) -> String {
    let mut policy = BASE.to_owned();
    for (from, to) in changes {
        assert!(policy.contains(from), "{from}");
        policy = policy.replacen(from, to, 1);
    }
    policy
}

const QUALITY: &str = r#""quality": { "requires": "quality","#;
const READER: &str = r#""grants": { "all": "tickets:read" } } } } }"#;

#[test]
fn a_former_id_stands_for_a_module_and_all_below() {
    let policy = with(&[
        (
            QUALITY,
            r#""quality": { "aliases": ["qa", "support.qa"], "requires": "quality","#,
        ),
        (
            READER,
            r#""grants": { "all": ["qa.evaluations:read", "support.qa.*:@write"] }, "except": "qa:write" } } } }"#,
        ),
    ]);
    let model = compiled(&policy);
    assert_eq!(
        grants(&model, "reader"),
        [
            "tickets:read@own",
            "quality.evaluations:read@all",
            "quality.evaluations:write@all"
        ]
    );
    let names: Vec<&str> = model
        .aliases
        .iter()
        .map(|alias| alias.name.as_str())
        .collect();
    assert_eq!(names.len(), 12, "{names:?}");
    assert!(names.contains(&"support.qa.settings:write"));
}

#[test]
fn former_ids_do_not_collide() {
    for (to, expected) in [
        (
            r#""quality": { "aliases": "tickets", "requires": "quality","#,
            "$.catalog.modules.quality.aliases: the former id `tickets` is the id of a module",
        ),
        (
            r#""quality": { "aliases": ["qa", "qa"], "requires": "quality","#,
            "$.catalog.modules.quality.aliases[1]: `qa` cannot have been the id of a module, or is given twice",
        ),
        (
            r#""other": { "aliases": "qa" }, "quality": { "aliases": "qa", "requires": "quality","#,
            "$.catalog.modules.quality.aliases: the former id `qa` is given to two modules",
        ),
    ] {
        let found = errors(&with(&[(QUALITY, to)]));
        assert!(
            found.iter().any(|error| error.starts_with(expected)),
            "{found:#?}"
        );
    }
}

#[test]
fn what_is_retired_stops_no_tenant() {
    let retired = (
        r#""id": "helpdesk","#,
        r#""id": "helpdesk", "retired": ["fax", "tickets:print"],"#,
    );
    let gone = r#""grants": { "all": ["fax:send", "fax.lines:*", "tickets:print", "tickets:read"] }, "except": "fax:*" } } } }"#;
    let model = compiled(&with(&[retired, (READER, gone)]));
    assert_eq!(
        grants(&model, "reader"),
        ["tickets:read@own", "tickets:read@all"]
    );
    let warnings = model.warnings.iter().map(ToString::to_string);
    let warnings: Vec<String> = warnings
        .filter(|warning| warning.contains("retired"))
        .collect();
    assert_eq!(warnings.len(), 4, "{warnings:#?}");
    // What was never there is a slip, and so is what the catalog itself grants.
    let found = errors(&with(&[(READER, gone)]));
    assert_eq!(found.len(), 4, "{found:#?}");
    let own = (
        r#""grants": { "own": "tickets:read" }"#,
        r#""grants": { "own": "fax:send" }"#,
    );
    assert_eq!(errors(&with(&[retired, own])).len(), 1);
}

#[test]
fn retired_names_and_needs_are_checked() {
    for (from, to, expected) in [
        (
            r#""id": "helpdesk","#,
            r#""id": "helpdesk", "retired": "tickets","#,
            "$.catalog.retired: `tickets` is retired and is used again",
        ),
        (
            r#""id": "helpdesk","#,
            r#""id": "helpdesk", "retired": ["a:b", "a:b"],"#,
            "$.catalog.retired[1]: ",
        ),
        (
            r#""id": "helpdesk","#,
            r#""id": "helpdesk", "retired": "a:b:c","#,
            "$.catalog.retired: `a:b:c` cannot have been the name",
        ),
        (
            r#""merge": { "kind": "write","#,
            r#""merge": { "kind": "write", "needs": "reed","#,
            "$.catalog.modules.tickets.actions.merge.needs: `merge` needs `reed`, which is no other action here; did you mean `read`?",
        ),
        (
            r#""merge": { "kind": "write","#,
            r#""merge": { "kind": "write", "needs": ["merge"],"#,
            "$.catalog.modules.tickets.actions.merge.needs: `merge` needs `merge`",
        ),
    ] {
        let found = errors(&with(&[(from, to)]));
        assert!(
            found.iter().any(|error| error.starts_with(expected)),
            "{found:#?}"
        );
    }
}
