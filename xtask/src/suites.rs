//! The test programs of the product: built once, then run one after another, so that each
//! can be timed and those that put a load on real proxies have the machine for themselves.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::progress;
use crate::run::cargo;

/// A test program.
#[derive(Debug, PartialEq)]
pub(crate) struct Suite {
    /// The package, and the test's own name unless it is the crate's unit tests.
    pub(crate) name: String,
    program: PathBuf,
    /// Where cargo would run it.
    folder: PathBuf,
}

impl Suite {
    /// Builds the test programs of some packages, with all programs and examples that they run.
    pub(crate) fn build(name: &str, packages: &[&str]) -> Result<Vec<Self>> {
        let mut build = cargo();
        build.arg("test").args(packages).args([
            "--locked",
            "--no-run",
            "--message-format",
            "json-render-diagnostics",
        ]);
        let messages = progress::compile(name, &mut build)?;
        let mut suites: Vec<Self> = messages.lines().filter_map(Self::read).collect();
        suites.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(suites)
    }

    /// Returns what runs it.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.folder)
            .env("CARGO_MANIFEST_DIR", &self.folder);
        command
    }

    /// Reads what cargo says of a program that it built; nothing if it is no test.
    fn read(line: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(line).ok()?;
        let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
        if message.pointer("/profile/test") != Some(&Value::Bool(true)) {
            return None;
        }
        let program = PathBuf::from(text("/executable")?);
        let folder = PathBuf::from(text("/manifest_path")?).parent()?.to_owned();
        // `path+file:///…/core/engine#portcullis-engine@0.1.0`, or without the name where the
        // folder's is the same.
        let (place, of_place) = text("/package_id")?.rsplit_once('#')?;
        let package = match of_place.split_once('@') {
            Some((package, _)) => package,
            None => place.rsplit('/').next()?,
        };
        let test = text("/target/name")?;
        let name = match text("/target/kind/0")? {
            "test" => format!("{package}: {test}"),
            "bin" if test != package => format!("{package}: program {test}"),
            "bin" => format!("{package}: program"),
            _ => package.to_owned(),
        };
        Some(Self {
            name,
            program,
            folder,
        })
    }
}

/// Returns what runs the examples in the documentation of some packages.
pub(crate) fn documentation(packages: &[&str]) -> Command {
    let mut command = cargo();
    command
        .args(["test", "--doc", "--locked", "--no-fail-fast"])
        .args(packages);
    command
}

/// Returns the test programs.
///
/// # Errors
///
/// When there is none: then cargo has changed what it prints.
pub(crate) fn some(suites: Vec<Suite>) -> Result<Vec<Suite>> {
    let found = (!suites.is_empty()).then_some(suites);
    found.context("cargo did not say where it put a test")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(kind: &str, name: &str, package: &str, test: bool) -> String {
        json!({
            "reason": "compiler-artifact",
            "package_id": package,
            "manifest_path": "/r/core/engine/Cargo.toml",
            "target": { "kind": [kind], "name": name },
            "profile": { "test": test },
            "executable": "/t/deps/x-1",
        })
        .to_string()
    }

    #[test]
    fn a_suite_is_named_for_its_package_and_its_test() {
        let check = |kind: &str, name: &str, expected: &str| {
            let line = message(
                kind,
                name,
                "path+file:///r/core/engine#portcullis-engine@0.1.0",
                true,
            );
            assert_eq!(Suite::read(&line).unwrap().name, expected);
        };
        check("lib", "portcullis_engine", "portcullis-engine");
        check("test", "bundles", "portcullis-engine: bundles");
        check("bin", "portcullis", "portcullis-engine: program portcullis");
        let line = message("bin", "xtask", "path+file:///r/xtask#0.1.0", true);
        assert_eq!(Suite::read(&line).unwrap().name, "xtask: program");
    }

    #[test]
    fn what_is_no_test_is_passed_over() {
        let line = message(
            "bin",
            "portcullis",
            "path+file:///r/host#portcullis@0.1.0",
            false,
        );
        assert_eq!(Suite::read(&line), None);
        assert_eq!(Suite::read(r#"{ "reason": "build-finished" }"#), None);
        assert_eq!(Suite::read("not JSON"), None);
    }
}
