//! Whether the actor may: the decision on the policy, what it manages, what it covers.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_engine::{Decision, DenyReason, LimitExceeded, Policy, UnixSeconds};
use serde_json::Value;

use super::cover::Power;
use super::owed::{self, Cover};
use super::refused::{Refused, RefusedReason};
use super::{Actor, SubjectKey, names};
use portcullis_policy::authzen::{Attribute, Request, Resource, Subject};
use portcullis_policy::encode::Edition;
use portcullis_policy::model::{Holdings, Manages, Model, RoleIndex};
use portcullis_policy::source::{Catalog, Operation};
use portcullis_policy::{nearest_or, preview};

/// A subject at the desk, under the policy as it is before the change.
pub(super) struct Desk<'a> {
    pub(super) model: &'a Model,
    policy: Policy,
    actor: &'a Subject,
    attributes: &'a [Attribute],
    holdings: Holdings,
    pub(super) power: Power<'a>,
    /// The built-in roles that the catalog lists by name in what the actor manages, with
    /// the teams of the roles that say so.
    pub(super) listed: BTreeMap<RoleIndex, BTreeSet<Option<String>>>,
}

/// One operation on one target; a change consists of one or, with its consequences, several.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) operation: Operation,
    /// The roles that it is about.
    pub(super) roles: BTreeSet<String>,
    /// The subject that it is about.
    pub(super) subject: Option<SubjectKey>,
    /// The team that it is about; everywhere when there is none.
    pub(super) team: Option<String>,
    /// What the actor has to cover.
    pub(super) cover: Cover,
}

impl<'a> Desk<'a> {
    pub(super) fn open(
        model: &'a Model,
        catalog: &Catalog,
        actor: &'a Actor,
        attributes: &'a [Attribute],
    ) -> Result<Option<Self>, Refused> {
        let Actor::Subject(subject) = actor else {
            return Ok(None);
        };
        check_attributes(model, attributes)?;
        // Administration is timeless, so any edition that holds will do.
        let edition = Edition::new("administration", UnixSeconds(0), 1, catalog);
        let policy = preview(model, &edition).map_err(|error| {
            Refused::new(
                RefusedReason::InvalidPolicy,
                error.to_string(),
                "make the policy smaller",
            )
        })?;
        let holdings = Holdings::of_subject(model, subject);
        let power = Power::new(model, &holdings, teams(model, subject));
        let listed = owed::listed(model, &holdings);
        Ok(Some(Self {
            model,
            policy,
            actor: subject,
            attributes,
            holdings,
            power,
            listed,
        }))
    }

    /// Refuses at once whoever may do such a thing to nothing at all.
    pub(super) fn admit(&self, operation: Operation) -> Result<(), Refused> {
        let mut answers = Vec::new();
        for permission in self.permissions(operation)? {
            match self.decide(&permission, Vec::new(), false)? {
                Answer::Off(_) | Answer::No(DenyReason::NotGranted) => {}
                _ => return Ok(()),
            }
            answers.push(permission);
        }
        Err(self.not_allowed(operation, &answers))
    }

    /// Refuses what the actor may not do, does not manage or does not cover.
    pub(super) fn check(&self, step: &Step, after: &Model) -> Result<(), Refused> {
        self.decided(step, after)?;
        self.managed(step, after)?;
        self.covered(step, after)
    }

    /// Returns what the actor holds.
    pub(super) const fn holdings(&self) -> &Holdings {
        &self.holdings
    }

    /// Tells whether a subject is the actor.
    pub(super) fn is_actor(&self, subject: &SubjectKey) -> bool {
        subject.kind == self.actor.kind && subject.id == self.actor.id
    }

    fn permissions(&self, operation: Operation) -> Result<Vec<String>, Refused> {
        let named = self.model.administration.iter();
        let named = named.filter(|one| one.operations.contains(&operation));
        let named = named.filter_map(|one| self.model.permissions.get(one.permission.get()));
        let named = named
            .map(|permission| permission.name.clone())
            .collect::<Vec<_>>();
        if named.is_empty() {
            let name = operation.name();
            return Err(Refused::new(
                RefusedReason::NobodysOperation,
                format!(
                    "the catalog says in `administration` of no permission that it lets {name}, so nobody may"
                ),
                format!("name `{name}` there under the permission that is to let people do it"),
            ));
        }
        Ok(named)
    }

