//! `dist`: everything that is published, its bill of materials, and the checksum of each file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::guests::{BROWSER, GUESTS};
use crate::materials::{Artefact, bill};
use crate::run::{capture, cargo, root, say, words};
use crate::wasm;

/// Builds the guests and the npm package, and says what is in them.
///
/// # Errors
///
/// When something cannot be built, or has outgrown its bounds.
pub(crate) fn run() -> Result<()> {
    wasm::build_all()?;
    describe(&root().join("dist"))
}

/// Writes the bill of materials and the checksums of what is in a folder.
fn describe(folder: &Path) -> Result<()> {
    let mut artefacts = Vec::new();
    for path in files(folder)? {
        let name = relative(folder, &path)?;
        // Of another time, or of nobody: only what is published is listed.
        let guest = GUESTS.iter().find(|guest| guest.artefact == name);
        let package = match guest {
            Some(guest) => guest.package,
            None if is_of_npm(&name) => BROWSER,
            None => continue,
        };
        artefacts.push(Artefact {
            sha256: sha256(&fs::read(&path)?),
            package: package.to_owned(),
            name,
        });
    }
    let metadata = capture(cargo().args(words("metadata --format-version 1 --locked")))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let bill = bill(&metadata, &lock, &artefacts)?;
    let mut text = serde_json::to_string_pretty(&bill)?;
    text.push('\n');
    fs::write(folder.join(BILL), &text)?;
    let mut sums: Vec<(String, String)> = artefacts
        .into_iter()
        .map(|artefact| (artefact.name, artefact.sha256))
        .collect();
    sums.push((BILL.to_owned(), sha256(text.as_bytes())));
    fs::write(folder.join(SUMS), lines(&sums))?;
    say(format!(
        "dist/{BILL}: what {} files are made of; dist/{SUMS}: check them with `sha256sum --check {SUMS}`",
        sums.len()
    ));
    Ok(())
}

/// Says whether a file is of an npm package.
fn is_of_npm(name: &str) -> bool {
    name.starts_with("npm/") || name.starts_with("npm-author/")
}

/// Writes checksums as `sha256sum` does, so that it checks them.
fn lines(sums: &[(String, String)]) -> String {
    sums.iter()
        .map(|(name, sum)| format!("{sum}  {name}\n"))
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns every file below a folder, sorted by path.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut pending) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = pending.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                pending.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn relative(folder: &Path, path: &Path) -> Result<String> {
    let name = path.strip_prefix(folder)?;
    let name = name.to_str().context("a file's name is not text")?;
    Ok(name.to_owned())
}

const BILL: &str = "portcullis.cdx.json";
const SUMS: &str = "SHA256SUMS";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_as_sha256sum_writes_them() {
        let sum = sha256(b"abc");
        assert_eq!(
            sum,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let sums = [("npm/a.js".to_owned(), sum.clone())];
        assert_eq!(lines(&sums), format!("{sum}  npm/a.js\n"));
    }
}
