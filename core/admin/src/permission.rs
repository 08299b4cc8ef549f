//! Whether the policy permits the actor an operation: a decision like any other.

use std::collections::BTreeSet;

use portcullis_engine::{Decision, DenyReason, UnixSeconds};
use portcullis_json::nearest_or;
use portcullis_policy::authzen::{Attribute, Request, Resource};
use portcullis_policy::model::{Holdings, Model, Person};
use portcullis_policy::source::Operation;

use crate::SubjectKey;
use crate::authorization::{Authorization, Step};
use crate::refused::{Refused, RefusedReason};
use crate::words;

/// The answer to whether an operation is permitted.
enum Answer {
    Yes,
    No(DenyReason),
    /// These features are off.
    FeaturesOff(Vec<String>),
    /// It depends on what is not known: this is the filter.
    Depends(String),
}

impl Authorization<'_> {
    /// Refuses at once an actor who may not do such a thing to anything.
    pub(crate) fn admit(&self, operation: Operation) -> Result<(), Refused> {
        let permissions = self.permissions(operation)?;
        let mut off = BTreeSet::new();
        for permission in &permissions {
            match self.decide(permission, Vec::new(), self.now)? {
                Answer::FeaturesOff(features) => off.extend(features),
                Answer::No(DenyReason::NotGranted) => {}
                Answer::Yes | Answer::No(_) | Answer::Depends(_) => return Ok(()),
            }
        }
        Err(self.not_allowed(operation, &permissions, off))
    }

    /// Refuses a step for which the actor has no permission, or has it for less long than the step
    /// lasts.
    pub(crate) fn require_permission(&self, step: &Step, after: &Model) -> Result<(), Refused> {
        let permissions = self.permissions(step.operation)?;
        let mut attributes = self.known_of_target(step, after);
        attributes.extend(self.attributes.iter().cloned());
        attributes.sort_unstable();
        let (mut undecided, mut ends) = (None, None);
        let mut off = BTreeSet::new();
        let decide = |permission: &str, at| self.decide(permission, attributes.clone(), at);
        for permission in &permissions {
            match decide(permission, self.now)? {
                Answer::Yes => {
                    let may_at = |at| Ok(matches!(decide(permission, at)?, Answer::Yes));
                    match self.ends_before(step, may_at)? {
                        None => return Ok(()),
                        // The latest of them is what the actor may do.
                        end => ends = ends.max(end),
                    }
                }
                Answer::Depends(filter) => undecided = undecided.or(Some((permission, filter))),
                Answer::FeaturesOff(features) => off.extend(features),
                Answer::No(_) => {}
            }
        }
        if let Some(end) = ends {
            let may = format!("may {} here", step.operation.name());
            return Err(self.ends_first(step, RefusedReason::NotAllowed, &may, end));
        }
        let Some((permission, filter)) = undecided else {
            return Err(self.not_allowed(step.operation, &permissions, off));
        };
        Err(Refused::new(
            RefusedReason::Undecided,
            format!(
                "{} may {} by `{permission}` only where this holds: {filter}",
                self.who(),
                step.operation.name(),
            ),
            "give these attributes of what it is done to, as `--resource numbers=5`",
        ))
    }

    /// Returns the permissions that the catalog names for an operation.
    fn permissions(&self, operation: Operation) -> Result<Vec<String>, Refused> {
        let named = self.model.administration.iter();
        let permissions = named
            .filter(|one| one.operations.contains(&operation))
            .filter_map(|one| self.model.permissions.get(one.permission.get()))
            .map(|permission| permission.name.clone())
            .collect::<Vec<_>>();
        if permissions.is_empty() {
            let name = operation.name();
            return Err(Refused::new(
                RefusedReason::NobodysOperation,
                format!(
                    "the catalog's `administration` names no permission for `{name}`, so nobody may do it"
                ),
                format!("name `{name}` there under the permission that is to let people do it"),
            ));
        }
        Ok(permissions)
    }

    fn decide(
        &self,
        permission: &str,
        attributes: Vec<Attribute>,
        at: UnixSeconds,
    ) -> Result<Answer, Refused> {
        let policy = self.policy.at(at);
        let request = Request {
            subject: self.actor.clone(),
            resource: Resource {
                attributes,
                ..Resource::default()
            },
            ..Request::default()
        };
        let answer = request.ask(|subject, question| {
            Ok(match policy.decide(subject, permission, question) {
                Decision::Allow(_) => Answer::Yes,
                Decision::Deny(DenyReason::FeatureDisabled(permission)) => {
                    let features = policy.missing_features(permission);
                    Answer::FeaturesOff(features.map(str::to_owned).collect())
                }
                Decision::Deny(reason) => Answer::No(reason),
                Decision::Conditional(pending) => {
                    Answer::Depends(pending.residual()?.as_json().to_owned())
                }
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

    /// Returns what follows from a step about its target, as far as the catalog declares it.
    fn known_of_target(&self, step: &Step, after: &Model) -> Vec<Attribute> {
        let declared = &self.model.attributes.resource;
        let roles = self.standing(step, after).into_iter().collect();
        let user = step.subject.iter().map(|subject| subject.id.clone());
        let team = self.model.attributes.team.clone();
        let team = team.map(|name| (name, step.team.iter().cloned().collect::<Vec<_>>()));
        let known = [
            ("role".to_owned(), roles),
            ("user".to_owned(), user.collect()),
        ];
        known
            .into_iter()
            .chain(team)
            .filter(|(name, _)| declared.contains(name))
            .map(|(name, values)| Attribute { name, values })
            .collect()
    }

    fn not_allowed(
        &self,
        operation: Operation,
        permissions: &[String],
        off: BTreeSet<String>,
    ) -> Refused {
        let refused = |message, cure| Refused::new(RefusedReason::NotAllowed, message, cure);
        let name = operation.name();
        if !off.is_empty() {
            let features = words::quoted(&off);
            return Refused {
                features_off: off.into_iter().collect(),
                ..refused(
                    format!("nobody may {name} while the tenant does not have {features}"),
                    format!("turn {features} on first"),
                )
            };
        }
        let own = self.model.person(&self.actor.kind, &self.actor.id);
        if own.is_some_and(|person| person.inactive) {
            return refused(
                format!(
                    "{} is not active, so it holds nothing and may not {name}",
                    self.who()
                ),
                "let somebody who may activate it first".to_owned(),
            );
        }
        let ended = Holdings::of_subject(self.model, self.actor).bindings;
        let ended = ended.difference(&self.holdings.bindings);
        let ended = words::quoted(ended.map(|binding| self.model.binding_name(binding)));
        if self.holdings.bindings.is_empty() && !ended.is_empty() {
            return refused(
                format!(
                    "what {} held has ended, {ended}, so it may not {name}",
                    self.who()
                ),
                "ask somebody else who may, or to be assigned a role again".to_owned(),
            );
        }
        if self.holdings.bindings.is_empty() {
            let people = self.model.tenant.directory.iter();
            let holding = |person: &&Person| {
                let held = Holdings::of_person(self.model, person).at(self.now);
                !held.bindings.is_empty()
            };
            let people = people
                .filter(holding)
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
                "{} may not {name} here: that takes {}{}",
                self.who(),
                words::quoted(permissions),
                if ended.is_empty() {
                    String::new()
                } else {
                    format!(", and what it held has ended: {ended}")
                }
            ),
            "ask somebody who has one of these permissions".to_owned(),
        )
    }
}
