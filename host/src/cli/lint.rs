//! `lint`: what a policy that stands may still have got wrong.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use anstyle::{AnsiColor, Style};
use clap::Args;
use portcullis_review::lint::{Finding, Severity, ended, lint};
use serde_json::{Value, json};

use super::{
    load::TimeArgs,
    output::{count, print_json, write_text},
    policies,
    stop::Stop,
};

/// Look policies over for what is most likely wrong
///
/// Roles that nobody has or no test covers, services that may do everything, scopes that
/// can never hold, guards that nothing fills, patterns that catch what is for others, features that change nothing,
/// public routes among protected ones, routes that refuse whoever holds their permission; and what
/// has ended: features and assignments.
/// It fails where there is a warning or worse; what is only information does not count.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Lint {
    /// The policies
    #[arg(value_name = "POLICY", required = true)]
    policies: Vec<PathBuf>,

    #[command(flatten)]
    time: TimeArgs,

    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis lint policy.json
  portcullis lint examples/*/policy.json --json";

impl Lint {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let mut failed = 0_usize;
        let mut results = Vec::new();
        for path in &self.policies {
            let (passes, result) = match policies::load(path)? {
                Ok((source, model)) => {
                    let mut findings = lint(&source, &model);
                    findings.extend(ended(&source, &model, self.time.now()?));
                    self.findings(path, &findings)?
                }
                Err(invalid) => {
                    if !self.json {
                        policies::invalid(path, &invalid).tell();
                    }
                    let problems = invalid.problems().iter().map(ToString::to_string);
                    let problems = problems.collect::<Vec<_>>();
                    (false, json!({ "problems": problems }))
                }
            };
            failed = failed.saturating_add(usize::from(!passes));
            results.push(with_path(path, passes, result));
        }
        if self.json {
            print_json(&json!({ "passes": failed == 0, "policies": results }))?;
        }
        if failed == 0 {
            return Ok(());
        }
        let policies = count(self.policies.len(), "policy", "policies");
        Err(Stop::check(format!("{failed} of {policies} failed")))
    }

    fn findings(&self, path: &Path, findings: &[Finding]) -> Result<(bool, Value), Stop> {
        let bad = |finding: &&Finding| finding.severity >= Severity::Warning;
        let passes = !findings.iter().any(|finding| bad(&finding));
        if self.json {
            let findings = serde_json::to_value(findings);
            let findings = findings.map_err(|error| Stop::check(error.to_string()))?;
            return Ok((passes, json!({ "findings": findings })));
        }
        write_text(|out| write(out, path, findings))?;
        Ok((passes, Value::Null))
    }
}

fn with_path(path: &Path, passes: bool, result: Value) -> Value {
    let mut whole = json!({ "policy": path.to_string_lossy(), "passes": passes });
    if let (Value::Object(whole), Value::Object(result)) = (&mut whole, result) {
        whole.extend(result);
    }
    whole
}

fn write(out: &mut dyn Write, path: &Path, findings: &[Finding]) -> io::Result<()> {
    let number = |severity| {
        let those = findings
            .iter()
            .filter(|finding| finding.severity == severity);
        those.count()
    };
    writeln!(
        out,
        "{}: {}, {}, {}",
        path.display(),
        count(number(Severity::Error), "error", "errors"),
        count(number(Severity::Warning), "warning", "warnings"),
        count(number(Severity::Info), "hint", "hints"),
    )?;
    for finding in findings {
        let color = match finding.severity {
            Severity::Error => AnsiColor::Red,
            Severity::Warning => AnsiColor::Yellow,
            Severity::Info => AnsiColor::Cyan,
        };
        let style = Style::new().bold().fg_color(Some(color.into()));
        let severity = finding.severity.name();
        writeln!(
            out,
            "  {style}{severity}{style:#}[{}] {}: {}",
            finding.code, finding.path, finding.message
        )?;
        writeln!(out, "    {}", finding.cure)?;
    }
    Ok(())
}
