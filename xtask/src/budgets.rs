//! How long each suite may take, from xtask/budgets.json.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Seconds for each suite.
#[derive(Debug)]
pub(crate) struct Budgets {
    each: u64,
    suites: BTreeMap<String, u64>,
}

impl Budgets {
    /// Returns the committed budgets.
    pub(crate) fn committed() -> Result<Self> {
        Self::parse(include_str!("../budgets.json")).context("xtask/budgets.json")
    }

    pub(crate) fn parse(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text)?;
        let each = value.get("each").and_then(Value::as_u64);
        let suites = value.get("suites").and_then(Value::as_object);
        let suites = suites.context("it has no object `suites`")?.iter();
        let seconds = |(name, value): (&String, &Value)| {
            let seconds = value.as_u64();
            let seconds = seconds.with_context(|| format!("`{name}` is not whole seconds"))?;
            Ok((name.clone(), seconds))
        };
        Ok(Self {
            each: each.context("it has no number `each`")?,
            suites: suites.map(seconds).collect::<Result<_>>()?,
        })
    }

    /// Returns how long a suite may take; one that has no budget of its own gets the common one.
    pub(crate) fn of(&self, suite: &str) -> Duration {
        Duration::from_secs(self.suites.get(suite).copied().unwrap_or(self.each))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_budgets_are_read() {
        assert!(Budgets::committed().unwrap().of("in all") > Duration::ZERO);
    }

    #[test]
    fn what_is_not_a_budget_is_refused() {
        for text in [
            "{}",
            r#"{ "each": 1 }"#,
            r#"{ "each": 1, "suites": { "a": "2" } }"#,
        ] {
            assert!(Budgets::parse(text).is_err(), "{text}");
        }
        let budgets = Budgets::parse(r#"{ "each": 1, "suites": { "a": 2 } }"#).unwrap();
        assert_eq!(budgets.of("a"), Duration::from_secs(2));
        assert_eq!(budgets.of("b"), Duration::from_secs(1));
    }
}
