//! `soak`: what takes hours. Properties over many cases, fuzzing, mutants.

use std::process::Command;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::checks::Checks;
use crate::fuzz::{self, Until};
use crate::run::{cargo, root, run as shown, say, which};
use crate::setup;
use crate::suites::Suite;
use crate::wasm;

/// What is soaked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Soak {
    /// The law of agreement, engines against the reference, slices and escalation
    Properties,
    /// Every fuzz target
    Fuzz,
    /// Each of core's rules broken in turn: some test must notice (cargo-mutants)
    Mutants,
}

/// Soaks.
pub(crate) fn run(what: Soak, cases: u64, only: &[String]) -> Result<()> {
    match what {
        Soak::Properties => properties(cases),
        Soak::Fuzz => {
            fuzz::ensure()?;
            fuzz::build()?;
            println!(
                "{}",
                fuzz::table(&fuzz::run(Until::Executions(cases), only)?).trim_fmt()
            );
            Ok(())
        }
        Soak::Mutants => mutants(only),
    }
}

fn properties(cases: u64) -> Result<()> {
    wasm::build_with(&setup::ensure()?)?;
    let packages = ["portcullis-tests", "portcullis-policy", "portcullis-admin"];
    let packages: Vec<&str> = packages
        .iter()
        .flat_map(|package| ["--package", package])
        .collect();
    let suites = Suite::build("tests of the properties", &packages)?;
    let mut checks = Checks::default();
    for (suite, test) in PROPERTIES {
        let built = suites.iter().find(|built| built.name == suite);
        let built = built.with_context(|| format!("no suite `{suite}`"))?;
        let mut command = built.command();
        command.arg(test).arg("--nocapture");
        for variable in CASES {
            command.env(variable, cases.to_string());
        }
        checks.run(format!("{test} over {cases}"), &mut command);
    }
    checks.finish(None)
}

fn mutants(only: &[String]) -> Result<()> {
    if which("cargo-mutants").is_none() {
        say("installing cargo-mutants");
        shown(cargo().args(["install", "--locked", "--version", MUTANTS, "cargo-mutants"]))?;
    }
    let mut command = Command::new("cargo-mutants");
    command
        .current_dir(root())
        .args([
            "mutants",
            "--output",
            "target",
            "--no-shuffle",
            "--jobs",
            "1",
        ])
        // What a mutant breaks shows in its own tests, or where engines are compared.
        .args(["--test-package", "portcullis-tests,portcullis-reference"]);
    let files: Vec<String> = if only.is_empty() {
        vec!["core/**/*.rs".to_owned()]
    } else {
        only.to_vec()
    };
    for file in files {
        command.args(["--file", &file]);
    }
    shown(&mut command)
}

/// Each property: the suite, and what its tests' names start with.
const PROPERTIES: [(&str, &str); 4] = [
    ("portcullis-tests: conformance", "agreement::"),
    ("portcullis-tests: conformance", "random::"),
    ("portcullis-policy: bundles", "agreement::"),
    ("portcullis-admin: escalation", ""),
];

/// Where the suites read how many cases they try.
const CASES: [&str; 3] = [
    "PROPTEST_CASES",
    "PORTCULLIS_QUESTIONS",
    "PORTCULLIS_SEQUENCES",
];

const MUTANTS: &str = "25.3.1";
