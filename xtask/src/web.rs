//! The JavaScript side: the npm package, its tests, its demo and its figures.

mod console;
mod entry;
mod matrix;
mod package;
mod tools;

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::budgets::Budgets;
use crate::built::{build_program, built};
use crate::checks::Checks;
use crate::run::{root, run, say};
use crate::setup::{self, Tools};
use crate::toolchain::Toolchain;

pub(crate) use tools::WebTools;

/// Finds Node.js, its packages, Chromium and workerd, installing what is missing; what cannot
/// be installed is said, and what needs it is left out by name.
///
/// # Errors
///
/// When something is missing and a continuous integration requires it.
pub(crate) fn ensure() -> Result<Option<WebTools>> {
    tools::ensure()
}

/// Builds the packages into dist, and checks their sizes.
pub(crate) fn build(tools: &Tools) -> Result<()> {
    package::build(tools)
}

/// Builds the console's page, for which the packages have been built.
pub(crate) fn build_console(web: &WebTools) -> Result<()> {
    console::build(web)
}

/// Builds the console's page and all that it is made of, where there is Node.js.
pub(crate) fn ensure_console() -> Result<()> {
    let tools = setup::ensure()?;
    let Some(web) = ensure()? else {
        return Ok(());
    };
    package::build(&tools)?;
    console::build(&web)
}

/// Runs the console's suite alone.
pub(crate) fn test_console() -> Result<()> {
    let tools = setup::ensure()?;
    let Some(web) = ensure()? else {
        return Ok(());
    };
    package::build(&tools)?;
    console::build(&web)?;
    let mut checks = Checks::default();
    console::check(&web, &mut checks);
    checks.finish(Some(&Budgets::committed()?))
}

/// Returns the lints of every build of the guest: the crate's default is but one of them.
pub(crate) fn lints(toolchain: &Toolchain) -> Vec<(&'static str, Command)> {
    package::lints(toolchain)
}

/// Runs the suite alone.
pub(crate) fn test() -> Result<()> {
    let tools = setup::ensure()?;
    let Some(web) = ensure()? else {
        return Ok(());
    };
    package::build(&tools)?;
    let mut checks = Checks::default();
    check_package(&web, &mut checks);
    checks.finish(Some(&Budgets::committed()?))
}

/// Runs the package in every bundler and framework, also those that `test` has no time for.
pub(crate) fn frameworks() -> Result<()> {
    let tools = setup::ensure()?;
    let web = required()?;
    package::build(&tools)?;
    let mut checks = Checks::default();
    checks.run(
        "npm package: bundlers and frameworks",
        matrix::prepared(&web)?.env("PORTCULLIS_SOAK", "1"),
    );
    checks.finish(None)
}

/// Runs the suites, for which all has been built.
pub(crate) fn check(web: &WebTools, checks: &mut Checks) {
    check_package(web, checks);
    console::check(web, checks);
}

fn check_package(web: &WebTools, checks: &mut Checks) {
    let mut types = web.npx("tsc");
    types.args(["--build", "web/edge", "examples/react", "examples/worker"]);
    checks.run("npm package: types", &mut types);
    let mut suites = None;
    checks.hold("npm package: fixtures", || {
        suites = Some((prepared(web)?, matrix::prepared(web)?));
        Ok(())
    });
    if let Some((mut own, mut matrix)) = suites {
        checks.run("npm package: vitest", &mut own);
        checks.run("npm package: bundlers and frameworks", &mut matrix);
    }
}

/// Writes what the suite reads, and returns what runs it.
fn prepared(web: &WebTools) -> Result<Command> {
    fs::create_dir_all(root().join(FOLDER))?;
    let fixtures = built("--example", "fixtures")?;
    run(Command::new(fixtures)
        .current_dir(root())
        .arg(root().join(FOLDER).join("fixtures.json")))?;
    let lists = built("--example", "lists")?;
    run(Command::new(lists)
        .current_dir(root())
        .arg(root().join(FOLDER).join("lists.json")))?;
    let mut suite = web.npx("vitest");
    suite
        .args(["run", "--root", "web/edge"])
        .env("PORTCULLIS", build_program()?);
    Ok(suite)
}

/// Serves the React app on loopback until it is stopped, or shows it once.
pub(crate) fn demo(once: bool) -> Result<()> {
    let tools = setup::ensure()?;
    let web = required()?;
    package::build(&tools)?;
    let program = build_program()?;
    let mut server = web.node();
    server
        .arg("examples/react/serve.js")
        .env("PORTCULLIS", program);
    if once {
        server.arg("--once");
    }
    show(&mut server)
}

/// Measures sessions in Node and Chromium, beside a peer.
pub(crate) fn bench(json: bool) -> Result<()> {
    let tools = setup::ensure()?;
    let web = required()?;
    package::build(&tools)?;
    fs::create_dir_all(root().join(FOLDER))?;
    let measured = built("--example", "measured")?;
    run(Command::new(measured)
        .current_dir(root())
        .arg(root().join(FOLDER).join("bench.json")))?;
    let mut bench = web.node();
    bench.arg("web/edge/bench/bench.js");
    if json {
        bench.arg("--json");
    }
    show(&mut bench)
}

/// Measures what a console asks the compiler for, of a large policy, and holds its bounds.
pub(crate) fn bench_author(json: bool) -> Result<()> {
    let tools = setup::ensure()?;
    let web = required()?;
    package::build(&tools)?;
    let mut bench = web.node();
    bench.arg("web/edge/bench/author.js");
    if json {
        bench.arg("--json");
    }
    show(&mut bench)
}

fn required() -> Result<WebTools> {
    ensure()?.context("this needs Node.js 20 or newer, and npm")
}

// What it prints is what was asked for, so it goes to standard output.
fn show(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    if !status.success() {
        bail!("it ended with {status}");
    }
    say("done");
    Ok(())
}

/// Where fixtures and bundled pages are.
const FOLDER: &str = "target/web";
