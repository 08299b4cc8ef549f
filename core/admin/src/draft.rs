//! What a change does to a tenant, and what has to be allowed for it.

use std::collections::BTreeSet;

use portcullis_engine::UnixSeconds;
use portcullis_policy::model::Model;
use portcullis_policy::source::{Operation, Tenant, Until};

use crate::authorization::Step;
use crate::endings::{Ends, NotTaken};
use crate::refused::{Refused, RefusedReason};
use crate::removed::RemovedAssignment;
use crate::required::Cover;
use crate::{
    Change, SubjectKey, activity, attributes, claims, endings, exported, holders, lookup,
    role_grants, roles, sign_out,
};

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
    /// When the change is made.
    pub(crate) now: UnixSeconds,
}

impl Draft {
    /// Drafts a change.
    pub(crate) fn new(
        change: &Change,
        tenant: &Tenant,
        model: &Model,
        now: UnixSeconds,
    ) -> Result<Self, Refused> {
        let mut draft = Self {
            tenant: tenant.clone(),
            steps: Vec::new(),
            roles: BTreeSet::new(),
            groups: BTreeSet::new(),
            subjects: BTreeSet::new(),
            removed: Vec::new(),
            now,
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
                until,
            } => holders::assign(it, model, role, team.as_deref(), subject, *until),
            Change::Unassign {
                role,
                team,
                subject,
                until,
            } => holders::unassign(it, model, role, team.as_deref(), subject, *until),
            Change::Deactivate { subject, unlisted } => {
                activity::deactivate(it, model, subject, *unlisted)
            }
            Change::Activate { subject } => activity::activate(it, model, subject),
            Change::SignOut {
                subject,
                before,
                unlisted,
            } => sign_out::one(it, model, subject, *before, *unlisted),
            Change::SignOutAll { before } => sign_out::all(it, model, *before),
            Change::Attribute {
                subject,
                attribute,
                values,
            } => attributes::set(it, model, subject, attribute, values),
            Change::Map { group, role, team } => {
                holders::map(it, model, group, role, team.as_deref())
            }
            Change::Unmap { group, role, team } => {
                holders::unmap(it, model, group, role, team.as_deref())
            }
            Change::Claim { role } => claims::claim(it, model, role),
            Change::Unclaim { role } => claims::unclaim(it, model, role),
            Change::Enable { feature, until } => it.enable(model, feature, *until),
            Change::Disable { feature, until } => it.disable(model, feature, *until),
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
            roles: BTreeSet::from([id.to_owned()]),
            cover: Cover::Role {
                before: before.map(str::to_owned),
                after: after.map(str::to_owned),
            },
            ..Step::new(operation)
        });
    }

    /// Asks for an edit of a role that the actor may not hold.
    pub(crate) fn edits_role(&mut self, operation: Operation, before: &str, after: &str) {
        self.roles.insert(before.to_owned());
        self.about_role(operation, before, Some(before), Some(after));
    }

    fn enable(
        &mut self,
        model: &Model,
        feature: &str,
        until: Option<Until>,
    ) -> Result<(), Refused> {
        lookup::feature(model, feature)?;
        endings::check_ahead(until, self.now)?;
        let features = &mut self.tenant.features.0;
        endings::lengthen(features, feature, until).map_err(|Ends(known)| {
            let (message, cure) = if known == until {
                ("already", "there is nothing to do")
            } else {
                ("longer", "to turn it off sooner, disable it until then")
            };
            let end = Until::after(known);
            let message = format!("the feature `{feature}` is on {message}{end}");
            Refused::new(RefusedReason::Duplicate, message, cure)
        })?;
        self.about_feature(Operation::Enable, until);
        Ok(())
    }

    fn disable(
        &mut self,
        model: &Model,
        feature: &str,
        until: Option<Until>,
    ) -> Result<(), Refused> {
        lookup::feature(model, feature)?;
        endings::check_ahead(until, self.now)?;
        let features = &mut self.tenant.features.0;
        endings::shorten(features, feature, until).map_err(|why| {
            let (message, cure) = match why {
                NotTaken::Missing => ("off already".to_owned(), "there is nothing to do"),
                NotTaken::Ends(known) => (
                    format!("on{}, and no longer", Until::after(known)),
                    "to let it last, enable it until then",
                ),
            };
            let message = format!("the feature `{feature}` is {message}");
            Refused::new(RefusedReason::NothingToDo, message, cure)
        })?;
        self.about_feature(Operation::Disable, None);
        Ok(())
    }

    fn about_feature(&mut self, operation: Operation, until: Option<Until>) {
        let until = until.map(|until| until.0);
        self.steps.push(Step::new(operation).until(until));
    }
}
