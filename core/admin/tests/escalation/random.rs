//! Random policies, actors and changes, read off bytes so that they shrink.

use portcullis_admin::Change;
use portcullis_engine::UnixSeconds;
use portcullis_policy::Document;
use portcullis_policy::source::{Members, OneOrMany, Source, Until};
use serde_json::{Map, Value, json};

/// When what ends does so; the changes are all made before.
pub(crate) const ENDS: [UnixSeconds; 2] = [UnixSeconds(10), UnixSeconds(20)];

/// Choices by bytes; past their end every choice is the first.
pub(crate) struct Choices<'b> {
    rest: &'b [u8],
}

impl<'b> Choices<'b> {
    pub(crate) const fn new(rest: &'b [u8]) -> Self {
        Self { rest }
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.rest.split_first() else {
            return 0;
        };
        self.rest = rest;
        usize::from(*first) % count
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    fn one<'t>(&mut self, words: &[&'t str]) -> &'t str {
        words[self.below(words.len())]
    }

    fn some(&mut self, words: &[&str], percent: usize) -> Vec<String> {
        let chosen = words.iter().filter(|_| self.chance(percent));
        chosen.map(|&word| word.to_owned()).collect()
    }
}

/// Makes a policy in which somebody usually may do something.
pub(crate) fn policy(choices: &mut Choices<'_>) -> Document {
    let mut roles = Map::new();
    for (index, id) in BUILT_IN.into_iter().enumerate() {
        let mut role = json!({ "grants": grants(choices, DATA, 3) });
        if index == 0 && choices.chance(40) {
            // Somebody who holds nearly everything there is.
            role["grants"]["all"] = json!(choices.some(DATA, 80));
        }
        if index == 0 || choices.chance(40) {
            let office = if index == 0 || choices.chance(80) {
                "all"
            } else {
                choices.one(SCOPES)
            };
            let grants = role["grants"].as_object_mut().unwrap();
            let list = grants.entry(office).or_insert_with(|| json!([]));
            list.as_array_mut().unwrap().push(json!("office:*"));
        }
        match choices.below(if index == 0 { 8 } else { 4 }) {
            0 => role["manages"] = json!("*"),
            1 => role["manages"] = json!(choices.some(&BUILT_IN, 40)),
            _ if index == 0 => role["manages"] = json!("*"),
            _ => {}
        }
        role["editable"] = json!(choices.chance(50));
        if index > 0 && choices.chance(10) {
            role["available"] = json!(false);
        }
        if choices.chance(20) {
            role["claimable"] = json!(false);
        }
        if index > 0 && choices.chance(20) {
            role["clones"] = json!(BUILT_IN[index - 1]);
        }
        roles.insert(id.to_owned(), role);
    }
    roles.insert(
        EVERYBODYS.to_owned(),
        json!({ "editable": choices.chance(50), "grants": grants(choices, DATA, 1) }),
    );
    let mut own = Map::new();
    for (index, id) in OWN.into_iter().enumerate() {
        let mut role = json!({ "grants": grants(choices, DATA, 2) });
        if choices.chance(40) {
            role["claimable"] = json!(true);
        }
        match choices.below(5) {
            0 => role["clones"] = json!(choices.one(&BUILT_IN)),
            1 => role["base"] = json!(choices.one(&BUILT_IN)),
            2 if index > 0 => role["clones"] = json!(OWN[index - 1]),
            3 => role["manages"] = json!("*"),
            _ => {}
        }
        own.insert(id.to_owned(), role);
    }
    let groups = GROUPS.map(|id| (id.to_owned(), json!(bindings(choices, 1))));
    let people = USERS.into_iter().enumerate().map(|(index, id)| {
        let mut held = bindings(choices, 2);
        if index == 0 {
            held.clear();
        }
        if index == 0 || index == 1 && choices.chance(50) && !held.iter().any(|role| role == BUILT_IN[0]) {
            held.push(BUILT_IN[0].to_owned());
        }
        let held = held.into_iter().map(|role| match until(choices, if index == 0 { 8 } else { 20 }) {
            Some(until) => json!({ "role": role, "until": until.to_string() }),
            None => json!(role),
        });
        let held: Vec<Value> = held.collect();
        let mut person = json!({ "roles": held, "groups": choices.some(&GROUPS, 20), "teams": choices.some(TEAMS, 30) });
        if index > 0 && choices.chance(20) {
            person["active"] = json!(false);
        }
        (id.to_owned(), person)
    });
    let people = people.collect::<Map<_, _>>();
    let features = FEATURES
        .into_iter()
        .filter(|_| choices.chance(50))
        .collect::<Vec<_>>();
    let features = features
        .into_iter()
        .map(|feature| match until(choices, 40) {
            Some(until) => json!({ "feature": feature, "until": until.to_string() }),
            None => json!(feature),
        });
    let features: Vec<Value> = features.collect();
    let policy = json!({
        "catalog": {
            "id": "random",
            "features": FEATURES,
            "everyone": { "role": EVERYBODYS },
            "attributes": { "subject": ["teams"], "resource": ["owner", "creator", "role", "teams"], "team": "teams" },
            "scopes": {
                "own": "shares(subject.id, resource.owner)",
                "mine": ["shares(subject.id, resource.owner)", "shares(subject.id, resource.creator)"],
                "team": "shares(subject.teams, resource.teams)",
                "own-in-team": [["shares(subject.id, resource.owner)", "shares(subject.teams, resource.teams)"]],
                "not-mine": [["differs(subject.id, resource.creator)", "shares(subject.teams, resource.teams)"]],
                "x-alone": [["within(resource.teams, {x})", "is(resource.teams, {x})"]],
                "all": "true"
            },
            "modules": {
                "a": { "actions": { "read": "read", "write": "write" } },
                "b": { "requires": "f", "actions": { "read": "read", "write": "write" } },
                "c": { "only": "r0", "actions": { "read": "read" } },
                "office": { "actions": { "create": "write", "edit": "write", "delete": "delete", "people": "write", "groups": "write", "features": { "kind": "write", "requires": "g" } } }
            },
            "roles": roles,
            "limits": { "custom_roles": 5 },
            "administration": {
                "office:create": ["create", "clone"],
                "office:edit": ["edit", "reset"],
                "office:delete": "delete",
                "office:groups": ["map", "unmap"],
                "office:people": ["assign", "unassign", "deactivate", "activate", "sign-out", "attribute"],
                "office:features": ["enable", "disable"]
            }
        },
        "tenant": { "id": "t", "features": features, "roles": own, "groups": groups.into_iter().collect::<Map<_, _>>(), "directory": people }
    });
    Document::load(policy.to_string()).unwrap()
}

