//! The policy source: the types of policy.json.

mod answer;
mod catalog;
mod condition;
mod entry;
mod everyone;
mod expectation;
mod kind;
mod members;
mod module;
mod one_or_many;
mod operation;
mod request;
mod requires;
mod role;
mod role_changes;
mod route;
mod schema;
mod tenant;
mod test;
mod timed;
mod until;

pub use answer::Answer;
pub use catalog::{Attributes, Catalog, Limits};
pub use condition::Condition;
pub use entry::Entry;
pub(crate) use entry::{ACTIVE, SESSIONS_FROM};
pub use everyone::Everyone;
pub use expectation::Expectation;
pub use kind::Kind;
pub use members::Members;
pub use module::{Action, Module};
pub use one_or_many::OneOrMany;
pub use operation::{Operation, Operations};
pub use request::{ExpectedVerdict, TestRequest};
pub use requires::Requires;
pub use role::{Edit, Role};
pub use role_changes::RoleChanges;
pub use route::{Conditional, CrossOrigin, Route, ValueSource};
pub use schema::schema;
pub use tenant::Tenant;
pub use test::{Expected, Test, TestSubject};
pub use timed::{AssignedRoles, EnabledFeatures, Timed};
pub use until::Until;

use portcullis_json::{JsonText, Path, Place, Read};
use schemars::JsonSchema;
use serde::Serialize;

use crate::problem::{InvalidPolicy, Problem, Problems};

/// A Portcullis policy: the vendor's catalog, a tenant, and tests of both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "A Portcullis policy")]
pub struct Source {
    /// Where the schema of this file is, for editors.
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What the vendor defines.
    pub catalog: Catalog,
    /// What the customer defines.
    pub tenant: Tenant,
    /// What must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Test>,
}

impl Source {
    /// Reads a policy file and judges its shape alone.
    ///
    /// # Errors
    /// Lists every problem of shape with its place and cure, or the one fault of syntax.
    pub fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        let problems = Problems::default();
        let source = Self::read_into(text, &problems)?;
        problems.finish()?;
        Ok(source)
    }

    /// Reads as far as it goes; the source counts only if no error was noted.
    pub(crate) fn read_into(text: &str, problems: &Problems) -> Result<Self, InvalidPolicy> {
        let document = JsonText::parse(text.as_bytes()).map_err(|error| Problem {
            path: Path::Root.to_json_path(),
            message: format!("not JSON: {error}"),
            cure: "fix the text there; separate with commas, and put none after the last"
                .to_owned(),
        })?;
        Ok(document.read(problems))
    }
}

impl Read for Source {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("a policy", "write an object with catalog and tenant");
        let source = Self {
            schema: object.optional("$schema"),
            catalog: object.required("catalog", "add what the vendor defines"),
            tenant: object.required(
                "tenant",
                "a bundle is for one tenant: add \"tenant\": {\"id\": \"acme\"}",
            ),
            tests: object.or_default("tests"),
        };
        object.finish();
        source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELPDESK: &str = include_str!("../../tests/helpdesk.json");

    #[test]
    fn the_example_compiles() {
        let (source, model) = Source::load(HELPDESK).unwrap();
        assert_eq!(source.tests.len(), 3);
        assert_eq!(model.modules.len(), 8);
        // Nothing supports `unassigned-in-team`.
        assert_eq!(model.warnings.len(), 1, "{:#?}", model.warnings);
        assert_eq!(model.scopes, ["own", "team", "unassigned-in-team", "all"]);
    }

    #[test]
    fn what_is_read_is_written_back_in_the_short_form() {
        let source = Source::parse(HELPDESK).unwrap();
        let written = serde_json::to_string(&source).unwrap();
        assert_eq!(Source::parse(&written), Ok(source));
        for part in [
            r#""tickets:read":"conditional""#,
            r#""merge":{"kind":"write","supports":"all"}"#,
            r#""team":"shares(subject.teams, resource.teams)""#,
            r#""unassigned-in-team":[["shares(subject.teams, resource.teams)","absent(resource.assignees)"]]"#,
            r#""roles":{}"#,
            r#""evaluations":{}"#,
            r#""team-lead":{"available":false}"#,
            r#""idp-leads":"auditor@emea""#,
            r#""roles:delete":"delete""#,
        ] {
            assert!(written.contains(part), "{part} in {written}");
        }
        assert!(!written.contains("null"));
    }

