//! Subjects that hold nothing for a while.

use std::collections::BTreeSet;

use portcullis_engine::UnixSeconds;
use portcullis_policy::model::{Holdings, Model};
use portcullis_policy::source::Operation;

use crate::authorization::Step;
use crate::draft::Draft;
use crate::holders::{change_entry, check_subject, not_listed};
use crate::refused::{Refused, RefusedReason};
use crate::required::Cover;
use crate::{SubjectKey, SubjectName};

pub(crate) fn deactivate(
    draft: &mut Draft,
    model: &Model,
    subject: &SubjectName,
    unlisted: bool,
) -> Result<(), Refused> {
    let subject = subject.resolve(&model.subject_types);
    check_subject(model, &subject)?;
    if !unlisted && model.person(&subject.kind, &subject.id).is_none() {
        let otherwise = "if only tokens or groups know it, say so: `--unlisted`, or \
                         \"unlisted\": true";
        return Err(not_listed(model, &subject, otherwise));
    }
    change(draft, model, &subject, Operation::Deactivate)
}

pub(crate) fn activate(
    draft: &mut Draft,
    model: &Model,
    subject: &SubjectName,
) -> Result<(), Refused> {
    let subject = subject.resolve(&model.subject_types);
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

/// Everything that it has is taken or given: each role is covered as if it were itself.
fn steps(model: &Model, subject: &SubjectKey, operation: Operation, now: UnixSeconds) -> Vec<Step> {
    let person = model.person(&subject.kind, &subject.id);
    let held = person.map(|person| Holdings::listed(model, person).at(now));
    let bindings = held.unwrap_or_default().bindings;
    let role = |index: usize| model.roles.get(index).map(|role| role.id.clone());
    let roles = bindings
        .iter()
        .filter_map(|binding| role(binding.role.get()));
    let roles: BTreeSet<String> = roles.collect();
    let step = |team: Option<String>, cover: Cover| Step {
        operation,
        roles: roles.clone(),
        subject: Some(subject.clone()),
        team,
        until: None,
        cover,
    };
    let mut steps = vec![step(None, Cover::Nothing)];
    for binding in &bindings {
        let Some(role) = role(binding.role.get()) else {
            continue;
        };
        let everywhere = false;
        steps.push(if operation == Operation::Activate {
            let cover = Cover::Assigned { role, everywhere };
            step(binding.team.clone(), cover).until(binding.until)
        } else {
            step(binding.team.clone(), Cover::Unassigned { role, everywhere })
        });
    }
    steps
}
