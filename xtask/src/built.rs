//! One program of the product, built.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::progress;
use crate::run::{PRODUCT, cargo};

/// Builds the program `portcullis`, and returns where it is.
pub(crate) fn build_program() -> Result<PathBuf> {
    built("--bin", "portcullis")
}

/// Builds a program or an example of the product, and returns where it is.
///
/// Always as part of the whole product: alone, the features of what it shares with the rest
/// would be other ones, and wasmtime would be built once more for it.
pub(crate) fn built(kind: &str, name: &str) -> Result<PathBuf> {
    let mut build = cargo();
    build.arg("build").args(PRODUCT).args([
        kind,
        name,
        "--locked",
        "--message-format",
        "json-render-diagnostics",
    ]);
    let messages = progress::compile(name, &mut build)?;
    let program = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| {
            message
                .pointer("/target/name")
                .is_some_and(|own| own == name)
        })
        .find_map(|message| message.get("executable")?.as_str().map(PathBuf::from));
    program.with_context(|| format!("cargo did not say where it put `{name}`"))
}
