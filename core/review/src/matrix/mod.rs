//! Roles × permissions: who may do what, at which scopes.

mod write;

use std::collections::BTreeSet;

use serde::Serialize;

use portcullis_policy::model::{Model, PermissionIndex, RoleIndex};

/// A table with a row for each permission and a column for each role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// The catalog's id.
    pub catalog: String,
    /// The tenant's id.
    pub tenant: String,
    /// The roles: built-in ones in catalog order, then the tenant's.
    pub roles: Vec<Column>,
    /// The permissions in catalog order.
    pub rows: Vec<Row>,
}

/// A role of a matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its id.
    pub role: String,
    /// What people call it, if it has a label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether it can be used yet; one that cannot grants nothing.
    pub available: bool,
}

/// A permission of a matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its module.
    pub module: String,
    /// Its action.
    pub action: String,
    /// Whether the tenant's features leave it open before any of them ends; one that they do not
    /// nobody has.
    pub open: bool,
    /// For each role the scopes at which it is granted, in catalog order.
    pub cells: Vec<Vec<String>>,
}

impl Matrix {
    /// Makes the table of a policy, of all its roles or of those that are named.
    ///
    /// # Errors
    /// Refuses a role that the policy does not have.
    pub fn new(model: &Model, only: &[String]) -> Result<Self, UnknownRole> {
        let mut wanted = BTreeSet::new();
        for id in only {
            wanted.insert(model.role(id).ok_or_else(|| UnknownRole::new(model, id))?);
        }
        let roles = model.roles.iter().zip((0..).map(RoleIndex));
        let roles = roles
            .filter(|(_, index)| only.is_empty() || wanted.contains(index))
            .map(|(role, _)| role)
            .collect::<Vec<_>>();
        let open = model.openness();
        let permissions = model.permissions.iter().zip((0..).map(PermissionIndex));
        let rows = permissions.map(|(permission, index)| {
            let cells = roles.iter().map(|role| {
                let grant = role.grants.iter().find(|grant| grant.permission == index);
                let scopes = grant.map_or(&[][..], |grant| model.scopes_of(*grant));
                let names = scopes
                    .iter()
                    .filter_map(|scope| model.scopes.get(scope.get()));
                names.cloned().collect()
            });
            let module = model.modules.get(permission.module.get());
            Row {
                module: module.map(|module| module.id.clone()).unwrap_or_default(),
                action: permission.action.clone(),
                open: open.permission(index),
                cells: cells.collect(),
            }
        });
        Ok(Self {
            catalog: model.catalog.clone(),
            tenant: model.tenant.id.clone(),
            rows: rows.collect(),
            roles: roles
                .iter()
                .map(|role| Column {
                    role: role.id.clone(),
                    label: role.label.clone(),
                    available: role.available,
                })
                .collect(),
        })
    }
}

/// A role that a policy does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRole {
    role: String,
    cure: String,
}

impl UnknownRole {
    fn new(model: &Model, id: &str) -> Self {
        let known = model.roles.iter().map(|role| role.id.as_str());
        Self {
            role: id.to_owned(),
            cure: portcullis_json::nearest_or(id, known, "leave it out to see every role"),
        }
    }
}

impl core::fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the policy has no role `{}`; {}", self.role, self.cure)
    }
}

impl core::error::Error for UnknownRole {}

#[cfg(test)]
mod tests;
