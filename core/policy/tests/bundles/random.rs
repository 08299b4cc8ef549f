//! Random policies, and random questions to any policy.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_engine::{Policy, UnixSeconds};
use portcullis_policy::authzen::{Action, Attribute, Request, Resource, Subject, TeamRole};
use portcullis_policy::model::Model;
use serde_json::{Map, Value, json};

/// Random numbers, the same ones in every run (`SplitMix64`).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        usize::try_from(bits % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let at = self.below(items.len());
        &items[at]
    }

    pub(crate) fn some<T: Clone>(&mut self, items: &[T], percent: usize) -> Vec<T> {
        let kept = items.iter().filter(|_| self.chance(percent));
        kept.cloned().collect()
    }
}

/// Writes a random policy. No name of it is part of another, save of modules below.
pub(crate) fn policy(random: &mut Random) -> String {
    let features = names("fe", 4);
    let teams = random.chance(70);
    let (mut subject, mut resource) = (names("sa", 3), names("ra", 3));
    if teams {
        resource.push("tm0x".to_owned());
        if random.chance(70) {
            subject.push("tm0x".to_owned());
        }
    }
    let mut vocabulary = Vocabulary {
        subject: subject.clone(),
        resource: resource.clone(),
        context: names("ca", 2),
        action: names("aa", 1),
    };
    let scopes = names("sc", 4);
    let conditions = |random: &mut Random, vocabulary: &Vocabulary| {
        let all = scopes
            .iter()
            .map(|scope| (scope.clone(), vocabulary.condition(random)));
        all.collect::<Map<_, _>>()
    };
    let mut attributes = json!({ "subject": subject, "action": vocabulary.action, "context": vocabulary.context, "resource": resource });
    if teams {
        attributes["team"] = json!("tm0x");
    }
    if random.chance(40) {
        attributes["directory_only"] = json!(["sa1x"]);
    }
    let mut modules = Map::new();
    let mut permissions = Vec::new();
    let mut number = 0;
    for _ in 0..2 + random.below(3) {
        let (id, mut top) = module(
            random,
            &features,
            &scopes,
            &mut number,
            "",
            &mut permissions,
        );
        let mut below = Map::new();
        for _ in 0..random.below(3) {
            let (child, module) = module(
                random,
                &features,
                &scopes,
                &mut number,
                &id,
                &mut permissions,
            );
            below.insert(child, module);
        }
        if random.chance(30) {
            top["scopes"] = json!({ "sc0x": vocabulary.condition(random) });
        }
        if !below.is_empty() {
            top["modules"] = Value::Object(below);
        }
        modules.insert(id, top);
    }
    vocabulary.subject.retain(|name| name != "tm0x");
    let (built_in, custom) = (names("ro", 4), names("cu", 3));
    let roles = |random: &mut Random, ids: &[String]| {
        let all = ids
            .iter()
            .map(|id| (id.clone(), role(random, id, &permissions)));
        all.collect::<Map<_, _>>()
    };
    let all = [built_in.clone(), custom.clone()].concat();
    let bindings = |random: &mut Random| {
        let mut found = BTreeSet::new();
        for role in random.some(&all, 30) {
            let team = teams && random.chance(50);
            let suffix = if team {
                format!("@te{}x", random.below(2))
            } else {
                String::new()
            };
            found.insert(format!("{role}{suffix}"));
        }
        found
    };
    let mut groups = Map::new();
    for group in names("gr", 3) {
        groups.insert(group, json!(bindings(random)));
    }
    let mut directory = Map::new();
    for person in ["pe0x", "pe1x", "service:pe2x", "user:pe3x"] {
        let held = bindings(random)
            .into_iter()
            .map(|role| ending(random, "role", &role));
        let held: Vec<Value> = held.collect();
        let mut entry = json!({ "roles": held, "groups": random.some(&[names("gr", 3), names("no", 1)].concat(), 40) });
        for name in random.some(&vocabulary.subject, 40) {
            entry[name] = json!(random.some(&values(), 30));
        }
        directory.insert(person.to_owned(), entry);
    }
    let mut catalog = json!({
        "id": "catalog", "features": features, "attributes": attributes,
        "scopes": conditions(random, &vocabulary), "modules": modules, "roles": roles(random, &built_in),
    });
    if random.chance(15) {
        catalog["requires"] = json!({ "any": ["fe0x", "fe1x"] });
    }
    let on = random.some(&features, 70);
    let on = on.iter().map(|name| ending(random, "feature", name));
    let on: Vec<Value> = on.collect();
    let tenant = json!({
        "id": "tenant", "features": on,
        "role_changes": if random.chance(50) { "instant" } else { "next-session" },
        "roles": roles(random, &custom), "groups": groups, "directory": directory,
    });
    json!({ "catalog": catalog, "tenant": tenant }).to_string()
}

/// Writes a name, perhaps with a time at which it ends: when a bundle is made, or later.
fn ending(random: &mut Random, member: &str, name: &str) -> Value {
    let until = match random.below(8) {
        0 => "1970-01-01T00:16:40Z",
        1 => "1970-01-01T00:20:00Z",
        2 => "1970-01-01T00:25:00Z",
        _ => return json!(name),
    };
    json!({ member: name, "until": until })
}

