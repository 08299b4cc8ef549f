//! Requests as the engine takes them.

use portcullis_engine::{
    Attributes, InvalidRequest, Policy, Question, Resource as EngineResource, Set,
    Subject as EngineSubject,
};

use super::{Attribute, Request, Resource, Subject, TeamRole, Vocabulary};

impl From<&Policy> for Vocabulary {
    fn from(policy: &Policy) -> Self {
        Self {
            subject: policy
                .subject_attributes()
                .map(|(name, _)| name.to_owned())
                .collect(),
            action: policy.action_attributes().map(str::to_owned).collect(),
            context: policy.context_attributes().map(str::to_owned).collect(),
            resource: policy.resource_attributes().map(str::to_owned).collect(),
        }
    }
}

impl Request {
    /// Returns the name of the permission that is asked for, `module:action`.
    #[must_use]
    pub fn permission(&self) -> String {
        format!("{}:{}", self.resource.module, self.action.name)
    }

    /// Hands the subject and the question on to the engine.
    ///
    /// # Errors
    /// Refuses what passes a limit; a request that was read does not.
    pub fn ask<T>(
        &self,
        ask: impl FnOnce(&EngineSubject<'_>, &Question<'_>) -> T,
    ) -> Result<T, InvalidRequest> {
        let (action, context) = (
            Borrowed::new(&self.action.attributes),
            Borrowed::new(&self.context),
        );
        let (action, context) = (action.sets()?, context.sets()?);
        let question = (Attributes::named(&action)?, Attributes::named(&context)?);
        self.resource.with(|resource| {
            let question = Question {
                resource,
                action: question.0,
                context: question.1,
            };
            self.subject.ask(|subject| ask(subject, &question))
        })?
    }
}

impl Subject {
    /// Hands the subject on to the engine.
    ///
    /// # Errors
    /// Refuses what passes a limit; a subject that was read does not.
    pub fn ask<T>(&self, ask: impl FnOnce(&EngineSubject<'_>) -> T) -> Result<T, InvalidRequest> {
        let (roles, groups) = (borrow(&self.roles), borrow(&self.groups));
        let teams = self.team_roles.chunk_by(|one, next| one.team == next.team);
        let teams = teams
            .filter_map(|run| Some((run.first()?.team.as_str(), run)))
            .map(|(team, run)| (team, run.iter().map(|TeamRole { role, .. }| role.as_str())))
            .map(|(team, roles)| (team, roles.collect::<Vec<_>>()))
            .collect::<Vec<_>>();
        let teams = teams
            .iter()
            .map(|(team, roles)| (*team, roles.as_slice()))
            .collect::<Vec<_>>();
        let attributes = Borrowed::new(&self.attributes);
        let attributes = attributes.sets()?;
        let subject = EngineSubject::new(&self.kind, &self.id)?
            .with_roles(&roles)?
            .with_team_roles(&teams)?
            .with_groups(&groups)?
            .with_attributes(Attributes::named(&attributes)?);
        Ok(ask(&subject))
    }
}

impl Resource {
    fn with<T>(&self, use_it: impl FnOnce(EngineResource<'_>) -> T) -> Result<T, InvalidRequest> {
        let resource = match &self.id {
            Some(id) => EngineResource::new(id)?,
            None => EngineResource::UNKNOWN,
        };
        let attributes = Borrowed::new(&self.attributes);
        let attributes = attributes.sets()?;
        Ok(use_it(
            resource.with_attributes(Attributes::named(&attributes)?),
        ))
    }
}

/// Attributes with their values as slices.
struct Borrowed<'a>(Vec<(&'a str, Vec<&'a str>)>);

impl<'a> Borrowed<'a> {
    fn new(attributes: &'a [Attribute]) -> Self {
        let named = attributes
            .iter()
            .map(|one| (one.name.as_str(), borrow(&one.values)));
        Self(named.collect())
    }

    fn sets(&self) -> Result<Vec<(&str, Set<'_>)>, InvalidRequest> {
        let sets = self
            .0
            .iter()
            .map(|(name, values)| Ok((*name, Set::new(values)?)));
        sets.collect()
    }
}

fn borrow(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}
