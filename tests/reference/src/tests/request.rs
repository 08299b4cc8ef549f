//! Reading: malformed, absent, null, empty, ignored, limited.

use serde_json::{Value, json};

use super::{allowed, context_of_line, malformed, policy, probe, request, word};

#[test]
fn lines_that_are_not_one_json_object() {
    for line in [
        "",
        " ",
        "\t",
        "null",
        "[]",
        "3",
        "{",
        "{}",
        "{} {}",
        "nonsense",
        "\u{feff}{}",
    ] {
        malformed(line.as_bytes());
    }
    malformed(b"\xff");
    let mut bad = allowed().to_string().into_bytes();
    bad.extend(b"x");
    malformed(&bad);
    let bad = allowed().to_string().replace("\"u\"", "\"\\ud800\"");
    malformed(bad.as_bytes());
    let mut bad = allowed().to_string().replace("\"u\"", "\"!\"").into_bytes();
    for byte in &mut bad {
        if *byte == b'!' {
            *byte = 0xff;
        }
    }
    malformed(&bad);
    let spaced = format!(" {}\r", allowed());
    assert!(context_of_line(&probe(), spaced.as_bytes()).contains("\"role\":\"all\""));
}

#[test]
fn required_members_are_required_and_typed() {
    for (entity, member) in [
        ("subject", "type"),
        ("subject", "id"),
        ("action", "name"),
        ("resource", "type"),
        ("resource", "id"),
    ] {
        let mut without = allowed();
        without[entity].as_object_mut().unwrap().remove(member);
        malformed(without.to_string().as_bytes());
        for other in [json!(null), json!(1), json!(["x"]), json!({})] {
            let mut wrong = allowed();
            wrong[entity][member] = other;
            malformed(wrong.to_string().as_bytes());
        }
        for other in [json!(null), json!("x"), json!([])] {
            let mut wrong = allowed();
            wrong[entity] = other;
            malformed(wrong.to_string().as_bytes());
        }
        let mut without = allowed();
        without.as_object_mut().unwrap().remove(entity);
        malformed(without.to_string().as_bytes());
    }
}

#[test]
fn objects_are_null_or_objects() {
    let place = |question: &mut Value, at: usize, value: Value| match at {
        0 => question["subject"]["properties"] = value,
        1 => question["action"]["properties"] = value,
        2 => question["resource"]["properties"] = value,
        3 => question["context"] = value,
        _ => question["subject"]["properties"]["team_roles"] = value,
    };
    for at in 0..5 {
        for wrong in [json!([]), json!("x"), json!(1), json!(true)] {
            let mut question = allowed();
            place(&mut question, at, wrong);
            malformed(question.to_string().as_bytes());
        }
        let mut question = allowed();
        place(&mut question, at, json!(null));
        let expected = if at == 0 { "not-granted" } else { "all all" };
        assert_eq!(word(&probe(), &question), expected);
    }
}

