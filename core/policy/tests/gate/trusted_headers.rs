//! What a trusted peer's headers say, and which configurations of them are refused.

use super::*;

/// A gate that trusts a peer; its policy lets somebody write whose token is not read-only, and
/// read what is of a team.
fn gate_for(members: &Value) -> Gate {
    let mut gate = Gate::new(config(|config| {
        config["identity"] = json!({ "trusted_headers":
            { "peers": "spiffe://mesh", "subject": "x-user", "roles": "x-roles" } });
        for (name, value) in members.as_object().unwrap() {
            config["identity"]["trusted_headers"][name] = value.clone();
        }
    }));
    let policy = policy("acme", |policy| {
        let catalog = &mut policy["catalog"];
        catalog["attributes"]["context"] = json!(["token"]);
        catalog["attributes"]["subject"] = json!(["teams"]);
        catalog["scopes"]["writing"] = json!("lacks(context.token, {read-only})");
        catalog["scopes"]["apart"] = json!("lacks(subject.teams, {red})");
        catalog["roles"]["agent"]["grants"] =
            json!({ "writing": "tickets:write", "apart": "tickets:read" });
        policy["tenant"]["groups"] = json!({ "staff": "agent" });
    });
    gate.offer(bundle(&policy, 1, None), NOW).unwrap();
    gate
}

fn judged(gate: &mut Gate, line: &str, headers: &[(&str, &str)]) -> (Code, String) {
    let who = [("x-user", "jo")].iter().chain(headers);
    let all: Vec<(&str, &str)> = who.copied().collect();
    asked(gate, Peer::Identity("spiffe://mesh"), line, &all)
}

const READ: &str = "GET /tickets/1";
const WRITE: &str = "PUT /of/jo";

#[test]
fn a_header_that_is_absent_may_mean_that_there_is_nothing() {
    let stated = || json!({ "header": "x-token-use", "absent": "empty" });
    let agent = ("x-roles", "agent");
    let granted = (Code::Granted, String::new());
    let unknown = (Code::OutOfScope, String::new());
    for (source, headers, expected) in [
        (json!("x-token-use"), vec![agent], &unknown),
        (json!({ "header": "x-token-use" }), vec![agent], &unknown),
        (stated(), vec![agent], &granted),
        (stated(), vec![agent, ("x-token-use", "")], &granted),
        (stated(), vec![agent, ("x-token-use", " , ")], &granted),
        (stated(), vec![agent, ("x-token-use", "full")], &granted),
        (
            stated(),
            vec![agent, ("x-token-use", "read-only")],
            &unknown,
        ),
    ] {
        let mut gate = gate_for(&json!({ "context": { "token": source } }));
        assert_eq!(
            judged(&mut gate, WRITE, &headers),
            *expected,
            "{source} {headers:?}"
        );
    }
    // A client before the peer may have added a line.
    let mut gate = gate_for(&json!({ "context": { "token": stated() } }));
    let twice = [agent, ("x-token-use", ""), ("x_token_use", "full")];
    let repeated = (Code::IdentityInvalid, "repeated".to_owned());
    assert_eq!(judged(&mut gate, WRITE, &twice), repeated);
    let teams = json!({ "teams": { "header": "x-teams", "absent": "empty" } });
    assert_eq!(judged(&mut gate_for(&teams), READ, &[agent]), granted);
    let teams = json!({ "teams": "x-teams" });
    assert_eq!(judged(&mut gate_for(&teams), READ, &[agent]), unknown);
}

#[test]
fn a_space_may_separate_the_values_of_a_list() {
    let mut gate = gate_for(
        &json!({ "groups": "x-groups", "separator": " ", "context": { "token": "x-use" } }),
    );
    for (groups, expected) in [
        ("everybody staff", Code::Granted),
        ("  staff  ", Code::Granted),
        ("everybody,staff", Code::NotGranted),
    ] {
        let headers = [("x-groups", groups), ("x-use", "full")];
        assert_eq!(judged(&mut gate, WRITE, &headers).0, expected, "{groups}");
    }
    let read_only = [("x-groups", "staff"), ("x-use", "full read-only")];
    assert_eq!(judged(&mut gate, WRITE, &read_only).0, Code::OutOfScope);
}

#[test]
fn a_header_that_some_server_takes_for_another_is_named() {
    let with = |members: Value| {
        invalid(move |config| {
            config["identity"] = json!({ "trusted_headers": members });
        })
    };
    let at = "$.identity.trusted_headers";
    let folded = config(|config| {
        config["identity"] = json!({ "trusted_headers": {
            "peers": "10.0.0.0/8", "subject": "x-user", "roles": "x-roles", "attributes": { "r": "x_roles" },
        } });
    });
    assert_eq!(
        folded.warnings(),
        [
            "some servers take `x-roles` and `x_roles` for one header: no request with either is believed; let one of them have another name"
        ]
    );
    // One header may well say two things.
    let same =
        json!({ "peers": "10.0.0.0/8", "subject": "x-user", "attributes": { "name": "x-user" } });
    assert_eq!(with(same), "");
    assert_eq!(
        with(
            json!({ "peers": "10.0.0.0/8", "subject": "x-user", "context": { "a": { "header": "x-a", "absent": "none" } } })
        ),
        format!("{at}.context.a.absent: unknown meaning `none`; known here are `empty`")
    );
}

#[test]
fn peers_that_are_listed_twice_are_refused_and_those_within_others_named() {
    let peers = |peers: Value| {
        invalid(move |config| {
            config["identity"] =
                json!({ "trusted_headers": { "peers": peers, "subject": "x-user" } });
        })
    };
    let at = "$.identity.trusted_headers.peers";
    assert_eq!(
        peers(json!([])),
        format!("{at}: no peer is named; name at least one")
    );
    for twice in [
        json!(["10.0.0.0/8", "10.0.0.0/8"]),
        json!(["10.0.0.1", "10.0.0.1/32"]),
        json!(["spiffe://mesh", "spiffe://mesh"]),
    ] {
        assert_eq!(
            peers(twice.clone()),
            format!("{at}[1]: this peer is listed twice; leave one of the two out"),
            "{twice}"
        );
    }
    let warnings = |peers: Value| {
        let config = config(|config| {
            config["identity"] =
                json!({ "trusted_headers": { "peers": peers, "subject": "x-user" } });
        });
        config.warnings()
    };
    assert_eq!(
        warnings(json!([
            "10.1.2.3",
            "10.0.0.0/8",
            "fd00::/8",
            "spiffe://mesh"
        ])),
        ["`trusted_headers.peers` has `10.1.2.3/32` within `10.0.0.0/8`: leave one of the two out"]
    );
    assert_eq!(
        warnings(json!(["10.0.0.0/8", "11.0.0.0/8", "::a00:0/104"])),
        [""; 0]
    );
}
