//! Who may import whom: the table, and what stands against it in the sources.

mod arrows;
mod circles;
pub(crate) mod rust;
mod typescript;

pub use arrows::Arrow;
pub use rust::{arrows as rust_arrows, without_tests};
pub use typescript::arrows as typescript_arrows;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::files::File;

/// The layering table, as `layers.toml` has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What holds for each crate or package, by its folder.
    #[serde(rename = "crate")]
    pub crates: BTreeMap<String, Row>,
}

/// What one crate or package may import.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The folders of the repository's crates that its code may use.
    #[serde(default)]
    pub may: BTreeSet<String>,
    /// Those that only its tests, examples and benchmarks may use besides.
    #[serde(default)]
    pub tests_may: BTreeSet<String>,
    /// Paths that its code never names, such as `std::fs`.
    #[serde(default)]
    pub never: Vec<String>,
    /// For each folder of its sources, the modules beside it that it may import.
    #[serde(default)]
    pub folders: BTreeMap<String, BTreeSet<String>>,
}

impl Table {
    /// Reads the table.
    ///
    /// # Errors
    ///
    /// Where it is not the TOML that [`Table`] describes.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

/// Returns what the imports inside one crate have against its row and against each other.
///
/// `sources` are the files of the crate's `src`, their paths from there.
#[must_use]
pub fn inside(name: &str, row: &Row, sources: &[File], arrows: &[Arrow]) -> Vec<String> {
    let folders: BTreeSet<&str> = sources
        .iter()
        .filter_map(|file| file.path.split_once('/'))
        .map(|(folder, _)| folder)
        .collect();
    let mut found = Vec::new();
    for folder in row.folders.keys() {
        if !folders.contains(folder.as_str()) {
            found.push(format!(
                "layers.toml: {name} has no folder `{folder}`; remove its row"
            ));
        }
    }
    for folder in &folders {
        if !row.folders.contains_key(*folder) {
            found.push(format!(
                "layers.toml: no row for the folder `{folder}` of {name}; say what it may import"
            ));
        }
    }
    for arrow in arrows {
        for path in &row.never {
            if arrow.names(path) {
                found.push(format!(
                    "{name}/src/{}: `{path}` is not for this crate; pass what it gives as an argument",
                    arrow.place
                ));
            }
        }
        let Some((from, to)) = arrow.between_units() else {
            continue;
        };
        if row.folders.get(from).is_some_and(|may| !may.contains(to)) {
            found.push(format!(
                "{name}/src/{}: `{from}` may not import `{to}`; move what both need, or change \
                 tests/house/layers.toml and say why",
                arrow.place
            ));
        }
    }
    let circles = circles::across_folders(sources, arrows).into_values();
    found.extend(circles.map(|circle| format!("{name}/src: {circle}")));
    found.sort();
    found.dedup();
    found
}
