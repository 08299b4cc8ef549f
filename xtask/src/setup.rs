//! `setup`: finds the tools that build the guests, and installs those that are missing.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::optimiser::Optimiser;
use crate::probe::{LINTER_PACKAGE, Next, OPTIMISER_PACKAGE, Probe, Tried, by_hand};
use crate::progress;
use crate::run::{is_root, run_within, say, which};
use crate::toolchain::{TARGET, Toolchain};

/// What builds the guests on this machine.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    pub(crate) toolchain: Toolchain,
    /// Optional: without it the guests are the same in what they do, and larger.
    pub(crate) optimiser: Option<Optimiser>,
}

/// Finds the tools; installs those that are missing.
///
/// # Errors
///
/// When there is no way to install what is missing; the error says what to run by hand.
pub(crate) fn ensure() -> Result<Tools> {
    let toolchain = toolchain()?;
    say(match &toolchain {
        Toolchain::Rebuilt { .. } => format!("{TARGET}: by the active toolchain, library and all"),
        Toolchain::Installed => {
            format!("{TARGET}: by the active toolchain; without `rust-src` guests come out larger")
        }
        Toolchain::BuildStd { .. } => format!("{TARGET}: by Debian's compiler, /usr/bin/rustc"),
    });
    let optimiser = optimiser();
    say(match &optimiser {
        Some(optimiser) => format!("wasm-opt: {}", optimiser.shown()),
        None => {
            format!("wasm-opt: none, so guests stay larger (its package is {OPTIMISER_PACKAGE})")
        }
    });
    signer()?;
    Ok(Tools {
        toolchain,
        optimiser,
    })
}

/// Finds OpenSSL, which keeps a key in the tests of signing, or installs it.
fn signer() -> Result<()> {
    if which("openssl").is_some() || !is_root() || which("apt-get").is_none() {
        return Ok(());
    }
    install_packages(&["openssl"])
}

/// Finds the linter for `toolchain`, installing it if it is missing.
///
/// # Errors
///
/// When it cannot be installed; the error says what to run by hand.
pub(crate) fn ensure_linter(toolchain: &Toolchain) -> Result<()> {
    if toolchain.has_clippy() {
        return Ok(());
    }
    if !is_root() {
        bail!(
            "Debian's compiler needs its own clippy; {}",
            by_hand(&[LINTER_PACKAGE])
        );
    }
    install_packages(&[LINTER_PACKAGE])
}

fn toolchain() -> Result<Toolchain> {
    let mut tried = Tried::default();
    loop {
        match Probe::of_this_machine(Optimiser::find().is_some())?.next(tried) {
            Next::Use(toolchain) => return Ok(toolchain),
            Next::AddSource => {
                tried.rustup = true;
                let mut rustup = Command::new("rustup");
                rustup.args(["component", "add", "rust-src"]);
                if let Err(error) = run_within("rust-src from rustup", RUSTUP_LIMIT, &mut rustup) {
                    say(format!("{error}; looking for another way"));
                }
            }
            Next::InstallPackages(packages) => {
                tried.apt = true;
                install_packages(&packages)?;
            }
            Next::GiveUp(advice) => bail!(advice),
        }
    }
}

// Nothing here is fatal: an optimiser saves bytes and time, and the bounds are checked anyway.
fn optimiser() -> Option<Optimiser> {
    if let Some(found) = Optimiser::find() {
        return Some(found);
    }
    if which("apt-get").is_some()
        && is_root()
        && let Err(error) = install_packages(&[OPTIMISER_PACKAGE])
    {
        say(format!("{error:#}; looking for another way"));
    }
    if Optimiser::find().is_none() && which("npm").is_some() {
        say("installing wasm-opt from npm, below target/");
        if let Err(error) = Optimiser::install_by_npm() {
            say(format!("{error:#}; going on without"));
        }
    }
    Optimiser::find()
}

/// Installs Debian's packages.
///
/// # Errors
///
/// When they cannot be installed.
pub(crate) fn install_packages(packages: &[&str]) -> Result<()> {
    // Old lists may do as well; whether they do is for the installation to say.
    if let Err(error) = progress::quietly("lists of Debian's packages", apt_get().arg("update")) {
        say(format!("{error:#}; going on with the lists there are"));
    }
    let mut install = apt_get();
    install
        .args(["install", "-y", "--no-install-recommends"])
        .args(packages);
    progress::quietly(&format!("Debian's {}", packages.join(", ")), &mut install)
        .map(drop)
        .with_context(|| format!("could not install {}", packages.join(", ")))
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        // Another installation may be under way: it ends.
        .args([
            "-qq",
            "-o",
            "Dpkg::Use-Pty=0",
            "-o",
            "DPkg::Lock::Timeout=300",
        ])
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Long enough for 30 MB over a slow line, short enough to notice that nothing arrives.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);
