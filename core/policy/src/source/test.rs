//! Policy tests, as written.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Members, OneOrMany};
use crate::json::{Place, Read};

/// A test of the policy: a subject, perhaps a resource, and what is expected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Test {
    /// What the test shows, in a sentence.
    pub name: String,
    /// The features that are on, in place of the tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<OneOrMany>,
    /// The time of the question in seconds since 1970; the time of the run when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<u64>,
    /// Who asks.
    pub subject: TestSubject,
    /// Attributes of the action.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub action: Members<OneOrMany>,
    /// Attributes of the context.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub context: Members<OneOrMany>,
    /// The resource's id and attributes; what is left out is unknown.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub resource: Members<OneOrMany>,
    /// What is answered for each permission: allow, conditional or the reason of a denial.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub expect: Members<String>,
    /// The modules that the subject sees, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<OneOrMany>,
}

/// The subject of a policy test: type, id, roles, groups and, by name, attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TestSubject {
    /// The subject's type; `user` when left out.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The subject's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its roles, as `role` or `role@team`.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub roles: OneOrMany,
    /// Its roles on teams, by team.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub team_roles: Members<OneOrMany>,
    /// Its groups.
    #[serde(default, skip_serializing_if = "OneOrMany::is_empty")]
    pub groups: OneOrMany,
    /// Its attributes.
    #[serde(flatten)]
    pub attributes: Members<OneOrMany>,
}

impl Read for Test {
    fn read(place: &Place<'_>) -> Self {
        let mut fields = place.fields(
            "a test",
            "write an object with name, subject and expect or visible",
        );
        let test = Self {
            name: fields.required("name", "say in a sentence what the test shows"),
            features: fields.optional("features"),
            now: fields.optional("now"),
            subject: fields.required("subject", "say who asks: \"subject\": {\"id\": \"jo\"}"),
            action: fields.or_default("action"),
            context: fields.or_default("context"),
            resource: fields.or_default("resource"),
            expect: fields.or_default("expect"),
            visible: fields.optional("visible"),
        };
        fields.finish();
        test
    }
}

impl Read for TestSubject {
    fn read(place: &Place<'_>) -> Self {
        let mut fields = place.fields("a subject", "write an object with id and roles");
        Self {
            kind: fields.optional("type"),
            id: fields.optional("id"),
            roles: fields.or_default("roles"),
            team_roles: fields.or_default("team_roles"),
            groups: fields.or_default("groups"),
            attributes: fields
                .rest()
                .map(|(name, place)| (name.to_owned(), OneOrMany::read(&place)))
                .collect(),
        }
    }
}
