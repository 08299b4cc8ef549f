//! What is wrong with a policy: where, what, and what to do.

use portcullis_json::{JsonPath, Path, Report};

use core::cell::RefCell;
use core::fmt;

/// One thing that is wrong, or worth knowing, at one place of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub path: JsonPath,
    /// What it is.
    pub message: String,
    /// What to do about it.
    pub cure: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.path, self.message, self.cure)
    }
}

/// A policy that was refused, with every problem found in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPolicy {
    problems: Vec<Problem>,
}

impl InvalidPolicy {
    /// Returns the problems, those of shape first; there is at least one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl From<Problem> for InvalidPolicy {
    fn from(problem: Problem) -> Self {
        Self {
            problems: vec![problem],
        }
    }
}

impl fmt::Display for InvalidPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl core::error::Error for InvalidPolicy {}

/// Where problems are gathered while a policy is read, so that all are reported at once.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    errors: RefCell<Noted>,
    warnings: RefCell<Noted>,
}

/// Problems of one kind, and how many more there were than are listed.
#[derive(Debug, Default)]
struct Noted {
    listed: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// Notes what makes the policy wrong.
    pub(crate) fn error(&self, at: &Path<'_>, message: impl Into<String>, cure: impl Into<String>) {
        self.error_at(at.to_json_path(), message, cure);
    }

    /// Notes what makes the policy wrong, at a place that is known as text.
    pub(crate) fn error_at(
        &self,
        path: JsonPath,
        message: impl Into<String>,
        cure: impl Into<String>,
    ) {
        note(&self.errors, path, message.into(), cure.into());
    }

    /// Notes what the author should know though the policy is accepted.
    pub(crate) fn warn(&self, at: &Path<'_>, message: impl Into<String>, cure: impl Into<String>) {
        note(
            &self.warnings,
            at.to_json_path(),
            message.into(),
            cure.into(),
        );
    }

    /// Notes what a change of the catalog can bring about: in the catalog itself it makes the
    /// policy wrong, but in a tenant's part, which such a change never stops, it is a warning, and
    /// what is said there gives nothing.
    pub(crate) fn gone(&self, at: &Path<'_>, message: impl Into<String>, cure: impl Into<String>) {
        let path = at.to_json_path();
        let is_tenants = path.as_str().starts_with("$.tenant.");
        let list = if is_tenants {
            &self.warnings
        } else {
            &self.errors
        };
        note(list, path, message.into(), cure.into());
    }

    /// Returns the warnings if there was no error.
    pub(crate) fn finish(self) -> Result<Vec<Problem>, InvalidPolicy> {
        let problems = self.errors.into_inner().into_list("problem");
        if problems.is_empty() {
            Ok(self.warnings.into_inner().into_list("warning"))
        } else {
            Err(InvalidPolicy { problems })
        }
    }
}

impl Noted {
    fn add(&mut self, problem: Problem) {
        // The same text can be reached twice, as inherited actions are: reported once.
        let recent = self.listed.iter().rev().take(RECENT);
        if recent.into_iter().any(|known| *known == problem) {
            return;
        }
        if self.listed.len() < PROBLEMS_MAX {
            self.listed.push(problem);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    fn into_list(mut self, what: &str) -> Vec<Problem> {
        if self.more > 0 {
            self.listed.push(Problem {
                path: Path::Root.to_json_path(),
                message: format!("not listed: {} more, each a {what}", self.more),
                cure: "fix those listed first".to_owned(),
            });
        }
        self.listed
    }
}

impl Report for Problems {
    fn report_at(&self, path: JsonPath, message: &str, cure: &str) {
        self.error_at(path, message, cure);
    }
}

fn note(list: &RefCell<Noted>, path: JsonPath, message: String, cure: String) {
    if let Ok(mut list) = list.try_borrow_mut() {
        list.add(Problem {
            path,
            message,
            cure,
        });
    }
}

/// Most problems that are listed: nobody reads more at once.
const PROBLEMS_MAX: usize = 256;
const RECENT: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_listed() {
        let problems = Problems::default();
        problems.error(&Path::Root, "one", "do this");
        problems.error(&Path::Root, "one", "do this");
        problems.error(&Path::Key(&Path::Root, "a"), "two", "do that");
        problems.warn(&Path::Root, "three", "look");
        let invalid = problems.finish().unwrap_err();
        assert_eq!(invalid.to_string(), "$: one; do this\n$.a: two; do that");
    }

    #[test]
    fn problems_beyond_the_most_are_counted() {
        let problems = Problems::default();
        for index in 0..300 {
            problems.error(&Path::Root, format!("{index}"), "do this");
        }
        let invalid = problems.finish().unwrap_err();
        assert_eq!(invalid.problems().len(), PROBLEMS_MAX + 1);
        let last = invalid.problems().last().unwrap();
        assert_eq!(
            last.to_string(),
            "$: not listed: 44 more, each a problem; fix those listed first"
        );
    }
}
