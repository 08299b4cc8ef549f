//! Changes of who holds a role: subjects of the directory and members of groups.

use std::collections::BTreeSet;

use portcullis_engine::UnixSeconds;
use portcullis_json::{nearest, nearest_or};
use portcullis_policy::alike;
use portcullis_policy::model::{Holdings, Model, RoleIndex};
use portcullis_policy::source::{Entry, Operation, Tenant, Until};

use crate::authorization::Step;
use crate::draft::Draft;
use crate::refused::{Refused, RefusedReason};
use crate::removed::{Holder, RemovedAssignment};
use crate::required::Cover;
use crate::{SubjectKey, SubjectName, bindings, lookup, words};

pub(crate) fn assign(
    draft: &mut Draft,
    model: &Model,
    role: &str,
    team: Option<&str>,
    subject: &SubjectName,
    until: Option<Until>,
) -> Result<(), Refused> {
    check_given(model, role, team)?;
    let subject = &subject.resolve(&model.subject_types)?;
    check_subject(model, subject)?;
    check_like_nobody(model, subject)?;
    let (now, who) = (draft.now, format!("`{subject}` has"));
    change_entry(draft, model, subject, |entry| {
        bindings::assign(&mut entry.roles, role, team, until, now, &who)
    })?;
    let step = subject_step(model, Operation::Assign, role, team, subject, now);
    draft.steps.push(step.until(until.map(|until| until.0)));
    Ok(())
}

pub(crate) fn unassign(
    draft: &mut Draft,
    model: &Model,
    role: &str,
    team: Option<&str>,
    subject: &SubjectName,
    until: Option<Until>,
) -> Result<(), Refused> {
    lookup::role(model, role)?;
    lookup::check_team(model, team)?;
    let subject = &subject.resolve(&model.subject_types)?;
    if directory_key(model, &draft.tenant, subject).is_none() {
        let otherwise = "take roles from groups or tokens away where they come from";
        return Err(not_listed(model, subject, otherwise));
    }
    let (now, who) = (draft.now, format!("`{subject}` has"));
    change_entry(draft, model, subject, |entry| {
        bindings::unassign(&mut entry.roles, role, team, until, now, &who)
    })?;
    let step = subject_step(model, Operation::Unassign, role, team, subject, now);
    draft.steps.push(step);
    Ok(())
}

/// Changes what the directory says of a subject; one that then says nothing is taken out.
pub(crate) fn change_entry(
    draft: &mut Draft,
    model: &Model,
    subject: &SubjectKey,
    change: impl FnOnce(&mut Entry) -> Result<(), Refused>,
) -> Result<(), Refused> {
    let key = directory_key(model, &draft.tenant, subject).unwrap_or_else(|| subject.to_string());
    let known = draft.tenant.directory.get(&key).cloned();
    let mut entry = known.unwrap_or_default();
    change(&mut entry)?;
    if entry.is_empty() {
        draft.tenant.directory.remove(&key);
    } else {
        draft.tenant.directory.set(&key, entry);
    }
    draft.subjects.insert(subject.clone());
    Ok(())
}

/// Refuses a role that nobody can be given, and a team that it cannot be bound to.
fn check_given(model: &Model, role: &str, team: Option<&str>) -> Result<(), Refused> {
    lookup::role_to_give(model, role)?;
    lookup::check_team(model, team)
}

/// Says that the directory does not have a subject, and whom it may be a slip of.
pub(crate) fn not_listed(model: &Model, subject: &SubjectKey, otherwise: &str) -> Refused {
    let people = model.tenant.directory.iter();
    let known = people
        .map(|person| SubjectKey::from(person).to_string())
        .collect::<Vec<_>>();
    let known = known.iter().map(String::as_str);
    Refused::new(
        RefusedReason::Unknown,
        format!("the directory has no subject `{subject}`"),
        match nearest(&subject.to_string(), known) {
            Some(near) => format!("did you mean `{near}`? {otherwise}"),
            None => otherwise.to_owned(),
        },
    )
}

pub(crate) fn map(
    draft: &mut Draft,
    model: &Model,
    group: &str,
    role: &str,
    team: Option<&str>,
) -> Result<(), Refused> {
    check_given(model, role, team)?;
    lookup::check_value("group", group)?;
    let mut roles = draft.tenant.groups.get(group).cloned().unwrap_or_default();
    bindings::add(
        &mut roles,
        role,
        team,
        &format!("the group `{group}` maps to"),
    )?;
    draft.tenant.groups.set(group, roles);
    draft.groups.insert(group.to_owned());
    let step = group_step(model, Operation::Map, role, team, group, draft.now);
    draft.steps.push(step);
    Ok(())
}

