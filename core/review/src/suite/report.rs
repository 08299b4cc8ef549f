//! A report as JSON, as every shell hands it on.

use serde_json::{Value, json};

use super::run::Report;

impl Report {
    /// Returns `{passes, tests, coverage}`, each test with its name and its failures.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let tests = self.tests.iter().map(|test| {
            let failures = test.failures.iter().map(|failure| {
                json!({
                    "question": failure.question,
                    "expected": failure.expected,
                    "got": failure.got,
                    "because": failure.because,
                })
            });
            json!({ "name": test.name, "failures": failures.collect::<Vec<_>>() })
        });
        let coverage = &self.coverage;
        let unexercised = coverage.unexercised.iter().map(
            |grant| json!({ "role": grant.role, "permission": grant.permission, "scope": grant.scope }),
        );
        json!({
            "passes": self.passes(),
            "tests": tests.collect::<Vec<_>>(),
            "coverage": {
                "total": coverage.total,
                "exercised": coverage.exercised(),
                "percent": coverage.percent(),
                "unexercised": unexercised.collect::<Vec<_>>(),
                "routes": {
                    "total": coverage.routes.total,
                    "exercised": coverage.routes.exercised(),
                    "percent": coverage.routes.percent(),
                    "unexercised": coverage.routes.unexercised,
                },
            },
        })
    }
}
