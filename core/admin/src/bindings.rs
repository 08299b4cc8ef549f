//! Roles as a tenant binds them: `role`, or `role@team`.

use portcullis_engine::UnixSeconds;
use portcullis_policy::source::{AssignedRoles, OneOrMany, Tenant, Timed, Until};

use crate::endings::{Ends, NotTaken, check_ahead, lengthen, shorten};
use crate::refused::{Refused, RefusedReason};
use crate::words;

/// Writes a role as it is bound.
pub(crate) fn text(role: &str, team: Option<&str>) -> String {
    match team {
        Some(team) => format!("{role}@{team}"),
        None => role.to_owned(),
    }
}

/// Adds a binding; `who` begins the sentence that says it is there already.
pub(crate) fn add(
    roles: &mut OneOrMany,
    role: &str,
    team: Option<&str>,
    who: &str,
) -> Result<(), Refused> {
    let text = text(role, team);
    if roles.iter().any(|known| known == text) {
        return Err(Refused::new(
            RefusedReason::Duplicate,
            format!("{who} `{text}` already"),
            "there is nothing to do",
        ));
    }
    roles.0.push(text);
    Ok(())
}

/// Removes a binding; `who` begins the sentence that says it is not there.
pub(crate) fn remove(
    roles: &mut OneOrMany,
    role: &str,
    team: Option<&str>,
    who: &str,
) -> Result<(), Refused> {
    let text = text(role, team);
    let count = roles.0.len();
    roles.0.retain(|known| *known != text);
    if roles.0.len() < count {
        return Ok(());
    }
    Err(lacking(roles.iter(), roles.is_empty(), &text, who))
}

fn lacking<'n>(
    names: impl Iterator<Item = &'n str>,
    is_empty: bool,
    text: &str,
    who: &str,
) -> Refused {
    let has = if is_empty {
        "no role".to_owned()
    } else {
        format!("only {}", words::quoted(names))
    };
    Refused::new(
        RefusedReason::NothingToDo,
        format!("{who} {has}, not `{text}`"),
        "name a role that is there, with its team; take roles from groups or tokens away where they come from",
    )
}

/// Gives a subject a role, until some time or without an end; of one that it has for a shorter
/// time this is the later end. `who` begins the sentence that says what it has.
pub(crate) fn assign(
    roles: &mut AssignedRoles,
    role: &str,
    team: Option<&str>,
    until: Option<Until>,
    now: UnixSeconds,
    who: &str,
) -> Result<(), Refused> {
    let text = text(role, team);
    check_ahead(until, now)?;
    lengthen(&mut roles.0, &text, until).map_err(|Ends(known)| {
        let has = format!("{who} `{text}`{}", Until::after(known));
        if known == until {
            let message = format!("{has} already");
            return Refused::new(RefusedReason::Duplicate, message, "there is nothing to do");
        }
        let cure = "to take it away sooner, unassign it until then";
        Refused::new(
            RefusedReason::Unsupported,
            format!("{has}, which is longer"),
            cure,
        )
    })
}

/// Takes a role from a subject, at once or at some time. `who` begins the sentence that says that
/// it does not have it.
pub(crate) fn unassign(
    roles: &mut AssignedRoles,
    role: &str,
    team: Option<&str>,
    until: Option<Until>,
    now: UnixSeconds,
    who: &str,
) -> Result<(), Refused> {
    let text = text(role, team);
    check_ahead(until, now)?;
    shorten(&mut roles.0, &text, until).map_err(|why| match why {
        NotTaken::Missing => lacking(roles.names(), roles.is_empty(), &text, who),
        NotTaken::Ends(known) => Refused::new(
            RefusedReason::NothingToDo,
            format!("{who} `{text}`{}, and no longer", Until::after(known)),
            "to let it last, assign it until then",
        ),
    })
}

/// Replaces each binding of a role by another, wherever a tenant has one; `other` takes the team
/// that the role is bound to. What a subject has for a time it has of the other for that time.
pub(crate) fn rebind(
    tenant: &mut Tenant,
    id: &str,
    other: impl Fn(Option<&str>) -> Option<String>,
) {
    let mut unmapped = Vec::new();
    for (group, roles) in tenant.groups.iter_mut() {
        let names = core::mem::take(&mut roles.0);
        let before = names.len();
        let kept = replaced(names.into_iter().map(Timed::from).collect(), id, &other);
        roles.0 = kept.into_iter().map(|own| own.name).collect();
        if roles.is_empty() && before > 0 {
            unmapped.push(group.to_owned());
        }
    }
    for group in unmapped {
        tenant.groups.remove(&group);
    }
    let mut left = Vec::new();
    for (key, entry) in tenant.directory.iter_mut() {
        let had_some = !entry.roles.is_empty();
        entry.roles.0 = replaced(core::mem::take(&mut entry.roles.0), id, &other);
        if had_some && entry.is_empty() {
            left.push(key.to_owned());
        }
    }
    for key in left {
        tenant.directory.remove(&key);
    }
}

/// Returns a list with each binding of a role replaced; a holder of the other role goes on holding
/// it once, for the longer time.
fn replaced(
    bindings: Vec<Timed>,
    id: &str,
    other: &impl Fn(Option<&str>) -> Option<String>,
) -> Vec<Timed> {
    let mut kept = Vec::<Timed>::new();
    for own in bindings {
        let new = if role_of(&own.name) == id {
            other(own.name.split_once('@').map(|(_, team)| team))
        } else {
            Some(own.name)
        };
        let Some(name) = new else { continue };
        // What is there for longer stays.
        lengthen(&mut kept, &name, own.until).ok();
    }
    kept
}

fn role_of(text: &str) -> &str {
    text.split_once('@').map_or(text, |(role, _)| role)
}
