//! The last administrator: somebody who may edit roles is always left.

use std::collections::BTreeSet;

use portcullis_policy::model::{Binding, Holdings, Model, PermissionIndex, RoleIndex};

use crate::refused::{Refused, RefusedReason};
use crate::{grants, words};

/// Refuses a change after which nobody could edit roles, if before it somebody could.
pub(crate) fn check(before: &Model, after: &Model) -> Result<(), Refused> {
    let Some(strongest) = Strength::ALL
        .into_iter()
        .find(|strength| strength.is_there(before))
    else {
        return Ok(());
    };
    if strongest.is_there(after) {
        return Ok(());
    }
    let permissions = before.editing().into_iter();
    let permissions = permissions.filter_map(|index| before.permissions.get(index.get()));
    let permissions = words::quoted(permissions.map(|permission| &permission.name));
    Err(Refused::new(
        RefusedReason::LastAdministrator,
        format!(
            "nobody of the directory would be left who may edit roles everywhere ({permissions})"
        ),
        "give somebody else a role that may first",
    ))
}

/// How sure it is that somebody may edit roles everywhere.
///
/// Somebody in the directory counts for more than a group, which may be empty; and a grant
/// that holds for every role for more than one that may hold for some. What ends counts for
/// nothing.
#[derive(Clone, Copy, Debug)]
struct Strength {
    in_directory: bool,
    unconditional: bool,
}

impl Strength {
    /// The surest first.
    const ALL: [Self; 4] = [
        Self::new(true, true),
        Self::new(true, false),
        Self::new(false, true),
        Self::new(false, false),
    ];

    const fn new(in_directory: bool, unconditional: bool) -> Self {
        Self {
            in_directory,
            unconditional,
        }
    }

    /// Says whether somebody may edit roles with this strength.
    fn is_there(self, model: &Model) -> bool {
        let open = model.lasting_openness();
        let mut permissions = model.editing();
        permissions.retain(|permission| open.permission(*permission));
        let may = |bindings: &BTreeSet<Binding>| {
            let mut everywhere = bindings.iter().filter(|binding| binding.team.is_none());
            everywhere
                .any(|binding| may_edit(model, binding.role, &permissions, self.unconditional))
        };
        if self.in_directory {
            let mut people = model.tenant.directory.iter();
            people.any(|person| may(&Holdings::of_person(model, person).lasting().bindings))
        } else {
            let mut groups = model.tenant.groups.iter();
            groups.any(|group| may(&group.roles.iter().cloned().collect()))
        }
    }
}

fn may_edit(
    model: &Model,
    role: RoleIndex,
    permissions: &BTreeSet<PermissionIndex>,
    unconditional: bool,
) -> bool {
    if !model
        .roles
        .get(role.get())
        .is_some_and(|role| role.available)
    {
        return false;
    }
    grants::of_role(model, role).into_iter().any(|grant| {
        permissions.contains(&grant.permission)
            && (!unconditional || grants::is_unconditional(model, grant))
    })
}
