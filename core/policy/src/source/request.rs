//! Requests of policy tests, as written.

use std::borrow::Cow;

use portcullis_json::{Node, Place, Read};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{Members, OneOrMany};

/// A request as a client sends it; a string is its method and target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestRequest {
    /// The method.
    pub method: String,
    /// The path as it is sent, with its query.
    pub target: String,
    /// The host that it is sent to; when left out, that of its route ([`crate::TestHosts`]).
    pub host: Option<String>,
    /// The headers; of a list each value is sent as a header of its own.
    pub headers: Members<OneOrMany>,
}

/// What becomes of a request; a string is the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedVerdict {
    /// The answer: `allow`, `conditional`, `public`, or the code of a refusal.
    pub answer: String,
    /// The route that it takes, by its first method, host and path.
    pub route: Option<String>,
    /// The permission that the route asks for.
    pub permission: Option<String>,
    /// All that the route reads of the resource; what is left out is unknown.
    pub resource: Option<Members<OneOrMany>>,
}

impl Read for TestRequest {
    fn read(place: &Place<'_>) -> Self {
        if let Node::String(text) = place.node {
            let Some((method, target)) = text.split_once(' ') else {
                place.error(
                    &format!("`{text}` is no request"),
                    "write the method and the target: \"GET /v1/tickets\"",
                );
                return Self::default();
            };
            return Self {
                method: method.to_owned(),
                target: target.to_owned(),
                ..Self::default()
            };
        }
        let mut object = place.object(
            "a request",
            "write \"GET /v1/tickets\", or an object with method and target",
        );
        let request = Self {
            method: object.required("method", "say which: \"method\": \"GET\""),
            target: object.required("target", "say which: \"target\": \"/v1/tickets?open=1\""),
            host: object.optional("host"),
            headers: object.or_default("headers"),
        };
        object.finish();
        request
    }
}

impl Read for ExpectedVerdict {
    fn read(place: &Place<'_>) -> Self {
        if let Node::String(text) = place.node {
            return Self {
                answer: text.clone(),
                ..Self::default()
            };
        }
        let mut object = place.object(
            "what becomes of a request",
            "write the answer, as \"allow\", or an object with answer",
        );
        let verdict = Self {
            answer: object.required("answer", "say which: \"answer\": \"allow\""),
            route: object.optional("route"),
            permission: object.optional("permission"),
            resource: object.optional("resource"),
        };
        object.finish();
        verdict
    }
}

impl Serialize for TestRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            method,
            target,
            host,
            headers,
        } = self;
        // With a space in it, the method would end there.
        if host.is_none() && headers.is_empty() && !method.contains(' ') {
            return serializer.collect_str(&format_args!("{method} {target}"));
        }
        let mut object = serializer.serialize_struct("TestRequest", 4)?;
        object.serialize_field("method", method)?;
        object.serialize_field("target", target)?;
        if let Some(host) = host {
            object.serialize_field("host", host)?;
        }
        if !headers.is_empty() {
            object.serialize_field("headers", headers)?;
        }
        object.end()
    }
}

impl Serialize for ExpectedVerdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            answer,
            route,
            permission,
            resource,
        } = self;
        if route.is_none() && permission.is_none() && resource.is_none() {
            return answer.serialize(serializer);
        }
        let mut object = serializer.serialize_struct("ExpectedVerdict", 4)?;
        object.serialize_field("answer", answer)?;
        if let Some(route) = route {
            object.serialize_field("route", route)?;
        }
        if let Some(permission) = permission {
            object.serialize_field("permission", permission)?;
        }
        if let Some(resource) = resource {
            object.serialize_field("resource", resource)?;
        }
        object.end()
    }
}

impl JsonSchema for TestRequest {
    fn schema_name() -> Cow<'static, str> {
        "TestRequest".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let headers = generator.subschema_for::<Members<OneOrMany>>();
        json_schema!({
            "description": "A request as a client sends it; a string is its method and target.",
            "anyOf": [
                { "type": "string", "pattern": "^[^ ]* " },
                {
                    "type": "object",
                    "properties": {
                        "method": { "type": "string", "description": "The method." },
                        "target": { "type": "string", "description": "The path as it is sent, with its query." },
                        "host": { "type": "string", "description": "The host that it is sent to; that of its route when left out." },
                        "headers": headers
                    },
                    "required": ["method", "target"],
                    "additionalProperties": false
                }
            ]
        })
    }
}

impl JsonSchema for ExpectedVerdict {
    fn schema_name() -> Cow<'static, str> {
        "ExpectedVerdict".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let resource = generator.subschema_for::<Members<OneOrMany>>();
        json_schema!({
            "description": "What becomes of a request; a string is the answer.",
            "anyOf": [
                { "type": "string", "enum": super::Answer::ALL.map(super::Answer::name) },
                {
                    "type": "object",
                    "properties": {
                        "answer": { "type": "string", "enum": super::Answer::ALL.map(super::Answer::name) },
                        "route": { "type": "string", "description": "The route that it takes, by its first method, host and path." },
                        "permission": { "type": "string", "description": "The permission that the route asks for." },
                        "resource": resource
                    },
                    "required": ["answer"],
                    "additionalProperties": false
                }
            ]
        })
    }
}
