//! Cases derived by hand from the meaning of a policy, one sentence at a time.

#![expect(
    clippy::needless_pass_by_value,
    reason = "cases are written with `json!` in place, which gives values"
)]

mod answer;
mod atoms;
mod catalog;
mod differs;
mod given;
mod limits;
mod page;
mod request;
mod residual;
mod roles;
mod visible;

use serde_json::{Value, json};

use crate::Reference;

/// A policy of one module `doc` with the action `read`, and one role a scope, named after it.
///
/// So `policy_of_scopes(&[("own", …)])` has the role `own` that grants `doc:read` at `own`.
fn policy_of_scopes(scopes: &[(&str, Value)]) -> Reference {
    let conditions: serde_json::Map<_, _> = scopes
        .iter()
        .map(|(name, condition)| ((*name).to_owned(), condition.clone()))
        .collect();
    let roles: serde_json::Map<_, _> = scopes
        .iter()
        .map(|(name, _)| {
            (
                (*name).to_owned(),
                json!({ "grants": { *name: "doc:read" } }),
            )
        })
        .collect();
    policy(
        json!({
            "attributes": {
                "subject": ["s", "teams"], "action": ["act"], "context": ["ctx"],
                "resource": ["r", "q", "z", "teams"], "team": "teams" },
            "scopes": conditions,
            "modules": { "doc": { "actions": { "read": "read" } } },
            "roles": roles }),
        json!({}),
    )
}

fn policy(catalog: Value, tenant: Value) -> Reference {
    Reference::new(&json!({ "catalog": catalog, "tenant": tenant }).to_string()).unwrap()
}

/// The request of user `u` with these subject properties; resource `i` with these properties.
fn request(subject: Value, permission: &str, resource: Value) -> Value {
    let (module, action) = permission.split_once(':').unwrap();
    json!({
        "subject": { "type": "user", "id": "u", "properties": subject },
        "action": { "name": action },
        "resource": { "type": module, "id": "i", "properties": resource } })
}

/// The answer's `context`, as its bytes, once `decision` is seen to agree with it.
fn context(policy: &Reference, request: &Value) -> String {
    context_of_line(policy, request.to_string().as_bytes())
}

fn context_of_line(policy: &Reference, line: &[u8]) -> String {
    let answer = policy.decide_line(line);
    let context = answer
        .strip_prefix("{\"decision\":true,\"context\":")
        .inspect(|context| assert!(context.starts_with("{\"effect\":\"allow\""), "{context}"))
        .or_else(|| answer.strip_prefix("{\"decision\":false,\"context\":"))
        .unwrap();
    context.strip_suffix('}').unwrap().to_owned()
}

/// The role, the scope and the team of an allow, `effect` of a conditional, or why it is denied.
fn word(policy: &Reference, request: &Value) -> String {
    let context: Value = serde_json::from_str(&context(policy, request)).unwrap();
    let effect = context["effect"].as_str().unwrap();
    match effect {
        "allow" => {
            let names = ["role", "scope", "team"].map(|name| context[name].as_str());
            names.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        "deny" => context["reason"].as_str().unwrap().to_owned(),
        other => other.to_owned(),
    }
}

/// Checks `doc:read` by a subject that holds every role given, on a resource with `known`.
#[track_caller]
fn check(policy: &Reference, roles: &[&str], known: Value, expected: &str) {
    let request = request(
        json!({ "roles": roles, "s": ["a", "b"] }),
        "doc:read",
        known,
    );
    assert_eq!(word(policy, &request), expected, "{request}");
}

/// A policy whose answer shows what was read of the resource's `r` and the subject's `s`.
fn probe() -> Reference {
    policy_of_scopes(&[
        (
            "r",
            json!("is(resource.r, {a, true, false, -1, 18446744073709551615})"),
        ),
        ("absent", json!("absent(resource.r)")),
        ("s", json!("is(subject.s, {a})")),
        ("all", json!("true")),
    ])
}

/// Checks that [`probe`] answers a line as malformed.
#[track_caller]
fn malformed(line: &[u8]) {
    let context = context_of_line(&probe(), line);
    let start = r#"{"effect":"error","error":{"status":400,"message":""#;
    assert!(
        context.starts_with(start),
        "{} answered {context}",
        String::from_utf8_lossy(line)
    );
}

/// A request that [`probe`] allows to the role `all`.
fn allowed() -> Value {
    request(json!({ "roles": ["all"] }), "doc:read", json!({}))
}
