//! Guards without their data hold for nobody, however the question comes.

use portcullis_engine::{
    PackedRequest, Packer, PackerAttributes, PackerFacts, Policy, UnixSeconds,
};
use portcullis_policy::authzen::{Request, Subject, Vocabulary};
use portcullis_policy::slice::Audience;
use serde_json::{Value, json};

use crate::open::{NOW, cut, open_slice, whole};
use crate::random::answer;

/// Tokens that may only read, people who are suspended, and teams that are shut out.
const POLICY: &str = r#"{
  "catalog": { "id": "notes",
    "attributes": { "subject": ["suspended", "banned", "teams"], "action": ["mode"], "context": ["token"],
                    "resource": ["author", "teams"], "team": "teams", "directory_only": "banned" },
    "scopes": { "full-token": "lacks(context.token, {read-only})", "active": "lacks(subject.suspended, {yes})",
                "welcome": "lacks(subject.banned, {yes})", "loud": "lacks(action.mode, {dry-run})",
                "elsewhere": "lacks(subject.teams, {closed})", "known": "lacks(subject.id, {root})",
                "own": [["lacks(context.token, {read-only})", "shares(subject.id, resource.author)"]] },
    "modules": { "notes": { "actions": { "read": "read" } } },
    "roles": { "editor": { "grants": { "full-token": "notes:read" } }, "poster": { "grants": { "active": "notes:read" } },
               "guest": { "grants": { "welcome": "notes:read" } }, "runner": { "grants": { "loud": "notes:read" } },
               "mate": { "grants": { "elsewhere": "notes:read" } }, "anyone": { "grants": { "known": "notes:read" } },
               "author": { "grants": { "own": "notes:read" } } } },
  "tenant": { "id": "acme",
    "directory": { "ann": { "suspended": "no" }, "ben": { "suspended": "yes", "banned": "yes" }, "cy": {} } } }"#;

#[test]
fn a_guard_without_its_data_refuses_by_every_way_of_asking() {
    for (subject, members, expected) in [
        (
            json!({ "id": "jo", "roles": "editor" }),
            json!({ "context": { "token": "read-only" } }),
            "out-of-scope",
        ),
        (
            json!({ "id": "jo", "roles": "editor" }),
            json!({ "context": { "token": "full" } }),
            "granted",
        ),
        (
            json!({ "id": "jo", "roles": "editor" }),
            json!({ "context": { "token": [] } }),
            "granted",
        ),
        (
            json!({ "id": "jo", "roles": "editor" }),
            json!({ "context": { "token": null } }),
            "granted",
        ),
        (
            json!({ "id": "jo", "roles": "editor" }),
            json!({}),
            "out-of-scope",
        ),
        (
            json!({ "id": "jo", "roles": "editor" }),
            json!({ "context": { "Token": "full" } }),
            "out-of-scope",
        ),
        (
            json!({ "id": "jo", "roles": "poster" }),
            json!({}),
            "out-of-scope",
        ),
        (
            json!({ "id": "jo", "roles": "poster", "suspended": [] }),
            json!({}),
            "granted",
        ),
        (
            json!({ "id": "ann", "roles": "poster" }),
            json!({}),
            "granted",
        ),
        (
            json!({ "id": "ben", "roles": "poster" }),
            json!({}),
            "out-of-scope",
        ),
        (
            json!({ "id": "cy", "roles": "poster" }),
            json!({}),
            "out-of-scope",
        ),
        (
            json!({ "id": "cy", "roles": "guest" }),
            json!({}),
            "granted",
        ),
        (
            json!({ "id": "ben", "roles": "guest" }),
            json!({}),
            "out-of-scope",
        ),
        (
            json!({ "id": "jo", "roles": "guest", "banned": [] }),
            json!({}),
            "out-of-scope",
        ),
        (
            json!({ "id": "jo", "roles": "runner" }),
            json!({ "mode": "live" }),
            "granted",
        ),
        (
            json!({ "id": "jo", "roles": "runner" }),
            json!({}),
            "out-of-scope",
        ),
        (
            json!({ "id": "jo", "roles": "mate" }),
            json!({}),
            "out-of-scope",
        ),
        (
            json!({ "id": "jo", "team_roles": { "emea": "mate" } }),
            json!({}),
            "out-of-scope",
        ),
        (
            json!({ "id": "jo", "team_roles": { "emea": "mate" }, "teams": [] }),
            json!({}),
            "granted",
        ),
        (
            json!({ "id": "jo", "team_roles": { "emea": "mate" }, "teams": "closed" }),
            json!({}),
            "out-of-scope",
        ),
        (
            json!({ "id": "jo", "roles": "anyone" }),
            json!({}),
            "granted",
        ),
        (
            json!({ "id": "", "roles": "anyone" }),
            json!({}),
            "out-of-scope",
        ),
        (
            json!({ "id": "jo", "roles": "author" }),
            json!({ "context": { "token": "full" } }),
            "conditional",
        ),
        (
            json!({ "id": "jo", "roles": "author" }),
            json!({}),
            "out-of-scope",
        ),
    ] {
        let whole = whole(POLICY);
        let request = request(&whole.policy, &subject, &members);
        let audience = Audience::Subject(request.subject.clone());
        let slice = open_slice(cut(&whole.policy, &audience));
        let ways = [
            ("at once", answer(&whole.policy, &request)),
            ("in a session", in_session(&whole.policy, &request)),
            ("packed", packed(&whole.policy, &request)),
            ("in a slice", answer(&slice, &request)),
            ("in a session of a slice", in_session(&slice, &request)),
        ];
        for (way, answer) in ways {
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(answer["reason"], expected, "{way}: {subject} {members}");
        }
    }
}

