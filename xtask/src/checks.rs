//! A row of checks: all run, each is timed, and one failure fails the whole.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::run::{complain, run, say};

/// Checks that have run.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    took: Duration,
    passed: bool,
}

impl Checks {
    /// Runs a check; a failure is remembered, and the others still run.
    pub(crate) fn run(&mut self, name: impl Into<String>, command: &mut Command) {
        let name = name.into();
        say(format!("{name} …"));
        let began = Instant::now();
        let outcome = run(command);
        if let Err(error) = &outcome {
            complain(error);
        }
        self.rows.push(Row {
            name,
            took: began.elapsed(),
            passed: outcome.is_ok(),
        });
    }

    /// Prints the summary.
    ///
    /// # Errors
    ///
    /// When any check failed.
    pub(crate) fn finish(self) -> Result<()> {
        for row in &self.rows {
            let word = if row.passed { "ok    " } else { "FAILED" };
            say(format!(
                "{word} {:>6.1} s  {}",
                row.took.as_secs_f64(),
                row.name
            ));
        }
        let failed = self.rows.iter().filter(|row| !row.passed).count();
        if failed > 0 {
            bail!("{failed} of {} checks failed", self.rows.len());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_fails_the_whole_after_all_have_run() {
        let mut checks = Checks::default();
        checks.run("bad", &mut Command::new("false"));
        checks.run("good", &mut Command::new("true"));
        assert_eq!(checks.rows.len(), 2);
        assert_eq!(
            checks.finish().unwrap_err().to_string(),
            "1 of 2 checks failed"
        );
    }

    #[test]
    fn all_passing_passes() {
        let mut checks = Checks::default();
        checks.run("good", &mut Command::new("true"));
        assert!(checks.finish().is_ok());
    }
}
