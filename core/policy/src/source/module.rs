//! Modules and their actions, as written.

use portcullis_json::{Node, Place, Read};
use schemars::{JsonSchema, Schema, json_schema};
use serde::{Serialize, Serializer};

use super::{Condition, Kind, Members, OneOrMany, Requires};

/// A node of the module tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Module {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it and all below require, besides what is required above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires: Option<Requires>,
    /// The only built-in roles that may hold permissions here and below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<OneOrMany>,
    /// Whole ids that it had before, under which it and all below still answer.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub aliases: OneOrMany,
    /// Conditions of scopes that differ, or are new, here and below.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub scopes: Members<Condition>,
    /// The actions here and below, in place of those above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Members<Action>>,
    /// The scopes supported here and below, in place of those above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supports: Option<OneOrMany>,
    /// The modules below.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub modules: Members<Self>,
}

/// An action of a module: its kind alone, or an object that says more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(remote = "Self")]
#[schemars(deny_unknown_fields, transform = or_kind_alone)]
pub struct Action {
    /// What kind of action it is.
    pub kind: Kind,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it requires, besides what its module requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires: Option<Requires>,
    /// The only built-in roles that may hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<OneOrMany>,
    /// Conditions of scopes that differ, or are new, for it alone.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub scopes: Members<Condition>,
    /// The scopes it supports, in place of the module's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supports: Option<OneOrMany>,
    /// The built-in roles that get it when it is new.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub default_for: OneOrMany,
    /// Actions of the same module without which it makes no sense.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub needs: OneOrMany,
    /// Names that it had before, as `module:action`.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub aliases: OneOrMany,
}

impl Read for Module {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("a module", "write an object, {} if nothing needs saying");
        let module = Self {
            label: object.optional("label"),
            description: object.optional("description"),
            requires: object.optional("requires"),
            only: object.optional("only"),
            aliases: object.or_default("aliases"),
            scopes: object.or_default("scopes"),
            actions: object.optional("actions"),
            supports: object.optional("supports"),
            modules: object.or_default("modules"),
        };
        object.finish();
        module
    }
}

impl Read for Action {
    fn read(place: &Place<'_>) -> Self {
        if matches!(place.node, Node::String(_)) {
            return Self {
                kind: Kind::read(place),
                ..Self::default()
            };
        }
        let mut object = place.object(
            "an action",
            "write its kind, as in \"read\", or an object with a kind",
        );
        let action = Self {
            kind: object.required("kind", "add \"kind\": read, write, delete or other"),
            label: object.optional("label"),
            description: object.optional("description"),
            requires: object.optional("requires"),
            only: object.optional("only"),
            scopes: object.or_default("scopes"),
            supports: object.optional("supports"),
            default_for: object.or_default("default_for"),
            needs: object.or_default("needs"),
            aliases: object.or_default("aliases"),
        };
        object.finish();
        action
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bare = Self {
            kind: self.kind,
            ..Self::default()
        };
        if *self == bare {
            self.kind.serialize(serializer)
        } else {
            Self::serialize(self, serializer)
        }
    }
}

fn or_kind_alone(schema: &mut Schema) {
    let kind = schema
        .get("properties")
        .and_then(|properties| properties.get("kind"))
        .cloned();
    let description = schema.remove("description");
    let object = core::mem::take(schema);
    *schema = json_schema!({
        "description": description,
        "anyOf": [kind, object]
    });
}
