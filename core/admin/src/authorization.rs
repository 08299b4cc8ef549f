//! The authorization of a change: whether the actor may make it, by the policy before it.

use std::collections::BTreeSet;

use portcullis_engine::{Policy, UnixSeconds};
use portcullis_policy::authzen::{Attribute, Subject};
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::model::{Holdings, Model};
use portcullis_policy::source::Operation;
use portcullis_policy::{Document, preview};

use crate::SubjectKey;
use crate::assignable::Assignable;
use crate::authority::Authority;
use crate::draft::Draft;
use crate::refused::{Refused, RefusedReason};
use crate::required::Cover;
use crate::target_attributes;

/// A subject who asks for a change, and what it may do by the policy before the change.
pub(crate) struct Authorization<'a> {
    pub(crate) model: &'a Model,
    pub(crate) policy: Policy,
    pub(crate) actor: &'a Subject,
    pub(crate) attributes: &'a [Attribute],
    pub(crate) holdings: Holdings,
    pub(crate) authority: Authority<'a>,
    pub(crate) assignable: Assignable,
}

/// One operation on one target; a change is one or, with its consequences, several.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) operation: Operation,
    /// The roles that it is about.
    pub(crate) roles: BTreeSet<String>,
    /// The subject that it is about.
    pub(crate) subject: Option<SubjectKey>,
    /// The team that it is about; everywhere if there is no team.
    pub(crate) team: Option<String>,
    /// When what is given ends; nothing where it lasts, and where something is taken away.
    pub(crate) until: Option<UnixSeconds>,
    /// What the actor has to cover.
    pub(crate) cover: Cover,
}

impl Step {
    /// Gives it until some time.
    pub(crate) fn until(self, until: Option<UnixSeconds>) -> Self {
        Self { until, ..self }
    }
}

impl<'a> Authorization<'a> {
    /// Reads what the actor may, and refuses one who may nowhere do the operation.
    pub(crate) fn admitted(
        document: &'a Document,
        actor: &'a Subject,
        attributes: &'a [Attribute],
        operation: Operation,
        now: UnixSeconds,
    ) -> Result<Self, Refused> {
        let authorization = Self::new(document, actor, attributes, now)?;
        authorization.admit(operation)?;
        Ok(authorization)
    }

    fn new(
        document: &'a Document,
        actor: &'a Subject,
        attributes: &'a [Attribute],
        now: UnixSeconds,
    ) -> Result<Self, Refused> {
        let model = document.model();
        target_attributes::check(model, attributes)?;
        // Only what ends depends on the time, so any metadata will do that holds.
        let catalog = &document.source().catalog;
        let metadata = BundleMetadata::new("administration", UnixSeconds(0), 1, catalog);
        let policy = preview(model, &metadata).map_err(|error| {
            Refused::new(
                RefusedReason::InvalidPolicy,
                error.to_string(),
                "make the policy smaller",
            )
        })?;
        let policy = policy.at(now).into_owned();
        let holdings = Holdings::of_subject(model, actor).at(now);
        Ok(Self {
            model,
            policy,
            actor,
            attributes,
            authority: Authority::new(model, &holdings, teams(model, actor)),
            assignable: Assignable::new(model, &holdings),
            holdings,
        })
    }

    /// Refuses a step that the actor is not permitted, does not manage or does not cover.
    pub(crate) fn check(&self, step: &Step, after: &Model) -> Result<(), Refused> {
        self.require_permission(step, after)?;
        self.require_management(step, after)?;
        self.require_cover(step, after)
    }

    /// Refuses what would change the actor's own access.
    pub(crate) fn refuse_own_access(&self, draft: &Draft) -> Result<(), Refused> {
        let own = |what: String| {
            Err(Refused::new(
                RefusedReason::OwnAccess,
                format!("nobody changes its own access: the actor {what}"),
                "ask somebody else who may",
            ))
        };
        let is_actor =
            |subject: &SubjectKey| subject.kind == self.actor.kind && subject.id == self.actor.id;
        if draft.subjects.iter().any(is_actor) {
            return own("is the subject".to_owned());
        }
        let held = &self.holdings;
        let holds = |id: &&String| {
            let role = self.model.role(id);
            role.is_some_and(|role| held.has_role(role))
        };
        if let Some(role) = draft.roles.iter().find(holds) {
            return own(format!("holds the role `{role}`"));
        }
        let mut groups = draft.groups.intersection(&held.groups);
        match groups.next() {
            Some(group) => own(format!("is in the group `{group}`")),
            None => Ok(()),
        }
    }

    /// Names the actor.
    pub(crate) fn who(&self) -> String {
        format!("`{}`", SubjectKey::new(&self.actor.kind, &self.actor.id))
    }
}

/// Returns the teams that a subject is on by its attributes.
fn teams(model: &Model, subject: &Subject) -> BTreeSet<String> {
    let Some(name) = &model.attributes.team else {
        return BTreeSet::new();
    };
    let own = subject.attributes.iter().filter(|one| one.name == *name);
    let own = own.filter(|one| !model.attributes.directory_only.contains(&one.name));
    let person = model.person(&subject.kind, &subject.id);
    let known = person.into_iter().flat_map(|person| &person.attributes);
    let known = known.filter(|(known, _)| known == name);
    own.flat_map(|one| &one.values)
        .chain(known.flat_map(|(_, values)| values))
        .cloned()
        .collect()
}
