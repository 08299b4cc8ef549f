//! Changes of which of a tenant's own roles a token may state.

use std::collections::BTreeSet;

use portcullis_policy::model::Model;
use portcullis_policy::source::Operation;

use crate::authorization::Step;
use crate::draft::Draft;
use crate::lookup;
use crate::refused::{Refused, RefusedReason};
use crate::required::Cover;

/// Lets tokens state a role.
pub(crate) fn claim(draft: &mut Draft, model: &Model, id: &str) -> Result<(), Refused> {
    lookup::usable_role(model, id)?;
    if own(model, id)? {
        return Err(Refused::new(
            RefusedReason::Duplicate,
            format!("tokens may state the role `{id}` already"),
            "there is nothing to do",
        ));
    }
    let cover = Cover::Assigned {
        role: id.to_owned(),
        everywhere: true,
    };
    set(draft, id, Some(true), Operation::Map, cover);
    Ok(())
}

/// Lets tokens no longer state a role.
pub(crate) fn unclaim(draft: &mut Draft, model: &Model, id: &str) -> Result<(), Refused> {
    if !own(model, id)? {
        return Err(Refused::new(
            RefusedReason::NothingToDo,
            format!("no token may state the role `{id}`"),
            "there is nothing to do",
        ));
    }
    let cover = Cover::Unassigned {
        role: id.to_owned(),
        everywhere: true,
    };
    set(draft, id, None, Operation::Unmap, cover);
    Ok(())
}

/// Says whether tokens may state a role of the tenant's own.
fn own(model: &Model, id: &str) -> Result<bool, Refused> {
    let (_, role) = lookup::role(model, id)?;
    if role.built_in {
        return Err(Refused::new(
            RefusedReason::NotEditable,
            format!(
                "the role `{id}` belongs to the catalog, which says whether tokens may state it"
            ),
            "clone it, and use the copy",
        ));
    }
    Ok(role.claimable)
}

/// Whoever has such a token may be anybody, so the role is covered everywhere, as for a group.
fn set(draft: &mut Draft, id: &str, claimable: Option<bool>, operation: Operation, cover: Cover) {
    if let Some(role) = draft.tenant.roles.get_mut(id) {
        role.claimable = claimable;
    }
    draft.steps.push(Step {
        roles: BTreeSet::from([id.to_owned()]),
        cover,
        ..Step::new(operation)
    });
}
