//! A matrix with each distinct set of scopes written once.

use std::collections::BTreeSet;

use serde::Serialize;

use portcullis_policy::model::{Model, PermissionIndex, Role, RoleIndex};

use super::{Column, Matrix, Row, UnknownRole};

/// A [`Matrix`] whose cells are numbers of sets of scopes: of thousands of permissions and hundreds
/// of roles there are a million cells, and a dozen sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The catalog's id.
    pub catalog: String,
    /// The tenant's id.
    pub tenant: String,
    /// The roles: built-in ones in catalog order, then the tenant's.
    pub roles: Vec<Column>,
    /// The sets of scopes, each in catalog order; the first is empty.
    pub sets: Vec<Vec<String>>,
    /// The permissions in catalog order.
    pub rows: Vec<TableRow>,
}

/// A permission of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableRow {
    /// Its module.
    pub module: String,
    /// Its action.
    pub action: String,
    /// Whether the tenant's features leave it open before any of them ends.
    pub open: bool,
    /// For each role the number of the set of scopes at which it is granted.
    pub cells: Vec<usize>,
}

impl Table {
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
        // INVARIANT (grants): ascending by permission, so each role's are walked once.
        let mut pending = roles
            .iter()
            .map(|role| role.grants.iter().peekable())
            .collect::<Vec<_>>();
        let open = model.openness();
        let permissions = model.permissions.iter().zip((0..).map(PermissionIndex));
        let rows = permissions.map(|(permission, index)| {
            let cells = pending.iter_mut().map(|grants| {
                let grant = grants.next_if(|grant| grant.permission == index);
                grant.map_or(0, |grant| grant.scopes.get().saturating_add(1))
            });
            let module = model.modules.get(permission.module.get());
            TableRow {
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
            roles: roles.into_iter().map(column).collect(),
            sets: sets(model),
        })
    }

    /// Writes the scopes out in every cell.
    pub(super) fn written_out(self) -> Matrix {
        let Self {
            catalog,
            tenant,
            roles,
            sets,
            rows,
        } = self;
        let rows = rows.into_iter().map(|row| {
            let cells = row.cells.iter();
            Row {
                module: row.module,
                action: row.action,
                open: row.open,
                cells: cells
                    .map(|set| sets.get(*set).cloned().unwrap_or_default())
                    .collect(),
            }
        });
        Matrix {
            catalog,
            tenant,
            roles,
            rows: rows.collect(),
        }
    }
}

fn sets(model: &Model) -> Vec<Vec<String>> {
    let sets = model.scope_sets.iter().map(|set| {
        let names = set.iter().filter_map(|scope| model.scopes.get(scope.get()));
        names.cloned().collect()
    });
    core::iter::once(Vec::new()).chain(sets).collect()
}

fn column(role: &Role) -> Column {
    Column {
        role: role.id.clone(),
        label: role.label.clone(),
        available: role.available,
    }
}