pub(crate) fn unmap(
    draft: &mut Draft,
    model: &Model,
    group: &str,
    role: &str,
    team: Option<&str>,
) -> Result<(), Refused> {
    lookup::role(model, role)?;
    lookup::check_team(model, team)?;
    let Some(roles) = draft.tenant.groups.get_mut(group) else {
        let known = draft.tenant.groups.names();
        return Err(Refused::new(
            RefusedReason::Unknown,
            format!("no group `{group}` is mapped"),
            nearest_or(group, known, "there is nothing to remove"),
        ));
    };
    bindings::remove(roles, role, team, &format!("the group `{group}` maps to"))?;
    if roles.is_empty() {
        draft.tenant.groups.remove(group);
    }
    draft.groups.insert(group.to_owned());
    let step = group_step(model, Operation::Unmap, role, team, group, draft.now);
    draft.steps.push(step);
    Ok(())
}

/// Removes a role that is deleted from all its holders, and gives them another if one is named.
pub(crate) fn remove_all(draft: &mut Draft, model: &Model, id: &str, reassign: Option<&str>) {
    for person in &model.tenant.directory {
        for binding in person
            .roles
            .iter()
            .filter(|binding| is_role(model, binding.role, id))
        {
            let key = SubjectKey::from(person);
            let team = binding.team.as_deref();
            if let Some(other) = reassign {
                let step = subject_step(model, Operation::Assign, other, team, &key, draft.now);
                draft.steps.push(step.until(binding.until));
            }
            draft.subjects.insert(key.clone());
            draft.removed.push(RemovedAssignment {
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
                let team = binding.team.as_deref();
                let step = group_step(model, Operation::Map, other, team, &group.id, draft.now);
                draft.steps.push(step);
            }
            draft.groups.insert(group.id.clone());
            draft.removed.push(RemovedAssignment {
                holder: Holder::Group(group.id.clone()),
                team: binding.team.clone(),
            });
        }
    }
    let other = |team: Option<&str>| reassign.map(|other| bindings::text(other, team));
    bindings::rebind(&mut draft.tenant, id, other);
}

fn is_role(model: &Model, role: RoleIndex, id: &str) -> bool {
    model
        .roles
        .get(role.get())
        .is_some_and(|role| role.id == id)
}

/// The roles that the subject has count too: the actor must manage all of them.
fn subject_step(
    model: &Model,
    operation: Operation,
    role: &str,
    team: Option<&str>,
    subject: &SubjectKey,
    now: UnixSeconds,
) -> Step {
    let person = model.person(&subject.kind, &subject.id);
    let held = person
        .map(|person| Holdings::listed(model, person).at(now))
        .unwrap_or_default();
    Step {
        roles: with_held(model, role, &held),
        subject: Some(subject.clone()),
        team: team.map(str::to_owned),
        cover: cover(operation, role, false),
        ..Step::new(operation)
    }
}

/// A group may have members anywhere, so what it maps to is covered everywhere.
fn group_step(
    model: &Model,
    operation: Operation,
    role: &str,
    team: Option<&str>,
    group: &str,
    now: UnixSeconds,
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
            .extend(Holdings::listed(model, person).at(now).bindings);
    }
    Step {
        roles: with_held(model, role, &held),
        team: team.map(str::to_owned),
        cover: cover(operation, role, true),
        ..Step::new(operation)
    }
}

fn cover(operation: Operation, role: &str, everywhere: bool) -> Cover {
    let role = role.to_owned();
    if matches!(operation, Operation::Assign | Operation::Map) {
        Cover::Assigned { role, everywhere }
    } else {
        Cover::Unassigned { role, everywhere }
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

pub(crate) fn check_subject(model: &Model, subject: &SubjectKey) -> Result<(), Refused> {
    lookup::check_value("subject's id", &subject.id)?;
    if model.subject_types.has(&subject.kind) {
        return Ok(());
    }
    let known = model.subject_types.names().iter().map(String::as_str);
    Err(Refused::new(
        RefusedReason::Unknown,
        format!("`{}` is no subject type", words::shown(&subject.kind)),
        nearest_or(
            &subject.kind,
            known,
            "add it to `subject_types` of the catalog, or name a user",
        ),
    ))
}

/// Refuses somebody whom the directory does not have and who is read as somebody whom it has.
pub(crate) fn check_like_nobody(model: &Model, subject: &SubjectKey) -> Result<(), Refused> {
    if model.person(&subject.kind, &subject.id).is_some() {
        return Ok(());
    }
    let people = model.tenant.directory.iter();
    let mut people = people.filter(|person| person.kind == subject.kind);
    let Some(like) = people.find(|person| alike(&person.id, &subject.id)) else {
        return Ok(());
    };
    let like = SubjectKey::from(like);
    Err(Refused::new(
        RefusedReason::Unknown,
        format!("the directory has no subject `{subject}`, but `{like}`, which looks like it"),
        format!(
            "write `{like}`; if it is somebody else, write an entry for it into the directory first"
        ),
    ))
}

/// Returns the key under which the directory has a subject.
pub(crate) fn directory_key(
    model: &Model,
    tenant: &Tenant,
    subject: &SubjectKey,
) -> Option<String> {
    let mut keys = tenant.directory.names();
    let named = (subject.kind.as_str(), subject.id.as_str());
    keys.find(|key| model.subject_types.split(key) == named)
        .map(str::to_owned)
}
