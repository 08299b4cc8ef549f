//! Tests of differences.

use super::*;
use portcullis_policy::Source;

const POLICY: &str = r#"{ "catalog": { "id": "c", "features": ["extra", "more"],
    "attributes": { "subject": "teams", "resource": ["owner", "teams"], "team": "teams" },
    "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
    "actions": { "read": "read", "write": "write" },
    "modules": { "m": {}, "x": { "requires": "extra", "modules": { "y": {} } } },
    "roles": { "admin": { "grants": { "all": "*" } }, "agent": { "grants": { "own": "m:read" } } } },
  "tenant": { "id": "t", "features": ["more"], "roles": { "mine": { "grants": { "all": "m:*" } } },
    "groups": { "g": "agent@emea" },
    "directory": { "al": { "roles": "agent" }, "jo": { "roles": "mine", "groups": "g", "teams": ["a", "b"] }, "service:ci": { "roles": "admin" } } } }"#;

fn diff(from: &str, to: &str) -> Diff {
    assert!(POLICY.contains(from), "{from}");
    between(POLICY, &POLICY.replacen(from, to, 1))
}

fn between(before: &str, after: &str) -> Diff {
    let load = |text: &str| {
        Source::load(text)
            .unwrap_or_else(|error| panic!("{error}"))
            .1
    };
    Diff::new(&load(before), &load(after))
}

fn grants(changes: &GrantChanges) -> Vec<String> {
    let word = |sign: &str, grant: &GrantChange| {
        let team = grant.team.as_deref().map(|team| format!("@{team}"));
        format!(
            "{sign}{} {}{}",
            grant.permission,
            grant.scope,
            team.unwrap_or_default()
        )
    };
    let gained = changes.gained.iter().map(|grant| word("+", grant));
    let lost = changes.lost.iter().map(|grant| word("-", grant));
    let dormant = changes
        .dormant_gained
        .iter()
        .map(|grant| word("(+)", grant));
    let dormant_lost = changes.dormant_lost.iter().map(|grant| word("(-)", grant));
    let changed = changes.changed.iter().map(|one| {
        format!(
            "~{} {}: {} → {}",
            one.permission, one.scope, one.before, one.after
        )
    });
    gained
        .chain(lost)
        .chain(dormant)
        .chain(dormant_lost)
        .chain(changed)
        .collect()
}

fn touched(diff: &Diff) -> Vec<&str> {
    diff.subjects
        .iter()
        .map(|subject| subject.id.as_str())
        .collect()
}

#[test]
fn a_policy_does_not_differ_from_itself_however_it_is_written() {
    assert!(between(POLICY, POLICY).is_empty());
    let spelled = POLICY.replacen("\"all\": \"m:*\"", "\"all\": [\"m:write\", \"m:read\"]", 1);
    assert!(between(POLICY, &spelled).is_empty());
}

#[test]
fn a_grant_touches_the_role_and_all_who_hold_it() {
    let diff = diff(
        "\"own\": \"m:read\"",
        "\"own\": [\"m:read\", \"m:write\"], \"all\": \"x:read\"",
    );
    assert_eq!(diff.roles.len(), 1);
    assert_eq!(
        (diff.roles[0].role.as_str(), diff.roles[0].change),
        ("agent", RoleChange::Changed)
    );
    // What a closed module keeps back is listed apart.
    assert_eq!(
        grants(&diff.roles[0].grants),
        ["+m:write own", "(+)x:read all"]
    );
    assert_eq!(diff.groups.len(), 1);
    assert_eq!(
        grants(&diff.groups[0].grants),
        ["+m:write own@emea", "(+)x:read all@emea"]
    );
    assert_eq!(touched(&diff), ["al", "jo"]);
    assert_eq!(
        grants(&diff.subjects[0].grants),
        ["+m:write own", "(+)x:read all"]
    );
    assert_eq!(
        grants(&diff.subjects[1].grants),
        ["+m:write own@emea", "(+)x:read all@emea"]
    );
    assert!(diff.settings.is_empty() && diff.modules == Turned::default());
}

#[test]
fn an_end_that_comes_or_goes_is_a_change() {
    let ends = r#"{"feature": "extra", "until": "2026-12-31T00:00:00Z"}"#;
    let on = diff(
        "\"features\": [\"more\"]",
        &format!("\"features\": [\"more\", {ends}]"),
    );
    assert_eq!(on.features.on, ["extra until 2026-12-31T00:00:00Z"]);
    let held = r#"{ "role": "agent", "until": "2026-12-31T00:00:00Z" }"#;
    let ends = diff(
        "\"al\": { \"roles\": \"agent\"",
        &format!("\"al\": {{ \"roles\": {held}"),
    );
    let [al] = ends.subjects.as_slice() else {
        panic!("{ends:#?}")
    };
    assert_eq!(al.roles_gained, ["agent until 2026-12-31T00:00:00Z"]);
    assert_eq!(al.roles_lost, ["agent"]);
    assert!(al.grants.is_empty());
}

