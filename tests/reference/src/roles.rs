//! Roles: patterns, `clones`, `except`, `only` and `edits` expanded to plain grants.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    catalog::{Catalog, Permission},
    source::{members, string_list, strings},
};

/// One role.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    /// A role that is not yet available grants nothing.
    pub(crate) available: bool,
    pub(crate) grants: Grants,
}

/// The granted scopes by permission name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grants(pub(crate) BTreeMap<String, BTreeSet<String>>);

/// Expands every role of the catalog and the tenant.
pub(crate) fn expand_roles(
    catalog: &Catalog,
    catalog_source: &Value,
    tenant_source: &Value,
) -> Result<BTreeMap<String, Role>, String> {
    let sources: BTreeMap<_, _> = members(catalog_source, "roles")
        .chain(members(tenant_source, "roles"))
        .collect();
    let edits: BTreeMap<_, _> = members(tenant_source, "edits").collect();
    let mut roles = BTreeMap::new();
    for (id, source) in &sources {
        let mut grants = expand(catalog, &sources, id, sources.len())?;
        if let Some(edit) = edits.get(id) {
            grants.add(catalog, edit, "added")?;
            grants.remove(catalog, edit, "removed")?;
            grants.keep_what_may_be_held(catalog, id);
        }
        let available = source
            .get("available")
            .and_then(Value::as_bool)
            .unwrap_or(true);
        roles.insert((*id).clone(), Role { available, grants });
    }
    Ok(roles)
}

/// Expands one role as its source says: the base it clones, its own grants, then `except`.
fn expand(
    catalog: &Catalog,
    sources: &BTreeMap<&String, &Value>,
    id: &String,
    clones_left: usize,
) -> Result<Grants, String> {
    let source = sources.get(id).ok_or_else(|| format!("no role `{id}`"))?;
    let mut grants = match source.get("clones").and_then(Value::as_str) {
        Some(base) => {
            let left = clones_left
                .checked_sub(1)
                .ok_or_else(|| format!("`{id}` clones itself"))?;
            expand(catalog, sources, &base.to_owned(), left)?
        }
        None => Grants::default(),
    };
    grants.add(catalog, source, "grants")?;
    for pattern in strings(source, "except")? {
        for permission in matching(catalog, &pattern) {
            grants.0.remove(&permission.name());
        }
    }
    grants.keep_what_may_be_held(catalog, id);
    Ok(grants)
}

impl Grants {
    /// Adds `{scope: [patterns]}` under `member`; what does not support the scope is skipped.
    fn add(&mut self, catalog: &Catalog, source: &Value, member: &str) -> Result<(), String> {
        each_grant(catalog, source, member, |permission, scope| {
            self.0
                .entry(permission.name())
                .or_default()
                .insert(scope.to_owned());
        })
    }

    /// Takes `{scope: [patterns]}` under `member` away.
    fn remove(&mut self, catalog: &Catalog, source: &Value, member: &str) -> Result<(), String> {
        each_grant(catalog, source, member, |permission, scope| {
            if let Some(scopes) = self.0.get_mut(&permission.name()) {
                scopes.remove(scope);
            }
        })
    }

    /// Leaves out what `only` keeps from the role.
    fn keep_what_may_be_held(&mut self, catalog: &Catalog, role: &str) {
        for permission in &catalog.permissions {
            if !permission.may_be_held_by(role) {
                self.0.remove(&permission.name());
            }
        }
    }
}

/// Calls `on` with each (permission, supported scope) that `{scope: [patterns]}` covers.
fn each_grant(
    catalog: &Catalog,
    source: &Value,
    member: &str,
    mut on: impl FnMut(&Permission, &str),
) -> Result<(), String> {
    for (scope, patterns) in members(source, member) {
        for pattern in string_list(patterns)? {
            for permission in matching(catalog, &pattern) {
                for supported in permission.scopes.keys() {
                    if scope == "*" || scope == supported {
                        on(permission, supported);
                    }
                }
            }
        }
    }
    Ok(())
}

/// The permissions that `(* | module | module.*):(* | @kind | action)`, `*` or an alias names.
fn matching<'a>(catalog: &'a Catalog, pattern: &str) -> Vec<&'a Permission> {
    let (modules, actions) = pattern.split_once(':').unwrap_or((pattern, pattern));
    // The former id of a module stands for its present one.
    let present = |id: &str| {
        catalog
            .former_modules
            .get(id)
            .cloned()
            .unwrap_or_else(|| id.to_owned())
    };
    let in_modules = |permission: &Permission| match modules.strip_suffix(".*").map(present) {
        _ if modules == "*" => true,
        Some(top) => permission.module == top || permission.module.starts_with(&format!("{top}.")),
        None => permission.module == present(modules),
    };
    let in_actions = |permission: &Permission| match actions.strip_prefix('@') {
        _ if actions == "*" => true,
        Some(kind) => permission.kind == kind,
        None => permission.action == actions,
    };
    let named: Vec<_> = catalog
        .permissions
        .iter()
        .filter(|p| in_modules(p) && in_actions(p))
        .collect();
    if named.is_empty() {
        catalog.permission(modules, actions).into_iter().collect()
    } else {
        named
    }
}
