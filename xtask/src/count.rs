//! `count`: how many instructions the paths that matter take, against the committed baseline.
//!
//! Callgrind counts only below one function of the program `counted` (benches/src/bin), on fixed
//! inputs and without what a processor may have and another not: so the same build gives the same
//! figures wherever it runs, and a busy machine changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

use crate::progress;
use crate::run::{capture, cargo, is_root, root, say, which};
use crate::setup::install_packages;

/// Counts, and compares with the baseline or writes it.
pub(crate) fn run(update: bool) -> Result<()> {
    ensure_valgrind()?;
    let folder = root().join("target/count");
    fs::create_dir_all(&folder)?;
    let program = build(&folder)?;
    let names = capture(Command::new(&program).arg(&folder))?;
    let mut counted = Counted {
        toolchain: toolchain()?,
        instructions: BTreeMap::new(),
    };
    for name in names.lines() {
        let instructions = count(&program, &folder, name)?;
        counted.instructions.insert(name.to_owned(), instructions);
    }
    let file = root().join(BASELINE);
    if update {
        fs::write(&file, counted.to_json())?;
        say(format!("wrote {BASELINE}"));
    }
    let text = fs::read_to_string(&file).with_context(|| {
        format!("{BASELINE} cannot be read: write it with `cargo xtask count --update`")
    })?;
    let baseline = Counted::parse(&text).with_context(|| BASELINE.to_owned())?;
    println!("{}", table(&baseline, &counted).trim_fmt());
    judge(&baseline, &counted)
}

fn judge(baseline: &Counted, counted: &Counted) -> Result<()> {
    if baseline.toolchain != counted.toolchain {
        let mismatch = format!(
            "the baseline was counted with {}, this with {}: these cannot be compared; \
             write a new baseline, in a commit of its own, with `cargo xtask count --update`",
            baseline.toolchain, counted.toolchain
        );
        if std::env::var_os(REQUIRED).is_some() {
            bail!(mismatch);
        }
        say(mismatch);
        return Ok(());
    }
    let problems = problems(baseline, counted);
    if !problems.is_empty() {
        bail!(
            "{}; if that is meant, say why in the change that holds the new {BASELINE} (`cargo \
             xtask count --update`)",
            problems.join("; ")
        );
    }
    Ok(())
}

/// Returns what grew beyond the bound, or is in only one of both.
fn problems(baseline: &Counted, counted: &Counted) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, now) in &counted.instructions {
        match baseline.instructions.get(name) {
            None => problems.push(format!("`{name}` has no baseline")),
            // In whole numbers: more than 2 in 100.
            Some(then) if now * 100 > then * (100 + GROWTH_PERCENT_MAX) => problems.push(format!(
                "`{name}` takes {now} instructions, more than {GROWTH_PERCENT_MAX} % over the \
                 {then} of the baseline"
            )),
            Some(_) => {}
        }
    }
    let gone = baseline.instructions.keys();
    let gone = gone.filter(|name| !counted.instructions.contains_key(*name));
    problems.extend(gone.map(|name| format!("`{name}` is in the baseline but is not counted")));
    problems
}

