//! What the claims of a token mean.

use super::*;

/// A gate whose policy knows teams and a group, with these claims of its issuer.
fn gate_for(claims: Value) -> Gate {
    let mut gate = Gate::new(config(|config| {
        config["identity"]["issuers"][0]["claims"] = claims;
    }));
    let policy = policy("acme", |policy| {
        let catalog = &mut policy["catalog"];
        catalog["attributes"]["subject"] = json!(["teams", "region"]);
        catalog["attributes"]["resource"] = json!(["owner", "teams"]);
        catalog["scopes"]["team"] = json!("shares(subject.teams, resource.owner)");
        catalog["roles"]["mate"] = json!({ "grants": { "team": "tickets:read" } });
        for name in ["desk-a", "desk-b", "desk-x", "d", "e", "f"] {
            catalog["roles"][name] = json!({ "grants": { "own": "tickets:write" } });
        }
        catalog["roles"]["reader"] = json!({ "grants": { "all": "tickets:read" } });
        policy["tenant"]["groups"] = json!({ "read:things": "reader", "in-readers": "reader" });
    });
    gate.offer(bundle(&policy, 1, None), NOW).unwrap();
    gate
}

fn judged(gate: &mut Gate, claims: &Value) -> (Code, String) {
    let token = token(9, claims);
    let verdict = ask(gate, "GET /tickets/1", Some(&token), NOW);
    (verdict.entry().code, verdict.entry().detail.clone())
}

/// Returns what the gate says of who asks: the header, or nothing.
fn header(gate: &mut Gate, name: &str, claims: &Value) -> Option<String> {
    let token = token(9, claims);
    match ask(gate, "GET /tickets/1", Some(&token), NOW) {
        Verdict::Forward(forward) => {
            let mut set = forward.set.into_iter();
            set.find(|(own, _)| *own == name).map(|(_, value)| value)
        }
        Verdict::Respond(_) => None,
    }
}

fn answers(code: Code) -> (Code, String) {
    (code, String::new())
}

fn refused(detail: &str) -> (Code, String) {
    (Code::IdentityInvalid, detail.to_owned())
}

#[test]
fn a_string_of_several_values_is_split_where_it_is_said_to_be() {
    let plain = json!({ "groups": "scope" });
    let split = json!({ "groups": { "path": "scope", "split": " " } });
    for (claims, scope, expected) in [
        (&plain, json!("read:things"), answers(Code::Granted)),
        (
            &plain,
            json!("openid read:things"),
            answers(Code::NotGranted),
        ),
        (
            &plain,
            json!(["openid", "read:things"]),
            answers(Code::Granted),
        ),
        (&split, json!("read:things"), answers(Code::Granted)),
        (
            &split,
            json!("openid profile read:things"),
            answers(Code::Granted),
        ),
        (
            &split,
            json!("read:things  offline_access "),
            answers(Code::Granted),
        ),
        (
            &split,
            json!("openid,read:things"),
            answers(Code::NotGranted),
        ),
        (&split, json!(""), answers(Code::NotGranted)),
        (&split, json!(null), answers(Code::NotGranted)),
        (&split, json!(["openid", "read:things"]), refused("groups")),
        (&split, json!(7), refused("groups")),
        (&split, json!({ "read:things": true }), refused("groups")),
    ] {
        let mut gate = gate_for(claims.clone());
        let got = judged(&mut gate, &json!({ "scope": scope, "roles": null }));
        assert_eq!(got, expected, "{claims} {scope}");
    }
}

