//! A row of checks: all run, each is timed against its budget, and one failure fails the whole.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use comfy_table::{Cell, CellAlignment, Color, Table, presets};

use crate::budgets::Budgets;
use crate::progress;
use crate::run::{complain, said, say};

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
    counts: Counts,
}

/// How many tests of a suite ran.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    passed: usize,
    left_out: usize,
}

impl Checks {
    /// Runs a check that compiles; a failure is remembered, and the others still run.
    pub(crate) fn compile(&mut self, name: impl Into<String>, command: &mut Command) {
        self.time(name, |name| {
            progress::compile(name, command).map(|_| Counts::default())
        });
    }

    /// Runs a check, and shows what it prints only if it fails.
    pub(crate) fn run(&mut self, name: impl Into<String>, command: &mut Command) {
        self.time(name, |name| {
            progress::quietly(name, command).map(|printed| Counts::of(&printed))
        });
    }

    /// Runs a check of this program's own.
    pub(crate) fn hold(&mut self, name: impl Into<String>, check: impl FnOnce() -> Result<()>) {
        self.time(name, |_| check().map(|()| Counts::default()));
    }

    fn time(&mut self, name: impl Into<String>, check: impl FnOnce(&str) -> Result<Counts>) {
        let name = name.into();
        let began = Instant::now();
        let outcome = check(&name);
        let took = began.elapsed();
        if let Err(error) = &outcome {
            complain(error);
        }
        let passed = outcome.is_ok();
        let counts = outcome.unwrap_or_default();
        self.rows.push(Row {
            name,
            took,
            passed,
            counts,
        });
    }

    /// Prints each check with its time, beside its budget if it has one.
    ///
    /// # Errors
    ///
    /// When any check failed. One that took longer than its budget is only marked: how long it
    /// takes depends on what else the machine does.
    pub(crate) fn finish(self, budgets: Option<&Budgets>) -> Result<()> {
        say("done:");
        anstream::eprintln!("{}", self.table(budgets).trim_fmt());
        let failed = self.rows.iter().filter(|row| !row.passed).count();
        if failed > 0 {
            bail!("{failed} of {} checks failed", self.rows.len());
        }
        let over = |row: &&Row| budgets.is_some_and(|budgets| row.is_over(budgets));
        let over = self.rows.iter().filter(over).count();
        if over > 0 {
            let line = said(format_args!("{over} took longer than their budget"));
            anstream::eprintln!("{line}");
        }
        Ok(())
    }

    fn table(&self, budgets: Option<&Budgets>) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["CHECK", "TESTS", "LEFT OUT", "SECONDS", "BUDGET", ""]);
        for row in &self.rows {
            table.add_row(row.cells(budgets));
        }
        let took: Duration = self.rows.iter().map(|row| row.took).sum();
        let counts = self.rows.iter().map(|row| row.counts);
        let whole = Row {
            name: "in all".to_owned(),
            took,
            passed: true,
            counts: counts.fold(Counts::default(), Counts::and),
        };
        table.add_row(whole.cells(budgets));
        for column in table.column_iter_mut().skip(1).take(4) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table
    }
}

impl Row {
    fn is_over(&self, budgets: &Budgets) -> bool {
        self.took > budgets.of(&self.name)
    }

    fn cells(&self, budgets: Option<&Budgets>) -> [Cell; 6] {
        let number = |count: usize| {
            if count == 0 {
                String::new()
            } else {
                count.to_string()
            }
        };
        let budget = budgets.map(|budgets| budgets.of(&self.name).as_secs().to_string());
        let verdict = match (self.passed, budgets) {
            (false, _) => Cell::new("FAILED").fg(Color::Red),
            (true, Some(budgets)) if self.is_over(budgets) => Cell::new("over").fg(Color::Yellow),
            (true, _) => Cell::new("ok").fg(Color::Green),
        };
        [
            Cell::new(&self.name),
            Cell::new(number(self.counts.passed)),
            Cell::new(number(self.counts.left_out)),
            Cell::new(format!("{:.1}", self.took.as_secs_f64())),
            Cell::new(budget.unwrap_or_default()),
            verdict,
        ]
    }
}

impl Counts {
    /// Adds up what test harnesses say at their end: `12 passed; 0 failed; 1 ignored`.
    fn of(printed: &str) -> Self {
        let results = printed.lines().filter(|line| line.contains("test result:"));
        let number = |line: &str, word: &str| {
            let words: Vec<&str> = line
                .split([' ', ';'])
                .filter(|word| !word.is_empty())
                .collect();
            words
                .windows(2)
                .find_map(|pair| match pair {
                    [number, own] if *own == word => number.parse().ok(),
                    _ => None,
                })
                .unwrap_or(0)
        };
        results.fold(Self::default(), |counts, line| {
            counts.and(Self {
                passed: number(line, "passed"),
                left_out: number(line, "ignored"),
            })
        })
    }

    const fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            left_out: self.left_out + other.left_out,
        }
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
            checks.finish(None).unwrap_err().to_string(),
            "1 of 2 checks failed"
        );
    }

    #[test]
    fn all_passing_passes_within_its_budget_or_not() {
        let none = Budgets::parse(r#"{ "each": 0, "suites": {} }"#).unwrap();
        for budgets in [None, Some(&none)] {
            let mut checks = Checks::default();
            checks.run("good", &mut Command::new("true"));
            assert!(checks.finish(budgets).is_ok());
        }
    }

    #[test]
    fn what_harnesses_say_at_their_end_is_added_up() {
        let printed = "test a ... ok\n\
                       test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                       test result: ok. 3 passed; 0 failed; 0 ignored\n";
        let expected = Counts {
            passed: 15,
            left_out: 1,
        };
        assert_eq!(Counts::of(printed), expected);
        assert_eq!(Counts::of("nothing"), Counts::default());
    }
}
