//! Which members an OpenAPI document has, and which are slips.

use portcullis_json::nearest_or;
use serde_json::{Map, Value};

/// The members of one kind of object, in groups.
pub(super) struct Members(&'static [&'static [&'static str]]);

/// The methods that a path has as members (OpenAPI 3.2, section 4.8).
pub(super) const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

/// The document itself (OpenAPI 3.2, section 4.1).
pub(super) const DOCUMENT: Members = Members(&[&[
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
]]);
/// What is at one path.
pub(super) const PATH: Members = Members(&[
    &METHODS,
    &[
        "$ref",
        "summary",
        "description",
        "additionalOperations",
        "servers",
        "parameters",
        "x-permission",
        "x-resource",
    ],
]);
/// An operation.
pub(super) const OPERATION: Members = Members(&[&[
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
]]);

impl Members {
    fn known(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.0.iter().copied().flatten().copied()
    }

    /// Returns each member that is none of these, and what to do about it. Extensions are free,
    /// but for those that are nearly one of ours.
    pub(super) fn unknown<'o>(
        &'o self,
        object: &'o Map<String, Value>,
    ) -> impl Iterator<Item = (&'o str, String)> {
        let names = object.keys().map(String::as_str);
        let unknown = names.filter(|name| !self.known().any(|known| known == *name));
        unknown.filter_map(|name| {
            let folded = name.to_ascii_lowercase();
            if folded.starts_with("x-") || folded.starts_with("x_") {
                let ours = ["x-permission", "x-resource"];
                let slip = nearest_or(&folded.replace('_', "-"), ours, "");
                return (!slip.is_empty()).then_some((name, slip));
            }
            let same = self.known().find(|known| known.eq_ignore_ascii_case(name));
            let cure = match same {
                Some(known) => format!("write it as `{known}`"),
                None => nearest_or(name, self.known(), "OpenAPI 3 has no such member here"),
            };
            Some((name, cure))
        })
    }
}
