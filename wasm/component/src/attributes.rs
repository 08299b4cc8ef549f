//! Borrows the engine's view of subjects and questions from the interface's records.

use alloc::{string::String, vec::Vec};

use portcullis_engine::{Attributes, LimitExceeded, Question, Resource, Set, Subject};

use crate::bindings::exports::portcullis::edge::engine as wit;

/// Lends the subject to `ask`.
pub(crate) fn with_subject<R>(
    stated: &wit::Subject,
    ask: impl FnOnce(&Subject<'_>) -> Result<R, wit::Failure>,
) -> Result<R, wit::Failure> {
    let roles = texts(&stated.roles);
    let groups = texts(&stated.groups);
    let team_roles: Vec<_> =
        stated.team_roles.iter().map(|(team, roles)| (team.as_str(), texts(roles))).collect();
    let team_roles: Vec<(&str, &[&str])> =
        team_roles.iter().map(|(team, roles)| (*team, roles.as_slice())).collect();
    let mut values = Sorted::new(&stated.attributes);
    let sets = values.sets()?;
    let subject = Subject::new(&stated.kind, &stated.id)?
        .with_roles(&roles)?
        .with_team_roles(&team_roles)?
        .with_groups(&groups)?
        .with_attributes(Attributes::named(&sets)?);
    ask(&subject)
}

/// Lends the question to `ask`.
pub(crate) fn with_question<R>(
    stated: &wit::Question,
    ask: impl FnOnce(&Question<'_>) -> Result<R, wit::Failure>,
) -> Result<R, wit::Failure> {
    let mut action = Sorted::new(&stated.action);
    let mut context = Sorted::new(&stated.context);
    let mut resource = Sorted::new(&stated.resource);
    let (action, context, known) = (action.sets()?, context.sets()?, resource.sets()?);
    let resource = match &stated.resource_id {
        None => Resource::UNKNOWN,
        Some(id) => Resource::new(id)?,
    };
    ask(&Question {
        resource: resource.with_attributes(Attributes::named(&known)?),
        action: Attributes::named(&action)?,
        context: Attributes::named(&context)?,
    })
}

/// Attribute values that wait to be sorted in place.
struct Sorted<'a>(Vec<(&'a str, Vec<&'a str>)>);

impl<'a> Sorted<'a> {
    fn new(attributes: &'a [wit::Attribute]) -> Self {
        Self(attributes.iter().map(|(name, values)| (name.as_str(), texts(values))).collect())
    }

    fn sets<'s>(&'s mut self) -> Result<Vec<(&'s str, Set<'s>)>, LimitExceeded> {
        self.0.iter_mut().map(|(name, values)| Ok((*name, Set::sort(values)?))).collect()
    }
}

fn texts(strings: &[String]) -> Vec<&str> {
    strings.iter().map(String::as_str).collect()
}
