//! The fuzz targets (tests/fuzz): built with the fuzzer's instrumentation, then run.
//!
//! `cargo fuzz` asks for a nightly compiler, for the address sanitizer. These targets are safe Rust,
//! so what libFuzzer itself needs is enough, and the parts of LLVM that give it are in stable Rust.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result, bail};
use comfy_table::{CellAlignment, Table, presets};

use crate::progress;
use crate::run::{capture, cargo, is_root, root, say, which};
use crate::setup;

/// When a target has run for long enough.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    Seconds(u64),
    Executions(u64),
}

/// What one target did.
#[derive(Debug)]
pub(crate) struct Fuzzed {
    name: String,
    executions: u64,
    /// Edges of the program's flow that some input took.
    edges: u64,
}

/// Finds the compiler of libFuzzer itself, installing it if it is missing.
///
/// # Errors
///
/// When it is missing and a continuous integration requires it.
pub(crate) fn ensure() -> Result<bool> {
    if which("c++").is_none()
        && is_root()
        && which("apt-get").is_some()
        && let Err(error) = setup::install_packages(&["g++"])
    {
        say(format!("{error:#}"));
    }
    if which("c++").is_some() {
        return Ok(true);
    }
    if env::var_os(REQUIRED).is_some() {
        bail!("no C++ compiler, and {REQUIRED} is set: install g++");
    }
    say("no C++ compiler, so nothing is fuzzed: install g++");
    Ok(false)
}

/// Builds every target.
pub(crate) fn build() -> Result<()> {
    let mut build = cargo();
    build
        .args(["build", "--locked", "--release", "--bins"])
        .arg("--manifest-path")
        .arg(root().join(FOLDER).join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target_dir())
        // Naming the target keeps the instrumentation out of build scripts and macros.
        .args(["--target", &host()?])
        .env("CARGO_ENCODED_RUSTFLAGS", INSTRUMENTED.join("\u{1f}"));
    progress::compile("fuzz targets", &mut build).map(drop)
}

/// Runs every target, or some, as many at once as the machine computes.
///
/// # Errors
///
/// When a target finds something; where its input is stands in the error.
pub(crate) fn run(until: Until, only: &[String]) -> Result<Vec<Fuzzed>> {
    let mut names = names()?;
    if let Some(unknown) = only.iter().find(|one| !names.contains(one)) {
        bail!("no fuzz target `{unknown}`; there are {}", names.join(", "));
    }
    names.retain(|name| only.is_empty() || only.contains(name));
    let programs = target_dir().join(host()?).join("release");
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|threads| {
        for _ in 0..workers {
            threads.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = fuzz(&programs, name, until);
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.push(outcome);
                    }
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap_or_default();
    let mut all = outcomes.into_iter().collect::<Result<Vec<_>>>()?;
    if all.len() != names.len() {
        bail!("{} of {} targets ran", all.len(), names.len());
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// Returns a table of what the targets did.
pub(crate) fn table(all: &[Fuzzed]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["TARGET", "EXECUTIONS", "EDGES"]);
    for one in all {
        let [executions, edges] = [one.executions, one.edges].map(|count| count.to_string());
        table.add_row([one.name.clone(), executions, edges]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn fuzz(programs: &Path, name: &str, until: Until) -> Result<Fuzzed> {
    // What is new goes to the first corpus; the committed one is only read.
    let [found, artifacts] = ["corpus", "artifacts"].map(|folder| target_dir().join(folder));
    let found = found.join(name);
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&artifacts)?;
    let prefix = artifacts.join(format!("{name}-"));
    let mut command = Command::new(programs.join(name));
    command
        .arg(&found)
        .arg(root().join(FOLDER).join("corpus").join(name))
        .arg(format!("-artifact_prefix={}", prefix.display()))
        .arg(match until {
            Until::Seconds(seconds) => format!("-max_total_time={seconds}"),
            Until::Executions(count) => format!("-runs={count}"),
        })
        // Long inputs from the start: short ones are no policy. Slow ones are findings.
        .args([
            "-len_control=0",
            "-max_len=8192",
            "-timeout=10",
            "-rss_limit_mb=1024",
        ])
        .args(["-print_final_stats=1", "-verbosity=1"]);
    let output = command
        .output()
        .with_context(|| format!("the fuzz target `{name}` could not be started"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let lines: Vec<&str> = said.lines().collect();
        let last = lines.get(lines.len().saturating_sub(SHOWN)..);
        progress::above(last.unwrap_or_default().join("\n"));
        bail!(
            "the fuzz target `{name}` found something: see above; the input is in {}\n    run it \
             alone: {} FILE",
            artifacts.display(),
            programs.join(name).display()
        );
    }
    Fuzzed::read(name, &said)
        .with_context(|| format!("the fuzz target `{name}` did not say what it did"))
}

impl Fuzzed {
    /// Reads what libFuzzer says at its end.
    fn read(name: &str, said: &str) -> Option<Self> {
        let after = |line: &str, mark: &str| -> Option<u64> {
            let rest = line.split_once(mark)?.1;
            rest.split_whitespace().next()?.parse().ok()
        };
        let executed = |line| after(line, "stat::number_of_executed_units:");
        Some(Self {
            name: name.to_owned(),
            executions: said.lines().find_map(executed)?,
            edges: said.lines().rev().find_map(|line| after(line, " cov: "))?,
        })
    }
}

/// Every target, by its file.
fn names() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join(FOLDER).join("targets"))? {
        let path = entry?.path();
        names.extend(
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    names.sort();
    Ok(names)
}

fn host() -> Result<String> {
    let version = capture(Command::new("rustc").arg("-vV").current_dir(root()))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(ToOwned::to_owned)
        .context("rustc did not say what it compiles for")
}

fn target_dir() -> PathBuf {
    root().join("target").join("fuzz")
}

const FOLDER: &str = "tests/fuzz";

const REQUIRED: &str = "PORTCULLIS_FUZZ_REQUIRED";

/// How many lines are shown of what a target says of its finding.
const SHOWN: usize = 60;

/// What libFuzzer needs of the compiler: counters, a table of their places, traced comparisons.
const INSTRUMENTED: [&str; 7] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_target_did_is_read_from_its_last_lines() {
        let said = "#2\tINITED cov: 12 ft: 13 corp: 1/1b\n\
                    #81632\tDONE   cov: 1649 ft: 3353 corp: 659/38Kb\n\
                    stat::number_of_executed_units: 81632\n";
        let fuzzed = Fuzzed::read("request", said).unwrap();
        assert_eq!((fuzzed.executions, fuzzed.edges), (81_632, 1_649));
        assert!(Fuzzed::read("request", "no such line").is_none());
    }

    #[test]
    fn every_target_is_a_program_and_has_a_corpus() {
        let manifest = fs::read_to_string(root().join(FOLDER).join("Cargo.toml")).unwrap();
        let names = names().unwrap();
        assert!(!names.is_empty());
        for name in &names {
            assert!(
                manifest.contains(&format!("path = \"targets/{name}.rs\"")),
                "{name}"
            );
            let corpus = root().join(FOLDER).join("corpus").join(name);
            assert!(fs::read_dir(corpus).unwrap().next().is_some(), "{name}");
        }
    }
}
