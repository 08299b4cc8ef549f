//! Tests of administration, through whole changes of a small policy.

mod activity;
mod allowed;
mod attributes;
mod claims;
mod compilations;
mod edits;
mod ends_first;
mod exported;
mod few_lines;
mod json;
mod on_teams;
mod people;
mod refusals;
mod sign_out;
mod typescript;
mod until;

use portcullis_engine::UnixSeconds;
use portcullis_policy::Document;
use portcullis_policy::authzen::{Attribute, Subject};
use portcullis_policy::source::{Members, OneOrMany};

use super::*;
use crate::actor::Identity;

/// A policy with every rule that administration heeds.
const POLICY: &str = r#"{
  "catalog": {
    "id": "desk",
    "features": ["quality", "office"],
    "attributes": {
      "subject": ["teams", "numbers"],
      "resource": ["owner", "user", "role", "teams", "numbers"],
      "team": "teams"
    },
    "scopes": {
      "own": "shares(subject.id, resource.owner)",
      "team": "shares(subject.teams, resource.teams)",
      "numbers": "shares(subject.numbers, resource.numbers)",
      "agents-only": [["shares(subject.numbers, resource.numbers)", "within(resource.role, {agent})"]],
      "all": "true"
    },
    "supports": ["own", "team", "all"],
    "actions": { "read": "read", "write": "write", "delete": "delete" },
    "modules": {
      "tickets": {},
      "quality": { "requires": "quality" },
      "secrets": { "only": "admin", "supports": "all" },
      "people": { "supports": ["team", "agents-only", "all"], "actions": { "assign": "write", "remove": "write" } },
      "office": { "requires": "office", "supports": "all", "actions": { "write": "write" } },
      "roles": { "supports": ["team", "all"] },
      "plan": { "supports": "all", "actions": { "change": "write" } }
    },
    "roles": {
      "admin": { "permanent": true, "manages": "*", "grants": { "*": "*" } },
      "lead": {
        "label": "Lead", "manages": ["agent", "soon"],
        "grants": { "agents-only": "people:assign", "all": ["people:remove", "tickets:read", "roles:read"] }
      },
      "clerk": { "manages": "*", "grants": { "all": ["tickets:read", "people:*", "roles:*"], "team": "tickets:write" } },
      "agent": { "editable": true, "label": "Agent", "grants": { "own": "tickets:*", "all": "tickets:delete" } },
      "soon": { "available": false, "grants": { "all": "tickets:read" } }
    },
    "limits": { "custom_roles": 4 },
    "administration": {
      "roles:write": ["create", "clone", "edit", "reset", "map", "unmap"],
      "roles:delete": "delete",
      "people:assign": "assign",
      "people:remove": "unassign",
      "plan:change": ["enable", "disable"]
    }
  },
  "tenant": {
    "id": "acme",
    "roles": {
      "reader": { "label": "Reader", "grants": { "all": "*:@read" } },
      "copy": { "clones": "agent" },
      "copy-of-copy": { "clones": "copy", "grants": { "team": "tickets:read" } }
    },
    "groups": { "g-readers": "reader", "g-bosses": ["admin", "reader@emea"] },
    "directory": {
      "ann": { "roles": "admin", "groups": "g-bosses" },
      "bob": { "roles": "admin" },
      "lea": { "roles": "lead", "numbers": "5" },
      "cleo": { "roles": "clerk", "teams": "apac" },
      "tim": { "roles": "clerk@emea" },
      "jo": { "roles": ["agent", "reader@emea"], "groups": "g-readers" },
      "service:ci": { "roles": "copy" }
    },
    "retired": "gone"
  }
}"#;

fn user(id: &str) -> Actor {
    Actor::of_directory(SubjectKey::new("user", id))
}

/// A user whom somebody vouches to be in these groups.
fn in_groups(id: &str, groups: &[&str]) -> Actor {
    Actor(Identity::Subject(Subject {
        kind: "user".to_owned(),
        id: id.to_owned(),
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        ..Subject::default()
    }))
}

fn policy() -> Document {
    Document::load(POLICY).unwrap()
}

