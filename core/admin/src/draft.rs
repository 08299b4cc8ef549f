//! What a change does to a tenant, and what has to be allowed for it.

use std::collections::BTreeSet;

use super::desk::Step;
use super::owed::Cover;
use super::refused::{Refused, RefusedReason};
use super::{Change, SubjectKey, holders, names, roles};
use portcullis_policy::model::Model;
use portcullis_policy::source::{Operation, Tenant};

/// A tenant as a change would leave it.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) tenant: Tenant,
    /// What the actor has to be allowed.
    pub(super) steps: Vec<Step>,
    /// Roles whose holders may not be the actor.
    pub(super) roles: BTreeSet<String>,
    /// Groups in which the actor may not be.
    pub(super) groups: BTreeSet<String>,
    /// Subjects who may not be the actor.
    pub(super) subjects: BTreeSet<SubjectKey>,
    /// Who held a role that is deleted.
    pub(super) stripped: Vec<Stripped>,
}

/// Somebody who held a role that is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stripped {
    /// Who held it.
    pub holder: Holder,
    /// The team that it was bound to.
    pub team: Option<String>,
}

/// Who holds a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A subject of the directory.
    Subject(SubjectKey),
    /// The members of a group.
    Group(String),
}

impl Draft {
    /// Drafts a change.
    pub(super) fn new(change: &Change, tenant: &Tenant, model: &Model) -> Result<Self, Refused> {
        let mut draft = Self {
            tenant: tenant.clone(),
            steps: Vec::new(),
            roles: BTreeSet::new(),
            groups: BTreeSet::new(),
            subjects: BTreeSet::new(),
            stripped: Vec::new(),
        };
        match change {
            Change::Create {
                role,
                label,
                description,
            } => roles::create(
                &mut draft,
                model,
                role,
                label.as_deref(),
                description.as_deref(),
            )?,
            Change::Clone {
                from,
                role,
                label,
                description,
            } => roles::copy(
                &mut draft,
                model,
                from,
                role,
                label.as_deref(),
                description.as_deref(),
            )?,
            Change::Label {
                role,
                label,
                description,
            } => roles::label(
                &mut draft,
                model,
                role,
                label.as_deref(),
                description.as_deref(),
            )?,
            Change::Grant { role, grants } => roles::grant(&mut draft, model, role, grants)?,
            Change::Revoke { role, grants } => roles::revoke(&mut draft, model, role, grants)?,
            Change::Reset { role } => roles::reset(&mut draft, model, role)?,
            Change::Rename { role, to } => roles::rename(&mut draft, model, role, to)?,
            Change::Delete { role, reassign } => {
                roles::delete(&mut draft, model, role, reassign.as_deref())?;
            }
            Change::Assign {
                role,
                team,
                subject,
            } => holders::assign(&mut draft, model, role, team.as_deref(), subject)?,
            Change::Unassign {
                role,
                team,
                subject,
            } => holders::unassign(&mut draft, model, role, team.as_deref(), subject)?,
            Change::Map { group, role, team } => {
                holders::map(&mut draft, model, group, role, team.as_deref())?
            }
            Change::Unmap { group, role, team } => {
                holders::unmap(&mut draft, model, group, role, team.as_deref())?
            }
            Change::Enable { feature } => draft.enable(model, feature)?,
            Change::Disable { feature } => draft.disable(model, feature)?,
        }
        Ok(draft)
    }

    /// Asks for an operation on one role, all of whose grants are to be covered.
    pub(super) fn about_role(
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

    fn enable(&mut self, model: &Model, feature: &str) -> Result<(), Refused> {
        let index = names::feature(model, feature)?;
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
        let index = names::feature(model, feature)?;
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
