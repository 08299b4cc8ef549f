//! What a change does to a tenant, and what has to be allowed for it.

use std::collections::BTreeSet;

use portcullis_policy::model::Model;
use portcullis_policy::source::{Operation, Tenant};

use crate::authorization::Step;
use crate::refused::{Refused, RefusedReason};
use crate::removed::RemovedAssignment;
use crate::required::Cover;
use crate::{Change, SubjectKey, activity, claims, exported, holders, lookup, role_grants, roles};

/// A tenant as a change would leave it.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) tenant: Tenant,
    /// What the actor has to be allowed.
    pub(crate) steps: Vec<Step>,
    /// Roles that the actor may not hold.
    pub(crate) roles: BTreeSet<String>,
    /// Groups that the actor may not be in.
    pub(crate) groups: BTreeSet<String>,
    /// Subjects that may not be the actor.
    pub(crate) subjects: BTreeSet<SubjectKey>,
    /// Who held a role that is deleted.
    pub(crate) removed: Vec<RemovedAssignment>,
}

impl Draft {
    /// Drafts a change.
    pub(crate) fn new(change: &Change, tenant: &Tenant, model: &Model) -> Result<Self, Refused> {
        let mut draft = Self {
            tenant: tenant.clone(),
            steps: Vec::new(),
            roles: BTreeSet::new(),
            groups: BTreeSet::new(),
            subjects: BTreeSet::new(),
            removed: Vec::new(),
        };
        let it = &mut draft;
        match change {
            Change::Create {
                role,
                label,
                description,
            } => roles::create(it, model, role, label.as_deref(), description.as_deref()),
            Change::Clone {
                from,
                role,
                label,
                description,
            } => roles::copy(
                it,
                model,
                from,
                role,
                label.as_deref(),
                description.as_deref(),
            ),
            Change::Import {
                role,
                label,
                description,
                grants,
            } => exported::import(
                it,
                model,
                role,
                label.as_deref(),
                description.as_deref(),
                grants,
            ),
            Change::Label {
                role,
                label,
                description,
            } => roles::label(it, model, role, label.as_deref(), description.as_deref()),
            Change::Grant { role, grants } => role_grants::grant(it, model, role, grants),
            Change::Revoke { role, grants } => role_grants::revoke(it, model, role, grants),
            Change::Reset { role } => role_grants::reset(it, model, role),
            Change::Rename { role, to } => roles::rename(it, model, role, to),
            Change::Delete { role, reassign } => {
                roles::delete(it, model, role, reassign.as_deref())
            }
            Change::Assign {
                role,
                team,
                subject,
            } => holders::assign(it, model, role, team.as_deref(), subject),
            Change::Unassign {
                role,
                team,
                subject,
            } => holders::unassign(it, model, role, team.as_deref(), subject),
            Change::Deactivate { subject, unlisted } => {
                activity::deactivate(it, model, subject, *unlisted)
            }
            Change::Activate { subject } => activity::activate(it, model, subject),
            Change::Map { group, role, team } => {
                holders::map(it, model, group, role, team.as_deref())
            }
            Change::Unmap { group, role, team } => {
                holders::unmap(it, model, group, role, team.as_deref())
            }
            Change::Claim { role } => claims::claim(it, model, role),
            Change::Unclaim { role } => claims::unclaim(it, model, role),
            Change::Enable { feature } => it.enable(model, feature),
            Change::Disable { feature } => it.disable(model, feature),
        }?;
        Ok(draft)
    }

    /// Asks for an operation on one role, all of whose grants are to be covered.
    pub(crate) fn about_role(
        &mut self,
        operation: Operation,
        id: &str,
        before: Option<&str>,
        after: Option<&str>,
    ) {
        self.steps.push(Step {
            operation,
            roles: BTreeSet::from([id.to_owned()]),
            subject: None,
            team: None,
            cover: Cover::Role {
                before: before.map(str::to_owned),
                after: after.map(str::to_owned),
            },
        });
    }

    /// Asks for an edit of a role that the actor may not hold.
    pub(crate) fn edits_role(&mut self, operation: Operation, before: &str, after: &str) {
        self.roles.insert(before.to_owned());
        self.about_role(operation, before, Some(before), Some(after));
    }

    fn enable(&mut self, model: &Model, feature: &str) -> Result<(), Refused> {
        let index = lookup::feature(model, feature)?;
        if model.tenant.features.contains(&index) {
            return Err(Refused::new(
                RefusedReason::Duplicate,
                format!("the feature `{feature}` is on already"),
                "there is nothing to do",
            ));
        }
        self.tenant.features.0.push(feature.to_owned());
        self.about_feature(Operation::Enable);
        Ok(())
    }

    fn disable(&mut self, model: &Model, feature: &str) -> Result<(), Refused> {
        let index = lookup::feature(model, feature)?;
        if !model.tenant.features.contains(&index) {
            return Err(Refused::new(
                RefusedReason::NothingToDo,
                format!("the feature `{feature}` is off already"),
                "there is nothing to do",
            ));
        }
        self.tenant.features.0.retain(|known| known != feature);
        self.about_feature(Operation::Disable);
        Ok(())
    }

    fn about_feature(&mut self, operation: Operation) {
        self.steps.push(Step {
            operation,
            roles: BTreeSet::new(),
            subject: None,
            team: None,
            cover: Cover::Nothing,
        });
    }
}
