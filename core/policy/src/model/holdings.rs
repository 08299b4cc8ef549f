//! Which roles a subject holds, from wherever.

use std::collections::BTreeSet;

use portcullis_engine::UnixSeconds;

use super::{Binding, Model, Person, RoleIndex};
use crate::authzen::Subject;
use crate::source::Until;

/// The groups that a subject is in and the roles that it holds, those not yet available
/// included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// The groups, mapped or not.
    pub groups: BTreeSet<String>,
    /// The roles, its own and those of its groups.
    pub bindings: BTreeSet<Binding>,
    /// What it holds as everybody does, which nobody gave it.
    pub everyone: Option<Binding>,
}

impl Holdings {
    /// Unites what a subject brings along with what the directory says of it.
    #[must_use]
    pub fn of_subject(model: &Model, subject: &Subject) -> Self {
        let person = model.person(&subject.kind, &subject.id);
        if person.is_some_and(|person| person.inactive) {
            return Self::default();
        }
        let mut held = person
            .map(|person| Self::listed(model, person))
            .unwrap_or_default();
        held.everyone = model.everyones(&subject.kind, &subject.id);
        held.join(model, &subject.groups);
        // Everybody's role follows from the subject's type alone, whoever states it.
        let everybodys = model.everyone.as_ref().map(|everyone| everyone.role);
        let everywhere = subject.roles.iter().map(|role| (role, None));
        // Without a team attribute a request's team roles grant nothing.
        let on_teams = subject
            .team_roles
            .iter()
            .filter(|_| model.attributes.team.is_some())
            .map(|bound| (&bound.role, Some(bound.team.clone())));
        for (id, team) in everywhere.chain(on_teams) {
            if let Some(role) = model.role(id)
                && Some(role) != everybodys
            {
                let until = None;
                held.bindings.insert(Binding { role, team, until });
            }
        }
        held
    }

    /// Returns what the policy itself gives a subject, whether the directory has it or not.
    #[must_use]
    pub fn of_key(model: &Model, kind: &str, id: &str) -> Self {
        match model.person(kind, id) {
            Some(person) => Self::of_person(model, person),
            None => Self {
                everyone: model.everyones(kind, id),
                ..Self::default()
            },
        }
    }

    /// Unites a person's own roles with those of its groups; one that is not active holds
    /// nothing.
    #[must_use]
    pub fn of_person(model: &Model, person: &Person) -> Self {
        if person.inactive {
            return Self::default();
        }
        Self {
            everyone: model.everyones(&person.kind, &person.id),
            ..Self::listed(model, person)
        }
    }

    /// Unites a person's own roles with those of its groups, as if it were active.
    #[must_use]
    pub fn listed(model: &Model, person: &Person) -> Self {
        let mut held = Self {
            groups: BTreeSet::new(),
            bindings: person.roles.iter().cloned().collect(),
            everyone: None,
        };
        held.join(model, &person.groups);
        held
    }

    /// Returns what of it counts at that time.
    #[must_use]
    pub fn at(mut self, now: UnixSeconds) -> Self {
        let counts = |binding: &Binding| binding.until.is_none_or(|until| now < until);
        self.bindings.retain(counts);
        self
    }

    /// Returns what of it never ends.
    #[must_use]
    pub fn lasting(mut self) -> Self {
        self.bindings.retain(|binding| binding.until.is_none());
        self
    }

    /// Returns the roles that can be used.
    pub fn usable<'h>(&'h self, model: &'h Model) -> impl Iterator<Item = &'h Binding> {
        let available = |binding: &&Binding| {
            let role = model.roles.get(binding.role.get());
            role.is_some_and(|role| role.available)
        };
        self.bindings.iter().chain(&self.everyone).filter(available)
    }

    /// Returns whether the role is among them, wherever it is bound.
    #[must_use]
    pub fn has_role(&self, role: RoleIndex) -> bool {
        self.bindings.iter().any(|binding| binding.role == role)
    }

    fn join(&mut self, model: &Model, groups: &[String]) {
        for id in groups {
            self.bindings.extend(model.group_roles(id).iter().cloned());
        }
        self.groups.extend(groups.iter().cloned());
    }
}

impl Model {
    /// Returns what the directory says of a subject.
    #[must_use]
    pub fn person(&self, kind: &str, id: &str) -> Option<&Person> {
        let directory = &self.tenant.directory;
        let at = directory.binary_search_by(|known| {
            let known = (known.kind.as_str(), known.id.as_str());
            known.cmp(&(kind, id))
        });
        directory.get(at.ok()?)
    }

    /// Returns the role that a subject holds as everybody does.
    fn everyones(&self, kind: &str, id: &str) -> Option<Binding> {
        let everyone = self.everyone.as_ref()?;
        let is_one = !id.is_empty() && everyone.types.iter().any(|own| own == kind);
        is_one.then_some(Binding {
            role: everyone.role,
            team: None,
            until: None,
        })
    }

    /// Names a binding as it stands in a policy, `role` or `role@team`; behind one that ends
    /// ` until ` and when.
    #[must_use]
    pub fn binding_name(&self, binding: &Binding) -> String {
        let role = self.roles.get(binding.role.get());
        let role = role.map_or("", |role| role.id.as_str());
        let until = Until::after(binding.until.map(Until));
        match &binding.team {
            Some(team) => format!("{role}@{team}{until}"),
            None => format!("{role}{until}"),
        }
    }

    /// Returns the roles that the members of a group get.
    #[must_use]
    pub fn group_roles(&self, id: &str) -> &[Binding] {
        let groups = &self.tenant.groups;
        let at = groups.binary_search_by(|known| known.id.as_str().cmp(id));
        at.ok()
            .and_then(|at| groups.get(at))
            .map_or(&[], |group| &group.roles)
    }
}
