//! Sign-ins that do not count any more: somebody's, or everybody's.

use std::collections::BTreeSet;

use portcullis_engine::UnixSeconds;
use portcullis_policy::model::{Holdings, Model};
use portcullis_policy::source::{Operation, Until};

use crate::authorization::Step;
use crate::draft::Draft;
use crate::holders::change_entry;
use crate::refused::{Refused, RefusedReason};
use crate::required::Cover;
use crate::{SubjectName, activity};

/// Signs a subject out: all that it has is taken, as far as it does not sign in again.
pub(crate) fn one(
    draft: &mut Draft,
    model: &Model,
    subject: &SubjectName,
    before: Option<Until>,
    unlisted: bool,
) -> Result<(), Refused> {
    let subject = activity::known(model, subject, unlisted)?;
    let now = draft.now;
    change_entry(draft, model, &subject, |entry| {
        let who = format!("`{subject}`");
        move_on(&mut entry.sessions_from, before, now, &who)
    })?;
    let steps = activity::steps(model, &subject, Operation::SignOut, now);
    draft.steps.extend(steps);
    Ok(())
}

/// Signs everybody out, the actor too: that takes covering all that anybody may hold.
pub(crate) fn all(draft: &mut Draft, model: &Model, before: Option<Until>) -> Result<(), Refused> {
    let now = draft.now;
    move_on(&mut draft.tenant.sessions_from, before, now, "everybody")?;
    let people = model.tenant.directory.iter();
    let held = people.flat_map(|person| Holdings::listed(model, person).at(now).bindings);
    let may_hold = activity::besides(model).into_keys();
    let roles = held.chain(may_hold).map(|binding| binding.role);
    let roles: BTreeSet<_> = roles.collect();
    let ids = roles.iter().filter_map(|role| model.roles.get(role.get()));
    draft.steps.push(Step::new(Operation::SignOut));
    draft.steps.extend(ids.map(|role| Step {
        roles: BTreeSet::from([role.id.clone()]),
        cover: Cover::Unassigned {
            role: role.id.clone(),
            everywhere: true,
        },
        ..Step::new(Operation::SignOut)
    }));
    Ok(())
}

/// Moves the first moment at which a sign-in counts: never back, for that would let in again who
/// was signed out, and never ahead, for then nobody could sign in until then.
fn move_on(
    from: &mut Option<Until>,
    before: Option<Until>,
    now: UnixSeconds,
    who: &str,
) -> Result<(), Refused> {
    let before = before.unwrap_or(Until(now));
    if before.0 > now {
        return Err(Refused::new(
            RefusedReason::Malformed,
            format!("{before} is ahead, and until then nobody could sign in"),
            "name a time that has passed, or none",
        ));
    }
    if let Some(known) = from.filter(|known| before <= *known) {
        return Err(Refused::new(
            RefusedReason::NothingToDo,
            format!("{who} is signed out before {known} already, and that never moves back"),
            "there is nothing to do",
        ));
    }
    *from = Some(before);
    Ok(())
}
