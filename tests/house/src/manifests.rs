//! The manifests: each dependency has its reason, and crates depend as the layering table says.

use std::collections::BTreeSet;

use crate::{files::File, layers::Table};

/// Returns the dependencies that no comment beside or right above them gives a reason for.
#[must_use]
pub fn without_reason(manifest: &File) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_dependencies = false;
    let mut reason = false;
    // Inside a list or table that goes on over several lines.
    let mut depth = 0_i32;
    for (number, line) in (1..).zip(manifest.text.lines()) {
        let line = line.trim();
        if depth == 0 && line.starts_with('[') {
            let name = line.trim_matches(['[', ']']);
            let dependencies = name.rsplit('.').next().unwrap_or(name);
            in_dependencies = dependencies.ends_with("dependencies");
            reason = false;
            if let Some(alone) = one_dependency(name) {
                found.push(format!(
                    "{}:{number}: write `{alone}` as one line in the table of dependencies",
                    manifest.path
                ));
            }
        } else if line.starts_with('#') {
            // A reason is a sentence; what heads a section is none.
            reason = line.ends_with('.');
        } else if line.is_empty() {
            reason = false;
        } else {
            if depth == 0 && in_dependencies && !reason && !line.contains(" # ") {
                let name = line.split(['=', '.', ' ']).next().unwrap_or(line);
                found.push(format!(
                    "{}:{number}: no reason for `{name}`; say above or beside it what it is for",
                    manifest.path
                ));
            }
            depth += balance(line);
            // The reason is for one dependency, not for all that follow.
            reason &= depth > 0;
        }
    }
    found
}

/// Returns the dependency that a section such as `[dependencies.serde]` is about.
fn one_dependency(section: &str) -> Option<&str> {
    let (before, name) = section.rsplit_once('.')?;
    let before = before.rsplit('.').next().unwrap_or(before);
    before.ends_with("dependencies").then_some(name)
}

fn balance(line: &str) -> i32 {
    let code = line.split(" # ").next().unwrap_or(line);
    code.chars().fold(0, |sum, c| match c {
        '[' | '{' => sum + 1,
        ']' | '}' => sum - 1,
        _ => sum,
    })
}

/// Returns what the crates' dependencies on each other have against the layering table.
///
/// # Errors
///
/// Where a manifest is not TOML.
pub fn against(table: &Table, manifests: &[File]) -> Result<Vec<String>, String> {
    let mut parsed = Vec::new();
    for file in manifests {
        let value: toml::Table = file
            .text
            .parse()
            .map_err(|error| format!("{}: {error}", file.path))?;
        let folder = file.path.strip_suffix("/Cargo.toml").unwrap_or("");
        parsed.push((folder, value));
    }
    let packages: Vec<(&str, &str)> = parsed
        .iter()
        .filter_map(|(folder, manifest)| {
            let name = manifest.get("package")?.get("name")?.as_str()?;
            Some((*folder, name))
        })
        .collect();

    let mut found = Vec::new();
    for (folder, manifest) in &parsed {
        if manifest.get("package").is_none() {
            continue;
        }
        let Some(row) = table.crates.get(*folder) else {
            found.push(format!(
                "layers.toml: no row for {folder}; say what it may import"
            ));
            continue;
        };
        let uses = dependencies(manifest, &packages);
        for (on, for_tests) in uses {
            let may = row.may.contains(on) || (for_tests && row.tests_may.contains(on));
            if !may && on != *folder {
                found.push(format!(
                    "{folder}/Cargo.toml: {folder} may not depend on {on}{}; see tests/house/layers.toml",
                    if for_tests { ", even in tests" } else { "" }
                ));
            }
        }
    }
    for folder in table.crates.keys() {
        let is_crate = packages.iter().any(|(own, _)| own == folder);
        if !is_crate && !folder.starts_with("web/") {
            found.push(format!(
                "layers.toml: there is no crate {folder}; remove its row"
            ));
        }
    }
    Ok(found)
}

/// Returns the folders of this repository's crates that a manifest names, and whether for tests alone.
fn dependencies<'a>(
    manifest: &toml::Table,
    packages: &[(&'a str, &'a str)],
) -> BTreeSet<(&'a str, bool)> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let tables = targets
        .into_iter()
        .flat_map(|targets| targets.values())
        .filter_map(toml::Value::as_table)
        .chain([manifest]);
    let mut uses = BTreeSet::new();
    for table in tables {
        for (section, for_tests) in SECTIONS {
            let names = table.get(section).and_then(toml::Value::as_table);
            for (key, value) in names.into_iter().flatten() {
                let named = value.get("package").and_then(toml::Value::as_str);
                let name = named.unwrap_or(key);
                if let Some((folder, _)) = packages.iter().find(|(_, own)| *own == name) {
                    uses.insert((*folder, for_tests));
                }
            }
        }
    }
    uses
}

const SECTIONS: [(&str, bool); 3] = [
    ("dependencies", false),
    ("build-dependencies", false),
    ("dev-dependencies", true),
];
