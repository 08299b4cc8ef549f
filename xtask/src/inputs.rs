//! What a build read, remembered so that nothing is built again while all of it is as it was.
//!
//! Cargo knows this itself, but for builds of one crate with different features: each of them
//! overwrites what the one before it wrote, so that all of them are built every time.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result};

use crate::run::{capture, root};

/// The file that remembers what one build read.
#[derive(Debug)]
pub(crate) struct Inputs {
    file: PathBuf,
    recipe: String,
}

impl Inputs {
    /// Returns what `file` remembers of a build by `cargo` and by this recipe.
    pub(crate) fn of(file: PathBuf, cargo: &Command, recipe: &str) -> Result<Self> {
        let compiler = cargo
            .get_envs()
            .find_map(|(name, value)| value.filter(|_| name == "RUSTC"))
            .map_or_else(|| "rustc".into(), ToOwned::to_owned);
        let compiler = capture(Command::new(compiler).arg("-vV"))?;
        let recipe = format!("{cargo:?}\n{recipe}\n{compiler}").replace('\n', "; ");
        Ok(Self { file, recipe })
    }

    /// Returns whether all is as it was when the build was remembered.
    pub(crate) fn are_unchanged(&self) -> bool {
        let Ok(written) = fs::read_to_string(&self.file) else {
            return false;
        };
        let mut lines = written.lines();
        lines.next() == Some(self.recipe.as_str())
            && lines.all(|line| {
                let path = line.split_once(' ').map(|(_, path)| Path::new(path));
                path.is_some_and(|path| state(path).is_ok_and(|now| now == line))
            })
    }

    /// Remembers a build: the files that cargo says it read, and their manifests.
    pub(crate) fn remember(&self, dep_info: &Path) -> Result<()> {
        let text = fs::read_to_string(dep_info)
            .with_context(|| format!("could not read {}", dep_info.display()))?;
        let mut files = sources(&text);
        let manifests: Vec<PathBuf> = files
            .iter()
            .filter_map(|file| {
                let manifests = file.ancestors().map(|folder| folder.join("Cargo.toml"));
                manifests.into_iter().find(|manifest| manifest.is_file())
            })
            .collect();
        files.extend(manifests);
        files.extend(["Cargo.toml", "Cargo.lock"].map(|file| root().join(file)));
        let mut written = format!("{}\n", self.recipe);
        for file in &files {
            writeln!(written, "{}", state(file)?)?;
        }
        Ok(fs::write(&self.file, written)?)
    }
}

/// Returns a line that differs when the file does.
fn state(path: &Path) -> Result<String> {
    let about = fs::metadata(path)?;
    let changed = about.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
    Ok(format!("{changed}:{} {}", about.len(), path.display()))
}

/// Returns the files that a dep-info names: `output: source source`, spaces in names escaped.
fn sources(dep_info: &str) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for line in dep_info.lines() {
        let Some((_, sources)) = line.split_once(": ") else {
            continue;
        };
        let escaped = sources.replace("\\ ", "\0");
        files.extend(
            escaped
                .split_ascii_whitespace()
                .map(|file| PathBuf::from(file.replace('\0', " "))),
        );
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_dep_info_are_read() {
        let files = sources("/t/a.wasm: /s/lib.rs /s/with\\ space.rs\n");
        let expected = ["/s/lib.rs", "/s/with space.rs"].map(PathBuf::from);
        assert_eq!(files, BTreeSet::from(expected));
    }

    #[test]
    fn a_change_is_noticed() {
        let folder = root().join("target/xtask-tests/inputs");
        fs::create_dir_all(&folder).unwrap();
        let at = |name: &str| folder.join(name);
        fs::write(at("lib.rs"), "one").unwrap();
        let source = at("lib.rs");
        fs::write(at("a.d"), format!("a: {}", source.display())).unwrap();
        let cargo = Command::new("cargo");
        let inputs = |recipe| Inputs::of(at("inputs"), &cargo, recipe).unwrap();
        inputs("fast").remember(&at("a.d")).unwrap();
        assert!(inputs("fast").are_unchanged());
        assert!(!inputs("small").are_unchanged(), "another recipe");
        fs::write(&source, "three").unwrap();
        assert!(!inputs("fast").are_unchanged(), "another source");
        fs::remove_file(&source).unwrap();
        assert!(!inputs("fast").are_unchanged(), "no source");
    }
}
