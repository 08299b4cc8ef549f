//! What everybody holds, and what nobody gets by saying so.

use serde_json::{Value, json};

use crate::open::whole;

const POLICY: &str = r#"{
  "catalog": { "id": "notes", "everyone": { "role": "member" }, "scopes": { "all": "true" },
    "subject_types": ["user", "service", "robot"],
    "modules": { "notes": { "actions": { "read": "read" } } },
    "roles": { "member": { "grants": { "all": "notes:read" } } } },
  "tenant": { "id": "acme" } }"#;

#[test]
fn who_states_everybodys_role_does_not_get_it() {
    let policy = whole(POLICY).policy;
    for (kind, holds) in [("user", true), ("service", false), ("User", false)] {
        let subject = portcullis_engine::Subject::new(kind, "jo").unwrap();
        let subject = subject.with_roles(&["member"]).unwrap();
        let question = portcullis_engine::Question::about(portcullis_engine::Resource::UNKNOWN);
        let decision = policy.decide(&subject, "notes:read", &question);
        assert_eq!(decision.is_allow(), holds, "{kind}");
        let explained = policy.explain(&subject, "notes:read", &question).unwrap();
        let explained: Value = serde_json::from_str(explained.as_json()).unwrap();
        let stated = json!([{ "kind": "role", "id": "member", "why": "everybodys" }]);
        assert_eq!(explained["ignored"], stated);
        assert_eq!(
            explained["roles"].as_array().unwrap().len(),
            usize::from(holds)
        );
    }
}

#[test]
fn a_bundle_says_which_types_are_declared() {
    let types = |policy: &str| {
        let policy = whole(policy).policy;
        let all = ["user", "service", "robot", "User", ""].into_iter();
        all.filter(|kind| policy.has_subject_type(kind))
            .collect::<Vec<_>>()
    };
    assert_eq!(types(POLICY), ["user", "service", "robot"]);
    let declared = r#""subject_types": ["user", "service", "robot"],"#;
    assert_eq!(types(&POLICY.replace(declared, "")), ["user", "service"]);
    let fewer = r#""subject_types": "user","#;
    assert_eq!(types(&POLICY.replace(declared, fewer)), ["user"]);
}
