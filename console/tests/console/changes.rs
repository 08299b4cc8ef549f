//! Changes: decided by the policy, and written as the command line writes them.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::{Client, OMNIFLOW, OWNER, Office, SLEEKFLOW, Server, assign};

/// Each operation as the page sends it, beside what one types.
const OPERATIONS: [(&str, &str); 16] = [
    (
        r#"{ "operation": "clone", "from": "agent", "role": "senior", "label": "Senior" }"#,
        "role clone policy.json agent senior --label Senior",
    ),
    (
        r#"{ "operation": "grant", "role": "senior", "grants": { "all": ["tickets:create", "tickets:edit"] } }"#,
        "role grant policy.json senior tickets:create tickets:edit --scope all",
    ),
    (
        r#"{ "operation": "revoke", "role": "senior", "grants": { "*": "dashboards:read" } }"#,
        "role revoke policy.json senior dashboards:read",
    ),
    (
        r#"{ "operation": "assign", "role": "senior", "subject": "kim", "team": "emea" }"#,
        "role assign policy.json senior kim --team emea",
    ),
    (
        r#"{ "operation": "assign", "role": "senior", "subject": { "type": "user", "id": "lou" }, "until": "2036-12-31T00:00:00Z" }"#,
        "role assign policy.json senior lou --until 2036-12-31T00:00:00Z",
    ),
    (
        r#"{ "operation": "map", "group": "idp-coaches", "role": "senior" }"#,
        "role map policy.json senior idp-coaches",
    ),
    (
        r#"{ "operation": "claim", "role": "senior" }"#,
        "role map policy.json senior --claim",
    ),
    (
        r#"{ "operation": "unclaim", "role": "senior" }"#,
        "role unmap policy.json senior --claim",
    ),
    (
        r#"{ "operation": "label", "role": "senior", "label": "Lead", "description": "Ä" }"#,
        "role label policy.json senior --label Lead --description Ä",
    ),
    (
        r#"{ "operation": "rename", "role": "senior", "to": "lead" }"#,
        "role rename policy.json senior lead",
    ),
    (
        r#"{ "operation": "unassign", "role": "lead", "subject": "kim", "team": "emea" }"#,
        "role unassign policy.json lead kim --team emea",
    ),
    (
        r#"{ "operation": "reset", "role": "lead" }"#,
        "role reset policy.json lead",
    ),
    (
        r#"{ "operation": "create", "role": "empty", "description": "nothing-yet" }"#,
        "role create policy.json empty --description nothing-yet",
    ),
    (
        r#"{ "operation": "unmap", "group": "idp-coaches", "role": "lead" }"#,
        "role unmap policy.json lead idp-coaches",
    ),
    (
        r#"{ "operation": "delete", "role": "lead", "reassign": "agent" }"#,
        "role delete policy.json lead --reassign agent",
    ),
    (
        r#"{ "operation": "delete", "role": "empty" }"#,
        "role delete policy.json empty",
    ),
];

#[test]
fn the_page_writes_the_bytes_that_the_command_line_writes() {
    let office = Office::new(&[("page", OMNIFLOW), ("typed", OMNIFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["page"]);
    // One alone, several at once, and then all that are left.
    for batch in [&OPERATIONS[..1], &OPERATIONS[1..6], &OPERATIONS[6..]] {
        let changes: Vec<Value> = batch
            .iter()
            .map(|(sent, _)| serde_json::from_str(sent).unwrap())
            .collect();
        let reply = client.change(&office, "page", &Value::from(changes));
        assert_eq!(reply.status, 200, "{reply:?}");
        for (_, typed) in batch {
            office.portcullis("typed", &format!("{typed} --as {OWNER}"));
        }
        assert_eq!(office.policy("page"), office.policy("typed"));
        assert_eq!(
            timeless(&office.log("page")),
            timeless(&office.log("typed"))
        );
        assert_eq!(reply.json()["policy"], office.policy("page"));
        assert_eq!(
            reply.json()["records"].as_array().unwrap().len(),
            batch.len()
        );
    }
    office.portcullis("page", "audit verify policy.json");
    // They are the owner's alone, as the command line makes them, and nothing else is left.
    for id in ["page", "typed"] {
        let entries = std::fs::read_dir(office.path(id)).unwrap();
        let mut found: Vec<(String, u32)> = entries
            .map(|entry| entry.unwrap())
            .map(|entry| {
                (
                    entry.file_name().into_string().unwrap(),
                    entry.metadata().unwrap().permissions().mode() & 0o777,
                )
            })
            .filter(|(name, _)| name != "policy.json")
            .collect();
        found.sort();
        assert_eq!(
            found,
            [
                (".policy.json.lock".to_owned(), 0o600),
                ("policy.audit.jsonl".to_owned(), 0o600)
            ]
        );
    }
}

/// Returns a log's records without what depends on the time.
fn timeless(log: &str) -> Vec<Value> {
    let records = log.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        line["record"]["time"].take();
        line["record"].take()
    });
    records.collect()
}