    fn decided(&self, step: &Step, after: &Model) -> Result<(), Refused> {
        let permissions = self.permissions(step.operation)?;
        let mut undecided = None;
        for permission in &permissions {
            match self.decide(permission, self.resource(step, after), true)? {
                Answer::Yes => return Ok(()),
                Answer::Depends(filter) => undecided = undecided.or(Some((permission, filter))),
                Answer::Off(_) | Answer::No(_) => {}
            }
        }
        match undecided {
            Some((permission, filter)) => Err(Refused::new(
                RefusedReason::Undecided,
                format!(
                    "{} may {} by `{permission}` only where this holds: {}",
                    self.who(),
                    step.operation.name(),
                    filter.unwrap_or_default()
                ),
                "give these attributes of what it is done to, as `--resource numbers=5`",
            )),
            None => Err(self.not_allowed(step.operation, &permissions)),
        }
    }

    fn decide(
        &self,
        permission: &str,
        known: Vec<Attribute>,
        total: bool,
    ) -> Result<Answer, Refused> {
        let mut attributes = known;
        if total {
            attributes.extend(self.attributes.iter().cloned());
        }
        attributes.sort_unstable();
        let request = Request {
            subject: self.actor.clone(),
            resource: Resource {
                attributes,
                ..Resource::default()
            },
            ..Request::default()
        };
        let answer = request.ask(|subject, question| {
            let decision = self.policy.decide(subject, permission, question);
            let told = |member: &str| -> Result<Option<Value>, LimitExceeded> {
                let answer = serde_json::from_str::<Value>(&decision.answer(&self.policy)?);
                Ok(answer.ok().and_then(|answer| answer.get(member).cloned()))
            };
            Ok(match decision {
                Decision::Allow(_) => Answer::Yes,
                Decision::Deny(DenyReason::FeatureDisabled(_)) => Answer::Off(told("features")?),
                Decision::Deny(reason) => Answer::No(reason),
                Decision::Conditional(_) => Answer::Depends(told("residual")?),
            })
        });
        answer.and_then(|answer| answer).map_err(|limit| {
            Refused::new(
                RefusedReason::Malformed,
                format!("limit-exceeded: {limit}"),
                "give fewer or shorter values",
            )
        })
    }

    /// Returns what is known of what a step is done to, as far as the catalog declares it.
    fn resource(&self, step: &Step, after: &Model) -> Vec<Attribute> {
        let declared = &self.model.attributes.resource;
        let known = [
            (
                "role",
                self.standing(step, after).into_iter().collect::<Vec<_>>(),
            ),
            (
                "user",
                step.subject
                    .iter()
                    .map(|subject| subject.id.clone())
                    .collect(),
            ),
        ];
        let known = known.map(|(name, values)| (name.to_owned(), values));
        let teams = self.model.attributes.team.clone();
        let teams = teams.map(|name| (name, step.team.iter().cloned().collect()));
        known
            .into_iter()
            .chain(teams)
            .filter(|(name, _)| declared.contains(name))
            .map(|(name, values)| Attribute { name, values })
            .collect()
    }

    /// Returns the ids that the roles of a step stand as.
    fn standing(&self, step: &Step, after: &Model) -> BTreeSet<String> {
        let stands = |model: &Model, id: &str| {
            let role = model.stands_as(model.role(id)?);
            model.roles.get(role.get()).map(|role| role.id.clone())
        };
        let ids = step.roles.iter();
        ids.filter_map(|id| stands(self.model, id).or_else(|| stands(after, id)))
            .collect()
    }

