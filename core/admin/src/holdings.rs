//! What roles grant, as administration compares it.

use std::collections::BTreeSet;

use super::SubjectKey;
use portcullis_policy::model::{Model, PermissionIndex, Person, RoleIndex, ScopeIndex};

/// A permission at one scope.
pub(super) type Pair = (PermissionIndex, ScopeIndex);

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

fn pairs(model: &Model, grants: &[portcullis_policy::model::Grant]) -> BTreeSet<Pair> {
    let scopes = |grant: &portcullis_policy::model::Grant| model.scopes_of(*grant).iter().copied();
    let pairs = grants
        .iter()
        .flat_map(|grant| scopes(grant).map(|scope| (grant.permission, scope)));
    pairs.collect()
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
