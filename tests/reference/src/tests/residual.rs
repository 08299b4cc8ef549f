//! The residual's simplification and bytes, what it means, and the law of agreement.

use serde_json::{Value, json};

use super::{context, policy_of_scopes, request, word};
use crate::{Attributes, Reference, holds};

/// The `any` of the residual of all roles of these scopes, the subject's `s` being {a, b}.
fn residual(scopes: &[(&str, Value)], known: Value) -> String {
    let roles: Vec<_> = scopes.iter().map(|(name, _)| *name).collect();
    let question = request(
        json!({ "roles": roles, "s": ["b", "a"] }),
        "doc:read",
        known,
    );
    let context = context(&policy_of_scopes(scopes), &question);
    let any = context
        .strip_prefix(r#"{"effect":"conditional","reason":"conditional","residual":{"any":"#)
        .unwrap();
    any.strip_suffix("}}").unwrap().to_owned()
}

#[test]
fn each_atom_has_its_form() {
    for (atom, expected) in [
        (
            "shares(subject.s, resource.r)",
            r#"[{"all":[{"attribute":"r","in":["a","b"]}]}]"#,
        ),
        (
            "is(resource.r, {d, c, d})",
            r#"[{"all":[{"attribute":"r","in":["c","d"]}]}]"#,
        ),
        (
            "lacks(resource.r, {d, c})",
            r#"[{"all":[{"attribute":"r","not_in":["c","d"]}]}]"#,
        ),
        (
            "within(resource.r, {d, c})",
            r#"[{"all":[{"attribute":"r","within":["c","d"]}]}]"#,
        ),
        (
            "present(resource.r)",
            r#"[{"all":[{"attribute":"r","is":"present"}]}]"#,
        ),
        (
            "absent(resource.r)",
            r#"[{"all":[{"attribute":"r","is":"absent"}]}]"#,
        ),
        (
            r#"is(resource.r, {"q\"\\", "é"})"#,
            r#"[{"all":[{"attribute":"r","in":["q\"\\","é"]}]}]"#,
        ),
    ] {
        assert_eq!(residual(&[("x", json!(atom))], json!({})), expected);
    }
}

#[test]
fn true_atoms_and_false_conjunctions_are_dropped() {
    let scope = json!([
        [
            "is(resource.q, {k})",
            "is(subject.s, {a})",
            "true",
            "present(resource.r)"
        ],
        ["is(resource.q, {other})", "present(resource.r)"],
        ["shares(subject.teams, resource.z)", "present(resource.r)"],
    ]);
    assert_eq!(
        residual(&[("x", scope)], json!({ "q": "k" })),
        r#"[{"all":[{"attribute":"r","is":"present"}]}]"#
    );
}

#[test]
fn a_false_grant_leaves_nothing_in_the_residual() {
    let scopes = [
        ("x", json!("is(resource.q, {other})")),
        ("y", json!("present(resource.r)")),
    ];
    assert_eq!(
        residual(&scopes, json!({ "q": "k" })),
        r#"[{"all":[{"attribute":"r","is":"present"}]}]"#
    );
}

#[test]
fn atoms_are_ordered_by_attribute_form_and_bytes() {
    let scope = json!([[
        "absent(resource.r)",
        "present(resource.r)",
        "within(resource.r, {c})",
        "lacks(resource.r, {c})",
        "lacks(resource.r, {c, d})",
        "is(resource.r, {b})",
        "is(resource.r, {a})",
        "present(resource.q)",
    ]]);
    // By bytes `["c","d"]` comes before `["c"]`.
    assert_eq!(
        residual(&[("x", scope)], json!({})),
        concat!(
            r#"[{"all":[{"attribute":"q","is":"present"},"#,
            r#"{"attribute":"r","in":["a"]},{"attribute":"r","in":["b"]},"#,
            r#"{"attribute":"r","not_in":["c","d"]},{"attribute":"r","not_in":["c"]},{"attribute":"r","within":["c"]},"#,
            r#"{"attribute":"r","is":"present"},{"attribute":"r","is":"absent"}]}]"#
        )
    );
}

#[test]
fn conjunctions_are_ordered_by_their_bytes() {
    // `"in"` < `"is"` < `"not_in"` < `"within"` as bytes, unlike the order of atoms;
    // and a longer conjunction precedes its prefix, `,` being less than `]`.
    let scope = json!([
        "within(resource.r, {c})",
        "lacks(resource.r, {c})",
        "absent(resource.r)",
        "is(resource.r, {c})",
        ["present(resource.q)", "is(resource.z, {c})"],
    ]);
    assert_eq!(
        residual(&[("x", scope)], json!({})),
        concat!(
            r#"[{"all":[{"attribute":"q","is":"present"},{"attribute":"z","in":["c"]}]},"#,
            r#"{"all":[{"attribute":"r","in":["c"]}]},{"all":[{"attribute":"r","is":"absent"}]},"#,
            r#"{"all":[{"attribute":"r","not_in":["c"]}]},{"all":[{"attribute":"r","within":["c"]}]}]"#
        )
    );
}

#[test]
fn equal_atoms_and_conjunctions_are_written_once() {
    // Equal once the subject is filled in: `is {a, b}` and `shares` with {a, b}.
    let scopes = [
        (
            "x",
            json!([["shares(subject.s, resource.r)", "is(resource.r, {b, a})"]]),
        ),
        ("y", json!("is(resource.r, {a, b})")),
    ];
    assert_eq!(
        residual(&scopes, json!({})),
        r#"[{"all":[{"attribute":"r","in":["a","b"]}]}]"#
    );
}

#[test]
fn a_conjunction_that_includes_another_is_dropped() {
    let narrow = || json!([["present(resource.r)", "absent(resource.q)"]]);
    let scopes = [
        ("x", narrow()),
        ("y", json!("present(resource.r)")),
        ("z", json!([["absent(resource.q)", "is(resource.z, {c})"]])),
    ];
    assert_eq!(
        residual(&scopes, json!({})),
        concat!(
            r#"[{"all":[{"attribute":"q","is":"absent"},{"attribute":"z","in":["c"]}]},"#,
            r#"{"all":[{"attribute":"r","is":"present"}]}]"#
        )
    );
    // Of other tests only equal ones imply each other: `in [a]` would imply `present`.
    let scopes = [("x", json!(["is(resource.r, {a})", "present(resource.r)"]))];
    assert_eq!(residual(&scopes, json!({})).matches("attribute").count(), 2);
}

/// The residual of one scope, its conjunctions as `a in [x]` and so on.
fn shortened(scope: Value) -> String {
    residual(&[("x", scope)], json!({}))
        .replace(r#"{"attribute":"#, "")
        .replace(r#"{"all":"#, "")
        .replace('}', "")
}

#[test]
fn step_1_drops_a_wider_list_beside_a_narrower_one() {
    let scope = json!([[
        "is(resource.r, {a, b, c})",
        "is(resource.r, {a, b})",
        "is(resource.r, {b, d})",
        "is(resource.q, {a, b, c})"
    ]]);
    assert_eq!(
        shortened(scope),
        r#"[["q","in":["a","b","c"],"r","in":["a","b"],"r","in":["b","d"]]]"#
    );
}

#[test]
fn step_2_drops_what_implies_another() {
    let scope = json!([
        "is(resource.r, {a, b})",
        ["is(resource.r, {a})", "absent(resource.q)"],
        ["is(resource.r, {c})", "absent(resource.q)"],
        ["within(resource.r, {a})", "absent(resource.q)"],
        ["lacks(resource.r, {a, b})", "absent(resource.q)"],
        ["is(resource.q, {a})", "absent(resource.q)"],
    ]);
    assert_eq!(
        shortened(scope),
        concat!(
            r#"[["q","in":["a"],"q","is":"absent"],"#,
            r#"["q","is":"absent","r","in":["c"]],"#,
            r#"["q","is":"absent","r","not_in":["a","b"]],"#,
            r#"["q","is":"absent","r","within":["a"]],"#,
            r#"["r","in":["a","b"]]]"#
        )
    );
}

#[test]
fn step_3_merges_by_one_attribute_after_another() {
    // By `q` first; by `r` first it would be another residual.
    let scope = json!([
        ["is(resource.q, {a})", "is(resource.r, {a})"],
        ["is(resource.q, {a})", "is(resource.r, {b})"],
        ["is(resource.q, {b})", "is(resource.r, {a})"],
    ]);
    assert_eq!(
        shortened(scope),
        r#"[["q","in":["a","b"],"r","in":["a"]],["q","in":["a"],"r","in":["b"]]]"#
    );
    // By `q` there are two alike, which `r` makes one.
    let scope = json!([
        ["is(resource.q, {a})", "is(resource.r, {a})"],
        ["is(resource.q, {a})", "is(resource.r, {b})"],
        ["is(resource.q, {b})", "is(resource.r, {a})"],
        ["is(resource.q, {b})", "is(resource.r, {b})"],
        "is(resource.id, {j})",
        "is(resource.id, {k})",
    ]);
    let policy = policy_of_scopes(&[("x", scope)]);
    let mut question = request(json!({ "roles": "x" }), "doc:read", json!({}));
    question["resource"].as_object_mut().unwrap().remove("id");
    let answer = policy.filter_line(question.to_string().as_bytes());
    let any = concat!(
        r#"{"any":[{"all":[{"attribute":"id","in":["j","k"]}]},"#,
        r#"{"all":[{"attribute":"q","in":["a","b"]},{"attribute":"r","in":["a","b"]}]}]}"#
    );
    assert!(answer.contains(any), "{answer}");
}

#[test]
fn step_3_merges_only_where_there_is_one_list_and_all_else_is_equal() {
    let scope = json!([
        ["is(resource.r, {a})", "is(resource.r, {b})"],
        ["is(resource.r, {a})", "is(resource.r, {c})"],
        ["is(resource.r, {d})", "absent(resource.q)"],
        ["is(resource.r, {e})", "present(resource.q)"],
        "within(resource.z, {a})",
        "within(resource.z, {b})",
    ]);
    assert_eq!(shortened(scope).matches("[").count(), 1 + 6 + 8);
}

#[test]
fn step_4_drops_what_implies_a_merged_one() {
    let scope = json!([
        "is(resource.r, {a})",
        "is(resource.r, {b})",
        ["is(resource.r, {a, b})", "absent(resource.q)"],
    ]);
    assert_eq!(shortened(scope), r#"[["r","in":["a","b"]]]"#);
}

#[test]
fn a_filter_knows_nothing_of_the_resource() {
    let policy = policy_of_scopes(&[(
        "x",
        json!(["shares(subject.id, resource.id)", "present(resource.r)"]),
    )]);
    let mut question = request(
        json!({ "roles": "x" }),
        "doc:read",
        json!({ "r": "a", "q": {} }),
    );
    question["resource"].as_object_mut().unwrap().remove("id");
    let expected = concat!(
        r#"{"decision":false,"context":{"effect":"conditional","reason":"conditional","residual":{"any":["#,
        r#"{"all":[{"attribute":"id","in":["u"]}]},{"all":[{"attribute":"r","is":"present"}]}]}}}"#
    );
    assert_eq!(
        policy.filter_line(question.to_string().as_bytes()),
        expected
    );
    assert!(
        policy
            .decide_line(question.to_string().as_bytes())
            .contains("\"status\":400")
    );
}

#[test]
fn a_residual_that_is_too_long_is_an_error() {
    let constants = |count: usize| {
        (0..count)
            .map(|n| format!("{n:04}{}", "x".repeat(95)))
            .collect::<Vec<_>>()
    };
    let answer = |count: usize| {
        let policy = policy_of_scopes(&[("x", json!("shares(subject.s, resource.r)"))]);
        let subject = json!({ "roles": "x", "s": constants(count) });
        context(&policy, &request(subject, "doc:read", json!({})))
    };
    // Each constant takes 102 bytes with its quotes and comma; the frame takes 41.
    assert!(answer(160).starts_with(r#"{"effect":"conditional""#));
    assert!(answer(161).starts_with(r#"{"effect":"error""#));
}

#[test]
fn holds_means_what_it_says() {
    let resource: Attributes = [("r", vec!["a", "b"]), ("q", vec![]), ("id", vec!["i"])]
        .into_iter()
        .map(|(name, set)| {
            (
                name.to_owned(),
                set.into_iter().map(str::to_owned).collect(),
            )
        })
        .collect();
    for (atom, expected) in [
        (json!({ "attribute": "r", "in": ["b", "c"] }), true),
        (json!({ "attribute": "r", "in": ["c"] }), false),
        (json!({ "attribute": "r", "not_in": ["c"] }), true),
        (json!({ "attribute": "r", "not_in": ["a"] }), false),
        (json!({ "attribute": "r", "within": ["a", "b", "c"] }), true),
        (json!({ "attribute": "r", "within": ["a"] }), false),
        (json!({ "attribute": "q", "within": ["a"] }), false),
        (json!({ "attribute": "q", "not_in": ["a"] }), true),
        (json!({ "attribute": "q", "is": "absent" }), true),
        (json!({ "attribute": "q", "is": "present" }), false),
        (json!({ "attribute": "r", "is": "present" }), true),
        (json!({ "attribute": "id", "in": ["i"] }), true),
        (json!({ "attribute": "r", "is": "odd" }), false),
        (json!({ "attribute": "r" }), false),
    ] {
        assert_eq!(
            holds(&json!({ "any": [{ "all": [atom] }] }), &resource),
            expected,
            "{atom}"
        );
    }
    let (yes, no) = (
        json!({ "attribute": "q", "is": "absent" }),
        json!({ "attribute": "r", "in": ["c"] }),
    );
    assert!(!holds(&json!({ "any": [{ "all": [yes, no] }] }), &resource));
    assert!(holds(
        &json!({ "any": [{ "all": [no] }, { "all": [yes] }] }),
        &resource
    ));
    for nothing in [
        json!({ "any": [] }),
        json!({ "any": [{ "all": [] }] }),
        json!(null),
    ] {
        assert!(!holds(&nothing, &resource), "{nothing}");
    }
}

#[test]
fn law_of_agreement() {
    let policy = policy_of_scopes(&[
        (
            "x",
            json!([["shares(subject.s, resource.r)", "lacks(resource.q, {c})"]]),
        ),
        (
            "y",
            json!([
                ["within(resource.q, {a, c})", "present(resource.r)"],
                "is(resource.id, {j})"
            ]),
        ),
        ("z", json!([["absent(resource.r)", "is(resource.q, {a})"]])),
    ]);
    let values = [
        None,
        Some(json!([])),
        Some(json!(["a"])),
        Some(json!(["c"])),
        Some(json!(["a", "d"])),
    ];
    for roles in [
        json!(["x"]),
        json!(["y"]),
        json!(["z"]),
        json!(["x", "y", "z"]),
        json!({}),
    ] {
        let roles = if roles.is_object() { json!([]) } else { roles };
        let subject = json!({ "roles": roles, "team_roles": { "t": ["y"] }, "s": ["a"] });
        for r in &values {
            for q in &values {
                agrees_on_every_extension(&policy, &subject, r.as_ref(), q.as_ref(), &values);
            }
        }
    }
}

fn agrees_on_every_extension(
    policy: &Reference,
    subject: &Value,
    r: Option<&Value>,
    q: Option<&Value>,
    values: &[Option<Value>],
) {
    let mut partial = json!({});
    for (name, value) in [("r", r), ("q", q)] {
        if let Some(value) = value {
            partial[name] = value.clone();
        }
    }
    let question = request(subject.clone(), "doc:read", partial.clone());
    let before: Value = serde_json::from_str(&context(policy, &question)).unwrap();
    for more_r in values.iter().flatten() {
        for more_q in values.iter().flatten() {
            for teams in [json!([]), json!(["t"])] {
                let mut total = json!({ "r": more_r, "q": more_q, "z": [], "teams": teams });
                for (name, value) in partial.as_object().unwrap() {
                    total[name] = value.clone();
                }
                let after = word(policy, &request(subject.clone(), "doc:read", total.clone()));
                let allowed = !["out-of-scope", "not-granted"].contains(&after.as_str());
                assert_ne!(after, "conditional");
                let expected = match before["effect"].as_str().unwrap() {
                    "allow" => true,
                    "deny" => false,
                    _ => holds(&before["residual"], &attributes(&total)),
                };
                assert_eq!(allowed, expected, "{question} on {total}");
            }
        }
    }
}

fn attributes(total: &Value) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.unite("id", ["i".to_owned()]);
    for (name, values) in total.as_object().unwrap() {
        let values = values
            .as_array()
            .unwrap()
            .iter()
            .map(|value| value.as_str().unwrap().to_owned());
        attributes.unite(name, values);
    }
    attributes
}
