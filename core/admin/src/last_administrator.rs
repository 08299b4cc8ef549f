//! The last administrator: somebody who may edit roles is always left.

use portcullis_policy::model::{Editors, Model};

use crate::refused::{Refused, RefusedReason};
use crate::words;

/// Refuses a change after which nobody could edit roles, if before it somebody could.
pub(crate) fn check(before: &Model, after: &Model) -> Result<(), Refused> {
    if Editors::surest(before).is_none_or(|editors| editors.are_in(after)) {
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
