//! Roles as a tenant binds them: `role`, or `role@team`.

use std::collections::BTreeSet;

use portcullis_policy::source::{OneOrMany, Tenant};

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
    let has = if roles.is_empty() {
        "no role".to_owned()
    } else {
        format!("only {}", words::quoted(roles.iter()))
    };
    Err(Refused::new(
        RefusedReason::NothingToDo,
        format!("{who} {has}, not `{text}`"),
        "name a role that is there, with its team; take roles from groups or tokens away where they come from",
    ))
}

/// Replaces each binding of a role by others, wherever a tenant has one; `others` takes the
/// team that the role is bound to.
pub(crate) fn rebind(tenant: &mut Tenant, id: &str, others: impl Fn(Option<&str>) -> Vec<String>) {
    let mut unmapped = Vec::new();
    for (group, roles) in tenant.groups.iter_mut() {
        if replace(roles, id, &others) && roles.is_empty() {
            unmapped.push(group.to_owned());
        }
    }
    for group in unmapped {
        tenant.groups.remove(&group);
    }
    let mut left = Vec::new();
    for (key, entry) in tenant.directory.iter_mut() {
        let Some(roles) = entry.values.get_mut("roles") else {
            continue;
        };
        if replace(roles, id, &others) && roles.is_empty() {
            entry.values.remove("roles");
            if entry.is_empty() {
                left.push(key.to_owned());
            }
        }
    }
    for key in left {
        tenant.directory.remove(&key);
    }
}

/// Replaces each binding of a role in a list, and says whether there was one.
fn replace(roles: &mut OneOrMany, id: &str, others: &impl Fn(Option<&str>) -> Vec<String>) -> bool {
    let names = |text: &String| role_of(text) == id;
    if !roles.0.iter().any(names) {
        return false;
    }
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for text in core::mem::take(&mut roles.0) {
        let team = text.split_once('@').map(|(_, team)| team);
        let new = if names(&text) {
            others(team)
        } else {
            vec![text]
        };
        // A holder of the other role goes on holding it once.
        for text in new {
            if seen.insert(text.clone()) {
                kept.push(text);
            }
        }
    }
    roles.0 = kept;
    true
}

fn role_of(text: &str) -> &str {
    text.split_once('@').map_or(text, |(role, _)| role)
}
