//! Changes of who holds a role: subjects of the directory and members of groups.

use std::collections::BTreeSet;

use super::desk::Step;
use super::draft::{Draft, Holder, Stripped};
use super::owed::Cover;
use super::refused::{Refused, RefusedReason};
use super::{SubjectKey, names};
use portcullis_policy::model::{Holdings, Model};
use portcullis_policy::nearest_or;
use portcullis_policy::source::{OneOrMany, Operation, Tenant};

pub(super) fn assign(
    draft: &mut Draft,
    model: &Model,
    role: &str,
    team: Option<&str>,
    subject: &SubjectKey,
) -> Result<(), Refused> {
    names::usable_role(model, role)?;
    names::team(model, team)?;
    subject_key(subject)?;
    let key = directory_key(&draft.tenant, subject).unwrap_or_else(|| subject.to_string());
    let mut entry = draft
        .tenant
        .directory
        .get(&key)
        .cloned()
        .unwrap_or_default();
    let mut roles = entry.get("roles").cloned().unwrap_or_default();
    add(&mut roles, role, team, &format!("`{subject}` has"))?;
    entry.set("roles", roles);
    draft.tenant.directory.set(&key, entry);
    draft.subjects.insert(subject.clone());
    let step = subject_step(model, Operation::Assign, role, team, subject);
    draft.steps.push(step);
    Ok(())
}

pub(super) fn unassign(
    draft: &mut Draft,
    model: &Model,
    role: &str,
    team: Option<&str>,
    subject: &SubjectKey,
) -> Result<(), Refused> {
    names::role(model, role)?;
    names::team(model, team)?;
    let Some(key) = directory_key(&draft.tenant, subject) else {
        let known = draft.tenant.directory.names();
        return Err(Refused::new(
            RefusedReason::Unknown,
            format!("the directory has nobody called `{subject}`"),
            nearest_or(
                &subject.to_string(),
                known,
                "roles from groups or tokens are taken away where they come from",
            ),
        ));
    };
    let mut entry = draft
        .tenant
        .directory
        .get(&key)
        .cloned()
        .unwrap_or_default();
    let mut roles = entry.remove("roles").unwrap_or_default();
    remove(&mut roles, role, team, &format!("`{subject}` has"))?;
    if !roles.is_empty() {
        entry.set("roles", roles);
    }
    if entry.is_empty() {
        draft.tenant.directory.remove(&key);
    } else {
        draft.tenant.directory.set(&key, entry);
    }
    draft.subjects.insert(subject.clone());
    let step = subject_step(model, Operation::Unassign, role, team, subject);
    draft.steps.push(step);
    Ok(())
}

pub(super) fn map(
    draft: &mut Draft,
    model: &Model,
    group: &str,
    role: &str,
    team: Option<&str>,
) -> Result<(), Refused> {
    names::usable_role(model, role)?;
    names::team(model, team)?;
    names::value("group", group)?;
    let mut roles = draft.tenant.groups.get(group).cloned().unwrap_or_default();
    add(
        &mut roles,
        role,
        team,
        &format!("the group `{group}` maps to"),
    )?;
    draft.tenant.groups.set(group, roles);
    draft.groups.insert(group.to_owned());
    let step = group_step(model, Operation::Map, role, team, group);
    draft.steps.push(step);
    Ok(())
}

pub(super) fn unmap(
    draft: &mut Draft,
    model: &Model,
    group: &str,
    role: &str,
    team: Option<&str>,
) -> Result<(), Refused> {
    names::role(model, role)?;
    names::team(model, team)?;
    let Some(roles) = draft.tenant.groups.get_mut(group) else {
        let known = draft.tenant.groups.names();
        return Err(Refused::new(
            RefusedReason::Unknown,
            format!("no group `{group}` is mapped"),
            nearest_or(group, known, "there is nothing to take away"),
        ));
    };
    remove(roles, role, team, &format!("the group `{group}` maps to"))?;
    if roles.is_empty() {
        draft.tenant.groups.remove(group);
    }
    draft.groups.insert(group.to_owned());
    let step = group_step(model, Operation::Unmap, role, team, group);
    draft.steps.push(step);
    Ok(())
}

/// Takes a role that is deleted from all who hold it, and gives them another if one is named.
pub(super) fn strip(draft: &mut Draft, model: &Model, id: &str, reassign: Option<&str>) {
    for person in &model.tenant.directory {
        for binding in person
            .roles
            .iter()
            .filter(|binding| is_role(model, binding.role, id))
        {
            let key = SubjectKey::from(person);
            let team = binding.team.as_deref();
            if let Some(other) = reassign {
                let step = subject_step(model, Operation::Assign, other, team, &key);
                draft.steps.push(step);
            }
            draft.subjects.insert(key.clone());
            draft.stripped.push(Stripped {
                holder: Holder::Subject(key),
                team: binding.team.clone(),
            });
        }
    }
    for group in &model.tenant.groups {
        for binding in group
            .roles
            .iter()
            .filter(|binding| is_role(model, binding.role, id))
        {
            if let Some(other) = reassign {
                let step = group_step(
                    model,
                    Operation::Map,
                    other,
                    binding.team.as_deref(),
                    &group.id,
                );
                draft.steps.push(step);
            }
            draft.groups.insert(group.id.clone());
            draft.stripped.push(Stripped {
                holder: Holder::Group(group.id.clone()),
                team: binding.team.clone(),
            });
        }
    }
    let other = |team: Option<&str>| {
        reassign
            .map(|other| binding(other, team))
            .into_iter()
            .collect()
    };
    rebind(&mut draft.tenant, id, other);
}

