//! Node.js, its packages, Chromium and workerd: found, or installed once.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::progress;
use crate::run::{capture, is_root, root, say, which};
use crate::setup::install_packages;

/// What runs the JavaScript side on this machine.
#[derive(Debug, Clone)]
pub(crate) struct WebTools {
    chromium: Option<PathBuf>,
    workerd: Option<PathBuf>,
}

impl WebTools {
    /// Returns a command of the installed packages, at the root of the repository.
    pub(crate) fn npx(&self, name: &str) -> Command {
        self.with_paths(installed(name))
    }

    /// Returns Node.js, at the root of the repository.
    pub(crate) fn node(&self) -> Command {
        self.with_paths(Command::new("node"))
    }

    fn with_paths(&self, mut command: Command) -> Command {
        command.current_dir(root());
        for (name, path) in [
            ("PORTCULLIS_CHROMIUM", &self.chromium),
            ("PORTCULLIS_WORKERD", &self.workerd),
        ] {
            match path {
                Some(path) => command.env(name, path),
                None => command.env_remove(name),
            };
        }
        command
    }
}

/// Finds the tools; installs those that are missing.
pub(crate) fn ensure() -> Result<Option<WebTools>> {
    let required = env::var_os(REQUIRED).is_some();
    let Some(version) = node_version() else {
        if required {
            bail!("Node.js {NODE_MIN} or newer is missing, and {REQUIRED} is set");
        }
        say(format!(
            "Node.js: none from {NODE_MIN} on, so the npm package and its tests are left out"
        ));
        return Ok(None);
    };
    say(format!("Node.js: {version}"));
    install_npm_packages(root())?;
    let chromium = chromium();
    let workerd = Some(packages().join(WORKERD)).filter(|path| path.is_file());
    for (name, found) in [("chromium", &chromium), ("workerd", &workerd)] {
        match found {
            Some(path) => say(format!("{name}: {}", path.display())),
            None if required => bail!("{name} is missing, and {REQUIRED} is set"),
            None => say(format!("{name}: none, so its tests are left out by name")),
        }
    }
    Ok(Some(WebTools { chromium, workerd }))
}

/// Returns a command of the installed packages.
fn installed(name: &str) -> Command {
    Command::new(packages().join(".bin").join(name))
}

fn node_version() -> Option<String> {
    which("npm")?;
    let version = capture(Command::new("node").arg("--version")).ok()?;
    let version = version.trim();
    let major = version.strip_prefix('v')?.split('.').next()?;
    (major.parse::<u32>().ok()? >= NODE_MIN).then(|| version.to_owned())
}

/// Installs what the lock of a folder names, unless it is there.
///
/// npm compares every package; one comparison of the lock is enough to know that it need not.
pub(crate) fn install_npm_packages(folder: &Path) -> Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.portcullis-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    // Not `npm ci`: it wants the lock to name the binaries of every platform, and a registry
    // may have but its own. The versions are those of the lock all the same, and the lock
    // stays as it is. No package needs a script of its own to run, so none gets the chance.
    let arguments = [
        "install",
        "--no-save",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ];
    let mut install = Command::new("npm");
    let name = folder.strip_prefix(root()).unwrap_or(folder);
    progress::quietly(
        &format!(
            "the npm packages of {}",
            name.join("package-lock.json").display()
        ),
        install.args(arguments).current_dir(folder),
    )?;
    fs::write(stamp, lock)?;
    Ok(())
}

fn chromium() -> Option<PathBuf> {
    let find = || CHROMIUM.iter().find_map(|name| which(name));
    if let Some(found) = find() {
        return Some(found);
    }
    if which("apt-get").is_some()
        && is_root()
        && let Err(error) = install_packages(&["chromium"])
    {
        say(format!("{error:#}"));
    }
    find()
}

fn packages() -> PathBuf {
    root().join("node_modules")
}

/// Set where nothing may be left out.
const REQUIRED: &str = "PORTCULLIS_BROWSER_REQUIRED";

const NODE_MIN: u32 = 20;

const CHROMIUM: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

#[cfg(target_arch = "aarch64")]
const WORKERD: &str = "@cloudflare/workerd-linux-arm64/bin/workerd";
#[cfg(not(target_arch = "aarch64"))]
const WORKERD: &str = "@cloudflare/workerd-linux-64/bin/workerd";
