//! A list that a database makes by a filter is what the engine decides row by row.

use std::{
    collections::BTreeSet,
    process::ExitCode,
    sync::{Arc, OnceLock},
};

use anyhow::{Result, bail, ensure};
use libtest_mimic::{Arguments, Failed, Trial};
use portcullis_databases::{
    ask::{Composed, Script},
    cases::{Case, known, random},
    database::{Database, all_are_required},
    rows::{Row, rows},
};
use serde_json::Value;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let decided = Arc::new(OnceLock::new());
    let mut trials = vec![{
        let decided = Arc::clone(&decided);
        Trial::test(
            "the cases allow some rows and deny some, by every comparison",
            move || said(all(&decided).and_then(covers)),
        )
    }];
    for database in Database::ALL {
        let name = format!("{} lists what is decided", database.name());
        let left_out = !all_are_required() && !database.is_there();
        if left_out {
            eprintln!("left out, for {} is not there: {name}", database.name());
        }
        let decided = Arc::clone(&decided);
        let trial = Trial::test(name, move || {
            said(all(&decided).and_then(|decided| lists(database, decided)))
        });
        trials.push(trial.with_ignored_flag(left_out));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The rows, and for each case its filter and which rows it allows.
#[derive(Debug)]
struct All {
    rows: Vec<Row>,
    cases: Vec<Decided>,
}

#[derive(Debug)]
struct Decided {
    what: String,
    filter: Value,
    allowed: Vec<bool>,
}

fn all(decided: &OnceLock<Result<All, String>>) -> Result<&All> {
    let decided = decided.get_or_init(|| {
        let rows = rows(ROWS);
        let known = known().into_iter();
        let cases = known.map(|(what, case)| (what.to_owned(), case));
        let random = random(CASES)
            .into_iter()
            .map(|case| (case.policy.clone(), case));
        let cases = cases
            .chain(random)
            .map(|(what, case)| decide(what, &case, &rows));
        let cases = cases.collect::<Result<Vec<_>>>();
        cases
            .map(|cases| All { rows, cases })
            .map_err(|error| format!("{error:#}"))
    });
    decided
        .as_ref()
        .map_err(|error| anyhow::anyhow!(error.clone()))
}

fn decide(what: String, case: &Case, rows: &[Row]) -> Result<Decided> {
    let allowed = rows.iter().map(|row| case.decide(&row.resource()));
    let allowed = allowed.collect::<Result<Vec<_>, _>>();
    Ok(Decided {
        filter: case.filter(),
        allowed: allowed.map_err(anyhow::Error::msg)?,
        what,
    })
}

/// Without this the others would hold of cases that allow nothing.
fn covers(all: &All) -> Result<()> {
    let some = |case: &&Decided| case.allowed.contains(&true) && case.allowed.contains(&false);
    let count = all.cases.iter().filter(some).count();
    println!(
        "{count} of {} list some rows and not others",
        all.cases.len()
    );
    ensure!(count * 2 > all.cases.len(), "only {count}");
    let filters: Vec<String> = all
        .cases
        .iter()
        .map(|case| case.filter.to_string())
        .collect();
    for part in [
        r#""in":"#,
        r#""not_in":"#,
        r#""within":"#,
        r#""is":"present""#,
        r#""is":"absent""#,
        r#""attribute":"id""#,
        r#"]}]},{"all":"#,
        r#""effect":"allow""#,
        r#""effect":"deny""#,
    ] {
        let count = filters
            .iter()
            .filter(|filter| filter.contains(part))
            .count();
        println!("{count} filters with {part}");
        ensure!(count > 0, "no filter with {part}");
    }
    Ok(())
}

fn lists(database: Database, all: &All) -> Result<()> {
    let mut script = Script::new(database.dialect(), &all.rows);
    for (case, style) in all.cases.iter().zip(0..) {
        for composed in Composed::ALL {
            script.ask(&case.filter, composed, style)?;
        }
    }
    let running = database.start()?;
    let lists = script.read(&running.ask(script.sql())?)?;
    let mut lists = lists.into_iter();
    let mut faults = Vec::new();
    for case in &all.cases {
        for composed in Composed::ALL {
            let rows = all.rows.iter().zip(&case.allowed);
            let expected: BTreeSet<String> = rows
                .filter(|(row, allowed)| composed.selects(row, **allowed))
                .map(|(row, _)| row.id.clone())
                .collect();
            let Some(listed) = lists.next() else {
                bail!("there are more cases than lists");
            };
            if listed != expected {
                let differ: Vec<_> = listed.symmetric_difference(&expected).collect();
                faults.push(format!(
                    "{composed:?}: {}\n  {}\n  differ: {differ:?}",
                    case.what, case.filter
                ));
            }
        }
    }
    let shown = faults
        .iter()
        .take(10)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    ensure!(faults.is_empty(), "{} lists differ:\n{shown}", faults.len());
    println!("{} lists agree", all.cases.len() * Composed::ALL.len());
    Ok(())
}

fn said(outcome: Result<()>) -> Result<(), Failed> {
    outcome.map_err(|error| Failed::from(format!("{error:#}")))
}

/// How many policies are made up.
const CASES: usize = 300;
/// How many rows.
const ROWS: usize = 120;
