//! Who may use a permission: the question of every audit.

mod holders;
mod possible;
#[cfg(test)]
mod tests;

use core::fmt;

use portcullis_engine::{Decision, DenyReason, InvalidRequest, Policy, Question, UnixSeconds};
use portcullis_json::nearest_or;
use portcullis_policy::authzen::{Action, Request, Resource};
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::model::Model;
use portcullis_policy::source::Until;
use portcullis_policy::{UnopenablePolicy, preview};
use serde::Serialize;

pub use holders::Holder;

use holders::{holders, inactive};
use possible::Asked;

/// Who may use a permission on a resource: holders of whom the policy alone says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Who {
    /// The permission, by its present name.
    pub permission: String,
    /// The features that are off and without which nobody may.
    pub features_off: Vec<String>,
    /// Everybody, then subjects of the directory, members of groups, and whoever's token or
    /// trusted header states a role.
    pub may: Vec<May>,
    /// Subjects that the directory says are not active: whatever group or claim is named above,
    /// they may not.
    pub inactive: Vec<Holder>,
}

/// Somebody who may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct May {
    /// Who it is.
    pub who: Holder,
    /// What grants it: in any case, where it depends on nothing.
    pub by: Option<By>,
    /// Of which resources it may, where what is given of the resource does not say.
    pub filter: Option<String>,
    /// What the grant depends on that neither the policy nor the question says, as
    /// `subject.teams`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// When it no longer may, or of fewer resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
}

/// The grant that lets somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct By {
    /// The role.
    pub role: String,
    /// The scope.
    pub scope: String,
    /// The team that the role is bound to.
    pub team: Option<String>,
}

impl Who {
    /// Finds who may use a permission on a resource, of which only a part may be known, when the
    /// bundle of that metadata is issued.
    ///
    /// # Errors
    /// Refuses a permission that the catalog does not have, a resource beyond the limits, and
    /// a policy of which no bundle can be made.
    pub fn new(
        model: &Model,
        metadata: &BundleMetadata,
        permission: &str,
        resource: &Resource,
    ) -> Result<Self, UnanswerableWho> {
        let index = model.permission(permission);
        let found = index.and_then(|index| Some((index, model.permissions.get(index.get())?)));
        let Some((index, found)) = found else {
            let known = model.permissions.iter().map(|known| known.name.as_str());
            return Err(UnanswerableWho::UnknownPermission {
                name: permission.to_owned(),
                cure: nearest_or(permission, known, "`portcullis matrix` lists them"),
            });
        };
        let policy = preview(model, metadata).map_err(UnanswerableWho::Unopenable)?;
        let mut who = Self {
            permission: found.name.clone(),
            features_off: Vec::new(),
            may: Vec::new(),
            inactive: inactive(model).collect(),
        };
        let asked = Asked {
            model,
            permission: index,
            resource,
            now: metadata.issued_at,
        };
        for kind in model.everyone.iter().flat_map(|everyone| &everyone.types) {
            let everyone = Holder::Everyone { kind: kind.clone() };
            who.may.extend(asked.possible(&everyone));
        }
        for (holder, subject) in holders(model) {
            let request = Request {
                subject,
                action: Action {
                    name: found.action.clone(),
                    attributes: Vec::new(),
                },
                resource: resource.clone(),
                ..Request::default()
            };
            let known = who.ask(&policy, holder.clone(), &request, metadata.issued_at);
            // A filter and a refusal are answers to somebody of whom no more is known.
            if known.map_err(UnanswerableWho::Limit)? != Known::InAnyCase {
                who.may.extend(asked.possible(&holder));
            }
        }
        Ok(who)
    }

    fn ask(
        &mut self,
        policy: &Policy,
        holder: Holder,
        request: &Request,
        now: UnixSeconds,
    ) -> Result<Known, InvalidRequest> {
        request.ask(|subject, question| {
            let view = policy.at(now);
            let decision = view.decide(subject, &self.permission, question);
            if let Decision::Deny(DenyReason::FeatureDisabled(permission)) = decision {
                let missing = view.missing_features(permission);
                self.features_off = missing.map(str::to_owned).collect();
            }
            let Some((by, filter)) = allowed(&view, &decision) else {
                return Known::Otherwise;
            };
            let known = match &filter {
                None => Known::InAnyCase,
                Some(_) => Known::Otherwise,
            };
            let ends = ends(policy, subject, &self.permission, question, now);
            self.may.push(May {
                who: holder,
                by,
                filter,
                depends_on: Vec::new(),
                until: ends.map(Until),
            });
            known
        })
    }
}

/// What the engine says of somebody of whom nothing is known but what the policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    InAnyCase,
    Otherwise,
}

/// Returns what an answer rests on, or the filter that it depends on; nothing where it is no.
fn allowed(policy: &Policy, decision: &Decision<'_>) -> Option<(Option<By>, Option<String>)> {
    match decision {
        Decision::Allow(grant) => {
            let by = By {
                role: policy.role_name(grant.role).to_owned(),
                scope: policy.scope_name(grant.scope).to_owned(),
                team: grant.team.map(str::to_owned),
            };
            Some((Some(by), None))
        }
        Decision::Conditional(pending) => {
            let residual = pending.residual();
            let filter = residual.map(|residual| residual.as_json().to_owned());
            Some((None, Some(filter.unwrap_or_else(|limit| limit.to_string()))))
        }
        Decision::Deny(_) => None,
    }
}

/// Returns the first moment from which on a subject may no longer what it may now.
fn ends(
    policy: &Policy,
    subject: &portcullis_engine::Subject<'_>,
    permission: &str,
    question: &Question<'_>,
    now: UnixSeconds,
) -> Option<UnixSeconds> {
    let filter_at = |at: UnixSeconds| {
        let view = policy.at(at);
        let found = allowed(&view, &view.decide(subject, permission, question));
        found.map(|(_, filter)| filter)
    };
    let first = filter_at(now);
    let mut moment = policy.at(now).ends_at(subject);
    while let Some(at) = moment {
        if filter_at(at) != first {
            return Some(at);
        }
        moment = policy.at(at).ends_at(subject);
    }
    None
}

/// A question that has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnanswerableWho {
    /// The catalog has no such permission.
    UnknownPermission {
        /// What was asked for.
        name: String,
        /// What to do about it.
        cure: String,
    },
    /// A limit of the engine is passed.
    Limit(InvalidRequest),
    /// No bundle can be made of the policy.
    Unopenable(UnopenablePolicy),
}

impl fmt::Display for UnanswerableWho {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownPermission { name, cure } => {
                write!(f, "there is no permission `{name}`; {cure}")
            }
            Self::Limit(limit) => write!(f, "the question is refused: {limit}"),
            Self::Unopenable(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for UnanswerableWho {}

/// Writes it as `jo: agent@emea at own`.
impl fmt::Display for May {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.who)?;
        match (&self.by, &self.filter) {
            (Some(By { role, scope, team }), _) => match team {
                Some(team) => write!(f, "{role}@{team} at {scope}")?,
                None => write!(f, "{role} at {scope}")?,
            },
            (None, Some(filter)) => write!(f, "where {filter}")?,
            (None, None) => f.write_str("nothing")?,
        }
        f.write_str(&Until::after(self.until))?;
        if let Some((last, others)) = self.depends_on.split_last() {
            let others = match others {
                [] => String::new(),
                others => format!("{} and ", others.join(", ")),
            };
            write!(f, ", depending on {others}{last}")?;
        }
        Ok(())
    }
}
