//! Subjects that hold nothing for a while.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_engine::UnixSeconds;
use portcullis_policy::model::{Binding, Holdings, Model, RoleIndex};
use portcullis_policy::source::Operation;

use crate::authorization::{Besides, Step};
use crate::draft::Draft;
use crate::holders::{change_entry, check_like_nobody, check_subject, not_listed};
use crate::refused::{Refused, RefusedReason};
use crate::required::Cover;
use crate::{SubjectKey, SubjectName};

pub(crate) fn deactivate(
    draft: &mut Draft,
    model: &Model,
    subject: &SubjectName,
    unlisted: bool,
) -> Result<(), Refused> {
    let subject = known(model, subject, unlisted)?;
    change(draft, model, &subject, Operation::Deactivate)
}

/// Resolves a subject, which the directory has unless it may be `unlisted`.
pub(crate) fn known(
    model: &Model,
    subject: &SubjectName,
    unlisted: bool,
) -> Result<SubjectKey, Refused> {
    let subject = subject.resolve(&model.subject_types)?;
    check_subject(model, &subject)?;
    check_like_nobody(model, &subject)?;
    if !unlisted && model.person(&subject.kind, &subject.id).is_none() {
        let otherwise = "if only tokens or groups know it, say so: `--unlisted`, or \
                         \"unlisted\": true";
        return Err(not_listed(model, &subject, otherwise));
    }
    Ok(subject)
}

pub(crate) fn activate(
    draft: &mut Draft,
    model: &Model,
    subject: &SubjectName,
) -> Result<(), Refused> {
    let subject = subject.resolve(&model.subject_types)?;
    check_subject(model, &subject)?;
    change(draft, model, &subject, Operation::Activate)
}

fn change(
    draft: &mut Draft,
    model: &Model,
    subject: &SubjectKey,
    operation: Operation,
) -> Result<(), Refused> {
    let is_active = operation == Operation::Activate;
    let person = model.person(&subject.kind, &subject.id);
    if person.is_none_or(|person| !person.inactive) == is_active {
        let is = if is_active { "active" } else { "not active" };
        return Err(Refused::new(
            RefusedReason::NothingToDo,
            format!("`{subject}` is {is} already"),
            "there is nothing to do",
        ));
    }
    change_entry(draft, model, subject, |entry| {
        entry.active = (!is_active).then_some(false);
        Ok(())
    })?;
    draft
        .steps
        .extend(steps(model, subject, operation, draft.now));
    Ok(())
}

/// Everything that it has is taken or given: each role is covered as if it were itself, and so is
/// each that a token or a trusted header may give it besides, of which the policy knows nothing.
pub(crate) fn steps(
    model: &Model,
    subject: &SubjectKey,
    operation: Operation,
    now: UnixSeconds,
) -> Vec<Step> {
    let person = model.person(&subject.kind, &subject.id);
    let held = person.map(|person| Holdings::listed(model, person).at(now));
    let held = held.unwrap_or_default().bindings;
    let id = |binding: &Binding| model.roles.get(binding.role.get()).map(|role| &role.id);
    let roles: BTreeSet<String> = held.iter().filter_map(id).cloned().collect();
    let about = || Step {
        subject: Some(subject.clone()),
        roles: roles.clone(),
        ..Step::new(operation)
    };
    let step = |binding: &Binding, besides: Option<Besides>| {
        let role = id(binding)?.clone();
        let everywhere = false;
        let cover = if operation == Operation::Activate {
            Cover::Assigned {
                role: role.clone(),
                everywhere,
            }
        } else {
            Cover::Unassigned {
                role: role.clone(),
                everywhere,
            }
        };
        let until = binding.until.filter(|_| operation == Operation::Activate);
        Some(Step {
            roles: roles.iter().cloned().chain([role]).collect(),
            team: binding.team.clone(),
            until,
            cover,
            besides,
            ..about()
        })
    };
    let mut steps = vec![about()];
    steps.extend(held.iter().filter_map(|binding| step(binding, None)));
    let besides = besides(model);
    let besides = besides
        .iter()
        .filter(|(binding, _)| !held.contains(binding));
    steps.extend(besides.filter_map(|(binding, why)| step(binding, Some(why.clone()))));
    steps
}

/// Writes a name so that a shell takes it as one word.
fn shell(name: &str) -> String {
    let plain = |one: char| one.is_ascii_alphanumeric() || "-_.@:/+=".contains(one);
    if name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

/// Returns what anybody may hold by what a token or a trusted header says, each with why.
pub(crate) fn besides(model: &Model) -> BTreeMap<Binding, Besides> {
    let mut found = BTreeMap::new();
    for (role, index) in model
        .roles
        .iter()
        .zip(0..)
        .filter(|(role, _)| role.claimable)
    {
        let binding = Binding {
            role: RoleIndex(index),
            team: None,
            until: None,
        };
        let id = &role.id;
        let cure = if role.built_in {
            format!("let the catalog say `\"claimable\": false` of `{id}`")
        } else {
            format!("let tokens no longer state it: `portcullis role unmap POLICY {id} --claim`")
        };
        let why = format!("whoever has a token that states `{}` holds it", role.id);
        found.insert(binding, Besides { why, cure });
    }
    for group in &model.tenant.groups {
        for binding in &group.roles {
            let role = model.binding_name(binding);
            let why = format!("whoever is in the group `{}` holds `{role}`", group.id);
            let id = model.roles.get(binding.role.get());
            let id = id.map_or("", |role| role.id.as_str());
            let team = binding.team.as_deref();
            let team = team.map(|team| format!(" --team {}", shell(team)));
            let cure = format!(
                "unmap the group: `portcullis role unmap POLICY {id} {}{}`",
                shell(&group.id),
                team.unwrap_or_default()
            );
            let besides = Besides { why, cure };
            found.entry(binding.clone()).or_insert(besides);
        }
    }
    found
}
