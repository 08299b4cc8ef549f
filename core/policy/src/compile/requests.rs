//! What the tests of requests speak of, checked before they are run.

use portcullis_gate::routes::Route;
use portcullis_json::{Path, nearest_or};

use super::checks::Checker;
use crate::atom::Entity;
use crate::source::Answer;
use crate::source::{ExpectedVerdict, Test};
use crate::{AmbiguousHost, TestHosts};

impl Checker<'_> {
    /// Reports what no test of a request can mean.
    pub(super) fn request(
        &self,
        test: &Test,
        expected: &ExpectedVerdict,
        routes: &[Route],
        at: &Path<'_>,
    ) {
        let problems = self.problems;
        if routes.is_empty() {
            problems.error(
                &at.key("request"),
                "the catalog has no routes, so no request means anything",
                "add them to `catalog.routes`, or ask for a permission in `expect`",
            );
            return;
        }
        let given = [
            ("action", !test.action.is_empty()),
            ("context", !test.context.is_empty()),
            ("resource", !test.resource.is_empty()),
            ("visible", test.visible.is_some()),
        ];
        for (name, _) in given.into_iter().filter(|(_, given)| *given) {
            let cure = match name {
                "resource" => "what the route is to read of it stands in `expect.resource`",
                "visible" => "give what is visible a test of its own",
                _ => "take it out",
            };
            let message = format!("a request says all that is known: `{name}` does not go with it");
            problems.error(&at.key(name), message, cure);
        }
        let subject = &test.subject;
        let nameless = subject.id.as_deref().unwrap_or_default().is_empty();
        if nameless && *subject != crate::source::TestSubject::default() {
            problems.error(
                &at.key("subject"),
                "a request comes from somebody with an id, or from nobody",
                "add an id, or write {} for nobody",
            );
        }
        self.verdict(expected, routes, &at.key("expect"));
    }

    /// Reports a request that does not say to which host it goes where that makes a difference.
    pub(super) fn host(
        &self,
        test: &Test,
        expected: &ExpectedVerdict,
        hosts: &TestHosts,
        at: &Path<'_>,
    ) {
        let Some(request) = &test.request else {
            return;
        };
        if let Err(AmbiguousHost { routes }) = hosts.of(request, expected.route.as_deref()) {
            let [one, other] = routes;
            self.problems.error(
                &at.key("request"),
                format!("this takes `{one}` at one host and `{other}` at another"),
                "add `host` to the request, or name the route in `expect.route`",
            );
        }
    }

    fn verdict(&self, expected: &ExpectedVerdict, routes: &[Route], at: &Path<'_>) {
        let ExpectedVerdict {
            answer,
            route,
            permission,
            resource,
        } = expected;
        // What is missing was reported.
        if Answer::from_name(answer).is_none() && !answer.is_empty() {
            let known = Answer::ALL.map(Answer::name);
            let otherwise = format!("an answer is {}", known.join(", "));
            self.problems.error(
                at,
                format!("`{answer}` is no answer to a request"),
                nearest_or(answer, known, otherwise),
            );
        }
        if let Some(route) = route {
            let names = routes.iter().map(Route::name).collect::<Vec<_>>();
            if !names.contains(route) {
                let known = names.iter().map(String::as_str);
                let cure = nearest_or(route, known, "write its first method, host and path");
                let message = format!("there is no route `{route}`");
                self.problems.error(&at.key("route"), message, cure);
            }
        }
        if let Some(permission) = permission {
            self.expander.expect(permission, &at.key("permission"));
        }
        if let Some(resource) = resource {
            self.attributes(Entity::Resource, resource, &at.key("resource"));
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_request_that_differs_by_host_must_say_which() {
        let policy = |test: &str| {
            format!(
                r#"{{ "catalog": {{ "id": "c", "routes": [
                    {{ "methods": "GET", "host": "a.example", "path": "/x", "public": true }},
                    {{ "methods": "GET", "host": "*", "path": "/x", "public": true }} ] }},
                  "tenant": {{ "id": "t" }},
                  "tests": [{{ "name": "n", "subject": {{}}, {test} }}] }}"#
            )
        };
        for (test, expected) in [
            (
                r#""request": "GET /x", "expect": "public""#,
                "$.tests[0].request: this takes `GET a.example/x` at one host and `GET */x` at another; add `host` to the request, or name the route in `expect.route`",
            ),
            (
                r#""request": "GET /x", "expect": { "answer": "public", "route": "GET */x" }"#,
                "",
            ),
            (
                r#""request": { "method": "GET", "target": "/x", "host": "b" }, "expect": "public""#,
                "",
            ),
            (r#""request": "GET /y", "expect": "route-unknown""#, ""),
        ] {
            let found = match crate::Source::load(&policy(test)) {
                Ok(_) => String::new(),
                Err(invalid) => invalid.to_string(),
            };
            assert_eq!(found, expected, "{test}");
        }
    }
}
