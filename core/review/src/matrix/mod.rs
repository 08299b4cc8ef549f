//! Roles × permissions: who may do what, at which scopes.

mod table;
mod write;

use serde::Serialize;

use portcullis_policy::model::Model;

pub use table::{Table, TableRow};

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
        Ok(Table::new(model, only)?.written_out())
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
