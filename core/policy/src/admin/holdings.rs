//! What a subject holds: its roles, from wherever, and what they grant.

use std::collections::BTreeSet;

use super::SubjectKey;
use crate::authzen;
use crate::model::{
    Binding, Model, ModuleIndex, PermissionIndex, Person, Requirement, RoleIndex, ScopeIndex,
};

/// A permission at one scope.
pub(super) type Pair = (PermissionIndex, ScopeIndex);

/// The groups and the roles of a subject, those not yet available included.
#[derive(Clone, Debug, Default)]
pub(super) struct Holdings {
    pub(super) groups: BTreeSet<String>,
    pub(super) bindings: BTreeSet<Binding>,
}

impl Holdings {
    /// Unites what a subject brings along with what the directory says of it.
    pub(super) fn of_subject(model: &Model, subject: &authzen::Subject) -> Self {
        let mut held = person(model, &subject.kind, &subject.id)
            .map(|person| Self::of_person(model, person))
            .unwrap_or_default();
        held.groups.extend(subject.groups.iter().cloned());
        for id in &subject.groups {
            held.bindings.extend(of_group(model, id).iter().cloned());
        }
        let everywhere = subject.roles.iter().map(|role| (role, None));
        // Without a team attribute a request's team roles grant nothing.
        let on_teams = subject.team_roles.iter();
        let on_teams = on_teams
            .filter(|_| model.attributes.team.is_some())
            .map(|one| (&one.role, Some(one.team.clone())));
        for (id, team) in everywhere.chain(on_teams) {
            if let Some(role) = model.role(id) {
                held.bindings.insert(Binding { role, team });
            }
        }
        held
    }

    /// Unites a person's own roles with those of its groups.
    pub(super) fn of_person(model: &Model, person: &Person) -> Self {
        let mut held = Self {
            groups: person.groups.iter().cloned().collect(),
            bindings: person.roles.iter().cloned().collect(),
        };
        for id in &person.groups {
            held.bindings.extend(of_group(model, id).iter().cloned());
        }
        held
    }

    /// Returns the roles that can be used.
    pub(super) fn usable<'h>(&'h self, model: &'h Model) -> impl Iterator<Item = &'h Binding> {
        let available = |binding: &&Binding| {
            let role = model.roles.get(binding.role.get());
            role.is_some_and(|role| role.available)
        };
        self.bindings.iter().filter(available)
    }

    /// Tells whether the role is among them, wherever it is bound.
    pub(super) fn has_role(&self, role: RoleIndex) -> bool {
        self.bindings.iter().any(|binding| binding.role == role)
    }
}

/// Returns what the directory says of a subject.
pub(super) fn person<'m>(model: &'m Model, kind: &str, id: &str) -> Option<&'m Person> {
    let directory = &model.tenant.directory;
    let at = directory.binary_search_by(|known| {
        let known = (known.kind.as_str(), known.id.as_str());
        known.cmp(&(kind, id))
    });
    directory.get(at.ok()?)
}

/// Returns the roles that the members of a group get.
pub(super) fn of_group<'m>(model: &'m Model, id: &str) -> &'m [Binding] {
    let groups = &model.tenant.groups;
    let at = groups.binary_search_by(|known| known.id.as_str().cmp(id));
    at.ok()
        .and_then(|at| groups.get(at))
        .map_or(&[], |group| &group.roles)
}

/// Returns what a role grants.
pub(super) fn of_role(model: &Model, role: RoleIndex) -> BTreeSet<Pair> {
    let role = model.roles.get(role.get());
    role.map(|role| pairs(model, &role.grants))
        .unwrap_or_default()
}

/// Returns what the catalog grants a role, whatever a tenant changed in it.
pub(super) fn of_catalog(model: &Model, role: RoleIndex) -> BTreeSet<Pair> {
    let role = model.roles.get(role.get());
    let grants = role.map(|role| role.grants_unedited.as_ref().unwrap_or(&role.grants));
    grants
        .map(|grants| pairs(model, grants))
        .unwrap_or_default()
}

fn pairs(model: &Model, grants: &[crate::model::Grant]) -> BTreeSet<Pair> {
    let scopes = |grant: &crate::model::Grant| model.scopes_of(*grant).iter().copied();
    let pairs = grants
        .iter()
        .flat_map(|grant| scopes(grant).map(|scope| (grant.permission, scope)));
    pairs.collect()
}

/// Tells whether the features let a permission be used at all.
pub(super) fn is_open(model: &Model, permission: PermissionIndex) -> bool {
    let Some(permission) = model.permissions.get(permission.get()) else {
        return false;
    };
    permission.requires.iter().all(|need| holds(model, need))
        && module_is_open(model, permission.module)
}

fn module_is_open(model: &Model, module: ModuleIndex) -> bool {
    let mut next = Some(module);
    // INVARIANT (order): a parent lies before its children, so this ends.
    while let Some(module) = next.and_then(|index| model.modules.get(index.get())) {
        if !module.requires.iter().all(|need| holds(model, need)) {
            return false;
        }
        next = module.parent;
    }
    true
}

fn holds(model: &Model, requirement: &Requirement) -> bool {
    let on = |feature| model.tenant.features.binary_search(feature).is_ok();
    if requirement.any {
        requirement.features.iter().any(on)
    } else {
        requirement.features.iter().all(on)
    }
}

impl From<&Person> for SubjectKey {
    fn from(person: &Person) -> Self {
        Self::new(&person.kind, &person.id)
    }
}

/// Tells whether a grant holds for every resource.
pub(super) fn is_unconditional(model: &Model, (permission, scope): Pair) -> bool {
    let scopes = model
        .permissions
        .get(permission.get())
        .map(|permission| &permission.scopes);
    let condition = scopes.and_then(|scopes| scopes.iter().find(|(known, _)| *known == scope));
    let condition = condition.and_then(|(_, condition)| model.conditions.get(condition.get()));
    condition.is_some_and(|condition| condition.0.iter().any(Vec::is_empty))
}
