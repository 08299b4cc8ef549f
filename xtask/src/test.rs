//! `test`: the bare-target checks, then every test of the workspace.

use anyhow::Result;
use clap::ValueEnum;

use crate::checks::Checks;
use crate::gateways;
use crate::guests::NO_STD;
use crate::run::{PRODUCT, cargo, words};
use crate::setup;
use crate::toolchain::TARGET;
use crate::wasm;
use crate::web;

/// A suite that can be run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// The gate end to end: in Envoy and under wasi:http
    Gateways,
    /// The npm package in Node, Chromium and workerd, and the React app in Chromium
    Browser,
}

/// Builds what the tests load, then runs them: one suite, or all.
pub(crate) fn run(suite: Option<Suite>, quick: bool) -> Result<()> {
    match suite {
        Some(Suite::Gateways) => gateways::test(quick),
        Some(Suite::Browser) => web::test(),
        None => run_all(quick),
    }
}

fn run_all(quick: bool) -> Result<()> {
    let tools = setup::ensure()?;
    wasm::build_with(&tools)?;
    gateways::ensure()?;
    let web_tools = web::ensure()?;

    let mut checks = Checks::default();
    if !quick {
        for package in NO_STD {
            let mut check = tools.toolchain.cargo("check");
            checks.run(
                format!("{package} alone for {TARGET}"),
                check.args(["--package", package]),
            );
        }
    }
    checks.run(
        "tests of xtask",
        cargo().args(words("test --package xtask --locked")),
    );
    let mut tests = cargo();
    // All in one command, so that what they share is built once: cargo runs one suite after
    // another, and real proxies under load have the machine for themselves.
    tests
        .arg("test")
        .args(PRODUCT)
        .args(["--locked", "--no-fail-fast"]);
    if quick {
        tests.env("PROPTEST_CASES", QUICK_CASES);
        gateways::shorten(&mut tests);
    }
    checks.run("tests of the product", &mut tests);
    if let Some(web_tools) = web_tools {
        for mut step in web::steps(&web_tools, &tools)? {
            let name = step.get_program().to_owned();
            let name = std::path::Path::new(&name)
                .file_name()
                .unwrap_or(&name)
                .to_owned();
            checks.run(format!("the npm package: {}", name.display()), &mut step);
        }
    }
    checks.finish()
}

/// How many random cases a property gets that leaves their number to the environment.
const QUICK_CASES: &str = "16";
