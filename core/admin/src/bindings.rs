//! Roles as a tenant binds them: `role`, or `role@team`.

use portcullis_engine::UnixSeconds;
use portcullis_policy::source::{AssignedRoles, OneOrMany, Tenant, Timed, Until};

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
    let known = roles.0.iter_mut().find(|known| known.name == text);
    let Some(known) = known else {
        roles.0.push(Timed { name: text, until });
        return Ok(());
    };
    if known.until == until || known.until.is_none() && until.is_none() {
        return Err(Refused::new(
            RefusedReason::Duplicate,
            format!("{who} `{text}`{} already", Until::after(known.until)),
            "there is nothing to do",
        ));
    }
    if !ends_later(until, known.until) {
        return Err(Refused::new(
            RefusedReason::Unsupported,
            format!(
                "{who} `{text}`{}, which is longer",
                Until::after(known.until)
            ),
            "to take it away sooner, unassign it until then",
        ));
    }
    known.until = until;
    Ok(())
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
    let Some(at) = roles.0.iter().position(|known| known.name == text) else {
        return Err(lacking(roles.names(), roles.is_empty(), &text, who));
    };
    if until.is_none() {
        roles.0.remove(at);
        return Ok(());
    }
    let Some(known) = roles.0.get_mut(at) else {
        return Ok(());
    };
    if !ends_later(known.until, until) {
        return Err(Refused::new(
            RefusedReason::NothingToDo,
            format!("{who} `{text}`{}, and no longer", Until::after(known.until)),
            "to let it last, assign it until then",
        ));
    }
    known.until = until;
    Ok(())
}

/// Refuses an end that is not ahead: what it ends would never count.
pub(crate) fn check_ahead(until: Option<Until>, now: UnixSeconds) -> Result<(), Refused> {
    match until {
        Some(until) if until.0 <= now => Err(Refused::new(
            RefusedReason::Malformed,
            format!("{until} has passed"),
            "name a time that is ahead, or none",
        )),
        _ => Ok(()),
    }
}

/// Says whether one end is later than another; what has none never ends.
pub(crate) fn ends_later(one: Option<Until>, other: Option<Until>) -> bool {
    match (one, other) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(one), Some(other)) => one > other,
    }
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
        match kept.iter_mut().find(|known| known.name == name) {
            Some(known) if ends_later(own.until, known.until) => known.until = own.until,
            Some(_) => {}
            None => kept.push(Timed {
                name,
                until: own.until,
            }),
        }
    }
    kept
}

fn role_of(text: &str) -> &str {
    text.split_once('@').map_or(text, |(role, _)| role)
}
