//! `test`: the bare-target checks, then every test of the workspace.

use anyhow::Result;

use crate::checks::Checks;
use crate::guests::NO_STD;
use crate::run::{PRODUCT, cargo, words};
use crate::setup;
use crate::toolchain::TARGET;
use crate::wasm;

/// Builds what the tests load, then runs them all.
pub(crate) fn run(quick: bool) -> Result<()> {
    let tools = setup::ensure()?;
    wasm::build_with(&tools)?;

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
    tests
        .arg("test")
        .args(PRODUCT)
        .args(["--locked", "--no-fail-fast"]);
    if quick {
        tests.env("PROPTEST_CASES", QUICK_CASES);
    }
    checks.run("tests of the product", &mut tests);
    checks.finish()
}

/// How many random cases a property gets that leaves their number to the environment.
const QUICK_CASES: &str = "16";
