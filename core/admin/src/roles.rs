//! Changes of roles: what they are called, what they grant, that they are there.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::explicit::{self, Among};
use super::holdings::{self, Pair};
use super::refused::{Refused, RefusedReason};
use super::{holders, names};
use portcullis_policy::model::{self, Model, RoleIndex};
use portcullis_policy::source::{Edit, Members, OneOrMany, Operation, Role};

pub(super) fn create(
    draft: &mut Draft,
    model: &Model,
    id: &str,
    label: Option<&str>,
    description: Option<&str>,
) -> Result<(), Refused> {
    names::new_role(model, id)?;
    names::room_for_a_role(model, &draft.tenant)?;
    let role = Role {
        label: names::label(label)?,
        description: names::description(description)?,
        ..Role::default()
    };
    draft.tenant.roles.set(id, role);
    draft.about_role(Operation::Create, id, None, Some(id));
    Ok(())
}

pub(super) fn copy(
    draft: &mut Draft,
    model: &Model,
    from: &str,
    id: &str,
    label: Option<&str>,
    description: Option<&str>,
) -> Result<(), Refused> {
    let (index, original) = names::usable_role(model, from)?;
    names::new_role(model, id)?;
    names::room_for_a_role(model, &draft.tenant)?;
    let (new_label, new_description) = (names::label(label)?, names::description(description)?);
    let mut grants = holdings::of_role(model, index);
    // `only` names roles of the catalog, so it keeps everything from a tenant's.
    grants.retain(|(permission, _)| {
        let permission = model.permissions.get(permission.get());
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
        grants: explicit::by_scope(model, &grants),
        ..Role::default()
    };
    draft.tenant.roles.set(id, role);
    draft.about_role(Operation::Clone, id, None, Some(id));
    Ok(())
}

pub(super) fn label(
    draft: &mut Draft,
    model: &Model,
    id: &str,
    label: Option<&str>,
    description: Option<&str>,
) -> Result<(), Refused> {
    own(model, id, "be called otherwise")?;
    let (new_label, new_description) = (names::label(label)?, names::description(description)?);
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
            format!("the role `{id}` is called so already"),
            "give another label or description",
        ));
    }
    edited(draft, Operation::Edit, id, id);
    Ok(())
}

pub(super) fn grant(
    draft: &mut Draft,
    model: &Model,
    id: &str,
    grants: &Members<OneOrMany>,
) -> Result<(), Refused> {
    let index = editable(model, id)?;
    let mut held = holdings::of_role(model, index);
    let wanted = explicit::expand(model, Among::Grantable(index), grants)?;
    if wanted.is_subset(&held) {
        let wanted = wanted.iter().map(|pair| names::grant(model, *pair, None));
        return Err(Refused::new(
            RefusedReason::Duplicate,
            format!(
                "the role `{id}` is granted {} already",
                names::quoted(wanted)
            ),
            "there is nothing to do",
        ));
    }
    held.extend(wanted);
    regrant(draft, model, index, id, &held);
    edited(draft, Operation::Edit, id, id);
    Ok(())
}

pub(super) fn revoke(
    draft: &mut Draft,
    model: &Model,
    id: &str,
    grants: &Members<OneOrMany>,
) -> Result<(), Refused> {
    let index = editable(model, id)?;
    let mut held = holdings::of_role(model, index);
    let unwanted = explicit::expand(model, Among::Held(index, &held), grants)?;
    held.retain(|pair| !unwanted.contains(pair));
    regrant(draft, model, index, id, &held);
    edited(draft, Operation::Edit, id, id);
    Ok(())
}

pub(super) fn reset(draft: &mut Draft, model: &Model, id: &str) -> Result<(), Refused> {
    let index = editable(model, id)?;
    let original = model.stands_as(index);
    let mut grants = holdings::of_catalog(model, original);
    if original == index && !is_built_in(model, index) {
        return Err(Refused::new(
            RefusedReason::NothingToDo,
            format!(
                "the role `{id}` was not copied from one of the catalog, so it has no grants to go back to"
            ),
            "grant and revoke what it should hold",
        ));
    }
    grants.retain(|(permission, _)| {
        let permission = model.permissions.get(permission.get());
        permission.is_some_and(|permission| permission.may_be_held_by(index))
    });
    if grants == holdings::of_role(model, index) {
        return Err(Refused::new(
            RefusedReason::NothingToDo,
            format!("the role `{id}` has the grants of the catalog already"),
            "there is nothing to do",
        ));
    }
    regrant(draft, model, index, id, &grants);
    edited(draft, Operation::Reset, id, id);
    Ok(())
}