    fn managed(&self, step: &Step, after: &Model) -> Result<(), Refused> {
        let mut managed = BTreeSet::new();
        for binding in self.holdings.usable(self.model) {
            // What somebody manages on one team it manages there.
            if binding.team.is_some() && binding.team != step.team {
                continue;
            }
            match self
                .model
                .roles
                .get(binding.role.get())
                .map(|role| &role.manages)
            {
                Some(Manages::All) => return Ok(()),
                Some(Manages::Roles(roles)) => managed.extend(roles.iter().copied()),
                Some(Manages::None) | None => {}
            }
        }
        let manages = |id: &String| {
            self.model
                .role(id)
                .is_some_and(|role| managed.contains(&role))
        };
        let standing = self.standing(step, after);
        let others = standing
            .iter()
            .filter(|id| !manages(id))
            .collect::<Vec<_>>();
        if others.is_empty() {
            return Ok(());
        }
        let managed = managed
            .iter()
            .filter_map(|role| self.model.roles.get(role.get()));
        let managed = names::quoted(managed.map(|role| &role.id));
        let what = if managed.is_empty() {
            "none".to_owned()
        } else {
            format!("only {managed}")
        };
        Err(Refused::new(
            RefusedReason::NotManaged,
            format!(
                "{} manages {what}, and this is about {}",
                self.who(),
                names::quoted(others)
            ),
            "ask somebody whose role manages these too",
        ))
    }

    fn not_allowed(&self, operation: Operation, permissions: &[String]) -> Refused {
        let refused = |message, cure| Refused::new(RefusedReason::NotAllowed, message, cure);
        let name = operation.name();
        let mut missing = BTreeSet::new();
        for permission in permissions {
            if let Ok(Answer::Off(Some(Value::Array(off)))) =
                self.decide(permission, Vec::new(), false)
            {
                missing.extend(off.iter().filter_map(Value::as_str).map(str::to_owned));
            }
        }
        if !missing.is_empty() {
            let features = names::quoted(&missing);
            let no = refused(
                format!("nobody may {name} while the tenant does not have {features}"),
                format!("turn {features} on first"),
            );
            return Refused {
                features_off: missing.into_iter().collect(),
                ..no
            };
        }
        if self.holdings.bindings.is_empty() {
            let people = self.model.tenant.directory.iter();
            let people = people
                .map(|person| SubjectKey::from(person).to_string())
                .collect::<Vec<_>>();
            let key = SubjectKey::new(&self.actor.kind, &self.actor.id).to_string();
            let cure = nearest_or(
                &key,
                people.iter().map(String::as_str),
                "name somebody of the tenant's directory who has a role",
            );
            return refused(
                format!("{} holds no role, so it may not {name}", self.who()),
                cure,
            );
        }
        refused(
            format!(
                "{} may not {name} here: that takes {}",
                self.who(),
                names::quoted(permissions)
            ),
            "ask somebody who has one of these permissions".to_owned(),
        )
    }

    pub(super) fn who(&self) -> String {
        format!("`{}`", SubjectKey::new(&self.actor.kind, &self.actor.id))
    }
}

/// The answer to whether an operation is permitted.
enum Answer {
    Yes,
    No(DenyReason),
    /// A feature is off; tells which.
    Off(Option<Value>),
    /// It depends on what is not known; tells the filter.
    Depends(Option<Value>),
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

/// Refuses attributes that the catalog does not know, and those that follow from the operation.
fn check_attributes(model: &Model, attributes: &[Attribute]) -> Result<(), Refused> {
    for (index, Attribute { name, values }) in attributes.iter().enumerate() {
        let own = ["id", "role", "user"].contains(&name.as_str());
        if own || model.attributes.team.as_ref() == Some(name) {
            return Err(Refused::new(
                RefusedReason::Malformed,
                format!("the resource attribute `{name}` follows from the operation itself"),
                "leave it out",
            ));
        }
        if !model.attributes.resource.contains(name) {
            let known = model.attributes.resource.iter().map(String::as_str);
            let cure = nearest_or(
                name,
                known.clone(),
                names::listed("resource attributes", known),
            );
            return Err(Refused::new(
                RefusedReason::Unknown,
                format!("the catalog declares no resource attribute `{name}`"),
                cure,
            ));
        }
        if attributes
            .iter()
            .take(index)
            .any(|known| known.name == *name)
        {
            return Err(Refused::new(
                RefusedReason::Duplicate,
                format!("the resource attribute `{name}` is given twice"),
                "give all of its values at once",
            ));
        }
        values
            .iter()
            .try_for_each(|value| names::value("value", value))?;
    }
    Ok(())
}
