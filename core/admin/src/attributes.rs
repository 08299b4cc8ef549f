//! Changes of what attributes of a subject are: where conditions read them, they are access.

use std::collections::BTreeSet;

use portcullis_json::nearest_or;
use portcullis_policy::atom::{Atom, Entity};
use portcullis_policy::model::{Binding, Holdings, Model};
use portcullis_policy::source::{OneOrMany, Operation};

use crate::authorization::Step;
use crate::draft::Draft;
use crate::grants::{self, ScopedPermission};
use crate::holders::{change_entry, check_like_nobody, check_subject};
use crate::refused::{Refused, RefusedReason};
use crate::required::Cover;
use crate::{SubjectKey, SubjectName, activity, lookup, words};

/// Says what an attribute of a subject is, in place of what it was.
pub(crate) fn set(
    draft: &mut Draft,
    model: &Model,
    subject: &SubjectName,
    attribute: &str,
    values: &[String],
) -> Result<(), Refused> {
    check_attribute(model, attribute)?;
    let subject = subject.resolve(&model.subject_types)?;
    check_subject(model, &subject)?;
    check_like_nobody(model, &subject)?;
    let values = distinct(attribute, values)?;
    let before = known(model, &subject, attribute);
    if before == values {
        return Err(Refused::new(
            RefusedReason::NothingToDo,
            format!("that is what `{attribute}` of `{subject}` is already"),
            "there is nothing to do",
        ));
    }
    change_entry(draft, model, &subject, |entry| {
        if values.is_empty() {
            entry.values.remove(attribute);
        } else {
            entry
                .values
                .set(attribute, values.iter().collect::<OneOrMany>());
        }
        Ok(())
    })?;
    let changed = before.symmetric_difference(&values).cloned().collect();
    draft.steps.push(step(model, subject, attribute, changed));
    Ok(())
}

/// The actor manages what the subject has, and what tokens may give it that reads the attribute.
fn step(model: &Model, subject: SubjectKey, attribute: &str, changed: BTreeSet<String>) -> Step {
    let person = model.person(&subject.kind, &subject.id);
    let own = person.map(|person| Holdings::listed(model, person));
    let mut held = own.unwrap_or_default().bindings;
    let reads = |binding: &Binding| {
        let mut grants = grants::of_role(model, binding.role).into_iter();
        grants.any(|grant| grant_reads(model, grant, attribute))
    };
    held.extend(activity::besides(model).into_keys().filter(reads));
    let roles = held.iter();
    let roles = roles.filter_map(|binding| model.roles.get(binding.role.get()));
    let roles = roles.map(|role| role.id.clone()).collect();
    // Nobody gave it what everybody holds, so nobody needs to manage that.
    held.extend(Holdings::of_key(model, &subject.kind, &subject.id).everyone);
    Step {
        roles,
        subject: Some(subject),
        cover: Cover::Attribute {
            attribute: attribute.to_owned(),
            changed,
            held,
        },
        ..Step::new(Operation::Attribute)
    }
}

fn check_attribute(model: &Model, attribute: &str) -> Result<(), Refused> {
    let declared = &model.attributes.subject;
    if declared.iter().any(|known| known == attribute) {
        return Ok(());
    }
    let known = declared.iter().map(String::as_str);
    Err(Refused::new(
        RefusedReason::Unknown,
        format!(
            "the catalog declares no attribute `{}` of subjects",
            words::shown(attribute)
        ),
        nearest_or(
            attribute,
            known.clone(),
            words::known("attributes of subjects", known),
        ),
    ))
}

fn distinct(attribute: &str, values: &[String]) -> Result<BTreeSet<String>, Refused> {
    let mut distinct = BTreeSet::new();
    for value in values {
        lookup::check_value("value", value)?;
        if !distinct.insert(value.clone()) {
            return Err(Refused::new(
                RefusedReason::Duplicate,
                format!("`{value}` appears twice in `{attribute}`"),
                "write each value once",
            ));
        }
    }
    Ok(distinct)
}

/// Returns what the directory says an attribute of a subject is.
pub(crate) fn known(model: &Model, subject: &SubjectKey, attribute: &str) -> BTreeSet<String> {
    let person = model.person(&subject.kind, &subject.id);
    let attributes = person.into_iter().flat_map(|person| &person.attributes);
    let attributes = attributes.filter(|(name, _)| name == attribute);
    attributes.flat_map(|(_, values)| values).cloned().collect()
}

fn grant_reads(model: &Model, grant: ScopedPermission, attribute: &str) -> bool {
    let condition = model.condition(grant.permission, grant.scope);
    let alternatives = condition.into_iter().flat_map(|condition| &condition.0);
    alternatives
        .flatten()
        .any(|atom| reads(atom, attribute).is_some())
}

/// How an atom depends on an attribute of the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// More values never make it false, so who has a value has what the value gives.
    OnlyGrows,
    /// A value may make it true or false.
    EitherWay,
}

/// Returns how an atom depends on an attribute of the subject, if it does.
pub(crate) fn reads(atom: &Atom, attribute: &str) -> Option<Reads> {
    let of_subject = |entity: Entity, name: &str| entity == Entity::Subject && name == attribute;
    match atom {
        Atom::Shares { subject, .. } if subject == attribute => Some(Reads::OnlyGrows),
        Atom::Differs { subject, .. } if subject == attribute => Some(Reads::EitherWay),
        Atom::Is { of, .. } if of_subject(of.entity, &of.attribute) => Some(Reads::OnlyGrows),
        Atom::Lacks { of, .. } | Atom::Within { of, .. }
            if of_subject(of.entity, &of.attribute) =>
        {
            Some(Reads::EitherWay)
        }
        _ => None,
    }
}
