//! `test`: runs the tests that a policy brings along.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, value_parser};
use portcullis_policy::encode::{BundleMetadata, StatedMetadata};
use portcullis_review::suite::Report;
use serde_json::{Value, json};

use super::{
    load::TimeArgs,
    output::{count, print_json, write_text},
    policies,
    stop::{Stop, warn},
};

/// Run the tests of policies, and show which grants and routes no test exercises
///
/// A grant is exercised when a passing test expects `allow` of it and it holds, or expects
/// `conditional` and it is part of the filter. A route is exercised when a passing test sends
/// a request that takes it and goes on: `allow`, `conditional` or `public`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Test {
    /// The policies
    #[arg(value_name = "POLICY", required = true)]
    policies: Vec<PathBuf>,

    /// Fail where the tests of a policy exercise less than this part of its grants, or of
    /// its routes
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = value_parser!(u8).range(..=100))]
    min_coverage: u8,

    #[command(flatten)]
    time: TimeArgs,

    /// Print what came of it as JSON, with every grant and route that no test exercises
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis test policy.json
  portcullis test examples/*/policy.json --min-coverage 90";

impl Test {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let mut failed = 0_usize;
        let mut results = Vec::new();
        for path in &self.policies {
            let (source, model) = match policies::load(path)? {
                Ok(loaded) => loaded,
                Err(invalid) => {
                    failed = failed.saturating_add(1);
                    results.push(self.invalid(path, &invalid));
                    continue;
                }
            };
            let now = self.time.now()?;
            // As long as `build` lets its bundle hold.
            let metadata = BundleMetadata::stated(&StatedMetadata::default(), now, &source.catalog);
            let metadata = metadata.map_err(|invalid| Stop::usage(invalid.to_string()))?;
            let report = policies::test(path, &source, &model, &metadata)?;
            let covered = self.covers(&report);
            if !report.passes() || !covered {
                failed = failed.saturating_add(1);
            }
            if self.json {
                let mut result = report.to_json();
                if let Value::Object(members) = &mut result {
                    let path = path.to_string_lossy();
                    members.shift_insert(0, "policy".to_owned(), json!(path));
                    let warnings = model.warnings.iter().map(ToString::to_string);
                    members.insert("warnings".to_owned(), warnings.collect());
                }
                results.push(result);
            } else {
                model.warnings.iter().for_each(warn);
                write_text(|out| self.write(out, path, &report))?;
            }
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

    fn invalid(&self, path: &Path, invalid: &portcullis_policy::InvalidPolicy) -> Value {
        let problems = invalid.problems().iter().map(ToString::to_string);
        let problems: Vec<String> = problems.collect();
        if !self.json {
            policies::invalid(path, invalid).tell();
        }
        json!({ "policy": path.to_string_lossy(), "passes": false, "problems": problems })
    }

    fn write(&self, out: &mut dyn Write, path: &Path, report: &Report) -> std::io::Result<()> {
        policies::write_report(out, path, report)?;
        if !self.covers(report) {
            let least = self.min_coverage;
            writeln!(out, "  too little: {least} % must be exercised")?;
        }
        let coverage = &report.coverage;
        let routes = coverage.routes.unexercised.iter();
        let routes = routes.map(|name| format!("route {name}"));
        let grants = coverage.unexercised.iter().map(ToString::to_string);
        let grants = grants.collect::<Vec<_>>();
        let routes = routes.collect::<Vec<_>>();
        if grants.is_empty() && routes.is_empty() {
            return Ok(());
        }
        writeln!(out, "  no test exercises")?;
        for names in [grants, routes] {
            for name in names.iter().take(SHOWN_MAX) {
                writeln!(out, "    {name}")?;
            }
            match names.len().saturating_sub(SHOWN_MAX) {
                0 => {}
                more => writeln!(out, "    and {more} more; --json lists them")?,
            }
        }
        Ok(())
    }

    fn covers(&self, report: &Report) -> bool {
        let coverage = &report.coverage;
        let least = coverage.percent().min(coverage.routes.percent());
        least >= usize::from(self.min_coverage)
    }
}

/// How many grants, or routes, without a test are named before it is enough.
const SHOWN_MAX: usize = 20;
