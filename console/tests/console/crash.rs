//! A server that is killed: nothing is half done, and the next one goes on.

use std::{fs, thread, time::Duration};

use portcullis_admin::{Actor, Change, administer};
use portcullis_engine::UnixSeconds;
use portcullis_host::policy_file::PolicyFile;
use portcullis_policy::Document;
use serde_json::{Value, json};

use crate::support::{OMNIFLOW, OWNER, Office, Server, assign};

fn operations(records: &Value) -> Vec<String> {
    let records = records.as_array().unwrap().iter();
    records
        .map(|own| own["record"]["operation"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_record_whose_change_was_cut_short_is_marked_by_the_next() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let (mut server, client) = Server::for_owner(&office, &["flow"]);
    assert_eq!(
        client
            .change(&office, "flow", &json!([assign("jo")]))
            .status,
        200
    );
    server.kill();
    // What is on disk when the process ends between the record and the policy.
    let before = office.policy("flow");
    let file = PolicyFile::new(&office.path("flow").join("policy.json"), None).unwrap();
    let turn = file.turn(None, UnixSeconds(1)).unwrap();
    let document = Document::load(turn.text()).unwrap();
    let change: Change = serde_json::from_value(assign("kim")).unwrap();
    let actor = Actor::of_directory(OWNER);
    let time = file.log().unwrap().records().last().unwrap().record.time;
    let done = administer(&document, &actor, &change, &[], time).unwrap();
    drop(turn.record(done.record).unwrap());
    assert_eq!(office.policy("flow"), before);

    let (_server, client) = Server::for_owner(&office, &["flow"]);
    let read = client.get("/api/policies/flow").json();
    assert_eq!(read["policy"], before);
    assert_eq!(operations(&read["records"]), ["assign", "assign"]);
    let made = client
        .change(&office, "flow", &json!([assign("kim")]))
        .json();
    assert_eq!(operations(&made["records"]), ["abort", "assign"]);
    office.portcullis("flow", "audit verify policy.json");
    // A record that was cut off itself is dropped.
    drop((client, _server));
    let log = office.path("flow").join("policy.audit.jsonl");
    fs::write(&log, office.log("flow") + "{\"link\":\"ab").unwrap();
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    let made = client
        .change(&office, "flow", &json!([assign("lou")]))
        .json();
    assert_eq!(operations(&made["records"]), ["assign"]);
    office.portcullis("flow", "audit verify policy.json");
}

#[test]
fn killed_at_any_moment_it_leaves_whole_files() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let mut known = 0;
    for attempt in 0..12_u64 {
        let (mut server, client) = Server::for_owner(&office, &["flow"]);
        let changes: Vec<Value> = (0..8)
            .map(|number| assign(&format!("p{attempt}-{number}")))
            .collect();
        let changes = json!(changes);
        thread::scope(|scope| {
            let asking = scope.spawn(|| {
                let digest = office.digest("flow");
                let asked = json!({ "expect": digest, "changes": changes });
                client.post("/api/policies/flow/changes", &asked)
            });
            // Sooner and later, from before it is read to after it is written.
            thread::sleep(Duration::from_millis(attempt * 7));
            server.kill();
            // It may have been answered, or not.
            drop(asking.join());
        });
        let (_server, client) = Server::for_owner(&office, &["flow"]);
        let made = client.change(
            &office,
            "flow",
            &json!([assign(&format!("next-{attempt}"))]),
        );
        assert_eq!(made.status, 200, "{made:?}");
        office.portcullis("flow", "audit verify policy.json");
        // Whoever the log says was assigned is in the policy, but for what was cut short.
        let read = client.get("/api/policies/flow").json();
        let happened = operations(&read["records"]);
        let aborted = happened.iter().filter(|own| *own == "abort").count();
        let assigned = happened.iter().filter(|own| *own == "assign").count();
        let policy: Value = serde_json::from_str(&office.policy("flow")).unwrap();
        let people = policy["tenant"]["directory"].as_object().unwrap().keys();
        let people = people
            .filter(|id| id.starts_with('p') || id.starts_with("next"))
            .count();
        assert_eq!(people, assigned - aborted);
        assert!(people > known);
        known = people;
    }
}