#[test]
fn an_outcome_is_what_the_command_line_prints() {
    let office = Office::new(&[("page", OMNIFLOW), ("typed", OMNIFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["page"]);
    let reply = client
        .change(&office, "page", &json!([assign("kim")]))
        .json();
    let typed = office.portcullis(
        "typed",
        &format!("role assign policy.json agent kim --as {OWNER} --json"),
    );
    let typed: Value = serde_json::from_str(&typed).unwrap();
    let outcome = &reply["outcomes"][0];
    assert_eq!(outcome["impacts"], typed["impacts"]);
    assert_eq!(outcome["removed"], typed["removed"]);
    assert_eq!(outcome["record"]["target"], typed["record"]["target"]);
    assert_eq!(reply["digest"], office.digest("page"));
}

#[test]
fn changes_are_made_all_or_none() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    let before = office.policy("flow");
    let changes = json!([assign("jo"), assign("kim"), { "operation": "delete", "role": "none" }, assign("lou")]);
    let reply = client.change(&office, "flow", &changes);
    assert_eq!(reply.status, 422);
    let refused = reply.json();
    assert_eq!(refused["index"], 2);
    assert_eq!(refused["refusal"]["reason"], "unknown");
    for member in ["message", "cure", "lacking", "features_off"] {
        assert!(!refused["refusal"][member].is_null(), "{refused}");
    }
    assert_eq!(
        (office.policy("flow"), office.log("flow")),
        (before, String::new())
    );
    // Each is decided on what the one before it leaves.
    let twice = client.change(&office, "flow", &json!([assign("jo"), assign("jo")]));
    assert_eq!((twice.status, &twice.json()["index"]), (422, &json!(1)));
    let whole = json!([
        { "operation": "create", "role": "new" },
        { "operation": "assign", "role": "new", "subject": "jo" },
        { "operation": "delete", "role": "new" },
    ]);
    assert_eq!(client.change(&office, "flow", &whole).status, 200);
    assert_eq!(office.log("flow").lines().count(), 3);
}

#[test]
fn a_policy_that_somebody_else_changed_is_not_overwritten() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    let seen = office.digest("flow");
    office.portcullis(
        "flow",
        &format!("role assign policy.json agent kim --as {OWNER}"),
    );
    let (policy, log) = (office.policy("flow"), office.log("flow"));
    for dry_run in [false, true] {
        let asked = json!({ "expect": seen, "changes": [assign("jo")], "dry_run": dry_run });
        let reply = client.post("/api/policies/flow/changes", &asked);
        assert!(reply.error(409).contains("nothing was changed"));
        let found = reply.json();
        assert_eq!(found["policy"], policy);
        assert_eq!(found["digest"], office.digest("flow"));
        assert_eq!(found["records"].as_array().unwrap().len(), 1);
    }
    assert_eq!((office.policy("flow"), office.log("flow")), (policy, log));
    // An edit by other means is noticed, and recorded before the change.
    let edited = office.policy("flow").replacen("\"alex\"", "\"alexa\"", 1);
    std::fs::write(office.path("flow").join("policy.json"), edited).unwrap();
    let made = client
        .change(&office, "flow", &json!([assign("jo")]))
        .json();
    let operations: Vec<&Value> = made["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| &own["record"]["operation"])
        .collect();
    assert_eq!(operations, ["outside", "assign"]);
}

#[test]
fn a_dry_run_shows_and_writes_nothing() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    let before = office.policy("flow");
    let asked = json!({ "expect": office.digest("flow"), "changes": [assign("jo"), assign("kim")], "dry_run": true });
    let shown = client.post("/api/policies/flow/changes", &asked).json();
    assert_eq!(shown["records"], json!([]));
    assert_eq!(shown["outcomes"].as_array().unwrap().len(), 2);
    assert_eq!(
        (office.policy("flow"), office.log("flow")),
        (before, String::new())
    );
    assert!(!office.path("flow").join(".policy.json.lock").exists());
    let made = client
        .change(&office, "flow", &json!([assign("jo"), assign("kim")]))
        .json();
    assert_eq!(
        (&shown["policy"], &shown["digest"]),
        (&made["policy"], &made["digest"])
    );
}

#[test]
fn who_makes_changes_is_said_once() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let server = Server::start(&office, &["flow"], &[]);
    let client = server.client();
    assert_eq!(client.get("/api/policies").json()["actor"], Value::Null);
    let nobody = client.change(&office, "flow", &json!([assign("jo")]));
    assert!(nobody.error(403).contains("--as"));
    let say = |who: Value| client.post("/api/actor", &who);
    assert!(
        say(json!({ "vendor": "ops" }))
            .error(403)
            .contains("--vendor")
    );
    say(json!({ "subject": "" })).error(400);
    say(json!({ "subject": "jo", "vendor": "ops" })).error(400);
    say(json!({})).error(400);
    assert_eq!(say(json!({ "subject": "sarah" })).status, 204);
    say(json!({ "subject": OWNER })).error(409);
    assert_eq!(
        client.get("/api/policies").json()["actor"],
        json!({ "subject": "sarah" })
    );
    // Who that is decides what it may do.
    let refused = client.change(&office, "flow", &json!([assign("jo")]));
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["refusal"]["reason"], "not-allowed");
}