fn table(baseline: &Counted, counted: &Counted) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["PATH", "INSTRUCTIONS", "BASELINE", "CHANGE"]);
    for (name, now) in &counted.instructions {
        let then = baseline.instructions.get(name);
        table.add_row([
            name.clone(),
            now.to_string(),
            then.map_or_else(|| "none".to_owned(), ToString::to_string),
            then.map_or_else(String::new, |then| change(*then, *now)),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Returns a change in percent, to one digit.
fn change(then: u64, now: u64) -> String {
    let per_mille = |part: u64| part.saturating_mul(1000).checked_div(then).unwrap_or(0);
    let (sign, tenths) = if now >= then {
        ('+', per_mille(now - then))
    } else {
        ('-', per_mille(then - now))
    };
    format!("{sign}{}.{} %", tenths / 10, tenths % 10)
}

fn build(folder: &Path) -> Result<PathBuf> {
    let mut build = cargo();
    build
        .args(["build", "--locked", "--profile", "bench"])
        .args(["--package", "portcullis-benches", "--bin", "counted"])
        .arg("--target-dir")
        .arg(folder)
        // The cryptography that every processor can run, as in the guests.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env(
            "RUSTFLAGS",
            r#"--cfg curve25519_dalek_backend="serial" --cfg sha2_backend="soft""#,
        );
    progress::compile("what is counted", &mut build)?;
    Ok(folder.join("release").join("counted"))
}

fn count(program: &Path, folder: &Path, name: &str) -> Result<u64> {
    let profile = folder.join("callgrind.out");
    let mut callgrind = Command::new("valgrind");
    callgrind
        .args(["--tool=callgrind", "--toggle-collect=*measured_region*"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(program)
        .arg(folder)
        .arg(name)
        // What the C library copies memory with depends on the processor, too.
        .env(
            "GLIBC_TUNABLES",
            "glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-ERMS,-FSRM",
        );
    let times = progress::quietly(&format!("count {name}"), &mut callgrind)?;
    let times: u64 = times
        .trim()
        .parse()
        .context("`counted` printed no number")?;
    let written = fs::read_to_string(&profile)?;
    let whole = total(&written).context("callgrind wrote no total")?;
    if whole == 0 {
        bail!("callgrind never saw the region that is counted");
    }
    whole.checked_div(times).context("nothing was done")
}

/// Reads the sum of a profile: `totals: 123` at its end.
fn total(profile: &str) -> Option<u64> {
    let line = profile.lines().rev().find_map(|line| {
        line.strip_prefix("totals: ")
            .or_else(|| line.strip_prefix("summary: "))
    })?;
    line.trim().parse().ok()
}

/// What decides the figures beside the code.
fn toolchain() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let about = capture(Command::new(rustc).arg("-vV"))?;
    let read = |name: &str| about.lines().find_map(|line| line.strip_prefix(name));
    let release = read("release: ").context("`rustc -vV` names no release")?;
    let host = read("host: ").context("`rustc -vV` names no host")?;
    let valgrind = capture(Command::new("valgrind").arg("--version"))?;
    Ok(format!(
        "rustc {release} for {host} and {}",
        valgrind.trim()
    ))
}

fn ensure_valgrind() -> Result<()> {
    if which("valgrind").is_some() {
        return Ok(());
    }
    if which("apt-get").is_some() && is_root() {
        return install_packages(&["valgrind"]);
    }
    bail!("counting needs valgrind: install it (Debian: `sudo apt-get install valgrind`)")
}

/// Instructions of each path, and the tools that they were counted with.
#[derive(Debug, PartialEq)]
struct Counted {
    toolchain: String,
    instructions: BTreeMap<String, u64>,
}

impl Counted {
    fn parse(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text)?;
        let toolchain = value.get("toolchain").and_then(Value::as_str);
        let figures = value.get("instructions").and_then(Value::as_object);
        let figures = figures.context("it has no object `instructions`")?.iter();
        let figure = |(name, value): (&String, &Value)| {
            let number = value.as_u64();
            let number = number.with_context(|| format!("`{name}` is not a whole number"))?;
            Ok((name.clone(), number))
        };
        Ok(Self {
            toolchain: toolchain.context("it has no text `toolchain`")?.to_owned(),
            instructions: figures.map(figure).collect::<Result<_>>()?,
        })
    }

    fn to_json(&self) -> String {
        let value = json!({ "toolchain": self.toolchain, "instructions": self.instructions });
        format!("{value:#}\n")
    }
}

const BASELINE: &str = "benches/instructions.json";

/// How much more than its baseline a path may take.
const GROWTH_PERCENT_MAX: u64 = 2;

/// Set where figures of other tools than the baseline's must not pass: a continuous integration.
const REQUIRED: &str = "PORTCULLIS_COUNT_REQUIRED";

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(figures: &[(&str, u64)]) -> Counted {
        let figures = figures
            .iter()
            .map(|(name, number)| ((*name).to_owned(), *number));
        Counted {
            toolchain: "rustc 1".to_owned(),
            instructions: figures.collect(),
        }
    }

    #[test]
    fn growth_up_to_the_bound_passes() {
        let baseline = counted(&[("a", 1_000)]);
        let check = |now: u64, expected: usize| {
            assert_eq!(problems(&baseline, &counted(&[("a", now)])).len(), expected);
        };
        check(10, 0);
        check(1_020, 0);
        check(1_021, 1);
    }

    #[test]
    fn each_path_is_in_both() {
        let both = problems(&counted(&[("a", 1)]), &counted(&[("b", 1)]));
        assert_eq!(both.len(), 2);
    }

    #[test]
    fn a_change_is_said_in_percent() {
        assert_eq!(change(1_000, 1_021), "+2.1 %");
        assert_eq!(change(1_000, 900), "-10.0 %");
        assert_eq!(change(0, 9), "+0.0 %");
    }

    #[test]
    fn the_baseline_is_read_as_it_is_written() {
        let written = counted(&[("a", 1), ("b", 2)]);
        assert_eq!(Counted::parse(&written.to_json()).unwrap(), written);
        assert!(Counted::parse("{}").is_err());
    }

    #[test]
    fn the_total_of_a_profile_is_read() {
        assert_eq!(
            total("events: Ir\n\nfn=(1) x\n4 9\n\ntotals: 123\n"),
            Some(123)
        );
        assert_eq!(total("events: Ir\n"), None);
    }
}
