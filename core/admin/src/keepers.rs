//! Who is left to administer roles.

use std::collections::BTreeSet;

use super::holdings;
use super::names;
use super::refused::{Refused, RefusedReason};
use portcullis_policy::model::{Binding, Holdings, Model, PermissionIndex, RoleIndex};
use portcullis_policy::source::Operation;

/// Refuses a change after which nobody could edit roles, if before it somebody could.
///
/// Somebody in the directory counts for more than a group that may be empty, and a grant
/// that holds for every role for more than one that may hold for some.
pub(super) fn check(before: &Model, after: &Model) -> Result<(), Refused> {
    let strongest = counts(before).into_iter().zip(counts(after));
    let mut strongest = strongest.skip_while(|(before, _)| *before == 0);
    if strongest.next().is_none_or(|(_, after)| after > 0) {
        return Ok(());
    }
    let permissions = editing(before).into_iter();
    let permissions = permissions.filter_map(|index| before.permissions.get(index.get()));
    let permissions = names::quoted(permissions.map(|permission| &permission.name));
    Err(Refused::new(
        RefusedReason::LastAdministrator,
        format!(
            "nobody of the directory would be left who may edit roles everywhere ({permissions})"
        ),
        "give somebody else a role that may first",
    ))
}

/// Counts who holds a permission to edit roles everywhere: people with a grant that always
/// holds, people, groups with such a grant, groups.
fn counts(model: &Model) -> [usize; 4] {
    let mut permissions = editing(model);
    let open = model.openness();
    permissions.retain(|permission| open.permission(*permission));
    let holds = |bindings: &BTreeSet<Binding>, always: bool| {
        let mut everywhere = bindings.iter().filter(|binding| binding.team.is_none());
        everywhere.any(|binding| may_edit(model, binding.role, &permissions, always))
    };
    let people = model.tenant.directory.iter();
    let people = people.map(|person| Holdings::of_person(model, person).bindings);
    let people = people.collect::<Vec<_>>();
    let groups = model.tenant.groups.iter();
    let groups = groups.map(|group| group.roles.iter().cloned().collect());
    let groups = groups.collect::<Vec<_>>();
    let count =
        |of: &[BTreeSet<Binding>], always| of.iter().filter(|held| holds(held, always)).count();
    [
        count(&people, true),
        count(&people, false),
        count(&groups, true),
        count(&groups, false),
    ]
}

fn editing(model: &Model) -> BTreeSet<PermissionIndex> {
    let edit = model.administration.iter();
    let edit = edit.filter(|one| one.operations.contains(&Operation::Edit));
    edit.map(|one| one.permission).collect()
}

fn may_edit(
    model: &Model,
    role: RoleIndex,
    permissions: &BTreeSet<PermissionIndex>,
    always: bool,
) -> bool {
    if !model
        .roles
        .get(role.get())
        .is_some_and(|role| role.available)
    {
        return false;
    }
    holdings::of_role(model, role)
        .into_iter()
        .any(|(permission, scope)| {
            permissions.contains(&permission)
                && (!always || holdings::is_unconditional(model, (permission, scope)))
        })
}
