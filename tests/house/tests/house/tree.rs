//! The repository itself: its sources, manifests and docs hold to the rules.
#![expect(
    clippy::panic,
    clippy::string_slice,
    reason = "support of tests: what fails here is a failed test"
)]

use std::fs;

use portcullis_house::{
    files::{self, File},
    layers::{self, Table},
    links,
    manifests::{against, without_reason},
};

use crate::assert_nothing;

#[test]
fn every_folder_imports_as_the_table_says() {
    let table = Table::parse(&data("layers.toml")).unwrap();
    let mut found = Vec::new();
    for (name, row) in &table.crates {
        let typescript = name.starts_with("web/");
        let endings: &[&str] = if typescript {
            &[".ts", ".tsx"]
        } else {
            &[".rs"]
        };
        let sources = sources(name, endings);
        assert!(
            !sources.is_empty(),
            "layers.toml: {name} has no sources; remove its row"
        );
        let arrows = if typescript {
            layers::typescript_arrows(&sources)
        } else {
            layers::rust_arrows(&sources).unwrap()
        };
        found.extend(layers::inside(name, row, &sources, &arrows));
    }
    assert_nothing(&found);
}

/// Returns the sources of a crate, their paths from its `src`.
fn sources(name: &str, endings: &[&str]) -> Vec<File> {
    let folder = format!("{name}/src");
    let files = files::under(&folder, endings).unwrap();
    let within = |file: File| File {
        path: file.path.strip_prefix(&folder).unwrap()[1..].to_owned(),
        text: file.text,
    };
    files.into_iter().map(within).collect()
}

#[test]
fn every_dependency_has_a_reason() {
    let found: Vec<String> = manifests().iter().flat_map(without_reason).collect();
    assert_nothing(&found);
}

#[test]
fn every_crate_depends_as_the_table_says() {
    let table = Table::parse(&data("layers.toml")).unwrap();
    assert_nothing(&against(&table, &manifests()).unwrap());
}

#[test]
fn every_link_leads_somewhere() {
    let docs = files::under("", &[".md"]).unwrap();
    assert!(docs.iter().any(|doc| doc.path == "README.md"));
    let root = files::root();
    assert_nothing(&links::broken(&docs, |path| root.join(path).exists()));
}

/// Returns a file of this package.
fn data(name: &str) -> String {
    let path = files::root().join("tests/house").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn manifests() -> Vec<File> {
    files::under("", &["Cargo.toml"]).unwrap()
}
