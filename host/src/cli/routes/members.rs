//! Which members an OpenAPI document has, and which are slips.

use portcullis_json::nearest;
use portcullis_policy::slip;
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

/// A member that OpenAPI does not have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown<'o> {
    pub(super) name: &'o str,
    /// What to do about it.
    pub(super) cure: String,
    /// Whether it is nearly a member that says who may, or where.
    pub(super) decides: bool,
}

impl Members {
    fn known(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.0.iter().copied().flatten().copied()
    }

    /// Returns each member that is none of these. Extensions are free, but for those that are
    /// nearly one of ours.
    pub(super) fn unknown<'o>(
        &'o self,
        object: &'o Map<String, Value>,
    ) -> impl Iterator<Item = Unknown<'o>> {
        let names = object.keys().map(String::as_str);
        let unknown = names.filter(|name| !self.known().any(|known| known == *name));
        unknown.filter_map(|name| {
            if let Some(ours) = ours(name) {
                return Some(Unknown {
                    name,
                    cure: format!("did you mean `{ours}`?"),
                    decides: true,
                });
            }
            let folded = name.to_ascii_lowercase();
            if folded.starts_with("x-") || folded.starts_with("x_") {
                return None;
            }
            let same = self.known().find(|known| known.eq_ignore_ascii_case(name));
            let near = same.or_else(|| nearest(name, self.known()));
            let cure = match (same, near) {
                (Some(known), _) => format!("write it as `{known}`"),
                (None, Some(known)) => format!("did you mean `{known}`?"),
                (None, None) => "OpenAPI 3 has no such member here".to_owned(),
            };
            Some(Unknown {
                name,
                cure,
                decides: near.is_some_and(|near| DECIDING.contains(&near)),
            })
        })
    }
}

/// Returns the extension of ours that a name is a slip for: in its case, its dashes, its plural
/// or one letter.
fn ours(name: &str) -> Option<&'static str> {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|one| one.to_ascii_lowercase()).collect();
    let word = letters.strip_prefix('x').unwrap_or(&letters);
    let words = [("permission", "x-permission"), ("resource", "x-resource")];
    let found = words
        .iter()
        .find(|(own, _)| *own == word || slip(word, own).is_some());
    found.map(|(_, ours)| *ours)
}

/// Members that say who may do something, where it is, or which operation it is.
const DECIDING: [&str; 4] = ["operationId", "security", "servers", "additionalOperations"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_nearly_one_of_ours_is_taken_for_a_slip_of_it() {
        for (name, expected) in [
            ("x-permissions", Some("x-permission")),
            ("x-permision", Some("x-permission")),
            ("x-permissoin", Some("x-permission")),
            ("X-Permission", Some("x-permission")),
            ("x_permission", Some("x-permission")),
            ("xPermission", Some("x-permission")),
            ("permission", Some("x-permission")),
            ("x-resources", Some("x-resource")),
            ("x-resurce", Some("x-resource")),
            ("x-source", None),
            ("x-permissive", None),
            ("x-permission-set", None),
            ("x-codeSamples", None),
            ("produces", None),
            ("responses", None),
        ] {
            assert_eq!(ours(name), expected, "{name}");
        }
    }
}
