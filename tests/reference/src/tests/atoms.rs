//! Atoms on known, empty and unknown sets; conjunction and disjunction.

use serde_json::{Value, json};

use super::{check, policy_of_scopes, request, word};

/// Checks one condition as the only grant, the subject's `s` being {a, b}.
#[track_caller]
fn holds(condition: Value, known: Value, expected: &str) {
    let policy = policy_of_scopes(&[("x", condition)]);
    let expected = if expected == "allow" { "x x" } else { expected };
    check(&policy, &["x"], known, expected);
}

#[test]
fn shares_meets() {
    let shares = || json!("shares(subject.s, resource.r)");
    holds(shares(), json!({ "r": ["b", "c"] }), "allow");
    holds(shares(), json!({ "r": ["c"] }), "out-of-scope");
    holds(shares(), json!({ "r": [] }), "out-of-scope");
    holds(shares(), json!({ "r": null }), "out-of-scope");
    holds(shares(), json!({}), "conditional");
}

#[test]
fn is_meets_the_constants() {
    let is = || json!("is(resource.r, {c, d})");
    holds(is(), json!({ "r": ["a", "c"] }), "allow");
    holds(is(), json!({ "r": "a" }), "out-of-scope");
    holds(is(), json!({ "r": [] }), "out-of-scope");
    holds(is(), json!({}), "conditional");
}

#[test]
fn lacks_is_its_opposite_where_known() {
    let lacks = || json!("lacks(resource.r, {c, d})");
    holds(lacks(), json!({ "r": ["a", "c"] }), "out-of-scope");
    holds(lacks(), json!({ "r": "a" }), "allow");
    holds(lacks(), json!({ "r": [] }), "allow");
    holds(lacks(), json!({}), "conditional");
}

#[test]
fn within_is_not_empty_and_inside() {
    let within = || json!("within(resource.r, {c, d})");
    holds(within(), json!({ "r": ["d", "c"] }), "allow");
    holds(within(), json!({ "r": ["c"] }), "allow");
    holds(within(), json!({ "r": ["a", "c"] }), "out-of-scope");
    holds(within(), json!({ "r": [] }), "out-of-scope");
    holds(within(), json!({}), "conditional");
}

#[test]
fn present_and_absent() {
    holds(json!("present(resource.r)"), json!({ "r": "a" }), "allow");
    holds(
        json!("present(resource.r)"),
        json!({ "r": [""] }),
        "out-of-scope",
    );
    holds(json!("present(resource.r)"), json!({}), "conditional");
    holds(
        json!("absent(resource.r)"),
        json!({ "r": "a" }),
        "out-of-scope",
    );
    holds(json!("absent(resource.r)"), json!({ "r": [] }), "allow");
    holds(json!("absent(resource.r)"), json!({}), "conditional");
}

#[test]
fn an_empty_set_on_the_other_side_is_known() {
    for (condition, expected) in [
        (json!("is(resource.r, {})"), "out-of-scope"),
        (json!("within(resource.r, {})"), "out-of-scope"),
        (json!("lacks(resource.r, {})"), "allow"),
        // The subject's `teams` are not given.
        (json!("shares(subject.teams, resource.r)"), "out-of-scope"),
    ] {
        holds(condition.clone(), json!({}), expected);
        holds(condition, json!({ "r": "a" }), expected);
    }
}

#[test]
fn other_parties_are_empty_where_not_given() {
    holds(json!("is(subject.s, {b})"), json!({}), "allow");
    holds(json!("is(subject.teams, {b})"), json!({}), "out-of-scope");
    holds(json!("within(action.act, {b})"), json!({}), "out-of-scope");
    holds(json!("is(context.ctx, {b})"), json!({}), "out-of-scope");
    holds(
        json!("shares(subject.s, context.ctx)"),
        json!({}),
        "out-of-scope",
    );
}