    #[test]
    fn every_member_is_written_back() {
        let text = r#"{"$schema":"s","catalog":{"id":"c","features":["a","b"],
            "attributes":{"subject":"s","action":"m","context":"z","resource":"r","team":"r","directory_only":"s"},"everyone":{"role":"e","types":["robot","user"]},"subject_types":["user","robot"],
            "requires":{"any":["a","b"]},"scopes":{"all":"true"},"actions":{"read":"read"},"supports":"all",
            "modules":{"m":{"label":"M","description":"d","requires":["a","b"],"only":"x","aliases":"o","scopes":{"all":["true"]},
              "actions":{"go":{"kind":"other","label":"G","description":"d","requires":"a","only":"x","scopes":{"all":"true"},
                "supports":[],"default_for":"x","needs":"see","aliases":["m:went"]},"see":"read"},"supports":"all","modules":{"n":{}}}},
            "roles":{"e":{},"x":{"label":"X","description":"d","permanent":true,"editable":true,"available":true,"manages":"*",
              "grants":{"*":"*"},"except":"m:*"}},"limits":{"custom_roles":1},"administration":{"m:go":["create","disable"]},"retired":["fax","m:print"],
            "routes":[{"methods":["GET","POST"],"host":"h.example.com","path":"/a/{id}","permission":"m:go",
                "resource":{"id":"path.id","r":{"constant":["1","2"]}},"conditional":"forward","accepts":"encoded-slash",
                "cors":{"origins":"https://h","headers":"x-a","credentials":true,"max_age_seconds":60}},
              {"methods":"*","path":"/","public":true}]},
          "tenant":{"id":"t","features":["a",{"feature":"b","until":"2027-01-31T00:00:00Z"}],"limits":{"custom_roles":2},"role_changes":"next-session","sessions_from":"2026-11-30T08:00:00Z","roles":{"y":{"base":"x"},"z":{"clones":"x"}},
            "edits":{"x":{"added":{"*":"*"},"removed":{"*":"m:go"}}},"groups":{"g":"x"},
            "directory":{"u":{"active":false,"sessions_from":"2026-12-01T08:00:00Z","roles":"x","s":["1","2"]},"v":{"roles":["x",{"role":"y@e","until":"2026-12-31T00:00:00Z"}]},"w":{"roles":{"role":"x","until":"2026-12-31T00:00:00Z"}}},"retired":"w"},
          "tests":[{"name":"n","features":[],"now":1,"subject":{"type":"t","id":"i","roles":"x","team_roles":{"t":"x"},"groups":"g","s":"1"},
            "action":{"m":"1"},"context":{"z":"1"},"resource":{"r":[]},"expect":{"m:go":"allow"},"visible":[]},
            {"name":"q","subject":{},"request":{"method":"GET","target":"/a/1","host":"h.example.com","headers":{"x-a":["1","2"]}},
             "expect":{"answer":"allow","route":"GET h.example.com/a/{id}","permission":"m:go","resource":{"id":"1"}}},
            {"name":"s","subject":{"id":"i"},"request":"GET /","expect":"public"}]}"#;
        let source = Source::parse(text).unwrap();
        let written = serde_json::to_value(&source).unwrap();
        let mut expected: serde_json::Value = serde_json::from_str(text).unwrap();
        // A list of one is written as the one.
        for (place, one) in [
            ("/catalog/modules/m/scopes/all", "true"),
            ("/catalog/modules/m/actions/go/aliases", "m:went"),
        ] {
            *expected.pointer_mut(place).unwrap() = one.into();
        }
        assert_eq!(written, expected);
    }

    #[test]
    fn the_schema_describes_the_same_types() {
        let schema = schema();
        let text = schema.to_string();
        assert_eq!(schema["title"], "A Portcullis policy");
        assert_eq!(schema["required"], serde_json::json!(["catalog", "tenant"]));
        assert_eq!(schema["additionalProperties"], false);
        let action = &schema["$defs"]["Action"]["anyOf"];
        assert_eq!(action[1]["required"], serde_json::json!(["kind"]));
        assert_eq!(action[1]["additionalProperties"], false);
        let module = &schema["$defs"]["Module"];
        assert_eq!(
            module["properties"]["label"]["description"],
            "What people call it."
        );
        assert_eq!(module.get("required"), None);
        for name in [
            "Catalog",
            "Role",
            "Tenant",
            "Test",
            "Edit",
            "Limits",
            "Attributes",
            "Route",
            "CrossOrigin",
        ] {
            assert_eq!(
                schema["$defs"][name]["additionalProperties"], false,
                "{name}"
            );
        }
        let answers = &schema["$defs"]["Expected"]["anyOf"][0];
        assert_eq!(answers["propertyNames"]["pattern"], ":");
        // What may also be a string is an object of the same strictness.
        for name in ["TestRequest", "ExpectedVerdict"] {
            let object = &schema["$defs"][name]["anyOf"][1];
            assert_eq!(object["additionalProperties"], false, "{name}: {object}");
            assert!(object["required"].is_array(), "{name}: {object}");
        }
        assert!(!text.contains("null"), "{text}");
    }
}
