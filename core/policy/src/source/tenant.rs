//! What a customer defines, as written.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Edit, Members, OneOrMany, Role};
use crate::json::{Place, Read};
use crate::model::RoleChanges;
use crate::problem::nearest_or;

/// What a customer of the product defines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Tenant {
    /// The tenant's id.
    pub id: String,
    /// The features that are on.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub features: OneOrMany,
    /// When a change of roles reaches those who are signed in; `instant` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_changes: Option<RoleChanges>,
    /// The tenant's own roles.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub roles: Members<Role>,
    /// What was changed in editable built-in roles.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub edits: Members<Edit>,
    /// The roles, `role` or `role@team`, of the members of each group.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub groups: Members<OneOrMany>,
    /// What is known of subjects, by `id` or `type:id`: roles, groups and attributes.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub directory: Members<Members<OneOrMany>>,
    /// Ids of deleted roles, which are never used again.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub retired: OneOrMany,
}

impl Read for Tenant {
    fn read(place: &Place<'_>) -> Self {
        let mut fields = place.fields("the tenant", "write an object with id and features");
        let tenant = Self {
            id: fields.required("id", "give the tenant an id: \"id\": \"acme\""),
            features: fields.or_default("features"),
            role_changes: fields.optional("role_changes"),
            roles: fields.or_default("roles"),
            edits: fields.or_default("edits"),
            groups: fields.or_default("groups"),
            directory: fields.or_default("directory"),
            retired: fields.or_default("retired"),
        };
        fields.finish();
        tenant
    }
}

impl Read for RoleChanges {
    fn read(place: &Place<'_>) -> Self {
        let name = String::read(place);
        Self::from_name(&name).unwrap_or_else(|| {
            if place.node.as_str().is_some() {
                place.problems.error(
                    &place.path,
                    format!("unknown time for role changes `{name}`"),
                    nearest_or(
                        &name,
                        Self::ALL.map(Self::name),
                        "write instant or next-session",
                    ),
                );
            }
            Self::default()
        })
    }
}
