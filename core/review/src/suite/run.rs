//! Running of policy tests.

use core::fmt;
use std::collections::BTreeSet;

use portcullis_engine::{Policy, Question, Session, Subject, UnixSeconds};

use portcullis_json::nearest_or;

use super::requests::Requests;
use super::{Policies, UntestablePolicy};
use crate::coverage::{Coverage, Exercised};
use crate::explained::Explained;
use crate::question;
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::model::Model;
use portcullis_policy::source::Expectation;
use portcullis_policy::source::{Expected, Test};

/// What came of a policy's tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The tests, in order.
    pub tests: Vec<TestResult>,
    /// Which grants and routes they exercise.
    pub coverage: Coverage,
}

/// What came of one test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestResult {
    /// The test's name.
    pub name: String,
    /// What was not as expected; nothing in a test that passes.
    pub failures: Vec<Failure>,
}

/// An answer that was not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The permission, the request, or `visible`.
    pub question: String,
    /// What was expected.
    pub expected: String,
    /// What was answered.
    pub got: String,
    /// Why it was, in words; perhaps empty.
    pub because: String,
}

impl Report {
    /// Returns whether every test passes.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.tests.iter().all(|test| test.failures.is_empty())
    }

    /// Returns the tests that fail.
    pub fn failing(&self) -> impl Iterator<Item = &TestResult> {
        self.tests.iter().filter(|test| !test.failures.is_empty())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            question,
            expected,
            got,
            because,
        } = self;
        write!(f, "{question}: expected {expected}, got {got}")?;
        if because.is_empty() {
            return Ok(());
        }
        write!(f, ": {because}")
    }
}

/// Runs the tests against the policy's own engine form, and requests against its gate.
pub(super) fn run(
    model: &Model,
    tests: &[Test],
    policies: &Policies,
    metadata: &BundleMetadata,
) -> Result<Report, UntestablePolicy> {
    let mut exercised = Exercised::new(model);
    let mut requests = Requests::new(model, metadata);
    let mut results = Vec::new();
    for test in tests {
        let mut failures = unknown_roles(model, test);
        let answered = match (&test.request, &test.expect) {
            (Some(request), Expected::Verdict(expected)) => {
                requests.run(test, request, expected)?
            }
            _ => {
                let policy = if test.now.is_some() {
                    &policies.over_time
                } else {
                    &policies.before_any_end
                };
                run_one(test, policy, metadata.issued_at, &mut exercised)
            }
        };
        failures.extend(answered);
        results.push(TestResult {
            name: test.name.clone(),
            failures,
        });
    }
    let mut coverage = exercised.finish();
    coverage.routes = requests.finish();
    Ok(Report {
        tests: results,
        coverage,
    })
}

/// A test of a role that is not there proves nothing of the role that was meant.
fn unknown_roles(model: &Model, test: &Test) -> Vec<Failure> {
    let subject = &test.subject;
    let bound = subject
        .team_roles
        .iter()
        .flat_map(|(_, roles)| roles.iter());
    let named = subject.roles.iter().chain(bound);
    let ids = named.map(|text| text.split_once('@').map_or(text, |(id, _)| id));
    let unknown = ids.filter(|id| model.role(id).is_none());
    unknown
        .map(|id| {
            let known = model.roles.iter().map(|role| role.id.as_str());
            Failure {
                question: "the subject".to_owned(),
                expected: "a role of the policy".to_owned(),
                got: format!("no role `{id}`"),
                because: nearest_or(id, known, "name a role that is there, or none"),
            }
        })
        .collect()
}

fn run_one(
    test: &Test,
    policy: &Policy,
    now: UnixSeconds,
    exercised: &mut Exercised<'_>,
) -> Vec<Failure> {
    let policy = match &test.features {
        Some(features) => policy.with_features(&features.iter().collect::<Vec<_>>()),
        None => policy.clone(),
    };
    let now = test.now.map_or(now, UnixSeconds);
    let asked = question::request(test).ask(|subject, question| {
        match policy.session(subject, UnixSeconds(u64::MAX), now) {
            Ok(session) => answered(test, &session, subject, question, now, exercised),
            Err(_) => expired(test),
        }
    });
    asked.unwrap_or_else(|limit| vec![failure("subject", "answers", "limit-exceeded", limit)])
}

fn answered(
    test: &Test,
    session: &Session,
    subject: &Subject<'_>,
    question: &Question<'_>,
    now: UnixSeconds,
    exercised: &mut Exercised<'_>,
) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (permission, expected) in test.expect.answers() {
        let got = match session.decide_named(permission, question, now) {
            Ok(decision) if decision.is_allow() => Expectation::Allow.name(),
            Ok(decision) => decision.reason(),
            Err(_) => Expectation::BundleExpired.name(),
        };
        let explained = match session.policy().explain(subject, permission, question) {
            Ok(explanation) => Explained::read(&explanation),
            Err(limit) => {
                failures.push(failure(permission, expected, "limit-exceeded", limit));
                continue;
            }
        };
        if got != expected {
            failures.push(failure(permission, expected, got, explained.because()));
        } else if got == Expectation::Allow.name() {
            exercised.note(permission, &explained, "true");
        } else if got == Expectation::Conditional.name() {
            exercised.note(permission, &explained, "unknown");
        }
    }
    failures.extend(visible(test, session, now));
    failures
}

/// Compares the modules seen with those expected; their order is the catalog's.
fn visible(test: &Test, session: &Session, now: UnixSeconds) -> Option<Failure> {
    let expected = test.visible.as_ref()?.iter().collect::<BTreeSet<_>>();
    let snapshot = session.visible(now).ok()?;
    let seen = snapshot.modules().map(|module| module.module);
    let got = seen.collect::<BTreeSet<_>>();
    if got == expected {
        return None;
    }
    let more = got.difference(&expected).copied().collect::<Vec<_>>();
    let fewer = expected.difference(&got).copied().collect::<Vec<_>>();
    let mut because = Vec::new();
    if !more.is_empty() {
        because.push(format!("too many: {}", more.join(", ")));
    }
    if !fewer.is_empty() {
        because.push(format!("missing: {}", fewer.join(", ")));
    }
    let list = |set: &BTreeSet<&str>| {
        let modules = session
            .policy()
            .modules()
            .filter(|module| set.contains(module));
        let modules = modules.collect::<Vec<_>>();
        if modules.is_empty() {
            "nothing".to_owned()
        } else {
            modules.join(", ")
        }
    };
    Some(failure(
        "visible",
        &list(&expected),
        &list(&got),
        because.join("; "),
    ))
}

/// Nothing is answered from a bundle that no longer holds.
fn expired(test: &Test) -> Vec<Failure> {
    let got = Expectation::BundleExpired.name();
    let mut failures = Vec::new();
    for (permission, expected) in test.expect.answers().filter(|(_, word)| *word != got) {
        failures.push(failure(permission, expected, got, ""));
    }
    if test.visible.is_some() {
        failures.push(failure("visible", "modules", got, ""));
    }
    failures
}

pub(super) fn failure(
    question: &str,
    expected: &str,
    got: &str,
    because: impl fmt::Display,
) -> Failure {
    Failure {
        question: question.to_owned(),
        expected: expected.to_owned(),
        got: got.to_owned(),
        because: because.to_string(),
    }
}
