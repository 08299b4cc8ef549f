//! Routes, as written.

use portcullis_json::{Node, Place, Read};
use schemars::{JsonSchema, Schema, json_schema};
use serde::{Serialize, Serializer};

use super::{Members, OneOrMany};

/// A route: what a request to the product's API must look like, and what it asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Route {
    /// The methods; `GET` takes HEAD too, and `*` those that no other route of the path names.
    pub methods: OneOrMany,
    /// The host, as `api.example.com` or `*.example.com`, or `*` for every host. When left out,
    /// the hosts that routes name, or every host where none names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Several hosts, in place of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosts: Option<OneOrMany>,
    /// A host of which one label is the tenant, as `{tenant}.example.com`: whoever asks must
    /// belong to it. Without hosts, it is also the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_host: Option<String>,
    /// The path, as `/v1/conversations/{id}` or `/v1/jobs/{id}:cancel`; `{name...}` at its end takes
    /// one segment or more.
    pub path: String,
    /// The permission that it asks for, as `module:action`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// Whether anybody may, without being known.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub public: bool,
    /// Whether anybody may who is known, whatever their roles.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub authenticated: bool,
    /// `optional`: on a public route, the upstream learns who asks, if somebody is known to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<RouteIdentity>,
    /// Where the resource's id and attributes come from; what is left out is unknown.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub resource: Members<ValueSource>,
    /// What becomes of a conditional decision: `deny`, when left out, or `forward`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conditional: Option<Conditional>,
    /// What a parameter may hold though servers read it differently: `encoded-slash`,
    /// `parameters`, `trailing-slash`, `encoded-percent`, `lookalike`, `lookalike-suffix`; and a
    /// query that names what the path says (`query-shadow`), or another method
    /// (`method-override`).
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub accepts: OneOrMany,
    /// Whether a token may come from the query, where the gate's configuration names a parameter:
    /// for web sockets, event streams and downloads, to which browsers add no header.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub token_in_query: bool,
    /// Which pages of other origins may call it; none when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<CrossOrigin>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueSource {
    /// `path.name`, `query.name` (or `query.filter[name]`) or `header.name`.
    Request(String),
    /// These values.
    Constant(OneOrMany),
}

/// What a public route wants to know of who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RouteIdentity {
    /// Who it is, if somebody is known to; what is not believed is refused.
    #[default]
    Optional,
}

/// What becomes of a conditional decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Conditional {
    /// The request is denied.
    #[default]
    Deny,
    /// It is forwarded with the filter that the origin must apply.
    Forward,
}

/// Which pages of other origins may call a route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CrossOrigin {
    /// The origins, as `https://app.example.com`, or `*` for any.
    pub origins: OneOrMany,
    /// The request headers that a page may send.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub headers: OneOrMany,
    /// Whether a page may send credentials.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub credentials: bool,
    /// How long a browser may remember the answer, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
}

impl Read for Route {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object(
            "a route",
            "write an object with methods, path and permission, or \"authenticated\": true or \"public\": true",
        );
        let route = Self {
            methods: object.required("methods", "say which: \"methods\": \"GET\""),
            host: object.optional("host"),
            hosts: object.optional("hosts"),
            tenant_host: object.optional("tenant_host"),
            path: object.required("path", "say which: \"path\": \"/v1/tickets/{id}\""),
            permission: object.optional("permission"),
            public: object.or_default("public"),
            authenticated: object.or_default("authenticated"),
            identity: object.optional("identity"),
            resource: object.or_default("resource"),
            conditional: object.optional("conditional"),
            accepts: object.or_default("accepts"),
            token_in_query: object.or_default("token_in_query"),
            cors: object.optional("cors"),
        };
        object.finish();
        route
    }
}

impl Default for ValueSource {
    fn default() -> Self {
        Self::Constant(OneOrMany::default())
    }
}

impl Read for ValueSource {
    fn read(place: &Place<'_>) -> Self {
        if let Node::String(text) = place.node {
            return Self::Request(text.clone());
        }
        let mut object = place.object(
            "a source",
            "write \"path.id\", \"query.owner\", \"header.x-region\" or {\"constant\": \"chat\"}",
        );
        let source = Self::Constant(object.required("constant", "give the values"));
        object.finish();
        source
    }
}

impl Read for RouteIdentity {
    fn read(place: &Place<'_>) -> Self {
        let word = String::read(place);
        if word != "optional" && place.node.as_str().is_some() {
            let message = format!("`{word}` is nothing that a route does with an identity");
            let cure = "write optional, or take it out; \"authenticated\": true asks for one";
            place.error(&message, cure);
        }
        Self::Optional
    }
}

impl Read for Conditional {
    fn read(place: &Place<'_>) -> Self {
        let word = String::read(place);
        match word.as_str() {
            "deny" => Self::Deny,
            "forward" => Self::Forward,
            _ => {
                if place.node.as_str().is_some() {
                    let message = format!("`{word}` is nothing that can become of it");
                    let cure = "write deny, or forward to let the origin apply the filter";
                    place.error(&message, cure);
                }
                Self::Deny
            }
        }
    }
}

impl Read for CrossOrigin {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("a rule for other origins", "write an object with origins");
        let rule = Self {
            origins: object.required("origins", "name those whose pages may call"),
            headers: object.or_default("headers"),
            credentials: object.or_default("credentials"),
            max_age_seconds: object.optional("max_age_seconds"),
        };
        object.finish();
        rule
    }
}

impl Serialize for ValueSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        match self {
            Self::Request(text) => text.serialize(serializer),
            Self::Constant(values) => {
                let mut object = serializer.serialize_map(Some(1))?;
                object.serialize_entry("constant", values)?;
                object.end()
            }
        }
    }
}

impl JsonSchema for ValueSource {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ValueSource".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> Schema {
        let values = generator.subschema_for::<OneOrMany>();
        json_schema!({
            "description": "Where a value comes from.",
            "anyOf": [
                { "type": "string", "pattern": "^(path|query|header)\\..+$" },
                {
                    "type": "object",
                    "properties": { "constant": values },
                    "required": ["constant"],
                    "additionalProperties": false
                }
            ]
        })
    }
}
