//! The public API of the core crates, as text.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::files::root;

/// A crate whose public API is listed in `tests/house/api`.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// The name of its listing.
    pub name: &'static str,
    /// Its package.
    pub package: &'static str,
    /// Its folder.
    pub folder: &'static str,
}

/// The crates whose public API is listed.
pub const LISTED: &[Listed] = &[
    Listed {
        name: "json",
        package: "portcullis-json",
        folder: "core/json",
    },
    Listed {
        name: "engine",
        package: "portcullis-engine",
        folder: "core/engine",
    },
    Listed {
        name: "gate",
        package: "portcullis-gate",
        folder: "core/gate",
    },
    Listed {
        name: "policy",
        package: "portcullis-policy",
        folder: "core/policy",
    },
    Listed {
        name: "review",
        package: "portcullis-review",
        folder: "core/review",
    },
    Listed {
        name: "admin",
        package: "portcullis-admin",
        folder: "core/admin",
    },
];

impl Listed {
    /// Returns where its listing is.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        let folder = root().join("tests/house/api");
        folder.join(format!("{}.txt", self.name))
    }

    /// Returns its public items, one a line, as [`document`] left them.
    ///
    /// # Errors
    ///
    /// Where its JSON cannot be read.
    pub fn items(&self) -> Result<Vec<String>, String> {
        let file = format!("{}.json", self.package.replace('-', "_"));
        let json = target().join("doc").join(file);
        let api = public_api::Builder::from_rustdoc_json(&json)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .omit_auto_derived_impls(true)
            .build()
            .map_err(|error| {
                format!(
                    "{}: {error}; another toolchain needs another version of public-api",
                    json.display()
                )
            })?;
        Ok(api.items().map(ToString::to_string).collect())
    }
}

/// Documents each listed crate with all features on, as JSON, as the sources have it now.
///
/// All in one go: apart, each would have what they share checked once more, with other features.
/// `rustdoc` is the program of this crate that may write JSON.
///
/// # Errors
///
/// Where a crate does not compile.
pub fn document(rustdoc: &Path) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let packages = LISTED
        .iter()
        .flat_map(|listed| ["--package", listed.package]);
    let status = Command::new(cargo)
        .current_dir(root())
        .args(["doc", "--quiet", "--locked", "--no-deps", "--lib"])
        .arg("--all-features")
        .args(packages)
        .env("RUSTDOC", rustdoc)
        .env("RUSTDOCFLAGS", "-Zunstable-options --output-format json")
        .status()
        .map_err(|error| format!("could not start cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("the docs of the core crates do not build".to_owned())
    }
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
