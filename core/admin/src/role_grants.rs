//! Changes of what a role grants.

use std::collections::BTreeSet;

use portcullis_policy::model::{Model, RoleIndex};
use portcullis_policy::source::{Edit, Members, OneOrMany, Operation};

use crate::draft::Draft;
use crate::grants::{self, ScopedPermission};
use crate::patterns::{self, Among};
use crate::refused::{Refused, RefusedReason};
use crate::rewritten::{self, Rewriting};
use crate::{lookup, words};

pub(crate) fn grant(
    draft: &mut Draft,
    model: &Model,
    id: &str,
    grants: &Members<OneOrMany>,
) -> Result<(), Refused> {
    let index = editable(model, id)?;
    let mut held = grants::of_role(model, index);
    let wanted = patterns::expand(model, Among::Grantable(index), grants)?;
    if wanted.is_subset(&held) {
        let wanted = wanted
            .iter()
            .map(|grant| lookup::grant_name(model, *grant, None));
        return Err(Refused::new(
            RefusedReason::Duplicate,
            format!(
                "the role `{id}` is granted {} already",
                words::quoted(wanted)
            ),
            "there is nothing to do",
        ));
    }
    held.extend(wanted);
    regrant(draft, model, index, id, &held);
    draft.edits_role(Operation::Edit, id, id);
    Ok(())
}

pub(crate) fn revoke(
    draft: &mut Draft,
    model: &Model,
    id: &str,
    grants: &Members<OneOrMany>,
) -> Result<(), Refused> {
    let index = editable(model, id)?;
    let mut held = grants::of_role(model, index);
    let unwanted = patterns::expand(model, Among::Held(index, &held), grants)?;
    held.retain(|grant| !unwanted.contains(grant));
    regrant(draft, model, index, id, &held);
    draft.edits_role(Operation::Edit, id, id);
    Ok(())
}

pub(crate) fn reset(draft: &mut Draft, model: &Model, id: &str) -> Result<(), Refused> {
    let index = editable(model, id)?;
    let original = model.stands_as(index);
    let mut grants = grants::of_catalog(model, original);
    if original == index && !is_built_in(model, index) {
        return Err(Refused::new(
            RefusedReason::NothingToDo,
            format!(
                "the role `{id}` was not copied from one of the catalog, so it has no grants to go back to"
            ),
            "grant and revoke what it should hold",
        ));
    }
    grants.retain(|grant| {
        let permission = model.permissions.get(grant.permission.get());
        permission.is_some_and(|permission| permission.may_be_held_by(index))
    });
    if grants == grants::of_role(model, index) {
        return Err(Refused::new(
            RefusedReason::NothingToDo,
            format!("the role `{id}` has the grants of the catalog already"),
            "there is nothing to do",
        ));
    }
    regrant(draft, model, index, id, &grants);
    draft.edits_role(Operation::Reset, id, id);
    Ok(())
}

fn regrant(
    draft: &mut Draft,
    model: &Model,
    index: RoleIndex,
    id: &str,
    grants: &BTreeSet<ScopedPermission>,
) {
    let rewriting = Rewriting { model, index };
    if is_built_in(model, index) {
        let edit = draft.tenant.edits.get(id).cloned().unwrap_or_default();
        let edit = rewriting.edit(&edit, grants);
        if edit == Edit::default() {
            draft.tenant.edits.remove(id);
        } else {
            draft.tenant.edits.set(id, edit);
        }
        return;
    }
    if let Some(role) = draft.tenant.roles.get_mut(id) {
        let base = rewritten::copied(model, role, index);
        *role = rewriting.role(role, &base, grants);
    }
    keep_copies(draft, model, id, grants);
}

/// Leaves what a role's copies grant as it is: a change of the one does not change the others.
fn keep_copies(draft: &mut Draft, model: &Model, id: &str, grants: &BTreeSet<ScopedPermission>) {
    for (name, copy) in draft.tenant.roles.iter_mut() {
        let Some(index) = model
            .role(name)
            .filter(|_| copy.clones.as_deref() == Some(id))
        else {
            continue;
        };
        let mut base = grants.clone();
        base.retain(|grant| {
            let permission = model.permissions.get(grant.permission.get());
            permission.is_some_and(|permission| permission.may_be_held_by(index))
        });
        let held = grants::of_role(model, index);
        *copy = Rewriting { model, index }.role(copy, &base, &held);
    }
}

fn editable(model: &Model, id: &str) -> Result<RoleIndex, Refused> {
    let (index, role) = lookup::role(model, id)?;
    if role.editable {
        return Ok(index);
    }
    Err(Refused::new(
        RefusedReason::NotEditable,
        format!("the catalog does not let a tenant change the role `{id}`"),
        format!("clone it, and change the copy: `{id}` keeps what the catalog grants it"),
    ))
}

fn is_built_in(model: &Model, role: RoleIndex) -> bool {
    model
        .roles
        .get(role.get())
        .is_some_and(|role| role.built_in)
}
