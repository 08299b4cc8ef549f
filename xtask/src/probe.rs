//! What this machine has to build for WebAssembly, and what to do next to have it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::run::{capture, is_root, which};
use crate::toolchain::{DISTRO_RUSTC, TARGET, Toolchain};

/// What a machine has, as far as building for [`TARGET`] goes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Probe {
    /// The source of the active toolchain's libraries, if it is installed.
    pub(crate) source: Option<PathBuf>,
    /// The active toolchain has the target's libraries.
    pub(crate) target: bool,
    pub(crate) rustup: bool,
    /// The linker for WebAssembly that comes with rustup's toolchains.
    pub(crate) linker: Option<PathBuf>,
    pub(crate) distro: Option<DistroRustc>,
    pub(crate) apt: bool,
    pub(crate) root: bool,
    /// wasm-opt is there, so it needs no package.
    pub(crate) optimiser: bool,
}

/// The compiler of the distribution's own packages.
#[derive(Debug, Clone)]
pub(crate) struct DistroRustc {
    pub(crate) version: Version,
    /// The source of the standard library, if it is installed.
    pub(crate) source: Option<PathBuf>,
}

/// A compiler's major and minor version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32);

/// Which ways of installing were tried already in this run.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tried {
    pub(crate) rustup: bool,
    pub(crate) apt: bool,
}

/// The next thing to do to have a toolchain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    Use(Toolchain),
    AddSource,
    InstallPackages(Vec<&'static str>),
    GiveUp(String),
}

impl Probe {
    /// Looks at this machine; changes nothing.
    pub(crate) fn of_this_machine(optimiser: bool) -> Result<Self> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let sysroot = capture(Command::new(&rustc).args(["--print", "sysroot"]))
            .context("no Rust compiler: install Rust from https://rustup.rs")?;
        let libraries = Path::new(sysroot.trim()).join("lib").join("rustlib");
        let source = libraries.join("src").join("rust");
        let has_source = source.join("library/core/Cargo.toml").is_file();
        let about = capture(Command::new(&rustc).arg("-vV"))?;
        let host = about.lines().find_map(|line| line.strip_prefix("host: "));
        let linker = libraries
            .join(host.context("`rustc -vV` does not name the host")?)
            .join("bin")
            .join(format!("rust-lld{}", env::consts::EXE_SUFFIX));
        Ok(Self {
            source: has_source.then_some(source),
            target: libraries.join(TARGET).join("lib").is_dir(),
            rustup: which("rustup").is_some(),
            linker: linker.is_file().then_some(linker),
            distro: DistroRustc::find(),
            apt: which("apt-get").is_some(),
            root: is_root(),
            optimiser,
        })
    }

    /// Says what to do next; decides from its arguments alone.
    pub(crate) fn next(&self, tried: Tried) -> Next {
        if let Some(source) = self.source.clone() {
            return Next::Use(Toolchain::Rebuilt { source });
        }
        // Before rustup is asked: what is there already must not need a network.
        if let Some(toolchain) = self.build_std() {
            return Next::Use(toolchain);
        }
        if self.rustup && !tried.rustup {
            return Next::AddSource;
        }
        let packages_help = self.apt && self.linker.is_some() && !tried.apt;
        if self.target && !(packages_help && self.root) {
            return Next::Use(Toolchain::Installed);
        }
        if !self.apt || self.linker.is_none() {
            return Next::GiveUp(format!(
                "nothing here builds for {TARGET}: run `rustup component add rust-src` where it \
                 can reach its server, then try again"
            ));
        }
        if tried.apt {
            return Next::GiveUp(self.packages_too_old());
        }
        let mut packages = COMPILER_PACKAGES.to_vec();
        if !self.optimiser {
            packages.push(OPTIMISER_PACKAGE);
        }
        if !self.root {
            return Next::GiveUp(format!(
                "nothing here builds for {TARGET}, and rustup could not add `rust-src`; Debian's \
                 packages serve as well: {}",
                by_hand(&packages)
            ));
        }
        Next::InstallPackages(packages)
    }

    fn build_std(&self) -> Option<Toolchain> {
        let distro = self.distro.as_ref()?;
        if distro.version < Version::least() {
            return None;
        }
        Some(Toolchain::BuildStd {
            linker: self.linker.clone()?,
            source: distro.source.clone()?,
        })
    }

    fn packages_too_old(&self) -> String {
        let Version(major, minor) = Version::least();
        let found = self.distro.as_ref().map(|distro| distro.version);
        let found = found.map_or_else(
            || "none".to_owned(),
            |Version(major, minor)| format!("{major}.{minor}"),
        );
        format!(
            "Debian's packages give no compiler that can build for {TARGET}: {major}.{minor} with \
             the source of its library is needed at {DISTRO_RUSTC}, found {found}; enable the \
             distribution's security updates, or run `rustup component add rust-src`"
        )
    }
}

