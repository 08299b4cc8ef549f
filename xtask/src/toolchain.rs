//! How a compiler builds for the bare WebAssembly target.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::guests::Aim;
use crate::run::{cargo, root};

/// A way to compile for [`TARGET`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The active toolchain builds the libraries from their source.
    Rebuilt { source: PathBuf },
    /// The active toolchain has the target's libraries: guests come out a little larger.
    Installed,
    /// Debian's compiler builds the libraries from their source, with rustup's linker.
    BuildStd { linker: PathBuf, source: PathBuf },
}

/// How much of the standard library a guest needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Library {
    /// What a `no_std` guest has.
    Alloc,
    /// All of it.
    Std,
}

impl Toolchain {
    /// Returns `cargo SUBCOMMAND` for [`TARGET`], with its own target directory and with the
    /// environment that this toolchain needs, in that one subprocess only.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        self.cargo_with(Library::Alloc, subcommand)
    }

    /// Returns the same, for guests that need so much of the library.
    pub(crate) fn cargo_with(&self, library: Library, subcommand: &str) -> Command {
        self.cargo_by(Aim::Size.profile(), library, subcommand)
    }

    /// Returns the same, by this profile.
    pub(crate) fn cargo_by(&self, profile: &str, library: Library, subcommand: &str) -> Command {
        let mut command = match (self, subcommand) {
            // Only a clippy of the same release reads what this compiler writes.
            (Self::BuildStd { .. }, "clippy") => {
                let mut clippy = Command::new(DISTRO_CLIPPY);
                clippy.current_dir(root());
                clippy
            }
            _ => cargo(),
        };
        command
            .arg(subcommand)
            .args([
                "--locked",
                "--profile",
                profile,
                "--target",
                TARGET,
                "--target-dir",
            ])
            .arg(target_dir())
            // Flags meant for the host's processor or linker would break the guests.
            .env_remove("RUSTFLAGS")
            .env("CARGO_ENCODED_RUSTFLAGS", self.flags().join("\u{1f}"));
        if self.source().is_some() {
            let crates = match library {
                Library::Alloc => "-Zbuild-std=core,alloc,panic_abort",
                Library::Std => "-Zbuild-std=std,panic_abort",
            };
            command
                .args([crates, "-Zbuild-std-features=optimize_for_size"])
                .env("RUSTC_BOOTSTRAP", "1");
        }
        if let Self::BuildStd { linker, .. } = self {
            command
                .env("RUSTC", DISTRO_RUSTC)
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                // `cargo run` puts the libraries of the active compiler here; they are not Debian's.
                .env_remove("LD_LIBRARY_PATH");
        }
        command
    }

    /// Returns whether `cargo("clippy")` can run.
    pub(crate) fn has_clippy(&self) -> bool {
        !matches!(self, Self::BuildStd { .. }) || Path::new(DISTRO_CLIPPY).is_file()
    }

    /// Returns where the source of the libraries is that are built along with a guest.
    fn source(&self) -> Option<&Path> {
        match self {
            Self::Rebuilt { source } | Self::BuildStd { source, .. } => Some(source),
            Self::Installed => None,
        }
    }

    // Paths of this machine appear in the messages of panics, and so in the artefact, unless
    // they are renamed: the same source must give the same bytes in every folder.
    fn flags(&self) -> Vec<String> {
        let mut renamed = vec![(root().to_owned(), "/portcullis")];
        if let Some(home) = cargo_home() {
            renamed.push((home.join("registry").join("src"), "/registry"));
        }
        if let Some(source) = self.source() {
            renamed.push((source.to_owned(), "/rustc"));
        }
        // Guests are fetched over the network: the rolled-up hash is a quarter of the size.
        let compact = [
            "--cfg".to_owned(),
            r#"sha2_backend_soft="compact""#.to_owned(),
        ];
        renamed
            .into_iter()
            .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
            .chain(compact)
            .chain(self.abort_flags())
            .collect()
    }

    // A guest's panic can only trap. Where the library is built along, it need not carry
    // the words for it either.
    fn abort_flags(&self) -> Vec<String> {
        if self.source().is_none() {
            return Vec::new();
        }
        ["-Zunstable-options", "-Cpanic=immediate-abort"]
            .map(str::to_owned)
            .into()
    }
}

/// Returns the target directory of the guests, apart from the host's so that neither build
/// throws away the other's work.
pub(crate) fn target_dir() -> PathBuf {
    root().join("target").join("wasm-guests")
}

fn cargo_home() -> Option<PathBuf> {
    let set = env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| Some(env::home_dir()?.join(".cargo")))
}

/// The one WebAssembly target of all guests: no operating system, no WASI.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler.
pub(crate) const DISTRO_RUSTC: &str = "/usr/bin/rustc";

const DISTRO_CLIPPY: &str = "/usr/bin/cargo-clippy";
