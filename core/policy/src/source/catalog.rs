//! What the vendor defines, as written.

use portcullis_json::{Place, Read};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Action, Condition, Everyone, Members, Module, OneOrMany, Operations, Requires, Role, Route,
};

/// What the vendor of a product defines: the root of the module tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Catalog {
    /// The catalog's own id.
    pub id: String,
    /// The features that a tenant may have.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub features: OneOrMany,
    /// The attributes that conditions may speak of.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
    /// The role that everybody holds who is identified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub everyone: Option<Everyone>,
    /// The types of the subjects of a directory; `user` and `service` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_types: Option<OneOrMany>,
    /// What every module requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires: Option<Requires>,
    /// The conditions of the scopes.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub scopes: Members<Condition>,
    /// The actions of modules that do not state their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Members<Action>>,
    /// The scopes that permissions support unless they state their own; all when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supports: Option<OneOrMany>,
    /// The modules, in the order in which they are listed to people.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub modules: Members<Module>,
    /// The built-in roles.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub roles: Members<Role>,
    /// What a tenant may not exceed.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// The operations on roles that each permission stands for.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub administration: Members<Operations>,
    /// Modules and permissions that are gone, whose names are never used again.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub retired: OneOrMany,
    /// What requests to the product's API ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
}

/// The attributes that conditions may speak of, by whose they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Attributes {
    /// Attributes of subjects.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub subject: OneOrMany,
    /// Attributes of actions.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub action: OneOrMany,
    /// Attributes of the context.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub context: OneOrMany,
    /// Attributes of resources.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub resource: OneOrMany,
    /// The attribute, of subjects and of resources, that holds teams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Subject attributes that are never taken from a request.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub directory_only: OneOrMany,
}

impl Attributes {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a tenant may not exceed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Limits {
    /// The most roles that a tenant may define.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_roles: Option<u32>,
}

impl Limits {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Read for Catalog {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("the catalog", "write an object with id, modules and roles");
        let catalog = Self {
            id: object.required("id", "give the catalog an id: \"id\": \"my-product\""),
            features: object.or_default("features"),
            attributes: object.or_default("attributes"),
            everyone: object.optional("everyone"),
            subject_types: object.optional("subject_types"),
            requires: object.optional("requires"),
            scopes: object.or_default("scopes"),
            actions: object.optional("actions"),
            supports: object.optional("supports"),
            modules: object.or_default("modules"),
            roles: object.or_default("roles"),
            limits: object.or_default("limits"),
            administration: object.or_default("administration"),
            retired: object.or_default("retired"),
            routes: object.or_default("routes"),
        };
        object.finish();
        catalog
    }
}

impl Read for Attributes {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object(
            "the attributes",
            "write an object with lists of names for subject, action, context and resource",
        );
        let attributes = Self {
            subject: object.or_default("subject"),
            action: object.or_default("action"),
            context: object.or_default("context"),
            resource: object.or_default("resource"),
            team: object.optional("team"),
            directory_only: object.or_default("directory_only"),
        };
        object.finish();
        attributes
    }
}

impl Read for Limits {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("the limits", "write an object: {\"custom_roles\": 20}");
        let limits = Self {
            custom_roles: object.optional("custom_roles"),
        };
        object.finish();
        limits
    }
}