#[test]
fn a_page_adds_attributes_of_who_it_is_and_is_nobody_else() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    let before = office.policy("flow");
    let as_json = |actor: Value| {
        let asked =
            json!({ "expect": office.digest("flow"), "changes": [assign("jo")], "actor": actor });
        client.post("/api/policies/flow/changes", &asked)
    };
    as_json(json!({ "type": "user", "id": "sarah" })).error(403);
    as_json(json!({ "type": "service", "id": OWNER })).error(403);
    let roles = json!({ "type": "user", "id": OWNER, "properties": { "roles": ["admin"] } });
    assert!(as_json(roles).error(400).contains("its own roles"));
    as_json(json!("jo")).error(400);
    assert_eq!(office.policy("flow"), before);
    let more = json!({ "type": "user", "id": OWNER, "properties": { "teams": ["emea"] } });
    assert_eq!(as_json(more).status, 200);
}

#[test]
fn the_vendor_switches_features_and_touches_nobodys_roles() {
    let office = Office::new(&[("page", SLEEKFLOW), ("typed", SLEEKFLOW)]);
    let server = Server::start(&office, &["page"], &["--vendor", "ops"]);
    let client = server.client();
    assert_eq!(
        client.get("/api/policies").json()["actor"],
        json!({ "vendor": "ops" })
    );
    let on = json!([{ "operation": "enable", "feature": "roles-and-permissions" }]);
    assert_eq!(client.change(&office, "page", &on).status, 200);
    office.portcullis(
        "typed",
        "feature enable policy.json roles-and-permissions --vendor ops",
    );
    assert_eq!(office.policy("page"), office.policy("typed"));
    assert_eq!(
        timeless(&office.log("page")),
        timeless(&office.log("typed"))
    );
    let refused = client.change(&office, "page", &json!([assign("jo")]));
    assert_eq!(refused.json()["refusal"]["reason"], "not-allowed");
    for who in [json!({ "vendor": "other" }), json!({ "subject": OWNER })] {
        client.post("/api/actor", &who).error(409);
    }
    let asked = json!({ "expect": office.digest("page"), "changes": on, "actor": { "type": "user", "id": OWNER } });
    client.post("/api/policies/page/changes", &asked).error(403);
}

#[test]
fn what_is_no_change_is_refused() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    let digest = office.digest("flow");
    let too_many: Vec<Value> = (0..257)
        .map(|number| assign(&format!("p{number}")))
        .collect();
    for asked in [
        json!({}),
        json!({ "expect": digest }),
        json!({ "expect": digest, "changes": [] }),
        json!({ "expect": digest, "changes": too_many }),
        json!({ "expect": "0", "changes": [assign("jo")] }),
        json!({ "changes": [assign("jo")] }),
        json!({ "expect": digest, "changes": [assign("jo")], "force": true }),
        json!({ "expect": digest, "changes": [{ "operation": "own" }] }),
        json!({ "expect": digest, "changes": [{ "operation": "assign", "role": "agent" }] }),
        json!({ "expect": digest, "changes": [assign("jo")], "resource": 1 }),
        json!([]),
    ] {
        let error = client.post("/api/policies/flow/changes", &asked).error(400);
        assert!(error.len() > 20, "{asked}: {error}");
    }
    let origin = format!("http://127.0.0.1:{}", client.port);
    let send = |content_type: &str, body: &[u8]| {
        let headers = [("origin", origin.as_str()), ("content-type", content_type)];
        client.send("POST", "/api/policies/flow/changes", &headers, body)
    };
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json5",
        "",
    ] {
        send(content_type, b"{}").error(415);
    }
    send("application/json; charset=utf-8", b"{").error(400);
    send("application/json", b"\xff").error(400);
    assert_eq!(office.log("flow"), "");
}

#[test]
fn two_pages_and_the_command_line_take_turns() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    let until_made = |client: &Client, id: &str| {
        for _ in 0..200 {
            match client.change(&office, "flow", &json!([assign(id)])) {
                reply if reply.status == 200 => return,
                reply => assert_eq!(reply.status, 409, "{reply:?}"),
            }
        }
        panic!("{id} never had a turn");
    };
    std::thread::scope(|scope| {
        for page in 0..3 {
            let client = client.clone();
            scope.spawn(move || {
                for number in 0..5 {
                    until_made(&client, &format!("page-{page}-{number}"));
                }
            });
        }
        scope.spawn(|| {
            for number in 0..5 {
                office.portcullis(
                    "flow",
                    &format!("role assign policy.json agent typed-{number} --as {OWNER}"),
                );
            }
        });
    });
    assert_eq!(office.log("flow").lines().count(), 20);
    office.portcullis("flow", "audit verify policy.json");
}
