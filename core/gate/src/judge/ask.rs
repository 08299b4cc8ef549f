//! The question to the policy.

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};

use portcullis_engine::{
    Attributes, Decision, DenyReason, InvalidRequest, Policy, Question, Resource, Set, Subject,
};

use super::{
    answering::Answering,
    findings::{Findings, GrantFound, Refused},
};
use crate::{
    attributes::ResourceFacts,
    code::Code,
    counted::Counted,
    hygiene,
    identity::Identity,
    routes::{OnConditional, Route},
};

/// What goes on with a request that is allowed.
pub(super) enum Allowed {
    /// Nothing more.
    Granted,
    /// The header with the filter that the origin must apply.
    Filtered((&'static str, String)),
}

/// Asks the policy.
pub(super) fn decide(
    policies: &Answering<'_>,
    counted: &Counted<'_>,
    permission: &str,
    resource: &ResourceFacts,
    route: &Route,
    findings: &mut Findings<'_>,
) -> Result<Allowed, Refused> {
    check_subject(policies, counted.identity, findings)?;
    let facts = Facts::new(counted, resource);
    match facts.ask(&policies.policy, permission, route, findings) {
        Ok(answer) => answer,
        Err(invalid) => Err(findings.pass_limit(invalid.message(), invalid.message())),
    }
}

/// Refuses somebody of a type that the catalog does not declare, for the directory knows nobody of
/// it, and somebody of whom the newest directory says that nothing is held.
pub(super) fn check_subject(
    policies: &Answering<'_>,
    identity: &Identity,
    findings: &mut Findings<'_>,
) -> Result<(), Refused> {
    let newest = policies.newest();
    let mut both = [&policies.policy, newest].into_iter();
    if !both.all(|policy| policy.has_subject_type(&identity.kind)) {
        return Err(findings.refuse(Code::IdentityInvalid, SUBJECT_TYPE));
    }
    match Subject::new(&identity.kind, &identity.id) {
        Ok(subject) if newest.is_inactive(&subject) => {
            findings.effect = "deny";
            Err(findings.refuse(Code::NotActive, ""))
        }
        Ok(_) => Ok(()),
        Err(invalid) => Err(findings.pass_limit(invalid.message(), invalid.message())),
    }
}

/// Who asks and about what, as the engine takes them.
struct Facts<'a> {
    identity: &'a Identity,
    resource: &'a ResourceFacts,
    counted: &'a Counted<'a>,
    groups: Vec<&'a str>,
}

impl<'a> Facts<'a> {
    fn new(counted: &'a Counted<'a>, resource: &'a ResourceFacts) -> Self {
        let identity = counted.identity;
        Self {
            identity,
            resource,
            counted,
            groups: borrowed(&identity.groups),
        }
    }

    fn ask(
        &self,
        policy: &Policy,
        permission: &str,
        route: &Route,
        findings: &mut Findings<'_>,
    ) -> Result<Result<Allowed, Refused>, InvalidRequest> {
        let team_roles: Vec<(&str, &[&str])> = self
            .counted
            .team_roles
            .iter()
            .map(|(team, roles)| (*team, roles.as_slice()))
            .collect();
        let (mut own, mut known) = (
            named(&self.identity.attributes),
            named(&self.resource.attributes),
        );
        let (mut action, mut context) =
            (named(&self.identity.action), named(&self.identity.context));
        let (own, known) = (sets(&mut own)?, sets(&mut known)?);
        let (action, context) = (sets(&mut action)?, sets(&mut context)?);
        let subject = Subject::new(&self.identity.kind, &self.identity.id)?
            .with_roles(&self.counted.roles)?
            .with_team_roles(&team_roles)?
            .with_groups(&self.groups)?
            .with_attributes(Attributes::named(&own)?);
        let resource = match &self.resource.id {
            Some(id) => Resource::new(id)?,
            None => Resource::UNKNOWN,
        };
        let question = Question {
            resource: resource.with_attributes(Attributes::named(&known)?),
            action: Attributes::named(&action)?,
            context: Attributes::named(&context)?,
        };
        let decision = policy.decide(&subject, permission, &question);
        findings.effect = decision.effect();
        Ok(match &decision {
            Decision::Allow(grant) => {
                findings.code = Code::Granted;
                findings.grant = Some(GrantFound {
                    role: grant.role,
                    scope: grant.scope,
                    team: grant.team.map(String::from),
                });
                Ok(Allowed::Granted)
            }
            Decision::Conditional(pending) => {
                findings.code = Code::Conditional;
                if route.conditional == OnConditional::Deny {
                    return Ok(Err(findings.refuse(Code::ConditionalRefused, "")));
                }
                match pending.residual() {
                    Ok(residual) => {
                        let header = hygiene::header(hygiene::FILTER, residual.as_json());
                        Ok(Allowed::Filtered(header))
                    }
                    Err(limit) => {
                        limit.message().clone_into(&mut findings.limit);
                        Err(findings.refuse(Code::ConditionalRefused, FILTER))
                    }
                }
            }
            Decision::Deny(reason) => {
                let code = match reason {
                    DenyReason::UnknownPermission => Code::UnknownPermission,
                    DenyReason::FeatureDisabled(permission) => {
                        let missing = policy.missing_features(*permission);
                        findings.features = missing.map(String::from).collect();
                        Code::FeatureDisabled
                    }
                    DenyReason::NotGranted => Code::NotGranted,
                    DenyReason::OutOfScope => Code::OutOfScope,
                };
                Err(findings.refuse(code, ""))
            }
        })
    }
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn named(lists: &[(String, Vec<String>)]) -> Vec<(&str, Vec<&str>)> {
    let lists = lists.iter();
    lists
        .map(|(name, texts)| (name.as_str(), borrowed(texts)))
        .collect()
}

fn sets<'a, 'v>(
    lists: &'a mut [(&'v str, Vec<&'v str>)],
) -> Result<Vec<(&'v str, Set<'a>)>, InvalidRequest> {
    let lists = lists.iter_mut();
    lists
        .map(|(name, values)| Ok((*name, Set::sort(values)?)))
        .collect()
}

/// The detail of a refusal of a subject's type: add it to the catalog's `subject_types`, or let
/// whoever states it write it as the catalog does.
const SUBJECT_TYPE: &str = "subject-type";
/// The detail of a refusal where the filter cannot be forwarded.
pub(super) const FILTER: &str = "filter";