impl DistroRustc {
    fn find() -> Option<Self> {
        if !Path::new(DISTRO_RUSTC).is_file() {
            return None;
        }
        let ask = |argument: &[&str]| {
            let mut command = Command::new(DISTRO_RUSTC);
            capture(command.args(argument).env_remove("LD_LIBRARY_PATH")).ok()
        };
        let sysroot = PathBuf::from(ask(&["--print", "sysroot"])?.trim());
        let source = sysroot.join("lib/rustlib/src/rust");
        let has_source = source.join("library/core/Cargo.toml").is_file();
        Some(Self {
            version: Version::parse(&ask(&["--version"])?)?,
            // The compiler names files by the path behind the links.
            source: has_source.then(|| source.canonicalize().unwrap_or(source)),
        })
    }
}

impl Version {
    /// Returns the version in what `rustc --version` prints, or in a bare `1.95`.
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("rustc ").unwrap_or(text);
        let mut numbers = text.split(['.', '-', ' ']).map(str::parse);
        Some(Self(numbers.next()?.ok()?, numbers.next()?.ok()?))
    }

    /// Returns the least version that this workspace builds with.
    fn least() -> Self {
        Self::parse(env!("CARGO_PKG_RUST_VERSION")).unwrap_or(Self(u32::MAX, 0))
    }
}

/// Returns what to tell someone who may not install packages from here.
pub(crate) fn by_hand(packages: &[&str]) -> String {
    format!(
        "installing them needs root: run this, then try again\n    sudo apt-get update && sudo \
         apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    )
}

/// The package that brings wasm-opt.
pub(crate) const OPTIMISER_PACKAGE: &str = "binaryen";

/// The package that brings the linter of Debian's compiler.
pub(crate) const LINTER_PACKAGE: &str = "rust-web-clippy";

const COMPILER_PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];

#[cfg(test)]
mod tests {
    use super::*;

    fn debian(version: Version, source: bool) -> Option<DistroRustc> {
        let source = source.then(|| PathBuf::from("/usr/src/rustc"));
        Some(DistroRustc { version, source })
    }

    fn build_std() -> Next {
        Next::Use(Toolchain::BuildStd {
            linker: "/rust-lld".into(),
            source: "/usr/src/rustc".into(),
        })
    }

    fn bare() -> Probe {
        Probe {
            rustup: true,
            linker: Some("/rust-lld".into()),
            apt: true,
            root: true,
            ..Probe::default()
        }
    }

    const NOTHING: Tried = Tried {
        rustup: false,
        apt: false,
    };
    const RUSTUP: Tried = Tried {
        rustup: true,
        apt: false,
    };
    const BOTH: Tried = Tried {
        rustup: true,
        apt: true,
    };

    fn advice(next: Next) -> String {
        match next {
            Next::GiveUp(advice) => advice,
            other => panic!("expected advice, not {other:?}"),
        }
    }

