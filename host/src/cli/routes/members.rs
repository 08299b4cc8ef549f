//! Which members an OpenAPI document has, and which are slips.

use portcullis_json::nearest_or;
use serde_json::{Map, Value};

/// The members of one kind of object.
pub(super) struct Members(&'static [&'static str]);

/// The document itself (OpenAPI 3.2, section 4.1).
pub(super) const DOCUMENT: Members = Members(&[
    "openapi",
    "$self",
    "info",
    "jsonSchemaDialect",
    "servers",
    "paths",
    "webhooks",
    "components",
    "security",
    "tags",
    "externalDocs",
]);
/// What is at one path.
pub(super) const PATH: Members = Members(&[
    "$ref",
    "summary",
    "description",
    "get",
    "put",
    "post",
    "delete",
    "options",
    "head",
    "patch",
    "trace",
    "query",
    "additionalOperations",
    "servers",
    "parameters",
    "x-permission",
    "x-resource",
]);
/// An operation.
pub(super) const OPERATION: Members = Members(&[
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
    "x-permission",
    "x-resource",
]);

impl Members {
    /// Returns each member that is none of these, and what to do about it. Extensions are free,
    /// but for those that are nearly one of ours.
    pub(super) fn unknown<'o>(
        &'o self,
        object: &'o Map<String, Value>,
    ) -> impl Iterator<Item = (&'o str, String)> {
        let names = object.keys().map(String::as_str);
        let unknown = names.filter(|name| !self.0.contains(name));
        unknown.filter_map(|name| {
            let folded = name.to_ascii_lowercase();
            if folded.starts_with("x-") || folded.starts_with("x_") {
                let ours = ["x-permission", "x-resource"];
                let slip = nearest_or(&folded.replace('_', "-"), ours, "");
                return (!slip.is_empty()).then_some((name, slip));
            }
            let known = self.0.iter().copied();
            let same = known.clone().find(|known| known.eq_ignore_ascii_case(name));
            let cure = match same {
                Some(known) => format!("write it as `{known}`"),
                None => nearest_or(name, known, "OpenAPI 3 has no such member here"),
            };
            Some((name, cure))
        })
    }
}
