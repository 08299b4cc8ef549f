//! A slice's bytes hold no name that its audience may not know.

use std::collections::BTreeSet;

use portcullis_engine::Policy;
use portcullis_policy::atom::Atom;
use portcullis_policy::authzen::{Action, Request, Resource, Subject, TeamRole};
use portcullis_policy::model::{Binding, Model, Requirement, RoleIndex};
use portcullis_policy::slice::Audience;

use crate::open::{AUDIT_HEAD, ROUTES, Whole, cut, examples, whole};
use crate::random::{Random, RequestGenerator, answer, policy};

#[test]
fn slices_of_random_policies_leak_no_name() {
    let (mut slices, mut names) = (0, 0);
    for seed in 10_000..10_120 {
        let mut random = Random::new(seed);
        let whole = whole(&policy(&mut random));
        for _ in 0..4 {
            names += look(&whole, &mut random);
            slices += 2;
        }
    }
    println!("{names} forbidden names looked for in {slices} slices");
    assert!(names > 10_000);
}

#[test]
fn slices_of_the_examples_leak_no_name() {
    for (seed, (name, text)) in (0..).zip(examples()) {
        let whole = whole(&text);
        let mut random = Random::new(seed);
        // Enough that the smallest of them, two roles before a gateway, has its share too.
        let names = (0..40).map(|_| look(&whole, &mut random)).sum::<usize>();
        println!("{name}: {names} forbidden names looked for in 80 slices");
        assert!(names > 400);
    }
}

/// Looks through a slice for some roles and one for a subject.
fn look(whole: &Whole, random: &mut Random) -> usize {
    let model = &whole.model;
    let generator = RequestGenerator::new(model);
    let available = model.roles.iter().filter(|role| role.available);
    let available = available.map(|role| role.id.clone()).collect::<Vec<_>>();
    let Some(first) = available.first() else {
        return 0;
    };
    let mut roles = random.some(&available, 20);
    roles.push(first.clone());
    let of_roles = Knows::of_roles(whole, &roles);
    let few = random.some(&available, 20);
    let subject = generator.subject(random, &few, true);
    let of_subject = Knows::of_subject(whole, &subject);
    let for_roles = cut(&whole.policy, &Audience::Roles(roles));
    let for_subject = cut(&whole.policy, &Audience::Subject(subject));
    of_roles.check(model, &for_roles) + of_subject.check(model, &for_subject)
}

/// What an audience may know, worked out from the model and from answers.
#[derive(Debug, Default)]
struct Knows {
    names: BTreeSet<String>,
}

impl Knows {
    fn of_roles(whole: &Whole, roles: &[String]) -> Self {
        let model = &whole.model;
        let mut knows = Self::default();
        let held = roles.iter().map(|id| model.role(id).unwrap());
        knows.roles(whole, &held.collect(), model.attributes.team.is_some());
        knows
    }

    fn of_subject(whole: &Whole, subject: &Subject) -> Self {
        let model = &whole.model;
        let mut knows = Self::default();
        let person = model.tenant.directory.iter();
        let person = person.filter(|own| own.kind == subject.kind && own.id == subject.id);
        let person = person.collect::<Vec<_>>();
        let groups = subject
            .groups
            .iter()
            .chain(person.iter().flat_map(|own| &own.groups));
        let groups = groups.collect::<BTreeSet<_>>();
        let mapped = model
            .tenant
            .groups
            .iter()
            .filter(|group| groups.contains(&group.id));
        let listed = person.iter().flat_map(|own| &own.roles);
        let bound = mapped.flat_map(|group| &group.roles).chain(listed).cloned();
        let has_teams = model.attributes.team.is_some();
        let own = subject.roles.iter().map(|id| (id, None));
        let on_teams = subject.team_roles.iter().filter(|_| has_teams);
        let own = own.chain(on_teams.map(|TeamRole { team, role }| (role, Some(team.clone()))));
        let own = own.filter_map(|(id, team)| {
            Some(Binding {
                role: model.role(id)?,
                team,
                until: None,
            })
        });
        let held = bound.chain(own).collect::<BTreeSet<_>>();
        let held = held
            .into_iter()
            .filter(|binding| model.roles[binding.role.get()].available)
            .collect::<Vec<_>>();
        let teams = held.iter().filter_map(|binding| binding.team.clone());
        let teams = teams.collect::<Vec<_>>();
        knows.roles(
            whole,
            &held.iter().map(|binding| binding.role).collect(),
            !teams.is_empty(),
        );
        knows.names.extend(teams);
        knows.names.extend(groups.into_iter().cloned());
        for own in person {
            knows.names.extend([own.kind.clone(), own.id.clone()]);
            for (name, values) in &own.attributes {
                if knows.names.contains(name) {
                    knows.names.extend(values.iter().cloned());
                }
            }
        }
        knows
    }

