//! The example policy of the page that shows the format.

use serde_json::{Value, json};

use super::{context, request, word};
use crate::Reference;

fn helpdesk() -> Reference {
    Reference::new(HELPDESK).unwrap()
}

#[track_caller]
fn check(subject: Value, permission: &str, resource: Value, expected: &str) {
    assert_eq!(
        word(&helpdesk(), &request(subject, permission, resource)),
        expected
    );
}

#[test]
fn its_own_tests_pass() {
    let agent = || json!({ "roles": ["agent"] });
    let mine = || json!({ "assignees": ["u"] });
    check(agent(), "tickets:read", mine(), "agent own");
    check(agent(), "tickets:merge", mine(), "not-granted");
    check(
        agent(),
        "quality.evaluations:read",
        mine(),
        "feature-disabled",
    );
    check(agent(), "tickets:read", json!({}), "conditional");
    let subject = json!({ "type": "user", "id": "jo", "properties": { "roles": ["agent"] } });
    let snapshot: Value = serde_json::from_str(&helpdesk().visible(&subject.to_string())).unwrap();
    let visible: Vec<_> = snapshot["modules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["module"])
        .collect();
    assert_eq!(visible, ["tickets", "profile"]);
}

#[test]
fn a_module_redefines_a_scope() {
    let agent = || json!({ "roles": "agent" });
    check(
        agent(),
        "profile:write",
        json!({ "user": "u" }),
        "agent own",
    );
    check(
        agent(),
        "profile:write",
        json!({ "user": "v", "owner": "u" }),
        "out-of-scope",
    );
    check(
        agent(),
        "profile:write",
        json!({ "owner": "u" }),
        "conditional",
    );
}

#[test]
fn a_scope_that_is_not_supported_is_not_granted_by_everything() {
    // `unassigned-in-team` is not among the supported; `merge` supports `all` alone.
    let policy = helpdesk();
    assert_eq!(
        policy.supported_scopes("tickets", "read"),
        ["own", "team", "all"]
    );
    assert_eq!(policy.supported_scopes("tickets", "merge"), ["all"]);
    check(
        json!({ "roles": "admin" }),
        "tickets:merge",
        json!({}),
        "admin all",
    );
    // The first true grant is named, and `own` precedes `all`.
    check(
        json!({ "roles": "admin" }),
        "tickets:read",
        json!({ "owner": "u" }),
        "admin own",
    );
}

#[test]
fn kinds_except_and_availability() {
    let auditor = || json!({ "roles": "auditor" });
    check(auditor(), "tickets:read", json!({}), "auditor all");
    check(auditor(), "tickets:reply", json!({}), "not-granted");
    check(
        auditor(),
        "analytics.exports:read",
        json!({}),
        "auditor all",
    );
    check(auditor(), "profile:read", json!({}), "not-granted");
    check(
        json!({ "roles": "team-lead" }),
        "tickets:read",
        json!({}),
        "not-granted",
    );
}

#[test]
fn a_clone_adds_to_its_base() {
    let reader = || json!({ "roles": "reader" });
    check(reader(), "tickets:read", json!({}), "reader all");
    check(reader(), "tickets:reply", json!({}), "conditional");
    check(
        reader(),
        "profile:delete",
        json!({ "user": "u" }),
        "reader own",
    );
}

#[test]
fn groups_and_directory_give_roles_on_a_team() {
    let leads = || json!({ "groups": "idp-leads" });
    check(
        leads(),
        "tickets:read",
        json!({ "teams": "emea" }),
        "auditor all emea",
    );
    check(
        leads(),
        "tickets:read",
        json!({ "teams": "apac" }),
        "out-of-scope",
    );

    let mut by_sarah = request(
        json!({}),
        "tickets:read",
        json!({ "owner": [], "teams": ["emea"] }),
    );
    by_sarah["subject"]["id"] = json!("sarah");
    // The agent's own grant is unknown (assignees), the auditor's on the team is true.
    assert_eq!(
        context(&helpdesk(), &by_sarah),
        r#"{"effect":"allow","reason":"granted","role":"auditor","scope":"all","team":"emea"}"#
    );
    by_sarah["resource"]["properties"] = json!({ "owner": [], "teams": ["apac"] });
    assert_eq!(
        context(&helpdesk(), &by_sarah),
        r#"{"effect":"conditional","reason":"conditional","residual":{"any":[{"all":[{"attribute":"assignees","in":["sarah"]}]}]}}"#
    );
    let mut by_ci = request(json!({}), "tickets:read", json!({}));
    by_ci["subject"] = json!({ "type": "service", "id": "ci" });
    assert_eq!(word(&helpdesk(), &by_ci), "reader all");
    by_ci["subject"]["type"] = json!("user");
    assert_eq!(word(&helpdesk(), &by_ci), "not-granted");
}

#[test]
fn only_keeps_a_module_from_others() {
    let on = helpdesk().with_features(&["quality".to_owned(), "no-such".to_owned()]);
    let ask = |role: &str| {
        word(
            &on,
            &request(json!({ "roles": role }), "quality.settings:read", json!({})),
        )
    };
    assert_eq!(ask("admin"), "admin all");
    assert_eq!(ask("auditor"), "not-granted");
    // The tenant's own features are replaced, not added to.
    let exports = request(
        json!({ "roles": "admin" }),
        "analytics.exports:read",
        json!({}),
    );
    assert_eq!(
        context(&on, &exports),
        r#"{"effect":"deny","reason":"feature-disabled","features":["analytics"]}"#
    );
}

#[test]
fn questions_name_what_the_policy_knows() {
    let questions = helpdesk().all_questions();
    assert_eq!(
        questions.scopes,
        ["own", "team", "unassigned-in-team", "all"]
    );
    assert_eq!(
        questions.modules,
        [
            "tickets",
            "analytics",
            "analytics.exports",
            "quality",
            "quality.evaluations",
            "quality.settings",
            "profile",
            "roles"
        ]
    );
    let permission = |module: &str, action: &str| (module.to_owned(), action.to_owned());
    assert_eq!(questions.permissions[2], permission("tickets", "merge"));
    assert_eq!(
        questions.permissions[6],
        permission("analytics.exports", "read")
    );
    assert_eq!(
        questions.roles,
        ["admin", "agent", "auditor", "reader", "team-lead"]
    );
    assert_eq!(questions.groups, ["idp-leads"]);
    assert_eq!(questions.teams, ["emea"]);
    assert_eq!(questions.directory[0], permission("service", "ci"));
    assert_eq!(questions.team_attribute.as_deref(), Some("teams"));
    assert_eq!(questions.features, ["quality", "analytics"]);
    assert_eq!(
        questions.resource_attributes,
        ["assignees", "owner", "teams", "user"]
    );
    assert_eq!(questions.subject_attributes, ["teams"]);
}

const HELPDESK: &str = r#"{ "catalog": {
    "id": "helpdesk",
    "features": ["quality", "analytics"],
    "attributes": { "subject": ["teams"], "action": [], "context": [], "resource": ["owner", "assignees", "user", "teams"], "team": "teams" },
    "scopes": {
      "own": ["shares(subject.id, resource.owner)", "shares(subject.id, resource.assignees)"],
      "team": "shares(subject.teams, resource.teams)",
      "unassigned-in-team": [["shares(subject.teams, resource.teams)", "absent(resource.assignees)"]],
      "all": "true" },
    "actions": { "read": "read", "write": "write", "delete": "delete" },
    "supports": ["own", "team", "all"],
    "modules": {
      "tickets": { "label": "Tickets", "actions": { "read": "read", "reply": "write", "merge": { "kind": "write", "supports": "all" } } },
      "analytics": { "requires": "analytics", "modules": { "exports": { "actions": { "read": "read" } } } },
      "quality": { "requires": "quality", "modules": { "evaluations": {}, "settings": { "only": "admin" } } },
      "profile": { "scopes": { "own": "shares(subject.id, resource.user)" } },
      "roles": {} },
    "roles": {
      "admin": { "label": "Admin", "permanent": true, "manages": "*", "grants": { "*": "*" } },
      "auditor": { "grants": { "all": ["*:@read"] }, "except": "profile:*" },
      "team-lead": { "available": false },
      "agent": { "grants": { "own": ["tickets:read", "tickets:reply", "profile:*"] } } },
    "limits": { "custom_roles": 20 },
    "administration": { "roles:write": ["create", "clone", "edit", "reset", "assign", "unassign", "map", "unmap"], "roles:delete": ["delete"] } },
  "tenant": {
    "id": "acme",
    "features": ["analytics"],
    "role_changes": "instant",
    "roles": { "reader": { "label": "Reader", "clones": "agent", "grants": { "all": "tickets:read" } } },
    "groups": { "idp-leads": ["auditor@emea"] },
    "directory": { "sarah": { "roles": ["agent", "auditor@emea"], "teams": ["emea"] }, "service:ci": { "roles": "reader" } } },
  "tests": [] }"#;
