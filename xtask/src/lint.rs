//! `lint`: formatting, clippy and the links of the docs, with every warning an error, and what is depended on.

use anyhow::Result;

use crate::checks::Checks;
use crate::deny;
use crate::guests::NO_STD;
use crate::run::{HOUSE, PRODUCT, cargo, words};
use crate::setup;
use crate::toolchain::TARGET;
use crate::web;

/// Runs the linters, all of them even if one fails.
pub(crate) fn run() -> Result<()> {
    let toolchain = setup::ensure()?.toolchain;
    setup::ensure_linter(&toolchain)?;

    let mut checks = Checks::default();
    checks.run("formatting", cargo().args(words("fmt --all --check")));
    checks.run(
        "formatting of the fuzz targets",
        cargo().args(words("fmt --check --manifest-path tests/fuzz/Cargo.toml")),
    );
    let strictly = || words("--all-targets --locked -- -D warnings");
    checks.compile(
        "lints of xtask",
        cargo()
            .args(["clippy", "--package", "xtask"])
            .args(strictly()),
    );
    checks.compile(
        "lints of the checks of the repository",
        cargo().arg("clippy").args(HOUSE).args(strictly()),
    );
    checks.compile(
        "lints of the product",
        cargo().arg("clippy").args(PRODUCT).args(strictly()),
    );
    let documented = CORE.iter().flat_map(|package| ["--package", package]);
    checks.compile(
        "links of the crates' docs",
        cargo()
            .args(words("doc --no-deps --all-features --locked"))
            .args(documented)
            .env("RUSTDOCFLAGS", "-D warnings"),
    );
    // Guests are empty anywhere but on the bare target, so these are their only lints.
    for package in NO_STD {
        checks.compile(
            format!("lints of {package} alone for {TARGET}"),
            toolchain
                .cargo("clippy")
                .args(["--package", package, "--", "-D", "warnings"]),
        );
    }
    for (name, mut clippy) in web::lints(&toolchain) {
        checks.compile(
            format!("lints of the npm package's {name} for {TARGET}"),
            &mut clippy,
        );
    }
    deny::check(&mut checks)?;
    checks.finish(None)
}

/// The crates whose docs people read.
const CORE: [&str; 6] = [
    "portcullis-json",
    "portcullis-engine",
    "portcullis-gate",
    "portcullis-policy",
    "portcullis-review",
    "portcullis-admin",
];