    #[test]
    fn the_active_toolchains_own_source_is_used_whatever_else_is_there() {
        let source = PathBuf::from("/toolchain/src");
        let probe = Probe {
            source: Some(source.clone()),
            target: true,
            distro: debian(Version(1, 99), true),
            ..bare()
        };
        let rebuilt = Next::Use(Toolchain::Rebuilt { source });
        assert_eq!(probe.next(NOTHING), rebuilt);
    }

    #[test]
    fn installed_libraries_are_the_last_resort() {
        let installed = Next::Use(Toolchain::Installed);
        let probe = Probe {
            target: true,
            ..bare()
        };
        assert_eq!(probe.next(NOTHING), Next::AddSource);
        assert!(matches!(probe.next(RUSTUP), Next::InstallPackages(_)));
        assert_eq!(probe.next(BOTH), installed);
        let not_root = Probe {
            root: false,
            ..probe
        };
        assert_eq!(not_root.next(RUSTUP), installed);
        let nothing_else = Probe {
            target: true,
            ..Probe::default()
        };
        assert_eq!(nothing_else.next(NOTHING), installed);
    }

    #[test]
    fn what_is_there_is_used_before_a_network_is_needed() {
        let probe = Probe {
            distro: debian(Version::least(), true),
            ..bare()
        };
        assert_eq!(probe.next(NOTHING), build_std());
    }

    #[test]
    fn a_bare_machine_asks_rustup_then_debian() {
        assert_eq!(bare().next(NOTHING), Next::AddSource);
        assert_eq!(
            bare().next(RUSTUP),
            Next::InstallPackages(vec!["rustc-web", "rust-web-src", "binaryen"])
        );
        let optimiser = Probe {
            optimiser: true,
            ..bare()
        };
        assert_eq!(
            optimiser.next(RUSTUP),
            Next::InstallPackages(vec!["rustc-web", "rust-web-src"])
        );
        let no_rustup = Probe {
            rustup: false,
            optimiser: true,
            ..bare()
        };
        assert_eq!(no_rustup.next(NOTHING), optimiser.next(RUSTUP));
    }

    #[test]
    fn without_root_the_command_to_run_is_told() {
        let probe = Probe {
            root: false,
            optimiser: true,
            ..bare()
        };
        assert_eq!(probe.next(NOTHING), Next::AddSource);
        let advice = advice(probe.next(RUSTUP));
        let command = "sudo apt-get update && sudo apt-get install -y --no-install-recommends \
                       rustc-web rust-web-src";
        assert!(advice.ends_with(command), "{advice}");
    }

    #[test]
    fn without_apt_or_a_linker_rustup_is_the_advice() {
        for probe in [
            Probe {
                apt: false,
                ..bare()
            },
            Probe {
                linker: None,
                ..bare()
            },
        ] {
            let advice = advice(probe.next(RUSTUP));
            assert!(advice.contains("rustup component add rust-src"), "{advice}");
        }
    }

    #[test]
    fn an_old_or_sourceless_distro_compiler_is_not_used() {
        let Version(major, minor) = Version::least();
        let old = Probe {
            distro: debian(Version(major, minor - 1), true),
            ..bare()
        };
        assert_eq!(old.next(NOTHING), Next::AddSource);
        let advice = advice(old.next(BOTH));
        assert!(
            advice.contains(&format!("found {major}.{}", minor - 1)),
            "{advice}"
        );
        let sourceless = Probe {
            distro: debian(Version(1, 99), false),
            ..bare()
        };
        assert_eq!(sourceless.next(NOTHING), Next::AddSource);
    }

    #[test]
    fn versions_are_read_and_ordered() {
        let printed = "rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)\n";
        assert_eq!(Version::parse(printed), Some(Version(1, 96)));
        assert_eq!(Version::parse("1.95"), Some(Version(1, 95)));
        assert_eq!(
            Version::parse("rustc 1.97.0-nightly (x)"),
            Some(Version(1, 97))
        );
        assert_eq!(Version::parse("rustc"), None);
        assert!(Version(1, 9) < Version(1, 85));
        assert!(Version::least() >= Version(1, 95));
    }
}
