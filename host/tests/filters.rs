//! The list filter as SQL, as the command line prints it.
#![cfg(feature = "component")]

mod support;

use serde_json::{Value, json};
use support::{Ran, Sandbox};

/// A time at which the bundles hold.
const NOW: &str = "1700000001";

fn filter(sandbox: &Sandbox, id: &str, permission: (&str, &str), more: &[&str]) -> Ran {
    let (module, action) = permission;
    let request = json!({
        "subject": { "type": "user", "id": id, "properties": { "roles": ["agent"], "teams": ["emea"] } },
        "action": { "name": action },
        "resource": { "type": module },
    });
    sandbox.write("request.json", request.to_string());
    let mut arguments = vec!["filter", "a.pclb", "--trust", "keys/trust.json"];
    arguments.extend(["--now", NOW, "@request.json"]);
    arguments.extend(more);
    sandbox.run(&arguments)
}

#[test]
fn all_none_and_a_filter_are_three_answers() {
    let sandbox = Sandbox::with_bundle();
    for (id, permission, expected) in [
        (
            "ada",
            ("tickets", "read"),
            r#"{"rows":"all","where":"(TRUE)","parameters":[]}"#,
        ),
        (
            "jo",
            ("reports", "read"),
            r#"{"rows":"none","where":"(FALSE)","parameters":[]}"#,
        ),
        (
            "jo",
            ("tickets", "read"),
            r#"{"rows":"filter","where":"((CAST(\"teams\" AS text) COLLATE \"C\" IN (CAST($1 AS text))) IS TRUE)","parameters":["emea"]}"#,
        ),
    ] {
        let ran = filter(&sandbox, id, permission, &["--sql"]);
        assert_eq!((ran.exit, ran.out.trim_end()), (0, expected), "{}", ran.err);
    }
}

#[test]
fn a_filter_is_written_for_a_database_and_its_columns() {
    let sandbox = Sandbox::with_bundle();
    sandbox.write(
        "columns.json",
        r#"{"teams":{"join":{"table":"ticket_teams","on":"ticket","equals":"t.id","column":"team"}}}"#,
    );
    let columns = ["--sql", "--columns", "columns.json"];
    let read = |more: &[&str]| -> Value {
        let ran = filter(
            &sandbox,
            "jo",
            ("tickets", "read"),
            &[&columns, more].concat(),
        );
        assert_eq!(ran.exit, 0, "{}", ran.err);
        serde_json::from_str(&ran.out).unwrap()
    };
    let condition = |element: &str| {
        format!(
            "(EXISTS (SELECT 1 FROM `ticket_teams` AS portcullis_item WHERE portcullis_item.`ticket` = `t`.`id` AND {element}))"
        )
    };
    let numbered = read(&["--dialect", "sqlite", "--first", "3"]);
    let element = "CAST(portcullis_item.`team` AS TEXT) COLLATE BINARY IN (?3)";
    assert_eq!(numbered["where"], condition(element));
    assert_eq!(numbered["parameters"], json!(["emea"]));
    let named = read(&["--dialect", "mysql", "--named", "may"]);
    let element = "CAST(CONVERT(portcullis_item.`team` USING utf8mb4) AS BINARY) IN (CONVERT(:may1 USING utf8mb4))";
    assert_eq!(named["where"], condition(element));
    assert_eq!(named["parameters"], json!({ "may1": "emea" }));
    let positional = read(&["--dialect", "sqlite", "--positional"]);
    assert!(positional["where"].as_str().unwrap().contains("IN (?)"));
}

#[test]
fn what_no_database_can_be_asked_is_an_error_that_says_so() {
    let sandbox = Sandbox::with_bundle();
    sandbox.write("columns.json", r#"{"team":"t.team"}"#);
    for (more, said) in [
        (
            vec!["--sql", "--columns", "columns.json"],
            "did you mean `teams`",
        ),
        (
            vec!["--sql", "--dialect", "sqlite", "--arrays", "teams"],
            "only PostgreSQL has",
        ),
        (
            vec!["--sql", "--dialect", "mysql", "--first", "2"],
            "MySQL numbers no parameters",
        ),
        (
            vec!["--sql", "--named", "2"],
            "cannot begin a parameter's name",
        ),
        (vec!["--sql", "--first", "0"], "--first"),
        (vec!["--first", "2"], "--sql"),
        (
            vec!["--sql", "--first", "2", "--positional"],
            "cannot be used with",
        ),
    ] {
        let ran = filter(&sandbox, "jo", ("tickets", "read"), &more);
        assert_eq!(ran.exit, 64, "{more:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{more:?}: {}", ran.err);
    }
}
