//! Roles that go from one tenant to another.

use portcullis_policy::model::Model;
use portcullis_policy::source::{Members, OneOrMany, Operation, Role};
use serde::Serialize;

use portcullis_policy::pattern::Pattern;

use crate::draft::Draft;
use crate::refused::{Refused, RefusedReason};
use crate::{grants, lookup, words, written_grants};

/// A role with all that it grants written out, so that another tenant can take it.
///
/// As JSON it is the [`Change`](crate::Change) that imports it there. Who holds it, what it
/// manages, whether tokens may state it and what only some roles of the catalog may hold stay
/// behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedRole {
    operation: &'static str,
    role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    grants: Members<OneOrMany>,
    #[serde(skip)]
    left_out: Vec<String>,
}

impl ExportedRole {
    /// Exports a role, of the catalog or of the tenant.
    ///
    /// # Errors
    /// Refuses a role that is not there or cannot be used yet.
    pub fn new(model: &Model, id: &str) -> Result<Self, Refused> {
        let (index, role) = lookup::usable_role(model, id)?;
        let mut left_out = Vec::new();
        let mut exported = grants::of_role(model, index);
        exported.retain(|grant| {
            let Some(permission) = model.permissions.get(grant.permission.get()) else {
                return false;
            };
            if permission.only.is_empty() {
                return true;
            }
            if !left_out.contains(&permission.name) {
                left_out.push(permission.name.clone());
            }
            false
        });
        Ok(Self {
            operation: "import",
            role: role.id.clone(),
            label: role.label.clone(),
            description: role.description.clone(),
            grants: written_grants::by_scope(model, &exported),
            left_out,
        })
    }

    /// Returns the permissions that only some roles of the catalog may hold, which no tenant could
    /// take.
    #[must_use]
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }
}

/// What it names that is not there is found when the tenant is compiled with it.
pub(crate) fn import(
    draft: &mut Draft,
    model: &Model,
    id: &str,
    label: Option<&str>,
    description: Option<&str>,
    grants: &Members<OneOrMany>,
) -> Result<(), Refused> {
    lookup::check_new_role(model, id)?;
    lookup::check_room(model, &draft.tenant)?;
    let role = Role {
        label: lookup::label(label)?,
        description: lookup::description(description)?,
        grants: grants.clone(),
        ..Role::default()
    };
    draft.tenant.roles.set(id, role);
    draft.about_role(Operation::Create, id, None, Some(id));
    Ok(())
}

/// Refuses a role of which the catalog has retired something: a tenant that has it goes on without,
/// but one that takes it would not have the role that was exported.
pub(crate) fn check_whole(after: &Model, grants: &Members<OneOrMany>) -> Result<(), Refused> {
    let is_gone = |text: &&str| {
        Pattern::parse(text).is_ok_and(|pattern| match pattern.explicit() {
            Some(name) => after.permission(&name).is_none(),
            None => pattern
                .module()
                .is_some_and(|id| after.module(id).is_none()),
        })
    };
    let texts = grants.iter().flat_map(|(_, patterns)| patterns.iter());
    let gone = texts
        .filter(is_gone)
        .collect::<std::collections::BTreeSet<_>>();
    if gone.is_empty() {
        return Ok(());
    }
    Err(Refused::new(
        RefusedReason::Unknown,
        format!("the catalog has retired {}", words::quoted(gone)),
        "take it out of what is imported, or name what stands in its place",
    ))
}