#[test]
fn a_claim_has_several_sources_each_with_its_prefix() {
    let mut gate = gate_for(json!({ "roles": [
        { "path": ["realm", "roles"] },
        { "path": ["resource", "desk", "roles"], "prefix": "desk-" },
        { "path": "flags", "keys": true },
        { "path": "more", "split": "," },
    ] }));
    let everything = json!({
        "realm": { "roles": ["agent"] },
        "resource": { "desk": { "roles": ["a", "b"] } },
        "flags": { "b": null, "c": false, "d": {}, "e": 0 },
        "more": "e,f",
    });
    let roles = "x-portcullis-roles";
    assert_eq!(
        header(&mut gate, roles, &everything).as_deref(),
        Some("agent,desk-a,desk-b,d,e,e,f")
    );
    let some = json!({ "realm": { "roles": "agent" }, "resource": {}, "more": null });
    assert_eq!(header(&mut gate, roles, &some).as_deref(), Some("agent"));
    // A prefix is not the value of a claim that has none.
    let empty =
        json!({ "realm": { "roles": "agent" }, "resource": { "desk": { "roles": ["", "x"] } } });
    assert_eq!(
        header(&mut gate, roles, &empty).as_deref(),
        Some("agent,desk-x")
    );
    for wrong in [
        json!({ "realm": { "roles": { "agent": 1 } } }),
        json!({ "realm": { "roles": "agent" }, "flags": ["c"] }),
        json!({ "realm": { "roles": "agent" }, "flags": "c" }),
        json!({ "realm": { "roles": "agent" }, "more": ["e"] }),
        json!({ "realm": { "roles": ["agent", ["b"]] } }),
        json!({ "realm": { "roles": 1.5 } }),
    ] {
        assert_eq!(judged(&mut gate, &wrong), refused("roles"), "{wrong}");
    }
}

#[test]
fn a_name_with_dots_that_was_meant_as_a_path_is_said_in_the_log() {
    let dotted = |claims: Value, token_claims: Value| {
        let mut gate = gate_for(claims);
        let token = token(9, &token_claims);
        let verdict = ask(&mut gate, "GET /tickets/1", Some(&token), NOW);
        verdict.entry().dotted_claim.clone()
    };
    let realm = || json!({ "realm": { "roles": ["agent"] }, "roles": null });
    assert_eq!(
        dotted(json!({ "roles": "realm.roles" }), realm()),
        "realm.roles"
    );
    assert_eq!(
        dotted(json!({ "groups": { "path": "realm.roles" } }), realm()),
        "realm.roles"
    );
    assert_eq!(
        dotted(json!({ "teams": "realm.roles" }), realm()),
        "realm.roles"
    );
    assert_eq!(
        dotted(json!({ "version": "realm.roles" }), realm()),
        "realm.roles"
    );
    assert_eq!(dotted(json!({ "roles": ["realm", "roles"] }), realm()), "");
    assert_eq!(dotted(json!({ "roles": "realm.groups" }), realm()), "");
    // A namespaced claim has dots of its own.
    let namespaced = json!({ "https://desk.example/roles": ["agent"], "realm.roles": "agent", "realm": { "roles": 1 } });
    assert_eq!(
        dotted(
            json!({ "roles": "https://desk.example/roles" }),
            namespaced.clone()
        ),
        ""
    );
    assert_eq!(dotted(json!({ "roles": "realm.roles" }), namespaced), "");
}

#[test]
fn a_prefix_keeps_the_subjects_of_one_issuer_apart() {
    let mut gate =
        gate_for(json!({ "subject": { "path": ["who", "id"], "prefix": "b:" }, "roles": "roles" }));
    let subject = "x-portcullis-subject";
    let jo = json!({ "who": { "id": "jo" } });
    assert_eq!(header(&mut gate, subject, &jo).as_deref(), Some("b%3Ajo"));
    for nobody in [
        json!(""),
        json!(null),
        json!(7),
        json!(["jo"]),
        json!("j\no"),
        json!("x".repeat(255)),
    ] {
        let got = judged(&mut gate, &json!({ "who": { "id": nobody } }));
        assert_eq!(got, refused("subject"), "{nobody}");
    }
    let longest = json!({ "who": { "id": "x".repeat(254) } });
    assert_eq!(judged(&mut gate, &longest), answers(Code::Conditional));
}

#[test]
fn attributes_come_from_claims_in_any_of_these_shapes() {
    for (source, claim, expected) in [
        (json!("t"), json!(["x"]), answers(Code::Conditional)),
        (json!("t"), json!("x"), answers(Code::Conditional)),
        (json!("t"), json!(null), answers(Code::OutOfScope)),
        (json!("t"), json!([]), answers(Code::OutOfScope)),
        (json!("t"), json!(""), answers(Code::OutOfScope)),
        (json!("t"), json!({ "x": 1 }), refused("attribute")),
        (json!("t"), json!("x\u{1}"), refused("attribute")),
        (
            json!({ "path": "t", "keys": true }),
            json!({ "x": 1 }),
            answers(Code::Conditional),
        ),
        (
            json!({ "path": "t", "keys": true }),
            json!({}),
            answers(Code::OutOfScope),
        ),
        (
            json!({ "path": "t", "keys": true }),
            json!(["x"]),
            refused("attribute"),
        ),
        (
            json!({ "path": "t", "split": ";" }),
            json!("x;y"),
            answers(Code::Conditional),
        ),
        (
            json!({ "path": "t", "absent": "empty" }),
            json!(null),
            answers(Code::OutOfScope),
        ),
        (
            json!({ "path": "t", "absent": "empty" }),
            json!(["x"]),
            answers(Code::Conditional),
        ),
    ] {
        let mut gate = gate_for(json!({ "roles": "roles", "teams": source }));
        let got = judged(&mut gate, &json!({ "roles": "mate", "t": claim }));
        assert_eq!(got, expected, "{source} {claim}");
    }
}

