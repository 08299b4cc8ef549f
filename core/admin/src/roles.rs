//! Changes of roles themselves: created, copied, described, renamed and deleted.

use portcullis_policy::model::{self, Model, RoleIndex};
use portcullis_policy::source::{Operation, Role};

use crate::draft::Draft;
use crate::refused::{Refused, RefusedReason};
use crate::{bindings, grants, holders, lookup, written_grants};

pub(crate) fn create(
    draft: &mut Draft,
    model: &Model,
    id: &str,
    label: Option<&str>,
    description: Option<&str>,
) -> Result<(), Refused> {
    lookup::check_new_role(model, id)?;
    lookup::check_room(model, &draft.tenant)?;
    let role = Role {
        label: lookup::label(label)?,
        description: lookup::description(description)?,
        ..Role::default()
    };
    draft.tenant.roles.set(id, role);
    draft.about_role(Operation::Create, id, None, Some(id));
    Ok(())
}

pub(crate) fn copy(
    draft: &mut Draft,
    model: &Model,
    from: &str,
    id: &str,
    label: Option<&str>,
    description: Option<&str>,
) -> Result<(), Refused> {
    let (index, original) = lookup::usable_role(model, from)?;
    lookup::check_new_role(model, id)?;
    lookup::check_room(model, &draft.tenant)?;
    let (new_label, new_description) = (lookup::label(label)?, lookup::description(description)?);
    let mut grants = grants::of_role(model, index);
    // `only` names roles of the catalog, so a tenant's role can never be granted these.
    grants.retain(|grant| {
        let permission = model.permissions.get(grant.permission.get());
        permission.is_some_and(|permission| permission.only.is_empty())
    });
    let role = Role {
        label: if label.is_some() {
            new_label
        } else {
            original.label.clone()
        },
        description: if description.is_some() {
            new_description
        } else {
            original.description.clone()
        },
        base: Some(from.to_owned()),
        grants: written_grants::by_scope(model, &grants),
        ..Role::default()
    };
    draft.tenant.roles.set(id, role);
    draft.about_role(Operation::Clone, id, None, Some(id));
    Ok(())
}

pub(crate) fn label(
    draft: &mut Draft,
    model: &Model,
    id: &str,
    label: Option<&str>,
    description: Option<&str>,
) -> Result<(), Refused> {
    own(model, id, "get another label")?;
    let (new_label, new_description) = (lookup::label(label)?, lookup::description(description)?);
    let Some(role) = draft.tenant.roles.get_mut(id) else {
        return Ok(());
    };
    let before = role.clone();
    if label.is_some() {
        role.label = new_label;
    }
    if description.is_some() {
        role.description = new_description;
    }
    if *role == before {
        return Err(Refused::new(
            RefusedReason::NothingToDo,
            format!("the role `{id}` has this label and description already"),
            "give another label or description",
        ));
    }
    draft.edits_role(Operation::Edit, id, id);
    Ok(())
}

pub(crate) fn rename(draft: &mut Draft, model: &Model, id: &str, to: &str) -> Result<(), Refused> {
    own(model, id, "get another id")?;
    lookup::check_new_role(model, to)?;
    draft.tenant.roles.rename(id, to);
    // Tokens state the former id; whoever gives a role another decides nothing about those.
    if let Some(role) = draft.tenant.roles.get_mut(to) {
        role.claimable = None;
    }
    for name in references(draft).filter(|name| *name == id) {
        to.clone_into(name);
    }
    bindings::rebind(&mut draft.tenant, id, |team| Some(bindings::text(to, team)));
    draft.tenant.retired.0.push(id.to_owned());
    draft.edits_role(Operation::Edit, id, to);
    Ok(())
}

pub(crate) fn delete(
    draft: &mut Draft,
    model: &Model,
    id: &str,
    reassign: Option<&str>,
) -> Result<(), Refused> {
    let (_, role) = lookup::role(model, id)?;
    if role.permanent {
        return Err(Refused::new(
            RefusedReason::Permanent,
            format!("the role `{id}` is permanent and cannot be deleted"),
            "unassign it from those who should not hold it",
        ));
    }
    own(model, id, "be deleted")?;
    if let Some(other) = reassign {
        lookup::role_to_give(model, other)?;
        if other == id {
            return Err(Refused::new(
                RefusedReason::Duplicate,
                format!("the holders of `{id}` cannot get the role that is deleted"),
                "name another role to reassign them",
            ));
        }
    }
    // Roles that still copy it keep what they have.
    written_grants::write_out(&mut draft.tenant, model, id);
    let base = draft
        .tenant
        .roles
        .remove(id)
        .and_then(|role| role.clones.or(role.base));
    for (_, role) in draft.tenant.roles.iter_mut() {
        if role.base.as_deref() == Some(id) {
            role.base.clone_from(&base);
        }
        if let Some(manages) = &mut role.manages {
            manages.0.retain(|name| name != id);
        }
    }
    draft.tenant.retired.0.push(id.to_owned());
    draft.about_role(Operation::Delete, id, Some(id), None);
    draft.roles.insert(id.to_owned());
    holders::remove_all(draft, model, id, reassign);
    Ok(())
}

/// Returns every place of a tenant's roles that names a role.
fn references(draft: &mut Draft) -> impl Iterator<Item = &mut String> {
    let roles = draft.tenant.roles.iter_mut();
    roles.flat_map(|(_, role)| {
        let manages = role.manages.iter_mut().flat_map(|manages| &mut manages.0);
        role.clones.iter_mut().chain(&mut role.base).chain(manages)
    })
}

fn own<'m>(
    model: &'m Model,
    id: &str,
    what: &str,
) -> Result<(RoleIndex, &'m model::Role), Refused> {
    let (index, role) = lookup::role(model, id)?;
    if !role.built_in && role.editable {
        return Ok((index, role));
    }
    let (message, cure) = if role.built_in {
        (
            format!("the role `{id}` belongs to the catalog and cannot {what}"),
            "clone it, and use the copy",
        )
    } else {
        (
            format!("the role `{id}` is marked not editable and cannot {what}"),
            "remove \"editable\": false from the policy",
        )
    };
    Err(Refused::new(RefusedReason::NotEditable, message, cure))
}
