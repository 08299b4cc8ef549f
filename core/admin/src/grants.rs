//! What roles grant, as administration compares it.

use std::collections::BTreeSet;

use portcullis_policy::model::{Grant, Model, PermissionIndex, RoleIndex, ScopeIndex};

/// A permission at one of its scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ScopedPermission {
    pub(crate) permission: PermissionIndex,
    pub(crate) scope: ScopeIndex,
}

/// Returns what a role grants.
pub(crate) fn of_role(model: &Model, role: RoleIndex) -> BTreeSet<ScopedPermission> {
    let role = model.roles.get(role.get());
    role.map(|role| written_out(model, &role.grants))
        .unwrap_or_default()
}

/// Returns what the catalog grants a role, whatever a tenant changed in it.
pub(crate) fn of_catalog(model: &Model, role: RoleIndex) -> BTreeSet<ScopedPermission> {
    let role = model.roles.get(role.get());
    let grants = role.map(|role| role.grants_unedited.as_ref().unwrap_or(&role.grants));
    grants
        .map(|grants| written_out(model, grants))
        .unwrap_or_default()
}

fn written_out(model: &Model, grants: &[Grant]) -> BTreeSet<ScopedPermission> {
    let of_grant = |grant: &Grant| {
        let permission = grant.permission;
        let scopes = model.scopes_of(*grant).iter();
        scopes.map(move |scope| ScopedPermission {
            permission,
            scope: *scope,
        })
    };
    grants.iter().flat_map(of_grant).collect()
}
