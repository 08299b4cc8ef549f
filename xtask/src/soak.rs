//! `soak`: what takes hours. Properties over many cases, fuzzing, mutants.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::checks::Checks;
use crate::fuzz::{self, Until};
use crate::guests::COMPONENT;
use crate::run::{PRODUCT, cargo, root, run as shown, run_within, words};
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
    wasm::build(&[COMPONENT])?;
    // Selected as all tests are, so that nothing is built a second time with other features.
    let tests = PROPERTIES.map(|property| ["--test", property.test]);
    let selected = [&PRODUCT[..], tests.as_flattened()].concat();
    let suites = Suite::build("tests of the properties", &selected)?;
    let mut checks = Checks::default();
    for property in PROPERTIES {
        let name = format!("{}: {}", property.package, property.test);
        let built = suites.iter().find(|built| built.name == name);
        let built = built.with_context(|| format!("no suite `{name}`"))?;
        let mut command = built.command();
        command.arg(property.starts).arg("--nocapture");
        command.env(property.variable, cases.to_string());
        checks.run(
            format!("{}: {cases} {}", property.what, property.case),
            &mut command,
        );
    }
    checks.finish(None)
}

/// Runs cargo-mutants with one kind of tests after another: what a kind misses the next one tries,
/// which takes longer to build.
///
/// What survives them all is in target/mutants.out/missed.txt. A mutant that changes nothing that
/// anybody could see is left out, with the reason, by .cargo/mutants.toml.
fn mutants(only: &[String]) -> Result<()> {
    wasm::build(&[COMPONENT])?;
    let program = mutator()?;
    let mut outcome = Ok(());
    for (nth, packages) in TRIED_BY.into_iter().enumerate() {
        let mut command = Command::new(&program);
        command
            .current_dir(root())
            // Its copy of the tree is another at each run: dependencies need not be built anew.
            .env("CARGO_TARGET_DIR", root().join("target/mutants"))
            // Most of the time goes into building.
            .envs([
                ("CARGO_PROFILE_DEV_OPT_LEVEL", "0"),
                ("CARGO_PROFILE_DEV_DEBUG", "0"),
            ])
            .args(words("mutants --output target --no-shuffle --jobs 1"))
            // The comparison reads what is built in dist.
            .args(words("--gitignore false --minimum-test-timeout 120"))
            .args(["--test-package", packages]);
        if nth > 0 {
            command.arg("--iterate");
        }
        for (option, value) in chosen(only) {
            command.args([option, value]);
        }
        outcome = shown(&mut command);
    }
    outcome
}

/// Reads what is named: files, or one part of many, as `0/64`.
fn chosen(only: &[String]) -> Vec<(&str, &str)> {
    let option = |named: &str| match named.starts_with(|first: char| first.is_ascii_digit()) {
        true => "--shard",
        false => "--file",
    };
    let mut chosen: Vec<_> = only
        .iter()
        .map(|named| (option(named), named.as_str()))
        .collect();
    if chosen.iter().all(|(option, _)| *option == "--shard") {
        chosen.extend(DECIDING.map(|files| ("--file", files)));
    }
    chosen
}

/// Finds cargo-mutants, or builds it from its source.
fn mutator() -> Result<PathBuf> {
    let folder = root().join("target/tools/mutants");
    let program = folder.join("bin/cargo-mutants");
    if !program.is_file() {
        let mut install = cargo();
        install
            .args(words("install --locked --quiet cargo-mutants --version"))
            .arg(MUTANTS)
            .arg("--root")
            .arg(folder);
        run_within("cargo-mutants, built", BUILD_LIMIT, &mut install)?;
    }
    Ok(program)
}

/// A property: the tests that hold it, and what one of its cases is.
#[derive(Debug, Clone, Copy)]
struct Property {
    what: &'static str,
    package: &'static str,
    test: &'static str,
    /// What the names of its tests start with.
    starts: &'static str,
    case: &'static str,
    /// Where the tests read how many cases they try.
    variable: &'static str,
}

const PROPERTIES: [Property; 5] = [
    Property {
        what: "filters agree with decisions",
        package: "portcullis-tests",
        test: "conformance",
        starts: "agreement::",
        case: "questions, each of three resources; 30 of a policy",
        variable: "PORTCULLIS_QUESTIONS",
    },
    Property {
        what: "slices agree with the whole",
        package: "portcullis-policy",
        test: "bundles",
        starts: "agreement::",
        case: "questions; 10 of a slice, 120 of a policy; as many to the examples",
        variable: "PORTCULLIS_QUESTIONS",
    },
    Property {
        what: "engines agree with the reference",
        package: "portcullis-tests",
        test: "conformance",
        starts: "random::random_policies",
        case: "questions; 40 of a policy",
        variable: "PORTCULLIS_QUESTIONS",
    },
    Property {
        what: "engines agree with the reference on the examples",
        package: "portcullis-tests",
        test: "conformance",
        starts: "random::examples",
        case: "questions; 40 of each example",
        variable: "PORTCULLIS_QUESTIONS",
    },
    Property {
        what: "nothing escalates",
        package: "portcullis-admin",
        test: "escalation",
        starts: "",
        case: "sequences of eight changes",
        variable: "PORTCULLIS_SEQUENCES",
    },
];

/// The newest whose Rust is not newer than this workspace's.
const MUTANTS: &str = "27.1.0";
const BUILD_LIMIT: Duration = Duration::from_mins(30);
/// What is changed where no file is named.
const DECIDING: [&str; 2] = ["core/engine/**", "core/gate/**"];
/// The packages whose tests try every mutant, then what those miss, and so on.
const TRIED_BY: [&str; 3] = [
    "portcullis-engine,portcullis-gate,portcullis-random",
    "portcullis-policy,portcullis-admin",
    "portcullis-tests",
];