#[test]
fn a_slice_for_roles_has_no_directory_to_rely_on() {
    let whole = whole(POLICY);
    let roles = ["guest", "poster"].map(str::to_owned);
    let slice = open_slice(cut(&whole.policy, &Audience::Roles(roles.into())));
    for (subject, of_whole, of_slice) in [
        (
            json!({ "id": "cy", "roles": "guest" }),
            "granted",
            "out-of-scope",
        ),
        (
            json!({ "id": "ann", "roles": "poster" }),
            "granted",
            "out-of-scope",
        ),
        (
            json!({ "id": "cy", "roles": "poster", "suspended": "no" }),
            "granted",
            "granted",
        ),
    ] {
        let request = request(&whole.policy, &subject, &json!({}));
        for (policy, expected) in [(&whole.policy, of_whole), (&slice, of_slice)] {
            let answer: Value = serde_json::from_str(&answer(policy, &request)).unwrap();
            assert_eq!(answer["reason"], expected, "{subject}");
        }
    }
}

#[test]
fn an_explanation_names_what_was_not_given() {
    let whole = whole(POLICY);
    let explain = |subject: Value, members: Value| {
        let request = request(&whole.policy, &subject, &members);
        let explained = request.ask(|subject, question| {
            whole
                .policy
                .explain(subject, &request.permission(), question)
        });
        let explained: Value = serde_json::from_str(explained.unwrap().unwrap().as_json()).unwrap();
        explained["grants"].clone()
    };
    let jo = |roles: Value| json!({ "id": "jo", "roles": roles });
    let every = json!(["editor", "poster", "guest", "runner", "mate"]);
    assert_eq!(
        explain(jo(every), json!({})),
        json!([
            { "role": "editor", "scope": "full-token", "holds": "false", "not_given": ["context.token"] },
            { "role": "guest", "scope": "welcome", "holds": "false", "not_given": ["subject.banned"] },
            { "role": "mate", "scope": "elsewhere", "holds": "false", "not_given": ["subject.teams"] },
            { "role": "poster", "scope": "active", "holds": "false", "not_given": ["subject.suspended"] },
            { "role": "runner", "scope": "loud", "holds": "false", "not_given": ["action.mode"] },
        ])
    );
    assert_eq!(
        explain(json!({ "id": "", "roles": "anyone" }), json!({})),
        json!([{ "role": "anyone", "scope": "known", "holds": "false", "not_given": ["subject.id"] }])
    );
    // What is given and forbids is no missing data, and neither is what is unknown.
    assert_eq!(
        explain(
            jo(json!(["author", "editor"])),
            json!({ "context": { "token": "read-only" } })
        ),
        json!([
            { "role": "author", "scope": "own", "holds": "false" },
            { "role": "editor", "scope": "full-token", "holds": "false" },
        ])
    );
    assert_eq!(
        explain(
            jo(json!("author")),
            json!({ "context": { "token": "full" } })
        ),
        json!([{ "role": "author", "scope": "own", "holds": "unknown" }])
    );
}

/// Reads a request to read a note of team `emea`, by a subject with these properties; `members`
/// may have a `context` and the action's `mode`.
fn request(policy: &Policy, subject: &Value, members: &Value) -> Request {
    let vocabulary = Vocabulary::from(policy);
    let mut action = json!({ "name": "read", "properties": {} });
    if let Some(mode) = members.get("mode") {
        action["properties"]["mode"] = mode.clone();
    }
    let line = json!({
        "subject": { "type": "user", "id": subject["id"], "properties": subject },
        "action": action,
        "resource": { "type": "notes", "id": "n-1", "properties": { "teams": "emea" } },
        "context": members.get("context").cloned().unwrap_or_default() });
    Request::read(line.to_string().as_bytes(), &vocabulary).unwrap()
}

fn in_session(policy: &Policy, request: &Request) -> String {
    let answered = request.ask(|subject, question| {
        let session = policy.session(subject, UnixSeconds(u64::MAX), NOW).unwrap();
        let decision = session.decide_named(&request.permission(), question, NOW);
        decision.unwrap().answer(policy).unwrap()
    });
    answered.unwrap()
}

fn packed(policy: &Policy, request: &Request) -> String {
    let attributes = |given: &[portcullis_policy::authzen::Attribute]| {
        let mut packed = PackerAttributes::default();
        given
            .iter()
            .for_each(|one| packed.add(&one.name, &one.values));
        packed
    };
    let facts = PackerFacts {
        action: attributes(&request.action.attributes),
        context: attributes(&request.context),
        resource: attributes(&request.resource.attributes),
    };
    let bytes = pack_subject(&request.subject)
        .question(
            &request.permission(),
            request.resource.id.as_deref(),
            &facts,
        )
        .finish();
    let (subject, packed) = PackedRequest::read(&bytes).unwrap().single().unwrap();
    let decision = policy.decide(&subject, packed.permission, &packed.question);
    decision.answer(policy).unwrap()
}

fn pack_subject(subject: &Subject) -> Packer {
    let mut packed = Packer::request(&subject.kind, &subject.id);
    for role in &subject.roles {
        packed = packed.role(role);
    }
    for bound in &subject.team_roles {
        packed = packed.team(&bound.team, &[&bound.role]);
    }
    for one in &subject.attributes {
        packed = packed.attribute(&one.name, &one.values);
    }
    packed.end()
}
