//! `soak`: what takes hours. Properties over many cases, fuzzing, mutants, frameworks.

use std::fs;
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
use crate::web;

/// What is soaked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Soak {
    /// The law of agreement, engines against the reference, slices and escalation
    Properties,
    /// Every fuzz target
    Fuzz,
    /// Each of core's rules broken in turn: some test must notice (cargo-mutants)
    Mutants,
    /// The npm package in every bundler and framework, each framework by each of its bundlers
    Frameworks,
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
        Soak::Frameworks => web::frameworks(),
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
    let mut selected = chosen(only);
    for packages in TRIED_BY {
        let mut command = Command::new(&program);
        command
            .current_dir(root())
            // Its copy of the tree is another at each run: dependencies need not be built again.
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
        for (option, value) in &selected {
            command.args([*option, value.as_str()]);
        }
        outcome = shown(&mut command);
        // With a part of many, what is left after this run would be split again: it is named.
        let missed = fs::read_to_string(root().join("target/mutants.out/missed.txt"))?;
        selected = missed
            .lines()
            .map(|mutant| ("--re", format!("^{}$", escaped(mutant))))
            .collect();
        if selected.is_empty() {
            break;
        }
    }
    outcome
}

/// Returns the expression that matches a text and nothing else.
fn escaped(text: &str) -> String {
    let special = |letter: char| r"\.+*?()|[]{}^$#&-~".contains(letter);
    let mut expression = String::new();
    for letter in text.chars() {
        if special(letter) {
            expression.push('\\');
        }
        expression.push(letter);
    }
    expression
}

/// Reads what is named: files, or one part of many, as `0/64`.
fn chosen(only: &[String]) -> Vec<(&'static str, String)> {
    let is_part = |named: &&String| named.starts_with(|first: char| first.is_ascii_digit());
    let parts = only.iter().filter(is_part);
    let mut chosen: Vec<_> = parts.map(|part| ("--shard", part.clone())).collect();
    if !chosen.is_empty() {
        chosen.push(("--sharding", "round-robin".to_owned()));
    }
    let files = only.iter().filter(|named| !is_part(named));
    let files: Vec<_> = files.map(|file| ("--file", file.clone())).collect();
    if files.is_empty() {
        chosen.extend(DECIDING.map(|files| ("--file", files.to_owned())));
    }
    chosen.extend(files);
    chosen
}

/// Finds cargo-mutants, or builds it from its source: unoptimised, for it waits for cargo.
fn mutator() -> Result<PathBuf> {
    let folder = root().join("target/tools/mutants");
    let program = folder.join("bin/cargo-mutants");
    if !program.is_file() {
        let mut install = cargo();
        install
            .args(words(
                "install --locked --debug --quiet cargo-mutants --version",
            ))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_many_is_of_all_that_decides() {
        let named = |only: &[&str]| {
            let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
            let chosen = chosen(&only).into_iter();
            chosen
                .map(|(option, value)| format!("{option} {value}"))
                .collect::<Vec<_>>()
        };
        let all = ["--file core/engine/**", "--file core/gate/**"];
        assert_eq!(named(&[]), all);
        let part = ["--shard 3/48", "--sharding round-robin"];
        assert_eq!(named(&["3/48"]), [part, all].concat());
        let one = "--file core/json/src/read.rs";
        assert_eq!(named(&["core/json/src/read.rs"]), [one]);
        let of_one = [part[0], part[1], one];
        assert_eq!(named(&["core/json/src/read.rs", "3/48"]), of_one);
    }

    #[test]
    fn a_mutant_is_named_by_what_matches_it_alone() {
        let mutant = "a/b.rs:1:2: replace && with || in f<'a> -> Vec<u8>";
        let expected = r"a/b\.rs:1:2: replace \&\& with \|\| in f<'a> \-> Vec<u8>";
        assert_eq!(escaped(mutant), expected);
    }
}
