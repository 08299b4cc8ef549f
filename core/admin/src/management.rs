//! Whether the actor manages the roles that a step is about.

use std::collections::BTreeSet;

use portcullis_policy::model::{Manages, Model};

use crate::authorization::{Authorization, Step};
use crate::refused::{Refused, RefusedReason};
use crate::words;

impl Authorization<'_> {
    /// Refuses a step about a role that the actor does not manage.
    pub(crate) fn require_management(&self, step: &Step, after: &Model) -> Result<(), Refused> {
        let mut managed = BTreeSet::new();
        for binding in self.holdings.usable(self.model) {
            // A role bound to a team manages on that team alone.
            if binding.team.is_some() && binding.team != step.team {
                continue;
            }
            let role = self.model.roles.get(binding.role.get());
            match role.map(|role| &role.manages) {
                Some(Manages::All) => return Ok(()),
                Some(Manages::Roles(roles)) => managed.extend(roles.iter().copied()),
                Some(Manages::None) | None => {}
            }
        }
        let manages = |id: &String| {
            let role = self.model.role(id);
            role.is_some_and(|role| managed.contains(&role))
        };
        let standing = self.standing(step, after);
        let others = standing.iter().filter(|id| !manages(id));
        let others = words::quoted(others);
        if others.is_empty() {
            return Ok(());
        }
        let managed = managed
            .iter()
            .filter_map(|role| self.model.roles.get(role.get()));
        let managed = words::quoted(managed.map(|role| &role.id));
        let what = if managed.is_empty() {
            "no role".to_owned()
        } else {
            format!("only {managed}")
        };
        Err(Refused::new(
            RefusedReason::NotManaged,
            format!("{} manages {what}, and this is about {others}", self.who(),),
            "ask somebody whose role manages these too",
        ))
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
