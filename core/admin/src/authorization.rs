//! The authorization of a change: whether the actor may make it, by the policy before it.

use std::collections::BTreeSet;

use portcullis_engine::{Policy, UnixSeconds};
use portcullis_policy::authzen::{Attribute, Subject};
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::model::{Holdings, Model};
use portcullis_policy::source::{Operation, Until};
use portcullis_policy::{Document, preview};

use crate::SubjectKey;
use crate::against::Against;
use crate::assignable::Assignable;
use crate::authority::Authority;
use crate::draft::Draft;
use crate::endings::last_second;
use crate::refused::{Refused, RefusedReason};
use crate::required::Cover;
use crate::target_attributes;

/// A subject who asks for a change, and what it may do by the policy before the change.
pub(crate) struct Authorization<'a> {
    pub(crate) model: &'a Model,
    /// The policy with the features that are on now: those are the tenant's, so that their ends
    /// are nothing that an actor hands out.
    pub(crate) policy: Policy,
    pub(crate) now: UnixSeconds,
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
    /// When what it does ends, so that the actor's rights need not last longer; nothing where it
    /// lasts, as where a role is changed or something is taken away.
    pub(crate) until: Option<UnixSeconds>,
    /// What the actor has to cover.
    pub(crate) cover: Cover,
    /// Why it is asked for, where the policy does not say that its subject has the role.
    pub(crate) besides: Option<Besides>,
}

/// Why somebody may hold a role of whom the policy does not say so.
#[derive(Clone, Debug)]
pub(crate) struct Besides {
    /// Where the role comes from.
    pub(crate) why: String,
    /// What keeps it from coming from there.
    pub(crate) cure: String,
}

impl Step {
    /// An operation that is about nothing yet.
    pub(crate) const fn new(operation: Operation) -> Self {
        Self {
            operation,
            roles: BTreeSet::new(),
            subject: None,
            team: None,
            until: None,
            cover: Cover::Nothing,
            besides: None,
        }
    }

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
        let on_now = model.with_features_at(now);
        let policy = preview(&on_now, &metadata).map_err(|error| {
            Refused::new(
                RefusedReason::InvalidPolicy,
                error.to_string(),
                "make the policy smaller",
            )
        })?;
        let holdings = Holdings::of_subject(model, actor).at(now);
        Ok(Self {
            model,
            policy,
            now,
            actor,
            attributes,
            authority: Authority::new(model, &holdings, teams(model, actor)),
            assignable: Assignable::new(model, &holdings),
            holdings,
        })
    }

    /// Refuses steps of which the actor is not permitted, does not manage or does not cover one,
    /// and says all that stands against them.
    pub(crate) fn check(&self, steps: &[Step], after: &Model) -> Result<(), Refused> {
        let mut against = Against::default();
        for step in steps {
            let checked = self
                .require_permission(step, after)
                .and_then(|()| self.require_management(step, after))
                .and_then(|()| self.require_cover(step, after));
            if let Err(refused) = checked {
                against.add(step, refused);
            }
        }
        match against.into_refused() {
            None => Ok(()),
            Some(refused) => Err(refused),
        }
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

    /// Returns when a right ends that the actor has now, if that is before the step does.
    pub(crate) fn ends_before(
        &self,
        step: &Step,
        has_at: impl Fn(UnixSeconds) -> Result<bool, Refused>,
    ) -> Result<Option<Until>, Refused> {
        if has_at(last_second(step.until).max(self.now))? {
            return Ok(None);
        }
        let bindings = self.holdings.bindings.iter();
        let ends = bindings.filter_map(|binding| binding.until);
        for end in ends.collect::<BTreeSet<_>>() {
            if !has_at(end)? {
                return Ok(Some(Until(end)));
            }
        }
        // Nothing that ends took it away: as if it ended now.
        Ok(Some(Until(self.now)))
    }

    /// Refuses a step that lasts longer than the right to it; `does` says what the actor does by it.
    pub(crate) fn ends_first(
        &self,
        step: &Step,
        reason: RefusedReason,
        does: &str,
        end: Until,
    ) -> Refused {
        let who = self.who();
        let message = match step.until {
            Some(until) => format!(
                "{who} {does} only until {end}, and this is until {}",
                Until(until)
            ),
            None => format!("{who} {does} only until {end}, and this lasts"),
        };
        let cure = if step.operation.may_end() {
            "let it end no later, or ask somebody whose right to it lasts"
        } else {
            "ask somebody whose right to it lasts, or let the actor's last: assign it without an end"
        };
        Refused::new(reason, message, cure)
    }

    /// Names the actor.
    pub(crate) fn who(&self) -> String {
        format!("`{}`", SubjectKey::new(&self.actor.kind, &self.actor.id))
    }
}

/// Returns the teams that a subject is on by its attributes.
fn teams(model: &Model, actor: &Subject) -> BTreeSet<String> {
    let team = model.attributes.team.as_deref();
    team.map(|name| values(model, actor, name))
        .unwrap_or_default()
}

/// Returns the values of an attribute that a subject has, by what it states and by the directory.
pub(crate) fn values(model: &Model, subject: &Subject, name: &str) -> BTreeSet<String> {
    let own = subject.attributes.iter().filter(|one| one.name == name);
    let own = own.filter(|one| !model.attributes.directory_only.contains(&one.name));
    let person = model.person(&subject.kind, &subject.id);
    let known = person.into_iter().flat_map(|person| &person.attributes);
    let known = known.filter(|(known, _)| known == name);
    own.flat_map(|one| &one.values)
        .chain(known.flat_map(|(_, values)| values))
        .cloned()
        .collect()
}
