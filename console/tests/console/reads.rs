//! What the page reads.

use std::fs;

use serde_json::{Value, json};

use crate::support::{OMNIFLOW, OWNER, Office, SLEEKFLOW, Server, assign};

#[test]
fn policies_are_listed_and_read_with_their_log() {
    let office = Office::new(&[("flow", OMNIFLOW), ("sleek ä", SLEEKFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["flow", "sleek ä"]);
    let listed = client.get("/api/policies");
    assert_eq!(
        listed.json(),
        json!({
            "actor": { "subject": OWNER },
            "policies": [
                { "id": "flow", "label": "acme (omniflow)" },
                { "id": "sleek ä", "label": "acme (sleekflow)" },
            ],
        })
    );
    assert_eq!(listed.header("content-type"), Some("application/json"));
    assert_eq!(listed.header("cache-control"), Some("no-store"));
    assert_eq!(client.get("/api/policies/sleek%20%C3%A4").status, 200);

    client.change(&office, "flow", &json!([assign("jo")]));
    let read = client.get("/api/policies/flow");
    let own = read.json();
    assert_eq!(own["policy"], office.policy("flow"));
    assert_eq!(own["digest"], office.digest("flow"));
    let lines: Vec<Value> = office
        .log("flow")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(own["records"], Value::from(lines));

    let tag = read.header("etag").unwrap().to_owned();
    assert_eq!(tag, format!("\"{}\"", office.digest("flow")));
    for known in [tag.clone(), format!("\"x\", W/{tag}")] {
        let again = client.send(
            "GET",
            "/api/policies/flow",
            &[("if-none-match", &known)],
            b"",
        );
        assert_eq!((again.status, again.body.len()), (304, 0));
    }
    office.portcullis(
        "flow",
        &format!("role assign policy.json agent kim --as {OWNER}"),
    );
    let again = client.send("GET", "/api/policies/flow", &[("if-none-match", &tag)], b"");
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["records"].as_array().unwrap().len(), 2);
}

#[test]
fn an_archive_has_both_files_to_the_byte() {
    let office = Office::new(&[("flow \"1\"", OMNIFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["flow \"1\""]);
    let path = "/api/policies/flow%20%221%22";
    let asked =
        json!({ "expect": office.digest("flow \"1\""), "changes": [assign("jo"), assign("kim")] });
    assert_eq!(client.post(&format!("{path}/changes"), &asked).status, 200);
    let reply = client.get(&format!("{path}/archive"));
    let archive = reply.json();
    assert_eq!(archive["portcullis_archive"], 1);
    assert_eq!(archive["policy"], office.policy("flow \"1\""));
    assert_eq!(archive["audit"], office.log("flow \"1\""));
    assert_eq!(
        reply.header("content-disposition"),
        Some("attachment; filename=\"flow__1_.portcullis.json\"")
    );
}

#[test]
fn what_is_not_there_is_said_to_be_so() {
    let office = Office::new(&[("flow", OMNIFLOW), ("other", OMNIFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    for path in [
        "/api/policies/other",
        "/api/policies/%2e%2e%2fother",
        "/api/policies/..",
        "/api/policies/",
        "/api/policies/%ff",
        "/api/policies/flow/",
        "/api/policies/flow/x",
        "/api/x",
        "/api",
    ] {
        client.get(path).error(404);
    }
    for (method, path, allowed) in [
        ("GET", "/api/session", "POST"),
        ("GET", "/api/actor", "POST"),
        ("GET", "/api/policies/flow/changes", "POST"),
        ("POST", "/api/policies", "GET, HEAD"),
        ("DELETE", "/api/policies/flow", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
    ] {
        let origin = format!("http://127.0.0.1:{}", client.port);
        let reply = client.send(method, path, &[("origin", &origin)], b"");
        reply.error(405);
        assert_eq!(reply.header("allow"), Some(allowed), "{method} {path}");
    }
}

#[test]
fn files_that_are_damaged_are_said_to_be_and_nothing_is_changed() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let (_server, client) = Server::for_owner(&office, &["flow"]);
    client.change(&office, "flow", &json!([assign("jo")]));
    let (policy, log) = (office.policy("flow"), office.log("flow"));
    let path = |name: &str| office.path("flow").join(name);
    let both = |status: u16, part: &str| {
        let error = client.get("/api/policies/flow").error(status);
        assert!(error.contains(part), "{error}");
        let error = client
            .change(&office, "flow", &json!([assign("kim")]))
            .error(status);
        assert!(error.contains(part), "{error}");
    };
    fs::write(path("policy.audit.jsonl"), log.replacen("jo", "al", 1)).unwrap();
    both(500, "line 1");
    fs::write(path("policy.audit.jsonl"), "").unwrap();
    both(500, "has lost lines");
    fs::write(path("policy.audit.jsonl"), &log).unwrap();
    fs::remove_file(path("policy.json")).unwrap();
    let error = client.get("/api/policies/flow").error(500);
    assert!(error.contains("put it back"), "{error}");
    // A policy that does not compile is shown, to be fixed, and not changed.
    fs::write(path("policy.json"), "{").unwrap();
    let read = client.get("/api/policies/flow");
    assert_eq!(read.json()["policy"], "{");
    let refused = client.change(&office, "flow", &json!([assign("kim")]));
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["refusal"]["reason"], "invalid-policy");
    fs::write(path("policy.json"), &policy).unwrap();
    assert_eq!(
        client
            .change(&office, "flow", &json!([assign("kim")]))
            .status,
        200
    );
}