    /// Adds what some roles reach.
    fn roles(&mut self, whole: &Whole, roles: &BTreeSet<RoleIndex>, teams: bool) {
        let model = &whole.model;
        let mut requirements = Vec::new();
        for role in roles {
            let role = &model.roles[role.get()];
            self.add([Some(&role.id), role.label.as_ref()]);
            for grant in &role.grants {
                let permission = &model.permissions[grant.permission.get()];
                if !is_open(&whole.policy, &role.id, &permission.name) {
                    continue;
                }
                self.add([Some(&permission.action), None]);
                let aliases = model.aliases.iter();
                let aliases = aliases.filter(|alias| alias.permission == grant.permission);
                self.names.extend(aliases.map(|alias| alias.name.clone()));
                requirements.extend(&permission.requires);
                for scope in model.scopes_of(*grant) {
                    self.add([Some(&model.scopes[scope.get()]), None]);
                    let found = permission
                        .scopes
                        .iter()
                        .find(|(own, _)| own == scope)
                        .unwrap();
                    self.condition(model, found.1.get());
                }
                let mut next = Some(permission.module);
                while let Some(module) = next {
                    let module = &model.modules[module.get()];
                    self.add([Some(&module.id), module.label.as_ref()]);
                    requirements.extend(&module.requires);
                    next = module.parent;
                }
            }
        }
        if teams {
            self.names.extend(model.attributes.team.clone());
        }
        for Requirement { features, .. } in requirements {
            let on = features
                .iter()
                .filter(|own| model.tenant.features.contains(own));
            self.names
                .extend(on.map(|own| model.features[own.get()].clone()));
        }
    }

    fn condition(&mut self, model: &Model, condition: usize) {
        for atom in model.conditions[condition].0.iter().flatten() {
            let attributes = atom.references().into_iter();
            self.names
                .extend(attributes.map(|reference| reference.attribute));
            if let Atom::Is { constants, .. }
            | Atom::Lacks { constants, .. }
            | Atom::Within { constants, .. } = atom
            {
                self.names.extend(constants.iter().cloned());
            }
        }
    }

    fn add(&mut self, names: [Option<&String>; 2]) {
        self.names.extend(names.into_iter().flatten().cloned());
    }

    /// Looks for every name that the audience may not know; returns how many there are.
    fn check(&self, model: &Model, slice: &[u8]) -> usize {
        for secret in [ROUTES, &AUDIT_HEAD] {
            assert!(!contains(slice, secret));
        }
        let header = [
            "default",
            "tenant",
            &model.tenant.id,
            &model.catalog,
            "portcullis 0.1.0",
        ];
        let mut forbidden = 0;
        for name in all_names(model) {
            // What is part of a name that may be known cannot be distinguished from it.
            let known = self.names.iter().any(|known| known.contains(&name));
            if known || header.iter().any(|known| known.contains(&name)) {
                continue;
            }
            forbidden += 1;
            assert!(
                !contains(slice, name.as_bytes()),
                "`{name}` leaks; known are {self:#?}"
            );
        }
        forbidden
    }
}

/// Returns every name of a policy of which three bytes or more can be looked for.
fn all_names(model: &Model) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    names.extend(model.features.iter().cloned());
    names.extend(model.scopes.iter().cloned());
    let attributes = &model.attributes;
    for list in [
        &attributes.subject,
        &attributes.action,
        &attributes.context,
        &attributes.resource,
    ] {
        names.extend(list.iter().cloned());
    }
    for module in &model.modules {
        names.insert(module.id.clone());
        names.extend(module.label.clone());
    }
    for permission in &model.permissions {
        names.insert(permission.action.clone());
        names.extend(permission.label.clone());
    }
    names.extend(model.aliases.iter().map(|alias| alias.name.clone()));
    for role in &model.roles {
        names.insert(role.id.clone());
        names.extend(role.label.clone());
        names.extend(role.description.clone());
    }
    let mut bound = Vec::new();
    for group in &model.tenant.groups {
        names.insert(group.id.clone());
        bound.extend(&group.roles);
    }
    for person in &model.tenant.directory {
        names.insert(person.id.clone());
        names.extend(person.groups.iter().cloned());
        names.extend(
            person
                .attributes
                .iter()
                .flat_map(|(_, values)| values.iter().cloned()),
        );
        bound.extend(&person.roles);
    }
    names.extend(bound.iter().filter_map(|binding| binding.team.clone()));
    for (index, _) in model.conditions.iter().enumerate() {
        let mut constants = Knows::default();
        constants.condition(model, index);
        names.extend(constants.names);
    }
    names.retain(|name| name.len() > 2);
    names
}

/// Tells, by asking the whole, whether a role's grant passes the tenant's features.
fn is_open(policy: &Policy, role: &str, permission: &str) -> bool {
    let (module, action) = permission.split_once(':').unwrap();
    let request = Request {
        subject: Subject {
            kind: "user".to_owned(),
            id: "nobody-in-the-directory".to_owned(),
            roles: vec![role.to_owned()],
            ..Subject::default()
        },
        action: Action {
            name: action.to_owned(),
            ..Action::default()
        },
        resource: Resource {
            module: module.to_owned(),
            ..Resource::default()
        },
        ..Request::default()
    };
    !answer(policy, &request).contains("feature-disabled")
}

fn contains(bytes: &[u8], name: &[u8]) -> bool {
    bytes.windows(name.len()).any(|window| window == name)
}