#[test]
fn a_claim_that_says_nothing_clear_is_refused() {
    for (claims, expected) in [
        (
            json!({ "roles": [] }),
            ".roles: the path of this claim has no name, or more than eight; write a name, or a list of one to eight names",
        ),
        (
            json!({ "roles": {} }),
            ".roles: the member `path` is missing; say where it is among the claims",
        ),
        (
            json!({ "roles": { "path": "r", "spilt": " " } }),
            ".roles.spilt: unknown member `spilt`; did you mean `split`?",
        ),
        (
            json!({ "roles": { "path": "r", "split": "" } }),
            ".roles.split: the string is empty; write at least one character",
        ),
        (
            json!({ "roles": { "path": "r", "split": " ", "keys": true } }),
            ".roles: `split` is for a string, and `keys` for an object; leave one of the two out",
        ),
        (
            json!({ "roles": ["a", { "path": "r" }] }),
            ".roles[0]: expected a source, found a string; write {\"path\": \"roles\"}",
        ),
        (
            json!({ "groups": { "path": "r", "absent": "empty" } }),
            ".groups: `absent` is for attributes; leave it out: no role or group is ever unknown",
        ),
        (
            json!({ "teams": { "path": "r", "absent": "unknown" } }),
            ".teams.absent: unknown meaning `unknown`; known here are `empty`",
        ),
        (
            json!({ "subject": { "path": "r", "split": " " } }),
            ".subject: the subject is one text; name its claim, with a `prefix` where other issuers may use the same ids",
        ),
        (
            json!({ "subject": [{ "path": "r" }, { "path": "s" }] }),
            ".subject: the subject is one text; name its claim, with a `prefix` where other issuers may use the same ids",
        ),
        (
            json!({ "attributes": { "a b": "x" } }),
            ".attributes[\"a b\"]: this cannot be an attribute's name; use 1 to 64 letters, digits, `-` and `_`; `teams` has a member of its own",
        ),
    ] {
        let error = invalid(|config| config["identity"]["issuers"][0]["claims"] = claims);
        assert_eq!(error, format!("$.identity.issuers[0].claims{expected}"));
    }
    let eight = json!({ "roles": vec![json!({ "path": "r" }); 8] });
    let nine = json!({ "roles": vec![json!({ "path": "r" }); 9] });
    let with =
        |claims: Value| invalid(|config| config["identity"]["issuers"][0]["claims"] = claims);
    assert_eq!(with(eight), "");
    assert_eq!(
        with(nine),
        "$.identity.issuers[0].claims.roles: the claim has over eight sources; leave some out"
    );
}

#[test]
fn a_way_of_another_shape_is_refused_and_not_taken_for_an_absence() {
    let nested = json!(["a", "b"]);
    for (claims, name) in [
        (json!({ "roles": { "path": nested } }), "roles"),
        (json!({ "groups": { "path": nested } }), "groups"),
        (json!({ "type": nested }), "type"),
        (json!({ "team_roles": nested }), "team-roles"),
        (
            json!({ "attributes": { "region": { "path": nested, "absent": "empty" } } }),
            "attribute",
        ),
    ] {
        let mut gate = gate_for(claims);
        for way in [json!([{ "b": "x" }]), json!("x"), json!(7), json!(true)] {
            let answer = judged(&mut gate, &json!({ "a": way }));
            assert_eq!(answer, refused(name), "{way}");
        }
        for absent in [json!({}), json!({ "a": null }), json!({ "a": {} })] {
            let answer = judged(&mut gate, &absent);
            assert_eq!(answer, answers(Code::NotGranted), "{name} of {absent}");
        }
    }
}