/// Chooses when something ends, if it does.
fn until(choices: &mut Choices<'_>, percent: usize) -> Option<Until> {
    let ends = choices.chance(percent);
    ends.then(|| Until(ENDS[choices.below(ENDS.len())]))
}

/// Chooses who acts: mostly one, else two who may help each other.
pub(crate) fn actors(choices: &mut Choices<'_>) -> Vec<&'static str> {
    let first = if choices.chance(60) {
        USERS[0]
    } else {
        choices.one(&USERS)
    };
    let mut actors = vec![first];
    if choices.chance(30) {
        let second = choices.one(&USERS);
        if second != first {
            actors.push(second);
        }
    }
    actors
}

/// Chooses a change, which may make no sense but often does.
pub(crate) fn change(choices: &mut Choices<'_>, source: &Source) -> Change {
    let role = any_role(choices, source);
    let new = choices.one(&NEW).to_owned();
    let (label, description) = (None, None);
    match choices.below(27) {
        0 => Change::Create {
            role: new,
            label,
            description,
        },
        1 | 2 => Change::Clone {
            from: role,
            role: new,
            label,
            description,
        },
        3 | 4 => Change::Grant {
            role,
            grants: patterns(choices),
        },
        5 => Change::Revoke {
            role,
            grants: if choices.chance(50) {
                [("*".to_owned(), ["*"].into_iter().collect())]
                    .into_iter()
                    .collect()
            } else {
                patterns(choices)
            },
        },
        6 => Change::Reset { role },
        7 => Change::Rename { role, to: new },
        8 => Change::Delete {
            role,
            reassign: choices.chance(50).then(|| any_role(choices, source)),
        },
        9..=11 => Change::Assign {
            role,
            team: choices.chance(30).then(|| choices.one(TEAMS).to_owned()),
            subject: choices.one(&[USERS.as_slice(), &["new"]].concat()).into(),
            until: until(choices, 40),
        },
        12 | 13 => {
            let id = choices.one(&USERS);
            let held = source
                .tenant
                .directory
                .get(id)
                .map(|entry| entry.roles.names().collect::<OneOrMany>());
            let (role, team) = any_binding(choices, held.as_ref(), role);
            let subject = id.into();
            Change::Unassign {
                role,
                team,
                subject,
                until: until(choices, 20),
            }
        }
        14..=16 => {
            let subject = choices.one(&USERS).into();
            let (before, unlisted) = (None, true);
            match choices.below(5) {
                0 | 1 => Change::Deactivate { subject, unlisted },
                2 | 3 => Change::Activate {
                    subject: any_idle(choices, source).into(),
                },
                _ if choices.chance(50) => Change::SignOutAll { before },
                _ => Change::SignOut {
                    subject,
                    before,
                    unlisted,
                },
            }
        }
        17 => Change::Map {
            group: choices
                .one(&[GROUPS.as_slice(), &["g-new"]].concat())
                .to_owned(),
            role,
            team: choices.chance(30).then(|| choices.one(TEAMS).to_owned()),
        },
        18 => Change::Claim { role },
        19 => Change::Unclaim { role },
        20 | 21 => Change::Import {
            role: new,
            label,
            description,
            grants: patterns(choices),
        },
        22 => Change::Enable {
            feature: choices.one(&FEATURES).to_owned(),
            until: until(choices, 40),
        },
        23 => Change::Disable {
            feature: choices.one(&FEATURES).to_owned(),
            until: until(choices, 40),
        },
        24 | 25 => Change::Attribute {
            subject: choices.one(&[USERS.as_slice(), &["new"]].concat()).into(),
            attribute: "teams".to_owned(),
            values: choices.some(TEAMS, 50),
        },
        _ => {
            let group = choices.one(&GROUPS);
            let (role, team) = any_binding(choices, source.tenant.groups.get(group), role);
            let group = group.to_owned();
            Change::Unmap { group, role, team }
        }
    }
}

fn any_role(choices: &mut Choices<'_>, source: &Source) -> String {
    let own = source.tenant.roles.names().collect::<Vec<_>>();
    if !own.is_empty() && choices.chance(60) {
        return choices.one(&own).to_owned();
    }
    choices
        .one(&[&BUILT_IN[..], &OWN[..], &NEW[..], &[EVERYBODYS]].concat())
        .to_owned()
}

/// Chooses somebody who holds nothing now, if there is anybody.
fn any_idle<'s>(choices: &mut Choices<'_>, source: &'s Source) -> &'s str {
    let directory = &source.tenant.directory;
    let idle = USERS.into_iter().filter(|id| {
        let entry = directory.get(id);
        entry.is_some_and(|entry| entry.active == Some(false))
    });
    let idle = idle.collect::<Vec<_>>();
    choices.one(if idle.is_empty() { &USERS } else { &idle })
}

/// Chooses what is held, if anything is.
fn any_binding(
    choices: &mut Choices<'_>,
    held: Option<&OneOrMany>,
    otherwise: String,
) -> (String, Option<String>) {
    let held = held
        .map(|held| held.iter().collect::<Vec<_>>())
        .unwrap_or_default();
    if held.is_empty() {
        return (otherwise, None);
    }
    let text = choices.one(&held);
    match text.split_once('@') {
        Some((role, team)) => (role.to_owned(), Some(team.to_owned())),
        None => (text.to_owned(), None),
    }
}

fn grants(choices: &mut Choices<'_>, permissions: &[&str], most: usize) -> Value {
    let mut grants = Map::new();
    for _ in 0..=choices.below(most) {
        let list = choices.some(permissions, 50);
        if !list.is_empty() {
            grants.insert(choices.one(SCOPES).to_owned(), json!(list));
        }
    }
    Value::Object(grants)
}

fn patterns(choices: &mut Choices<'_>) -> Members<OneOrMany> {
    let scope = choices.one(&[SCOPES, &["*"]].concat()).to_owned();
    let pattern = choices.one(&[
        "a:read",
        "a:write",
        "b:read",
        "b:write",
        "a:*",
        "*:@read",
        "office:people",
        "office:features",
        "*",
        "c:read",
    ]);
    [(scope, [pattern].into_iter().collect())]
        .into_iter()
        .collect()
}

fn bindings(choices: &mut Choices<'_>, most: usize) -> Vec<String> {
    let mut held = Vec::new();
    for _ in 0..choices.below(most + 1) {
        let role = choices.one(&[&BUILT_IN[..], &OWN[..]].concat());
        let role = match choices.below(4) {
            0 => format!("{role}@{}", choices.one(TEAMS)),
            _ => role.to_owned(),
        };
        if !held.contains(&role) {
            held.push(role);
        }
    }
    held
}

const SCOPES: &[&str] = &["all", "own", "mine", "team", "own-in-team", "x-alone"];
pub(crate) const TEAMS: &[&str] = &["x", "y"];
const DATA: &[&str] = &["a:read", "a:write", "b:read", "b:write"];
/// A module requires the first, and turning features on and off the second.
const FEATURES: [&str; 2] = ["f", "g"];
/// What every user holds.
pub(crate) const EVERYBODYS: &str = "every";
pub(crate) const BUILT_IN: [&str; 4] = ["r0", "r1", "r2", "r3"];
pub(crate) const OWN: [&str; 3] = ["t0", "t1", "t2"];
pub(crate) const NEW: [&str; 4] = ["n0", "n1", "n2", "n3"];
const GROUPS: [&str; 2] = ["g0", "g1"];
pub(crate) const USERS: [&str; 4] = ["u0", "u1", "u2", "u3"];
