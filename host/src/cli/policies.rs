//! Policy files: read, judged and tested alike wherever a command takes one.

use std::{io::Write, path::Path};

use anstyle::{AnsiColor, Style};
use portcullis_admin::audit::{AuditLog, Digest};
use portcullis_host::policy_file::PolicyFile;
use portcullis_policy::{InvalidPolicy, Source, encode::BundleMetadata, model::Model};
use portcullis_review::suite::{self, Report};

use super::{
    input,
    output::{count, write_difference},
    stop::{self, Stop},
};

/// Reads and compiles a policy; the inner error has every problem of it.
pub(crate) fn load(path: &Path) -> Result<Result<(Source, Model), InvalidPolicy>, Stop> {
    let text = input::read_text(path, POLICY_BYTES_MAX)?;
    Ok(Source::load(&text))
}

/// Says that a policy is wrong, with every problem of it.
pub(crate) fn invalid(path: &Path, invalid: &InvalidPolicy) -> Stop {
    let problems = count(invalid.problems().len(), "problem", "problems");
    Stop::check(format!("`{}` has {problems}\n{invalid}", path.display()))
}

/// Returns the last link of the audit log beside a policy, if there is one; the policy must be
/// what the log says, unless what it has otherwise is accepted.
pub(crate) fn audit_head(path: &Path, accept_outside: bool) -> Result<Option<[u8; 32]>, Stop> {
    let file = PolicyFile::new(path, None).map_err(Stop::policy_file)?;
    let log = file.whole_log().map_err(Stop::policy_file)?;
    if let Some(message) = disagreement(&file, &log)? {
        if !accept_outside {
            return Err(Stop::check(message).hint(
                "undo the edit, or let the next change record it; --accept-outside builds it as it is",
            ));
        }
        stop::warn(message);
    }
    Ok(log.head().map(|Digest(bytes)| bytes))
}

/// Says that a policy is not what its log says, and what it has otherwise, if it is not.
pub(crate) fn disagreement(file: &PolicyFile, log: &AuditLog) -> Result<Option<String>, Stop> {
    let reading = file.read().map_err(Stop::policy_file)?;
    if log.agrees(reading.found()) {
        return Ok(None);
    }
    let log_path = file.audit().display();
    let mut text = format!(
        "the policy is not what `{log_path}` says: it was changed by other means, or a change was cut short"
    );
    let changes = file.changes_since(log, &reading);
    for difference in changes.iter().take(DIFFERENCES_SHOWN_MAX) {
        let mut lines = Vec::new();
        write_difference(&mut lines, difference)?;
        text.push('\n');
        text.push_str(String::from_utf8_lossy(&lines).trim_end());
    }
    let more = changes.len().saturating_sub(DIFFERENCES_SHOWN_MAX);
    if more > 0 {
        text.push_str(&format!("\n  and {more} more"));
    }
    Ok(Some(text))
}

/// Runs a policy's tests, as the bundle with that metadata would answer.
pub(crate) fn test(
    path: &Path,
    source: &Source,
    model: &Model,
    metadata: &BundleMetadata,
) -> Result<Report, Stop> {
    let report = suite::test(model, &source.tests, metadata);
    report.map_err(|error| Stop::check(format!("`{}`: {error}", path.display())))
}

/// Writes one line on a report, then each test that fails.
pub(crate) fn write_report(
    out: &mut dyn Write,
    path: &Path,
    report: &Report,
) -> std::io::Result<()> {
    let failing = report.failing().count();
    let color = if failing == 0 {
        AnsiColor::Green
    } else {
        AnsiColor::Red
    };
    let style = Style::new().bold().fg_color(Some(color.into()));
    let tests = count(report.tests.len(), "test", "tests");
    let verdict = if failing == 0 {
        format!("{style}{tests} passed{style:#}")
    } else {
        format!("{style}{failing} of {tests} failed{style:#}")
    };
    writeln!(out, "{}: {verdict}, {}", path.display(), covered(report))?;
    for test in report.failing() {
        writeln!(out, "  {style}failed{style:#} {}", test.name)?;
        for failure in &test.failures {
            writeln!(out, "    {failure}")?;
        }
    }
    Ok(())
}

/// Words a report's coverage.
pub(crate) fn covered(report: &Report) -> String {
    let coverage = &report.coverage;
    let grants = count(coverage.total, "grant", "grants");
    let grants = format!(
        "{} of {grants} exercised ({} %)",
        coverage.exercised(),
        coverage.percent()
    );
    let routes = &coverage.routes;
    if routes.total == 0 {
        return grants;
    }
    format!(
        "{grants}, {} of {} ({} %)",
        routes.exercised(),
        count(routes.total, "route", "routes"),
        routes.percent()
    )
}

/// How many places of an edit are named before it is enough.
const DIFFERENCES_SHOWN_MAX: usize = 20;
/// Room for the largest catalog and a directory beside it.
const POLICY_BYTES_MAX: usize = 64 * 1024 * 1024;