pub(super) fn rename(draft: &mut Draft, model: &Model, id: &str, to: &str) -> Result<(), Refused> {
    own(model, id, "get another id")?;
    names::new_role(model, to)?;
    draft.tenant.roles.rename(id, to);
    for name in references(draft).filter(|name| *name == id) {
        to.clone_into(name);
    }
    holders::rebind(&mut draft.tenant, id, |team| {
        vec![holders::binding(to, team)]
    });
    draft.tenant.retired.0.push(id.to_owned());
    edited(draft, Operation::Edit, id, to);
    Ok(())
}

pub(super) fn delete(
    draft: &mut Draft,
    model: &Model,
    id: &str,
    reassign: Option<&str>,
) -> Result<(), Refused> {
    let (_, role) = names::role(model, id)?;
    if role.permanent {
        return Err(Refused::new(
            RefusedReason::Permanent,
            format!("the role `{id}` is permanent and cannot be deleted"),
            "unassign it from those who should not hold it",
        ));
    }
    own(model, id, "be deleted")?;
    if let Some(other) = reassign {
        names::usable_role(model, other)?;
        if other == id {
            return Err(Refused::new(
                RefusedReason::Duplicate,
                format!("the holders of `{id}` cannot get the role that is deleted"),
                "name another role to reassign them",
            ));
        }
    }
    // Those that go on copying it keep what they have.
    explicit::write_out(&mut draft.tenant, model, id);
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
    holders::strip(draft, model, id, reassign);
    Ok(())
}

fn edited(draft: &mut Draft, operation: Operation, before: &str, after: &str) {
    draft.roles.insert(before.to_owned());
    draft.about_role(operation, before, Some(before), Some(after));
}

fn regrant(draft: &mut Draft, model: &Model, index: RoleIndex, id: &str, grants: &BTreeSet<Pair>) {
    if is_built_in(model, index) {
        let edit = explicit::edit(model, index, grants);
        if edit == Edit::default() {
            draft.tenant.edits.remove(id);
        } else {
            draft.tenant.edits.set(id, edit);
        }
        return;
    }
    explicit::write_out(&mut draft.tenant, model, id);
    if let Some(role) = draft.tenant.roles.get_mut(id) {
        explicit::set_grants(role, model, grants);
    }
}

/// Returns every place of a tenant's roles that names a role.
fn references(draft: &mut Draft) -> impl Iterator<Item = &mut String> {
    let roles = draft.tenant.roles.iter_mut();
    roles.flat_map(|(_, role)| {
        let manages = role.manages.iter_mut().flat_map(|manages| &mut manages.0);
        role.clones.iter_mut().chain(&mut role.base).chain(manages)
    })
}

fn editable(model: &Model, id: &str) -> Result<RoleIndex, Refused> {
    let (index, role) = names::role(model, id)?;
    if role.editable {
        return Ok(index);
    }
    Err(Refused::new(
        RefusedReason::NotEditable,
        format!("the catalog does not let a tenant change the role `{id}`"),
        format!("clone it, and change the copy: `{id}` keeps what the catalog grants it"),
    ))
}

fn own<'m>(
    model: &'m Model,
    id: &str,
    what: &str,
) -> Result<(RoleIndex, &'m model::Role), Refused> {
    let (index, role) = names::role(model, id)?;
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
            "take \"editable\": false out of the policy",
        )
    };
    Err(Refused::new(RefusedReason::NotEditable, message, cure))
}

fn is_built_in(model: &Model, role: RoleIndex) -> bool {
    model
        .roles
        .get(role.get())
        .is_some_and(|role| role.built_in)
}
