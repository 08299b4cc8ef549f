//! Roles that go from one tenant to another.

use portcullis_policy::model::Model;
use portcullis_policy::source::{Members, OneOrMany, Operation, Role};
use serde::Serialize;

use crate::draft::Draft;
use crate::refused::Refused;
use crate::{grants, lookup, written_grants};

/// A role with all that it grants written out, so that another tenant can take it.
///
/// As JSON it is the [`Change`](crate::Change) that imports it there. Who holds it, what it
/// manages and whether tokens may state it stay behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedRole {
    operation: &'static str,
    role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    grants: Members<OneOrMany>,
}

impl ExportedRole {
    /// Exports a role, of the catalog or of the tenant.
    ///
    /// # Errors
    /// Refuses a role that is not there or cannot be used yet.
    pub fn new(model: &Model, id: &str) -> Result<Self, Refused> {
        let (index, role) = lookup::usable_role(model, id)?;
        Ok(Self {
            operation: "import",
            role: role.id.clone(),
            label: role.label.clone(),
            description: role.description.clone(),
            grants: written_grants::by_scope(model, &grants::of_role(model, index)),
        })
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