/// A permission and the scopes that it supports.
type Permission = (String, Vec<String>);

fn module(
    random: &mut Random,
    features: &[String],
    scopes: &[String],
    number: &mut usize,
    above: &str,
    permissions: &mut Vec<Permission>,
) -> (String, Value) {
    let name = format!("mo{number:02}x");
    *number += 1;
    let id = if above.is_empty() {
        name.clone()
    } else {
        format!("{above}.{name}")
    };
    let mut actions = Map::new();
    for action in random.some(&names("ac", 4), 60) {
        let mut supports = random.some(scopes, 60);
        if supports.is_empty() {
            supports.push(scopes[0].clone());
        }
        let mut written = json!({ "kind": "read", "supports": supports });
        if random.chance(20) {
            written["requires"] = requires(random, features);
        }
        if random.chance(20) {
            written["aliases"] = json!([format!("old{number:02}x:{action}")]);
        }
        permissions.push((format!("{id}:{action}"), supports));
        actions.insert(action, written);
    }
    let mut module = json!({ "actions": actions });
    if random.chance(50) {
        module["requires"] = requires(random, features);
    }
    if random.chance(50) {
        module["label"] = json!(format!("Label of {name}!"));
    }
    (name, module)
}

fn requires(random: &mut Random, features: &[String]) -> Value {
    let mut named = random.some(features, 40);
    if named.is_empty() {
        named.push(random.pick(features).clone());
    }
    if random.chance(40) {
        json!({ "any": named })
    } else {
        json!(named)
    }
}

fn role(random: &mut Random, id: &str, permissions: &[Permission]) -> Value {
    let mut grants = BTreeMap::<String, Vec<String>>::new();
    for (permission, supports) in permissions {
        if random.chance(40) {
            for scope in random.some(supports, 60) {
                grants.entry(scope).or_default().push(permission.clone());
            }
        }
    }
    let mut role = json!({ "grants": grants });
    if random.chance(50) {
        role["label"] = json!(format!("Label of {id}!"));
    }
    if random.chance(15) {
        role["available"] = json!(false);
    }
    role
}

struct Vocabulary {
    subject: Vec<String>,
    action: Vec<String>,
    context: Vec<String>,
    resource: Vec<String>,
}

impl Vocabulary {
    fn condition(&self, random: &mut Random) -> Value {
        if random.chance(15) {
            return json!("true");
        }
        let count = 1 + random.below(3);
        let conjunctions = (0..count).map(|_| {
            let count = 1 + random.below(3);
            let atoms = (0..count).map(|_| self.atom(random));
            atoms.collect::<Vec<_>>()
        });
        json!(conjunctions.collect::<Vec<_>>())
    }

    fn atom(&self, random: &mut Random) -> String {
        let mut subject = self.subject.clone();
        subject.extend(["id".to_owned(), "id".to_owned(), "type".to_owned()]);
        let mut resource = self.resource.clone();
        resource.push("id".to_owned());
        let subject = format!("subject.{}", random.pick(&subject));
        let resource = format!("resource.{}", random.pick(&resource));
        let context = format!("context.{}", random.pick(&self.context));
        let action = format!("action.{}", random.pick(&self.action));
        let any = [&resource, &resource, &resource, &subject, &context, &action];
        match random.below(7) {
            0 | 1 if random.chance(30) => format!("differs({subject}, {resource})"),
            0 | 1 => format!("shares({subject}, {resource})"),
            2 if random.chance(30) => format!("differs({subject}, {context})"),
            2 => format!("shares({subject}, {context})"),
            3 => format!("present({resource})"),
            4 => format!("absent({resource})"),
            _ => {
                let verb = random.pick(&["is", "lacks", "within"]);
                let mut constants = random.some(&values(), 30);
                constants.push(random.pick(&values()).clone());
                let constants = constants.into_iter().collect::<BTreeSet<_>>();
                let constants = constants.into_iter().collect::<Vec<_>>().join(", ");
                format!("{verb}({}, {{{constants}}})", random.pick(&any))
            }
        }
    }
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{prefix}{number}x"))
        .collect()
}

/// Values of attributes; some are ids, types and teams.
fn values() -> Vec<String> {
    let ids = ["pe0x", "pe1x", "pe2x", "user", "service", "te0x", "te1x"];
    let ids = ids.into_iter().map(str::to_owned);
    names("va", 3).into_iter().chain(ids).collect()
}

/// Asks random questions about one policy.
pub(crate) struct RequestGenerator<'m> {
    model: &'m Model,
    values: Vec<String>,
}

impl<'m> RequestGenerator<'m> {
    /// Gathers the values that conditions, teams and the directory know.
    pub(crate) fn new(model: &'m Model) -> Self {
        let mut values = values();
        let people = model.tenant.directory.iter();
        values.extend(people.map(|person| person.id.clone()));
        let conditions = model.conditions.iter();
        let atoms = conditions.flat_map(|condition| condition.0.iter().flatten());
        for atom in atoms {
            use portcullis_policy::atom::Atom::{Is, Lacks, Within};
            if let Is { constants, .. } | Lacks { constants, .. } | Within { constants, .. } = atom
            {
                values.extend(constants.iter().cloned());
            }
        }
        values.sort_unstable();
        values.dedup();
        Self { model, values }
    }