#[test]
fn a_feature_opens_modules_and_what_was_granted_there() {
    let on = diff("\"features\": [\"more\"]", "\"features\": [\"extra\"]");
    assert_eq!(
        (on.features.on, on.features.off),
        (vec!["extra".to_owned()], vec!["more".to_owned()])
    );
    assert_eq!(on.modules.on, ["x", "x.y"]);
    assert_eq!(on.modules.off, [""; 0]);
    assert_eq!(
        grants(&on.roles[0].grants),
        [
            "+x.y:read all",
            "+x.y:write all",
            "+x:read all",
            "+x:write all"
        ]
    );
    assert_eq!(on.subjects.len(), 1);
    assert_eq!(
        (on.subjects[0].kind.as_deref(), on.subjects[0].id.as_str()),
        (Some("service"), "ci")
    );
    let off = between(&POLICY.replacen("[\"more\"]", "[\"extra\"]", 1), POLICY);
    assert_eq!(off.modules.off, ["x", "x.y"]);
    assert_eq!(grants(&off.subjects[0].grants)[0], "-x.y:read all");
}

#[test]
fn assignments_mappings_and_attributes_touch_one_subject() {
    let moved = diff(
        "\"jo\": { \"roles\": \"mine\"",
        "\"jo\": { \"roles\": [\"mine@emea\", \"agent\"]",
    );
    assert_eq!(touched(&moved), ["jo"]);
    let jo = &moved.subjects[0];
    assert_eq!(
        (jo.roles_gained.join(" "), jo.roles_lost.join(" ")),
        ("agent mine@emea".to_owned(), "mine".to_owned())
    );
    assert_eq!(
        grants(&jo.grants),
        [
            "+m:read all@emea",
            "+m:read own",
            "+m:write all@emea",
            "-m:read all",
            "-m:write all"
        ]
    );
    assert!(moved.roles.is_empty() && moved.groups.is_empty());
    let mapped = diff("\"g\": \"agent@emea\"", "\"g\": \"agent@apac\"");
    assert_eq!((mapped.groups.len(), touched(&mapped)), (1, vec!["jo"]));
    assert_eq!(mapped.subjects[0].roles_gained, ["agent@apac"]);
    let attributes = diff("\"teams\": [\"a\", \"b\"]", "\"teams\": [\"b\", \"c\"]");
    assert_eq!(touched(&attributes), ["jo"]);
    let change = &attributes.subjects[0].attributes[0];
    assert_eq!(
        (change.gained.join(" "), change.lost.join(" ")),
        ("c".to_owned(), "a".to_owned())
    );
    let gone = diff("\"al\": { \"roles\": \"agent\" }, ", "");
    assert_eq!(grants(&gone.subjects[0].grants), ["-m:read own"]);
}

#[test]
fn a_condition_that_changes_changes_its_grants() {
    let diff = diff(
        "\"shares(subject.id, resource.owner)\"",
        "[\"absent(resource.owner)\", \"shares(subject.id, resource.owner)\"]",
    );
    assert_eq!(
        grants(&diff.roles[0].grants),
        [
            "~m:read own: shares(subject.id, resource.owner) → absent(resource.owner) or shares(subject.id, resource.owner)"
        ]
    );
    assert_eq!(touched(&diff), ["al", "jo"]);
    // Under another name of the same scope the grants are other grants, everywhere.
    let bound = &diff.subjects[1].grants.changed[0];
    assert_eq!(bound.team.as_deref(), Some("emea"));
    assert_eq!(
        bound.before,
        "shares(subject.id, resource.owner) and is(resource.teams, {emea})"
    );
}

#[test]
fn a_renamed_permission_is_the_same_grant() {
    let rename =
        "\"read\": \"read\", \"change\": { \"kind\": \"write\", \"aliases\": [\"m:write\"] }";
    // One alias for one module: the actions are restated there.
    let after = POLICY.replacen(
        "\"m\": {}",
        &format!("\"m\": {{ \"actions\": {{ {rename} }} }}"),
        1,
    );
    let diff = between(POLICY, &after);
    assert_eq!(
        diff.permissions_renamed,
        [Renamed {
            before: "m:write".to_owned(),
            after: "m:change".to_owned()
        }]
    );
    assert!(
        diff.roles.is_empty() && diff.subjects.is_empty(),
        "{diff:#?}"
    );
    let back = between(&after, POLICY);
    assert_eq!(
        back.permissions_renamed,
        [Renamed {
            before: "m:change".to_owned(),
            after: "m:write".to_owned()
        }]
    );
    assert!(back.roles.is_empty() && back.subjects.is_empty());
}

