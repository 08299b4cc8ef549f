//! Grants written out in a tenant: by scope, each permission by its name.

use std::collections::BTreeSet;

use portcullis_policy::model::{Model, RoleIndex, ScopeIndex};
use portcullis_policy::source::{Edit, Members, OneOrMany, Role, Tenant};

use crate::grants::{self, ScopedPermission};

/// Writes grants by scope, in catalog order.
pub(crate) fn by_scope(model: &Model, grants: &BTreeSet<ScopedPermission>) -> Members<OneOrMany> {
    let mut members = Members::default();
    for (scope, index) in model
        .scopes
        .iter()
        .zip(0..)
        .map(|(scope, index)| (scope, ScopeIndex(index)))
    {
        let permissions = grants
            .iter()
            .filter(|grant| grant.scope == index)
            .filter_map(|grant| model.permissions.get(grant.permission.get()))
            .map(|permission| permission.name.as_str())
            .collect::<OneOrMany>();
        if !permissions.is_empty() {
            members.set(scope, permissions);
        }
    }
    members
}

/// Writes out a role of the tenant and the roles that copy it, so that a change of the one
/// does not change the others.
pub(crate) fn write_out(tenant: &mut Tenant, model: &Model, id: &str) {
    let copies = tenant.roles.iter();
    let copies = copies
        .filter(|(_, role)| role.clones.as_deref() == Some(id))
        .map(|(id, _)| id.to_owned())
        .collect::<Vec<_>>();
    for id in copies.iter().map(String::as_str).chain([id]) {
        let grants = model.role(id).map(|role| grants::of_role(model, role));
        if let (Some(grants), Some(role)) = (grants, tenant.roles.get_mut(id)) {
            set_grants(role, model, &grants);
        }
    }
}

/// Gives a role of the tenant grants of its own, and records what it was a copy of.
pub(crate) fn set_grants(role: &mut Role, model: &Model, grants: &BTreeSet<ScopedPermission>) {
    role.grants = by_scope(model, grants);
    role.except = OneOrMany::default();
    if let Some(base) = role.clones.take() {
        role.base = Some(base);
    }
}

/// Returns how a tenant's grants of an editable built-in role differ from the catalog's.
pub(crate) fn edit(model: &Model, role: RoleIndex, grants: &BTreeSet<ScopedPermission>) -> Edit {
    let fixed = grants::of_catalog(model, role);
    let less = |one: &BTreeSet<ScopedPermission>, other| one.difference(other).copied().collect();
    Edit {
        added: by_scope(model, &less(grants, &fixed)),
        removed: by_scope(model, &less(&fixed, grants)),
    }
}
