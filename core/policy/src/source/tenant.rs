//! What a customer defines, as written.

use portcullis_json::{Place, Read};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Edit, EnabledFeatures, Entry, Limits, Members, OneOrMany, Role, RoleChanges, Until};

/// What a customer of the product defines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Tenant {
    /// The tenant's id.
    pub id: String,
    /// The features that are on, each perhaps until some time.
    #[serde(default, skip_serializing_if = "EnabledFeatures::is_empty")]
    pub features: EnabledFeatures,
    /// What it may not exceed, where that is not what the catalog says.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// When a change of roles reaches those who are signed in; `instant` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_changes: Option<RoleChanges>,
    /// Who signed in before, whoever it is, has to sign in again: a time of RFC 3339 in whole
    /// seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions_from: Option<Until>,
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
    pub directory: Members<Entry>,
    /// Ids of deleted roles, which are never used again.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub retired: OneOrMany,
}

impl Read for Tenant {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("the tenant", "write an object with id and features");
        let tenant = Self {
            id: object.required("id", "give the tenant an id: \"id\": \"acme\""),
            features: object.or_default("features"),
            limits: object.or_default("limits"),
            role_changes: object.optional("role_changes"),
            sessions_from: object.optional("sessions_from"),
            roles: object.or_default("roles"),
            edits: object.or_default("edits"),
            groups: object.or_default("groups"),
            directory: object.or_default("directory"),
            retired: object.or_default("retired"),
        };
        object.finish();
        tenant
    }
}
