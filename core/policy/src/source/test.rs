//! Policy tests, as written.

use std::borrow::Cow;

use portcullis_json::{Place, Read};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::{ExpectedVerdict, Members, OneOrMany, TestRequest};

/// A test of the policy: a subject, a resource or a request, and what is expected.
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
    /// Who asks; with a request, `{}` is nobody who is known.
    pub subject: TestSubject,
    /// The request that the gate is to judge; it says what is known of the resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<TestRequest>,
    /// Attributes of the action.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub action: Members<OneOrMany>,
    /// Attributes of the context.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub context: Members<OneOrMany>,
    /// The resource's id and attributes; what is left out is unknown.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub resource: Members<OneOrMany>,
    /// What is answered: for each permission, or to the request.
    #[serde(default, skip_serializing_if = "Expected::is_nothing")]
    pub expect: Expected,
    /// The modules that the subject sees, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<OneOrMany>,
}

/// What a policy test expects to be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Expected {
    /// For each permission: allow, conditional or the reason of a denial.
    Answers(Members<String>),
    /// To the request of the test.
    Verdict(ExpectedVerdict),
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
        let mut object = place.object(
            "a test",
            "write an object with name, subject and expect or visible",
        );
        let mut test = Self {
            name: object.required("name", "say in a sentence what the test shows"),
            features: object.optional("features"),
            now: object.optional("now"),
            subject: object.required("subject", "say who asks: \"subject\": {\"id\": \"jo\"}"),
            request: object.optional("request"),
            action: object.or_default("action"),
            context: object.or_default("context"),
            resource: object.or_default("resource"),
            expect: Expected::default(),
            visible: object.optional("visible"),
        };
        test.expect = if test.request.is_some() {
            let cure = "say what becomes of the request: \"expect\": \"allow\"";
            Expected::Verdict(object.required("expect", cure))
        } else {
            Expected::Answers(object.or_default("expect"))
        };
        object.finish();
        test
    }
}

impl Expected {
    /// Returns what is expected for each permission; nothing of a request.
    pub fn answers(&self) -> impl ExactSizeIterator<Item = (&str, &String)> {
        static NONE: Members<String> = Members::EMPTY;
        match self {
            Self::Answers(answers) => answers.iter(),
            Self::Verdict(_) => NONE.iter(),
        }
    }

    /// Returns whether nothing is.
    #[must_use]
    pub(crate) const fn is_nothing(&self) -> bool {
        matches!(self, Self::Answers(answers) if answers.is_empty())
    }
}

impl Default for Expected {
    fn default() -> Self {
        Self::Answers(Members::default())
    }
}

impl JsonSchema for Expected {
    fn schema_name() -> Cow<'static, str> {
        "Expected".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let verdict = generator.subschema_for::<ExpectedVerdict>();
        json_schema!({
            "description": "What is answered: for each permission, or to the request.",
            "anyOf": [
                {
                    "type": "object",
                    // A permission; the members of the other have no colon.
                    "propertyNames": { "pattern": ":" },
                    "additionalProperties": { "type": "string" }
                },
                verdict
            ]
        })
    }
}

impl Read for TestSubject {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("a subject", "write an object with id and roles");
        Self {
            kind: object.optional("type"),
            id: object.optional("id"),
            roles: object.or_default("roles"),
            team_roles: object.or_default("team_roles"),
            groups: object.or_default("groups"),
            attributes: object
                .rest()
                .map(|(name, place)| (name.to_owned(), OneOrMany::read(&place)))
                .collect(),
        }
    }
}