    /// Returns a subject with roles among those; of the directory or not.
    pub(crate) fn subject(&self, random: &mut Random, roles: &[String], listed: bool) -> Subject {
        let people = &self.model.tenant.directory;
        let mut subject = Subject {
            kind: random.pick(&["user", "service", ""]).to_string(),
            id: random.pick(&["va0x", "nobody", ""]).to_string(),
            ..Subject::default()
        };
        if listed && !people.is_empty() && random.chance(75) {
            let person = random.pick(people);
            (subject.kind, subject.id) = (person.kind.clone(), person.id.clone());
        }
        subject.roles = random.some(roles, 50);
        subject
            .roles
            .extend(random.some(&["unknown-role".to_owned()], 10));
        let teams = self.teams();
        for team in random.some(&teams, 50) {
            for role in random.some(roles, 30) {
                subject.team_roles.push(TeamRole {
                    team: team.clone(),
                    role,
                });
            }
        }
        if listed {
            let groups = self
                .model
                .tenant
                .groups
                .iter()
                .map(|group| group.id.clone());
            subject.groups = random.some(&groups.collect::<Vec<_>>(), 40);
        }
        self.describe(random, &mut subject);
        sort(&mut subject);
        subject
    }

    /// Gives a subject other attributes.
    pub(crate) fn describe(&self, random: &mut Random, subject: &mut Subject) {
        let names = self.model.attributes.subject.clone();
        subject.attributes = self.attributes(random, &names, 60);
    }

    /// Returns a question of that subject.
    pub(crate) fn question(&self, random: &mut Random, subject: Subject) -> Request {
        let model = self.model;
        let name = match random.below(20) {
            0 => "no.such:permission".to_owned(),
            1 | 2 if !model.aliases.is_empty() => random.pick(&model.aliases).name.clone(),
            _ if model.permissions.is_empty() => "m:a".to_owned(),
            _ => random.pick(&model.permissions).name.clone(),
        };
        let (module, action) = name.split_once(':').unwrap();
        let known = *random.pick(&[0, 30, 60, 100]);
        let attributes = &model.attributes;
        Request {
            subject,
            action: Action {
                name: action.to_owned(),
                attributes: self.attributes(random, &attributes.action, 60),
            },
            resource: Resource {
                module: module.to_owned(),
                id: random
                    .chance(known)
                    .then(|| random.pick(&self.values).clone()),
                attributes: self.attributes(random, &attributes.resource, known),
            },
            context: self.attributes(random, &attributes.context, 60),
            features: None,
        }
    }

    /// Returns some of the tenant's features.
    pub(crate) fn features(&self, random: &mut Random) -> Vec<String> {
        let on = self.model.tenant.features.iter();
        let on = on.map(|feature| self.model.features[feature.get()].clone());
        random.some(&on.collect::<Vec<_>>(), 70)
    }

    fn teams(&self) -> Vec<String> {
        let mapped = self
            .model
            .tenant
            .groups
            .iter()
            .flat_map(|group| &group.roles);
        let assigned = self
            .model
            .tenant
            .directory
            .iter()
            .flat_map(|person| &person.roles);
        let bound = mapped
            .chain(assigned)
            .filter_map(|binding| binding.team.clone());
        let all = bound.chain(["te0x".to_owned(), "te1x".to_owned()]);
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn attributes(&self, random: &mut Random, names: &[String], percent: usize) -> Vec<Attribute> {
        let mut given = random.some(names, percent);
        given.sort_unstable();
        let share = 100 / self.values.len().max(1) + 10;
        given
            .into_iter()
            .map(|name| Attribute {
                name,
                values: random.some(&self.values, share),
            })
            .collect()
    }
}

fn sort(subject: &mut Subject) {
    subject.roles.sort_unstable();
    subject.roles.dedup();
    subject.team_roles.sort_unstable();
    subject.team_roles.dedup();
    subject.groups.sort_unstable();
}

/// Returns the canonical answer of a policy.
pub(crate) fn answer(policy: &Policy, request: &Request) -> String {
    let asked = request.ask(|subject, question| {
        policy
            .decide(subject, &request.permission(), question)
            .answer(policy)
    });
    match asked.unwrap() {
        Ok(answer) => answer,
        Err(limit) => format!("limit {limit}"),
    }
}

/// Returns the snapshot of a subject.
pub(crate) fn snapshot(policy: &Policy, subject: &Subject, now: UnixSeconds) -> String {
    let session = subject.ask(|subject| policy.session(subject, UnixSeconds(u64::MAX), now));
    session.unwrap().unwrap().visible(now).unwrap().to_json()
}

/// Returns how many questions to ask: more where `PORTCULLIS_QUESTIONS` says so.
pub(crate) fn questions(default: usize) -> usize {
    let asked = std::env::var("PORTCULLIS_QUESTIONS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(default)
}