#[test]
fn action_and_context_are_read() {
    let policy = policy_of_scopes(&[
        ("act", json!("is(action.act, {x})")),
        ("ctx", json!("shares(subject.s, context.ctx)")),
    ]);
    let mut question = request(
        json!({ "roles": ["act", "ctx"], "s": 7 }),
        "doc:read",
        json!({}),
    );
    assert_eq!(word(&policy, &question), "out-of-scope");
    question["context"] = json!({ "ctx": ["7"], "act": "x" });
    assert_eq!(word(&policy, &question), "ctx ctx");
    question["action"]["properties"] = json!({ "act": "x", "ctx": [] });
    assert_eq!(word(&policy, &question), "act act");
}

#[test]
fn ids_and_type_are_sets_of_one() {
    holds(json!("is(subject.id, {u})"), json!({}), "allow");
    holds(json!("is(subject.type, {user})"), json!({}), "allow");
    holds(json!("is(resource.id, {i})"), json!({}), "allow");
    holds(json!("lacks(resource.id, {i})"), json!({}), "out-of-scope");
    holds(json!("present(resource.id)"), json!({}), "allow");
    // `id` among the properties is not an attribute.
    holds(
        json!("is(resource.id, {j})"),
        json!({ "id": "j" }),
        "out-of-scope",
    );
}

#[test]
fn an_empty_id_is_the_empty_set() {
    let policy = policy_of_scopes(&[
        ("a", json!("shares(subject.id, resource.id)")),
        ("b", json!("absent(resource.id)")),
        ("c", json!("within(subject.type, {user})")),
    ]);
    let mut question = request(json!({ "roles": ["a", "b", "c"] }), "doc:read", json!({}));
    for member in ["subject", "resource"] {
        question[member]["id"] = json!("");
    }
    assert_eq!(word(&policy, &question), "b b");
    question["subject"]["properties"]["roles"] = json!(["a"]);
    assert_eq!(word(&policy, &question), "out-of-scope");
    question["subject"]["properties"]["roles"] = json!(["c"]);
    assert_eq!(word(&policy, &question), "c c");
    question["subject"]["type"] = json!("");
    assert_eq!(word(&policy, &question), "out-of-scope");
}

#[test]
fn conjunction_and_disjunction_are_kleenes() {
    let (yes, no, unknown) = ("true", "is(subject.s, {none})", "present(resource.r)");
    for (left, right, and, or) in [
        (yes, yes, "allow", "allow"),
        (yes, no, "out-of-scope", "allow"),
        (yes, unknown, "conditional", "allow"),
        (no, no, "out-of-scope", "out-of-scope"),
        (no, unknown, "out-of-scope", "conditional"),
        (unknown, unknown, "conditional", "conditional"),
    ] {
        for (left, right) in [(left, right), (right, left)] {
            holds(json!([[left, right]]), json!({}), and);
            holds(json!([left, right]), json!({}), or);
        }
    }
}

#[test]
fn present_or_absent_of_an_unknown_stays_conditional() {
    let either = || json!(["present(resource.r)", "absent(resource.r)"]);
    holds(either(), json!({}), "conditional");
    holds(either(), json!({ "r": [] }), "allow");
    holds(either(), json!({ "r": "a" }), "allow");
    holds(
        json!([["present(resource.r)", "absent(resource.r)"]]),
        json!({}),
        "conditional",
    );
    // Across grants as within one.
    let policy = policy_of_scopes(&[
        ("x", json!("present(resource.r)")),
        ("y", json!("absent(resource.r)")),
    ]);
    check(&policy, &["x", "y"], json!({}), "conditional");
    check(&policy, &["x", "y"], json!({ "r": [] }), "y y");
}

#[test]
fn constants_are_words_or_json_strings() {
    let quoted = || json!(r#"is( resource.r , { plain-word , "a, b}" ,"c\"d" } )"#);
    for value in ["plain-word", "a, b}", "c\"d"] {
        holds(quoted(), json!({ "r": value }), "allow");
    }
    holds(
        quoted(),
        json!({ "r": ["a", "plain", "b}"] }),
        "out-of-scope",
    );
}
