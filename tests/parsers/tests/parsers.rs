//! Whatever the gate forwards, every server's parser reads as the gate did.
#![expect(
    clippy::indexing_slicing,
    reason = "a test may, and clippy does not know it for one: it has a harness of its own"
)]

use std::{
    process::ExitCode,
    sync::{Arc, OnceLock},
};

use anyhow::{Result, ensure};
use libtest_mimic::{Arguments, Failed, Trial};
use portcullis_gate::Code;
use portcullis_parsers::{
    judge::{Judged, gate, judge, name_of},
    queries::{Case, cases},
    reader::{Read, Reader, all_are_required},
};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let judged = Arc::new(OnceLock::new());
    let mut trials = vec![{
        let judged = Arc::clone(&judged);
        Trial::test("the gate forwards many and refuses many", move || {
            said(all(&judged).and_then(forwards_and_refuses))
        })
    }];
    for reader in Reader::ALL {
        let name = format!("{} reads what was judged", reader.name());
        let left_out = !all_are_required() && !reader.is_there();
        if left_out {
            eprintln!("left out, for {} is not there: {name}", reader.name());
        }
        let judged = Arc::clone(&judged);
        let trial = Trial::test(name, move || {
            said(all(&judged).and_then(|judged| reads_what_was_judged(reader, judged)))
        });
        trials.push(trial.with_ignored_flag(left_out));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

type All = Vec<(Case, Judged)>;

fn all(judged: &OnceLock<Result<All, String>>) -> Result<&All> {
    let judged = judged.get_or_init(|| {
        let judge_all = || {
            let mut gate = gate()?;
            let judged = cases(COUNT).into_iter().map(|case| {
                let judged = judge(&mut gate, case.target, case.subject, &case.query)?;
                Ok((case, judged))
            });
            judged.collect::<Result<All>>()
        };
        judge_all().map_err(|error| format!("{error:#}"))
    });
    judged
        .as_ref()
        .map_err(|error| anyhow::anyhow!(error.clone()))
}

/// Without this the others would hold of a gate that forwards nothing.
fn forwards_and_refuses(judged: &All) -> Result<()> {
    let share = |of: &dyn Fn(&Case, &Judged) -> bool| {
        let found = judged.iter().filter(|(case, judged)| of(case, judged));
        found.count() * 100 / COUNT
    };
    ensure!(judged.len() == COUNT, "{} cases", judged.len());
    for (what, least, found) in [
        (
            "taken with a value",
            10,
            share(&|_, judged| matches!(judged, Judged::Forwarded(Some(_)))),
        ),
        (
            "forwarded without one by a route that reads the query",
            10,
            share(&|case, judged| case.target.reads && *judged == Judged::Forwarded(None)),
        ),
        (
            "forwarded by a route that reads none",
            10,
            share(&|case, judged| !case.target.reads && *judged == Judged::Forwarded(None)),
        ),
        (
            "refused as ambiguous",
            20,
            share(&|_, judged| *judged == Judged::Refused(Code::AttributeAmbiguous)),
        ),
    ] {
        println!("{found} % {what}");
        ensure!(found >= least, "only {found} % were {what}");
    }
    Ok(())
}

fn reads_what_was_judged(reader: Reader, judged: &All) -> Result<()> {
    let queries = judged.iter().map(|(case, _)| case.query.as_slice());
    let answers = reader.read(queries)?;
    ensure!(answers.len() == judged.len(), "{} answers", answers.len());
    let (mut faults, mut refused_by_it, mut forwarded, mut disagreements) = (Vec::new(), 0, 0, 0);
    for ((case, judged), answer) in judged.iter().zip(&answers) {
        let readings = answer.iter().map(|names| &names[case.target.name]);
        for (at, read) in readings.enumerate() {
            let same = match (judged, read) {
                (Judged::Refused(_), read) => {
                    disagreements += usize::from(*read != naive(case)?);
                    continue;
                }
                (Judged::Forwarded(_), Read::Refused) => {
                    refused_by_it += 1;
                    true
                }
                (Judged::Forwarded(Some(value)), read) => {
                    *read == Read::Value(value.clone().into())
                }
                (Judged::Forwarded(None), Read::Absent) => true,
                // A name without a value says nothing to a route that reads it.
                (Judged::Forwarded(None), Read::Value(value)) => {
                    case.target.reads && value.is_empty()
                }
                (Judged::Forwarded(None), Read::Other) => false,
            };
            forwarded += 1;
            if !same {
                let query = String::from_utf8_lossy(&case.query);
                faults.push(format!(
                    "{} for {}: {judged:?}, and reading {at} has {read:?}",
                    query,
                    name_of(case.target)?
                ));
            }
        }
    }
    let shown = faults
        .iter()
        .take(20)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    ensure!(
        faults.is_empty(),
        "{} of {forwarded}:\n{shown}",
        faults.len()
    );
    println!(
        "{}: {forwarded} readings agree, {refused_by_it} of them refusals of its own; {disagreements} of what the gate refused differ",
        reader.name()
    );
    ensure!(
        refused_by_it * 50 < forwarded,
        "it refuses {refused_by_it} of {forwarded}"
    );
    ensure!(
        disagreements > COUNT / 1_000,
        "only {disagreements} disagreements"
    );
    Ok(())
}

/// Reads a query as somebody would who never heard of any of this: the first pair of that name.
fn naive(case: &Case) -> Result<Read> {
    let name = name_of(case.target)?.as_bytes();
    let mut pairs = case.query.split(|byte| *byte == b'&');
    Ok(pairs
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="))
        .map_or(Read::Absent, |value| Read::Value(value.to_vec())))
}

fn said(outcome: Result<()>) -> Result<(), Failed> {
    outcome.map_err(|error| Failed::from(format!("{error:#}")))
}

/// How many queries each parser reads.
const COUNT: usize = 100_000;