#[test]
fn roles_come_go_and_change_their_members() {
    let added = diff(
        "\"mine\": {",
        "\"more\": { \"grants\": { \"own\": \"m:read\" } }, \"mine\": {",
    );
    assert_eq!(
        (added.roles[0].role.as_str(), added.roles[0].change),
        ("more", RoleChange::Added)
    );
    assert_eq!(grants(&added.roles[0].grants), ["+m:read own"]);
    let removed = between(
        &POLICY.replacen("\"mine\": {", "\"more\": {}, \"mine\": {", 1),
        POLICY,
    );
    assert_eq!(removed.roles[0].change, RoleChange::Removed);
    let later = diff(
        "\"agent\": { ",
        "\"agent\": { \"available\": false, \"manages\": \"*\", \"label\": \"A\", ",
    );
    let members = later.roles[0].members.iter().map(|member| member.name);
    assert_eq!(
        members.collect::<Vec<_>>(),
        ["label", "available", "manages"]
    );
    assert_eq!(grants(&later.roles[0].grants), ["-m:read own"]);
    assert_eq!(touched(&later), ["al", "jo"]);
}

#[test]
fn settings_and_permissions_are_shown() {
    let changed = diff(
        "\"id\": \"t\"",
        "\"id\": \"t\", \"role_changes\": \"next-session\"",
    );
    assert_eq!(
        changed.settings,
        [Setting {
            name: "role_changes",
            before: "instant".to_owned(),
            after: "next-session".to_owned()
        }]
    );
    let new = diff(
        "\"m\": {}",
        "\"m\": { \"actions\": { \"read\": \"read\", \"export\": \"other\" } }",
    );
    assert_eq!(
        (
            new.permissions_added.join(" "),
            new.permissions_removed.join(" ")
        ),
        ("m:export".to_owned(), "m:write".to_owned())
    );
}

#[test]
fn a_diff_is_json() {
    let diff = diff("\"g\": \"agent@emea\"", "\"g\": []");
    let json = serde_json::to_value(&diff).unwrap();
    assert_eq!(json["groups"][0]["roles_lost"][0], "agent@emea");
    assert_eq!(json["subjects"][0]["lost"][0]["team"], "emea");
    assert_eq!(json["subjects"][0]["type"], "user");
}

#[test]
fn a_sign_out_is_shown_and_one_that_was_taken_back() {
    let from = r#""features": ["more"], "roles""#;
    let to = r#""features": ["more"], "sessions_from": "2026-12-01T08:00:00Z", "roles""#;
    let changed = diff(from, to);
    let setting = Setting {
        name: "sessions_from",
        before: String::new(),
        after: "2026-12-01T08:00:00Z".to_owned(),
    };
    assert_eq!(changed.settings, [setting]);
    assert!(changed.subjects.is_empty());
    let from = r#""al": { "roles": "agent" }"#;
    let to = r#""al": { "sessions_from": "2026-12-01T08:00:00Z", "roles": "agent" }"#;
    let signed_out = POLICY.replacen(from, to, 1);
    let signed_out = signed_out.as_str();
    for (before, after, is_gained) in [(POLICY, signed_out, true), (signed_out, POLICY, false)] {
        let changed = between(before, after);
        let [al] = changed.subjects.as_slice() else {
            panic!("{changed:?}");
        };
        let times = vec!["2026-12-01T08:00:00Z".to_owned()];
        let (gained, lost) = if is_gained {
            (times, Vec::new())
        } else {
            (Vec::new(), times)
        };
        let name = "sessions_from".to_owned();
        let expected = AttributeChange { name, gained, lost };
        assert_eq!(al.attributes, [expected]);
        assert!(al.roles_gained.is_empty() && al.roles_lost.is_empty());
    }
}

#[test]
fn everybodys_role_is_held_by_whom_the_directory_has() {
    let everyone = r#""id": "c", "everyone": { "role": "agent", "types": ["user"] },"#;
    let policy = POLICY
        .replacen(r#""id": "c","#, everyone, 1)
        .replacen(r#""g": "agent@emea""#, r#""g": "mine@emea""#, 1)
        .replacen(r#""al": { "roles": "agent" }"#, r#""al": {}"#, 1);
    let inactive = policy.replacen(r#""al": {}"#, r#""al": { "active": false }"#, 1);
    let gone = between(&policy, &inactive);
    assert_eq!(touched(&gone), ["al"]);
    assert_eq!(gone.subjects[0].roles_lost, ["agent"]);
    assert_eq!(grants(&gone.subjects[0].grants), ["-m:read own"]);
    // Whom the directory does not have holds it too, so a new entry gives nobody anything.
    let listed = policy.replacen(r#""al": {}"#, r#""al": {}, "kim": {}"#, 1);
    assert_eq!(touched(&between(&policy, &listed)), [""; 0]);
    let without = policy.replacen(everyone, r#""id": "c","#, 1);
    assert_eq!(touched(&between(&without, &policy)), ["al", "jo"]);
}
