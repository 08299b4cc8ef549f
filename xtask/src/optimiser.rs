//! wasm-opt: where it is, and with which flags it runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::progress;
use crate::run::{capture, root, run, which};

/// A wasm-opt that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Optimiser {
    path: PathBuf,
    version: String,
}

impl Optimiser {
    /// Finds wasm-opt on the PATH, or where [`Optimiser::install_by_npm`] puts it.
    pub(crate) fn find() -> Option<Self> {
        let local = npm_folder().join("node_modules/.bin/wasm-opt");
        [which("wasm-opt"), Some(local)]
            .into_iter()
            .flatten()
            .filter(|path| path.is_file())
            .find_map(|path| {
                let version = capture(Command::new(&path).arg("--version")).ok()?;
                let version = version.trim().to_owned();
                Some(Self { path, version })
            })
    }

    /// Installs the npm package `binaryen` below target/, for this repository alone: the one
    /// whose hash the lock beside this program has.
    pub(crate) fn install_by_npm() -> Result<()> {
        fs::create_dir_all(npm_folder())?;
        for name in ["package.json", "package-lock.json"] {
            fs::copy(root().join(LOCKED).join(name), npm_folder().join(name))?;
        }
        run(Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(npm_folder()))
    }

    /// Writes to `output` what `input` becomes with these flags.
    ///
    /// The names of functions go; other custom sections stay, the guest's interface among them.
    pub(crate) fn run(&self, flags: &[&str], input: &Path, output: &Path) -> Result<()> {
        let mut command = Command::new(&self.path);
        let name = input.file_name().unwrap_or_default().display();
        let command = command.args(flags).arg(input).arg("-o").arg(output);
        progress::quietly(&format!("wasm-opt {name}"), command).map(drop)
    }

    /// Returns what decides the bytes that come out: the version and the flags.
    pub(crate) fn recipe(&self, flags: &[&str]) -> String {
        format!("{} {}", self.version, flags.join(" "))
    }

    /// Returns where it is and which version.
    pub(crate) fn shown(&self) -> String {
        format!("{} ({})", self.path.display(), self.version)
    }
}

fn npm_folder() -> PathBuf {
    root().join("target").join("npm")
}

/// Where the lock of the npm package is.
const LOCKED: &str = "xtask/tools";

// What left least after gzip, of many orders tried: flat code folds better, twice.
pub(crate) const SIZE_FLAGS: [&str; 12] = [
    "--flatten",
    "--rereloop",
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "--converge",
    "--merge-similar-functions",
    "-Oz",
    "--reorder-functions",
    "--strip-debug",
    "--strip-producers",
];

pub(crate) const SPEED_FLAGS: [&str; 3] = ["-O3", "--strip-debug", "--strip-producers"];

// Of a large guest they leave more than this one pass, after ten times as long.
pub(crate) const QUICK_FLAGS: [&str; 3] = ["-Oz", "--strip-debug", "--strip-producers"];
