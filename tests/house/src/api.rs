//! The public API of the core crates, as text.

use std::{
    io,
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

    /// Returns its public items with all features on, one a line, as the sources have them now.
    ///
    /// `rustdoc` is the program of this crate that may write JSON.
    ///
    /// # Errors
    ///
    /// Where the crate does not compile, or its JSON cannot be read.
    pub fn items(&self, rustdoc: &Path) -> Result<Vec<String>, String> {
        let json = self.json(rustdoc).map_err(|error| error.to_string())?;
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

    fn json(&self, rustdoc: &Path) -> io::Result<PathBuf> {
        // A folder of its own for what is documented only: the ordinary docs stay.
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root().join("target"), PathBuf::from);
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .current_dir(root())
            .args(["rustdoc", "--quiet", "--locked", "--lib", "--all-features"])
            .args(["--package", self.package])
            .args(["--", "-Zunstable-options", "--output-format", "json"])
            .env("RUSTDOC", rustdoc)
            .status()?;
        if !status.success() {
            return Err(io::Error::other(format!(
                "the docs of {} do not build",
                self.package
            )));
        }
        let file = format!("{}.json", self.package.replace('-', "_"));
        Ok(target.join("doc").join(file))
    }
}