#[test]
fn a_duplicate_member_is_malformed_at_any_depth() {
    for (from, to) in [
        (r#""type":"user""#, r#""type":"user","type":"user""#),
        (r#""roles":["all"]"#, r#""roles":["all"],"roles":["all"]"#),
        (
            r#""properties":{}"#,
            r#""properties":{"undeclared":[{"a":{"b":1,"b":1}}]}"#,
        ),
        (r#""subject":"#, r#""context":{},"context":{},"subject":"#),
        (r#""name":"read""#, r#""name":"read","n\u0061me":"read""#),
    ] {
        let line = allowed().to_string();
        assert!(line.contains(from), "{line}");
        malformed(line.replace(from, to).as_bytes());
    }
}

#[test]
fn sets_are_null_scalars_or_arrays_of_scalars() {
    let ask = |value: &str| {
        let line = request(
            json!({ "roles": ["absent", "r"] }),
            "doc:read",
            json!({ "r": "@" }),
        );
        let line = line.to_string().replace("\"@\"", value);
        let answer: Value = serde_json::from_str(&probe().decide_line(line.as_bytes())).unwrap();
        let context = &answer["context"];
        context
            .get("scope")
            .or(context.get("reason"))
            .unwrap_or(&context["effect"])
            .as_str()
            .unwrap()
            .to_owned()
    };
    for known in [
        r#""a""#,
        r#"["b","a"]"#,
        "true",
        "[false]",
        "-1",
        "[18446744073709551615]",
        r#"["","a"]"#,
    ] {
        assert_eq!(ask(known), "r", "{known}");
    }
    for empty in ["null", "[]", r#""""#, r#"["",""]"#] {
        assert_eq!(ask(empty), "absent", "{empty}");
    }
    for other in [r#""b""#, "0", "-9223372036854775808", r#"["A"," a"]"#] {
        assert_eq!(ask(other), "out-of-scope", "{other}");
    }
    for wrong in [
        "{}",
        "[[]]",
        "[[\"a\"]]",
        "[{}]",
        "[null]",
        "[\"a\",null]",
        "1.0",
        "[1.5]",
        "1e3",
        "18446744073709551616",
        "-9223372036854775809",
        "1E0",
    ] {
        assert_eq!(ask(wrong), "error", "{wrong}");
    }
}

#[test]
fn roles_groups_and_team_roles_are_read_the_same_way() {
    for member in ["roles", "groups", "s", "teams"] {
        for wrong in [json!({}), json!([null]), json!([[]]), json!(1.5)] {
            malformed(
                request(json!({ member: wrong }), "doc:read", json!({}))
                    .to_string()
                    .as_bytes(),
            );
        }
        for empty in [json!(null), json!([]), json!("")] {
            assert_eq!(
                word(
                    &probe(),
                    &request(json!({ member: empty }), "doc:read", json!({}))
                ),
                "not-granted"
            );
        }
    }
    for wrong in [json!({}), json!([null]), json!([[]]), json!(1.5)] {
        malformed(
            request(
                json!({ "team_roles": { "t": wrong } }),
                "doc:read",
                json!({}),
            )
            .to_string()
            .as_bytes(),
        );
    }
    let bound = request(
        json!({ "team_roles": { "t": "all", "x": null } }),
        "doc:read",
        json!({ "teams": "t" }),
    );
    assert_eq!(word(&probe(), &bound), "all all t");
}

#[test]
fn a_role_may_be_named_by_a_scalar() {
    let reference = policy(
        json!({ "scopes": { "all": "true" }, "modules": { "doc": { "actions": { "read": "read" } } },
                "roles": { "42": { "grants": { "all": "*" } }, "true": { "grants": { "all": "*" } } } }),
        json!({}),
    );
    assert_eq!(
        word(
            &reference,
            &request(json!({ "roles": 42 }), "doc:read", json!({}))
        ),
        "42 all"
    );
    assert_eq!(
        word(
            &reference,
            &request(json!({ "roles": [true] }), "doc:read", json!({}))
        ),
        "true all"
    );
}

#[test]
fn what_is_not_declared_is_ignored() {
    let mut question = request(
        json!({ "roles": "all", "undeclared": { "deep": [[1.5]] }, "type": {}, "id": [[]] }),
        "doc:read",
        json!({ "undeclared": [null], "id": {}, "roles": [[]], "s": {} }),
    );
    question["action"]["properties"] = json!({ "ctx": {}, "other": {} });
    question["context"] = json!({ "act": [[]], "features": ["no-such"] });
    question["more"] = json!({ "subject": 1.5 });
    question["subject"]["more"] = json!(null);
    assert_eq!(word(&probe(), &question), "all all");
    question["context"]["ctx"] = json!({});
    malformed(question.to_string().as_bytes());
}

#[test]
fn identity_reads_as_user() {
    let reference = policy(
        json!({ "scopes": { "user": "is(subject.type, {user})" },
                "modules": { "doc": { "actions": { "read": "read" } } },
                "roles": { "x": { "grants": { "user": "*" } } } }),
        json!({ "directory": { "u": { "roles": "x" } } }),
    );
    let mut question = request(json!({}), "doc:read", json!({}));
    question["subject"]["type"] = json!("identity");
    assert_eq!(word(&reference, &question), "x user");
    question["subject"]["type"] = json!("Identity");
    assert_eq!(word(&reference, &question), "not-granted");
}

#[test]
fn context_features_replace_the_tenants() {
    let reference = policy(
        json!({ "features": ["f", "g"], "scopes": { "all": "true" },
                "modules": { "doc": { "requires": "f", "actions": { "read": "read" } } },
                "roles": { "x": { "grants": { "all": "*" } } } }),
        json!({ "features": ["f"] }),
    );
    let ask = |context: Value| {
        let mut question = request(json!({ "roles": "x" }), "doc:read", json!({}));
        question["context"] = context;
        let answer = reference.decide_line(question.to_string().as_bytes());
        if answer.contains("\"error\"") {
            "error".to_owned()
        } else {
            word(&reference, &question)
        }
    };
    assert_eq!(ask(json!({})), "x all");
    for on in [json!("f"), json!(["g", "f", "no-such"])] {
        assert_eq!(ask(json!({ "features": on })), "x all");
    }
    for off in [json!([]), json!(null), json!(["g"]), json!("no-such")] {
        assert_eq!(ask(json!({ "features": off })), "feature-disabled");
    }
    assert_eq!(ask(json!({ "features": {} })), "error");
    assert_eq!(ask(json!({ "features": [null] })), "error");
}

#[test]
fn features_are_no_context_attribute() {
    let reference = policy(
        json!({ "features": ["f"], "attributes": { "context": ["features"] },
                "scopes": { "x": "is(context.features, {f})" },
                "modules": { "doc": { "actions": { "read": "read" } } },
                "roles": { "x": { "grants": { "x": "*" } } } }),
        json!({}),
    );
    let mut question = request(json!({ "roles": "x" }), "doc:read", json!({}));
    question["context"] = json!({ "features": "f" });
    assert_eq!(word(&reference, &question), "out-of-scope");
}