/// Makes a change.
fn apply(
    document: &Document,
    actor: &Actor,
    change: &Change,
    attributes: &[Attribute],
) -> Result<Administered, Refused> {
    administer(document, actor, change, attributes, UnixSeconds(7))
}

/// Makes a change as that user.
fn change(document: &Document, actor: &str, change: &Change) -> Result<Administered, Refused> {
    apply(document, &user(actor), change, &[])
}

/// Makes changes one after another, all of which must be allowed.
fn changed(actor: &str, changes: &[Change]) -> Administered {
    let mut document = policy();
    let mut last = None;
    for one in changes {
        let changed = change(&document, actor, one);
        let changed = changed.unwrap_or_else(|refused| panic!("{one:?}: {refused}"));
        document = changed.document.clone();
        last = Some(changed);
    }
    last.unwrap()
}

/// Expects a refusal for that reason, whose words have that part.
#[track_caller]
fn refused(document: &Document, actor: &str, one: &Change, reason: RefusedReason, part: &str) {
    match change(document, actor, one) {
        Ok(_) => panic!("{actor} was allowed: {one:?}"),
        Err(refused) => {
            assert_eq!(refused.reason, reason, "{one:?}: {refused}");
            assert!(refused.to_string().contains(part), "{one:?}: {refused}");
            assert!(!refused.cure.is_empty(), "{refused}");
        }
    }
}

fn grants(pairs: &[(&str, &str)]) -> Members<OneOrMany> {
    let mut members = Members::<OneOrMany>::default();
    for (scope, pattern) in pairs {
        let mut patterns = members.get(scope).cloned().unwrap_or_default();
        patterns.0.push((*pattern).to_owned());
        members.set(scope, patterns);
    }
    members
}

fn create(role: &str) -> Change {
    Change::Create {
        role: role.to_owned(),
        label: None,
        description: None,
    }
}

fn copy(from: &str, role: &str) -> Change {
    Change::Clone {
        from: from.to_owned(),
        role: role.to_owned(),
        label: None,
        description: None,
    }
}

fn grant(role: &str, pairs: &[(&str, &str)]) -> Change {
    Change::Grant {
        role: role.to_owned(),
        grants: grants(pairs),
    }
}

fn revoke(role: &str, pairs: &[(&str, &str)]) -> Change {
    Change::Revoke {
        role: role.to_owned(),
        grants: grants(pairs),
    }
}

fn reset(role: &str) -> Change {
    let role = role.to_owned();
    Change::Reset { role }
}

fn rename(role: &str, to: &str) -> Change {
    Change::Rename {
        role: role.to_owned(),
        to: to.to_owned(),
    }
}

fn delete(role: &str, reassign: Option<&str>) -> Change {
    Change::Delete {
        role: role.to_owned(),
        reassign: reassign.map(str::to_owned),
    }
}

/// Reads `role` or `role@team`.
fn bound(text: &str) -> (String, Option<String>) {
    match text.split_once('@') {
        Some((role, team)) => (role.to_owned(), Some(team.to_owned())),
        None => (text.to_owned(), None),
    }
}

fn assign(binding: &str, subject: &str) -> Change {
    let (role, team) = bound(binding);
    Change::Assign {
        role,
        team,
        subject: subject.into(),
        until: None,
    }
}

fn unassign(binding: &str, subject: &str) -> Change {
    let (role, team) = bound(binding);
    Change::Unassign {
        role,
        team,
        subject: subject.into(),
        until: None,
    }
}

fn map(group: &str, binding: &str) -> Change {
    let (role, team) = bound(binding);
    let group = group.to_owned();
    Change::Map { group, role, team }
}

fn unmap(group: &str, binding: &str) -> Change {
    let (role, team) = bound(binding);
    let group = group.to_owned();
    Change::Unmap { group, role, team }
}

fn numbers(values: &[&str]) -> Vec<Attribute> {
    vec![Attribute {
        name: "numbers".to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    }]
}

/// Returns a member of the tenant as JSON.
fn json(document: &Document, pointer: &str) -> String {
    let tenant = serde_json::to_value(&document.source().tenant).unwrap();
    tenant
        .pointer(pointer)
        .map(ToString::to_string)
        .unwrap_or_default()
}
