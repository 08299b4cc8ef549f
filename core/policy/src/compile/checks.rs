//! What the tests of a policy speak of, checked before they are run.

use portcullis_gate::routes::Route;
use portcullis_json::{Path, nearest_or};

use super::expand::Expander;
use super::names::{Names, check_value, element, is_written_value};
use super::vocabulary::{Vocabulary, feature_list};
use crate::TestHosts;
use crate::atom::Entity;
use crate::problem::Problems;
use crate::source::Expectation;
use crate::source::{Expected, Members, OneOrMany, Test, TestSubject};

/// What checking tests needs to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checker<'a> {
    pub(super) features: &'a Names,
    pub(super) vocabulary: &'a Vocabulary,
    /// The role that everybody holds, by its id.
    pub(super) everyone: Option<&'a str>,
    pub(super) expander: Expander<'a>,
    pub(super) problems: &'a Problems,
}

impl Checker<'_> {
    /// Reports what no test can mean.
    pub(super) fn check(&self, tests: &[Test], routes: &[Route], at: &Path<'_>) {
        let at = at.key("tests");
        let hosts = TestHosts::new(routes);
        for (index, test) in tests.iter().enumerate() {
            let at = at.index(index);
            if tests
                .iter()
                .take(index)
                .any(|known| known.name == test.name)
            {
                super::names::repeated("test", &test.name, &at.key("name"), self.problems);
            }
            self.test(test, routes, &hosts, &at);
        }
    }

    fn test(&self, test: &Test, routes: &[Route], hosts: &TestHosts, at: &Path<'_>) {
        if let Some(features) = &test.features {
            feature_list(features, &at.key("features"), self.features, self.problems);
        }
        self.subject(&test.subject, &at.key("subject"));
        if let Expected::Verdict(expected) = &test.expect {
            self.request(test, expected, routes, at);
            self.host(test, expected, hosts, at);
            return;
        }
        self.attributes(Entity::Action, &test.action, &at.key("action"));
        self.attributes(Entity::Context, &test.context, &at.key("context"));
        self.attributes(Entity::Resource, &test.resource, &at.key("resource"));
        self.expectations(test, &at.key("expect"));
        let at_visible = at.key("visible");
        for (index, module) in test.visible.iter().flat_map(OneOrMany::iter).enumerate() {
            let at = at_visible.index(index);
            self.expander
                .tree
                .module_names
                .expect(module, &at, self.problems);
        }
        if test.expect.is_nothing() && test.visible.is_none() {
            self.problems.error(
                at,
                "this test expects nothing",
                "add \"expect\": {\"module:action\": \"allow\"} or \"visible\": [\"module\"]",
            );
        }
    }

    fn expectations(&self, test: &Test, at: &Path<'_>) {
        for (permission, word) in test.expect.answers() {
            let at = at.key(permission);
            let expectation = Expectation::from_name(word);
            if expectation.is_none() {
                let known = Expectation::ALL.map(Expectation::name);
                self.problems.error(
                    &at,
                    format!("`{word}` is no answer"),
                    nearest_or(word, known, format!("an answer is {}", known.join(", "))),
                );
            }
            // Only a test that expects it may ask for what is not there.
            if expectation != Some(Expectation::UnknownPermission) {
                self.expander.expect(permission, &at);
            }
        }
    }

    fn subject(&self, subject: &TestSubject, at: &Path<'_>) {
        let at_roles = at.key("roles");
        for (index, role) in subject.roles.iter().enumerate() {
            self.role(role, &element(&at_roles, &subject.roles, index));
        }
        let at_teams = at.key("team_roles");
        for (team, roles) in subject.team_roles.iter() {
            let at = at_teams.key(team);
            for (index, role) in roles.iter().enumerate() {
                self.role(role, &element(&at, roles, index));
            }
        }
        for (name, key) in [(&subject.kind, "type"), (&subject.id, "id")] {
            if let Some(name) = name.as_deref().filter(|name| !name.is_empty()) {
                check_value("subject", name, &at.key(key), self.problems);
            }
        }
        self.attributes(Entity::Subject, &subject.attributes, at);
    }

    /// A role that nobody knows is a fair question, but more often a slip.
    fn role(&self, text: &str, at: &Path<'_>) {
        let id = text.split_once('@').map_or(text, |(id, _)| id);
        if self.everyone == Some(id) {
            self.problems.error(
                at,
                format!("`{id}` is everybody's role, and nobody states it"),
                "take it out: it follows from the subject's id and type",
            );
        }
        let roles = self.expander.roles;
        if roles.find(id).is_none() {
            let cure = nearest_or(id, roles.ids(), "an unknown role grants nothing");
            self.problems
                .warn(at, format!("there is no role `{id}`"), cure);
        }
    }

    pub(super) fn attributes(&self, entity: Entity, given: &Members<OneOrMany>, at: &Path<'_>) {
        let declared = self.vocabulary.of(entity);
        // A subject's id and type have members of their own.
        let own = if entity == Entity::Resource {
            entity.own_attributes()
        } else {
            &[]
        };
        for (name, values) in given.iter() {
            let at = at.key(name);
            if declared.find(name).is_none() && !own.contains(&name) {
                let known = declared.names().iter().map(String::as_str);
                let entity = entity.name();
                self.problems.error(
                    &at,
                    format!("`{name}` is no declared {entity} attribute"),
                    nearest_or(
                        name,
                        known.chain(own.iter().copied()),
                        format!("add it to `attributes.{entity}` of the catalog"),
                    ),
                );
            }
            if own.contains(&name) && values.0.len() != 1 {
                self.problems
                    .error(&at, "a resource has one id", "write it as a string");
            }
            for (index, value) in values.iter().enumerate() {
                if !is_written_value(value) {
                    check_value("value", value, &element(&at, values, index), self.problems);
                }
            }
        }
    }
}
