//! Whether the actor manages the roles that a step is about, for as long as it lasts.

use std::collections::BTreeSet;

use portcullis_engine::UnixSeconds;
use portcullis_policy::model::{Manages, Model, RoleIndex};

use crate::authorization::{Authorization, Step};
use crate::refused::{Refused, RefusedReason};
use crate::words;

impl Authorization<'_> {
    /// Refuses a step about a role that the actor does not manage, for as long as the step lasts.
    pub(crate) fn require_management(&self, step: &Step, after: &Model) -> Result<(), Refused> {
        let standing = self.standing(step, after);
        let others_at = |at: UnixSeconds| match self.managed(step, at) {
            Managed::All => Vec::new(),
            Managed::Roles(managed) => {
                let is_other = |id: &&String| {
                    let role = self.model.role(id);
                    role.is_none_or(|role| !managed.contains(&role))
                };
                standing.iter().filter(is_other).collect()
            }
        };
        let others = others_at(self.now);
        if others.is_empty() {
            let ends = self.ends_before(step, |at| Ok(others_at(at).is_empty()))?;
            return match ends {
                None => Ok(()),
                Some(end) => {
                    let does = format!("manages {}", words::quoted(others_at(end.0)));
                    Err(self.ends_first(step, RefusedReason::NotManaged, &does, end))
                }
            };
        }
        let managed = match self.managed(step, self.now) {
            Managed::All => BTreeSet::new(),
            Managed::Roles(roles) => roles,
        };
        let managed = managed
            .iter()
            .filter_map(|role| self.model.roles.get(role.get()));
        let managed = words::quoted(managed.map(|role| &role.id));
        let what = if managed.is_empty() {
            "no role".to_owned()
        } else {
            format!("only {managed}")
        };
        let others = words::quoted(others);
        Err(Refused::new(
            RefusedReason::NotManaged,
            format!("{} manages {what}, and this is about {others}", self.who()),
            "ask somebody whose role manages these too",
        ))
    }

    /// Returns what the actor manages at some time from now on, where the step is.
    fn managed(&self, step: &Step, at: UnixSeconds) -> Managed {
        let mut managed = BTreeSet::new();
        let holdings = self.holdings.clone().at(at);
        for binding in holdings.usable(self.model) {
            // A role bound to a team manages on that team alone.
            if binding.team.is_some() && binding.team != step.team {
                continue;
            }
            let role = self.model.roles.get(binding.role.get());
            match role.map(|role| &role.manages) {
                Some(Manages::All) => return Managed::All,
                Some(Manages::Roles(roles)) => managed.extend(roles.iter().copied()),
                Some(Manages::None) | None => {}
            }
        }
        Managed::Roles(managed)
    }

    /// Returns the ids that the roles of a step stand as: a copy stands as its original.
    pub(crate) fn standing(&self, step: &Step, after: &Model) -> BTreeSet<String> {
        let stands = |model: &Model, id: &str| {
            let role = model.stands_as(model.role(id)?);
            model.roles.get(role.get()).map(|role| role.id.clone())
        };
        let ids = step.roles.iter();
        ids.filter_map(|id| stands(self.model, id).or_else(|| stands(after, id)))
            .collect()
    }
}

/// The roles that an actor manages.
enum Managed {
    All,
    Roles(BTreeSet<RoleIndex>),
}
