//! What something was done to.

use portcullis_policy::model::SubjectTypes;
use portcullis_policy::source::Until;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::subject_key::SubjectKey;

/// What something was done to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Target {
    /// The role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The role that it was copied from, or its former id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The role that its holders got instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reassign: Option<String>,
    /// The subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKey>,
    /// The group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The team that the role is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The attribute of the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// The feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// When what is given ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
}

impl Target {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Target {
    /// Names what a change is done to.
    pub(crate) fn new(change: &Change, types: &SubjectTypes) -> Self {
        let mut target = Self::default();
        match change {
            Change::Create { role, .. }
            | Change::Import { role, .. }
            | Change::Label { role, .. }
            | Change::Grant { role, .. }
            | Change::Revoke { role, .. }
            | Change::Reset { role }
            | Change::Claim { role }
            | Change::Unclaim { role } => target.role = Some(role.clone()),
            Change::Clone { from, role, .. } => {
                target.role = Some(role.clone());
                target.from = Some(from.clone());
            }
            Change::Rename { role, to } => {
                target.role = Some(to.clone());
                target.from = Some(role.clone());
            }
            Change::Delete { role, reassign } => {
                target.role = Some(role.clone());
                target.reassign.clone_from(reassign);
            }
            Change::Assign {
                role,
                team,
                subject,
                until,
            }
            | Change::Unassign {
                role,
                team,
                subject,
                until,
            } => {
                target.until = *until;
                target.role = Some(role.clone());
                target.team.clone_from(team);
                target.subject = Some(subject.key(types));
            }
            Change::Deactivate { subject, .. }
            | Change::Activate { subject }
            | Change::SignOut { subject, .. } => {
                target.subject = Some(subject.key(types));
            }
            Change::SignOutAll { .. } => {}
            Change::Attribute {
                subject, attribute, ..
            } => {
                target.subject = Some(subject.key(types));
                target.attribute = Some(attribute.clone());
            }
            Change::Map { group, role, team } | Change::Unmap { group, role, team } => {
                target.role = Some(role.clone());
                target.team.clone_from(team);
                target.group = Some(group.clone());
            }
            Change::Enable { feature, until } | Change::Disable { feature, until } => {
                target.until = *until;
                target.feature = Some(feature.clone());
            }
        }
        target
    }
}
