//! What was found as JSON, member by member as the command line writes it.

use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};

use portcullis_admin::{Administered, GrantName, Holder, Impact, Refused};
use portcullis_policy::Problem;
use serde_json::{Value, json};

/// Returns problems, and how many more there are than are listed.
pub(super) fn problems_json(problems: &[Problem]) -> Value {
    let listed = problems.iter().take(PROBLEMS_MAX).map(|problem| {
        json!({
            "path": problem.path.as_str(),
            "message": problem.message,
            "cure": problem.cure,
        })
    });
    json!({
        "problems": listed.collect::<Vec<_>>(),
        "more": problems.len().saturating_sub(PROBLEMS_MAX),
    })
}

/// Returns what a change made of a policy.
pub(super) fn administered_json(done: &Administered) -> String {
    let stripped = done.changed.stripped.iter().map(|one| {
        let (subject, group) = match &one.holder {
            Holder::Subject(key) => (json!(key), Value::Null),
            Holder::Group(id) => (Value::Null, json!(id)),
        };
        json!({ "subject": subject, "group": group, "team": one.team })
    });
    let impacts = done.changed.impacts.iter().map(impact_json);
    json!({
        "text": done.text,
        "record": done.record,
        "stripped": stripped.collect::<Vec<_>>(),
        "impacts": impacts.collect::<Vec<_>>(),
    })
    .to_string()
}

/// Returns why a change was refused.
pub(super) fn refused_json(refused: &Refused) -> Value {
    json!({
        "reason": refused.reason.code(),
        "message": refused.message,
        "cure": refused.cure,
        "lacking": refused.lacking.iter().map(grant_json).collect::<Vec<_>>(),
        "features_off": refused.features_off,
    })
}

fn impact_json(impact: &Impact) -> Value {
    let all =
        |grants: &mut dyn Iterator<Item = &GrantName>| grants.map(grant_json).collect::<Vec<_>>();
    json!({
        "subject": impact.subject,
        "before": all(&mut impact.before.iter()),
        "after": all(&mut impact.after.iter()),
        "gained": all(&mut impact.gained()),
        "lost": all(&mut impact.lost()),
    })
}

fn grant_json(grant: &GrantName) -> Value {
    json!({ "permission": grant.permission, "scope": grant.scope, "team": grant.team })
}

/// How many problems are listed: a page that shows more helps nobody, and the text of all that
/// a hostile policy can have wrong would not fit into a string of JavaScript.
const PROBLEMS_MAX: usize = 1_000;