/// Puts other bindings in the place of each that names a role.
pub(super) fn rebind(tenant: &mut Tenant, id: &str, other: impl Fn(Option<&str>) -> Vec<String>) {
    let change = |roles: &mut OneOrMany| {
        let names = |text: &String| role_of(text) == id;
        if !roles.0.iter().any(names) {
            return false;
        }
        let mut kept = Vec::new();
        for text in core::mem::take(&mut roles.0) {
            let team = text.split_once('@').map(|(_, team)| team);
            let new = if names(&text) {
                other(team)
            } else {
                vec![text]
            };
            // Who holds the other role already holds it once.
            for text in new {
                if !kept.contains(&text) {
                    kept.push(text);
                }
            }
        }
        roles.0 = kept;
        roles.is_empty()
    };
    let mut unmapped = Vec::new();
    for (group, roles) in tenant.groups.iter_mut() {
        if change(roles) {
            unmapped.push(group.to_owned());
        }
    }
    for group in unmapped {
        tenant.groups.remove(&group);
    }
    let mut left = Vec::new();
    for (key, entry) in tenant.directory.iter_mut() {
        if entry.get_mut("roles").is_some_and(&change) {
            entry.remove("roles");
            if entry.is_empty() {
                left.push(key.to_owned());
            }
        }
    }
    for key in left {
        tenant.directory.remove(&key);
    }
}

/// Writes a role as it is bound.
pub(super) fn binding(role: &str, team: Option<&str>) -> String {
    match team {
        Some(team) => format!("{role}@{team}"),
        None => role.to_owned(),
    }
}

fn role_of(text: &str) -> &str {
    text.split_once('@').map_or(text, |(role, _)| role)
}

fn is_role(model: &Model, role: portcullis_policy::model::RoleIndex, id: &str) -> bool {
    model
        .roles
        .get(role.get())
        .is_some_and(|role| role.id == id)
}

/// The roles that somebody has count too: who is more than the actor manages is not its to manage.
fn subject_step(
    model: &Model,
    operation: Operation,
    role: &str,
    team: Option<&str>,
    subject: &SubjectKey,
) -> Step {
    let person = model.person(&subject.kind, &subject.id);
    let held = person
        .map(|person| Holdings::of_person(model, person))
        .unwrap_or_default();
    Step {
        operation,
        roles: with_held(model, role, &held),
        subject: Some(subject.clone()),
        team: team.map(str::to_owned),
        cover: cover(operation, role, false),
    }
}

/// A group may have members anywhere, so what it maps to is covered everywhere.
fn group_step(
    model: &Model,
    operation: Operation,
    role: &str,
    team: Option<&str>,
    group: &str,
) -> Step {
    let mut held = Holdings {
        bindings: model.group_roles(group).iter().cloned().collect(),
        ..Holdings::default()
    };
    for person in model
        .tenant
        .directory
        .iter()
        .filter(|person| person.groups.iter().any(|one| one == group))
    {
        held.bindings
            .extend(Holdings::of_person(model, person).bindings);
    }
    Step {
        operation,
        roles: with_held(model, role, &held),
        subject: None,
        team: team.map(str::to_owned),
        cover: cover(operation, role, true),
    }
}

fn cover(operation: Operation, role: &str, everywhere: bool) -> Cover {
    let role = role.to_owned();
    if matches!(operation, Operation::Assign | Operation::Map) {
        Cover::Holding { role, everywhere }
    } else {
        Cover::Losing { role, everywhere }
    }
}

fn with_held(model: &Model, role: &str, held: &Holdings) -> BTreeSet<String> {
    let held = held
        .bindings
        .iter()
        .filter_map(|binding| model.roles.get(binding.role.get()));
    held.map(|role| role.id.clone())
        .chain([role.to_owned()])
        .collect()
}

fn subject_key(subject: &SubjectKey) -> Result<(), Refused> {
    names::value("subject's type", &subject.kind)?;
    names::value("subject's id", &subject.id)?;
    if subject.kind.contains(':') {
        return Err(Refused::new(
            RefusedReason::Malformed,
            format!("`{}` cannot be a subject's type", subject.kind),
            "a type has no colon",
        ));
    }
    Ok(())
}

/// Returns the key under which the directory has a subject.
fn directory_key(tenant: &Tenant, subject: &SubjectKey) -> Option<String> {
    let mut keys = tenant.directory.names();
    keys.find(|key| SubjectKey::parse(key) == *subject)
        .map(str::to_owned)
}

fn add(roles: &mut OneOrMany, role: &str, team: Option<&str>, who: &str) -> Result<(), Refused> {
    let text = binding(role, team);
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

fn remove(roles: &mut OneOrMany, role: &str, team: Option<&str>, who: &str) -> Result<(), Refused> {
    let text = binding(role, team);
    let count = roles.0.len();
    roles.0.retain(|known| *known != text);
    if roles.0.len() < count {
        return Ok(());
    }
    let has = if roles.is_empty() {
        "no role".to_owned()
    } else {
        format!("only {}", names::quoted(roles.iter()))
    };
    Err(Refused::new(
        RefusedReason::NothingToDo,
        format!("{who} {has}, not `{text}`"),
        "name a role that is there, with its team; roles from groups or tokens are taken away where they come from",
    ))
}
