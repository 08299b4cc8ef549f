//! What a policy that stands may still have got wrong.

mod catalog;
mod conditions;
mod contradiction;
mod ends;
mod guards;
mod near_misses;
mod needs;
mod people;
mod roles;
mod routes;
mod scopes;

use core::fmt;

use serde::{Serialize, Serializer};

use portcullis_json::{JsonPath, Path};
use portcullis_policy::model::Model;
use portcullis_policy::source::Source;

pub use ends::ended;

/// Something that may be wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What sort of thing it is; stable.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    #[serde(serialize_with = "as_text")]
    pub path: JsonPath,
    /// What it is.
    pub message: String,
    /// What to do about it.
    pub cure: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Most likely a slip.
    Warning,
    /// Dangerous.
    Error,
}

impl Severity {
    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            severity,
            path,
            message,
            cure,
        } = self;
        let severity = severity.name();
        write!(f, "{severity}[{code}] {path}: {message}; {cure}")
    }
}

/// Looks a policy over; the worst findings come first, then as they stand in the policy.
#[must_use]
pub fn lint(source: &Source, model: &Model) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    for problem in &model.warnings {
        findings.0.push(Finding {
            code: "compiler",
            severity: Severity::Warning,
            path: problem.path.clone(),
            message: problem.message.clone(),
            cure: problem.cure.clone(),
        });
    }
    scopes::look(&source.catalog, &mut findings);
    guards::look(source, model, &mut findings);
    catalog::look(source, model, &mut findings);
    roles::look(source, model, &mut findings);
    near_misses::look(source, model, &mut findings);
    people::look(model, &mut findings);
    needs::look(model, &mut findings);
    routes::look(source, model, &mut findings);
    // Stable, so that what is equally bad keeps its order.
    findings
        .0
        .sort_by_key(|finding| core::cmp::Reverse(finding.severity));
    findings.0
}

/// Where findings are gathered.
struct Findings(Vec<Finding>);

impl Findings {
    fn add(
        &mut self,
        (code, severity): (&'static str, Severity),
        at: &Path<'_>,
        message: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.0.push(Finding {
            code,
            severity,
            path: at.to_json_path(),
            message: message.into(),
            cure: cure.into(),
        });
    }
}

fn as_text<S: Serializer>(path: &JsonPath, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(path.as_str())
}

/// Names a few things, and says how many more there are.
fn some(names: &[&str]) -> String {
    let shown = names.iter().take(SHOWN_MAX).copied().collect::<Vec<_>>();
    let shown = format!("`{}`", shown.join("`, `"));
    match names.len().saturating_sub(SHOWN_MAX) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

const SHOWN_MAX: usize = 5;

#[cfg(test)]
mod route_tests;
#[cfg(test)]
mod tests;
