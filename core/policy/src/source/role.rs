//! Roles, as written.

use portcullis_json::{Place, Read};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Members, OneOrMany};

/// A role of the catalog or of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Role {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it can never be deleted; no when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permanent: Option<bool>,
    /// Whether a tenant may change its grants; when left out, yes of its own roles, no of built-in ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub editable: Option<bool>,
    /// Whether it can be used yet; yes when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available: Option<bool>,
    /// Whether a token or the header of a trusted peer may state it; when left out, yes of built-in
    /// roles, no of a tenant's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimable: Option<bool>,
    /// The roles whose holders and grants it may administer; `*` is all, none when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manages: Option<OneOrMany>,
    /// The role whose grants it starts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clones: Option<String>,
    /// The role that its own, written out grants were once copied from; only recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// What it grants: patterns of permissions, by scope; the scope `*` is every one supported.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub grants: Members<OneOrMany>,
    /// Patterns of permissions that it does not hold after all.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub except: OneOrMany,
}

/// What a tenant changed in an editable built-in role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Edit {
    /// Patterns of permissions that it holds besides, by scope.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub added: Members<OneOrMany>,
    /// Patterns of permissions that it no longer holds, by scope; removal comes last.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub removed: Members<OneOrMany>,
}

impl Read for Role {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("a role", "write an object with grants");
        let role = Self {
            label: object.optional("label"),
            description: object.optional("description"),
            permanent: object.optional("permanent"),
            editable: object.optional("editable"),
            available: object.optional("available"),
            claimable: object.optional("claimable"),
            manages: object.optional("manages"),
            clones: object.optional("clones"),
            base: object.optional("base"),
            grants: object.or_default("grants"),
            except: object.or_default("except"),
        };
        object.finish();
        role
    }
}

impl Read for Edit {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("an edit", "write an object with added and removed grants");
        let edit = Self {
            added: object.or_default("added"),
            removed: object.or_default("removed"),
        };
        object.finish();
        edit
    }
}
