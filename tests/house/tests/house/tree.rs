//! The repository itself: its sources, manifests and docs hold to the rules.
#![expect(
    clippy::panic,
    clippy::string_slice,
    reason = "support of tests: what fails here is a failed test"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use portcullis_house::{
    api::LISTED,
    files::{self, File},
    layers::{self, Table, without_tests},
    links,
    manifests::{against, without_reason},
    security::unknown_tests,
    unnamed::{self, unnamed},
    words::Words,
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

#[test]
fn every_test_that_security_names_is_there() {
    let text = fs::read_to_string(files::root().join("SECURITY.md")).unwrap();
    let page = File {
        path: "SECURITY.md".to_owned(),
        text,
    };
    let sources = files::under("", &[".rs"]).unwrap();
    assert_nothing(&unknown_tests(&page, &sources));
}

#[test]
fn docs_comments_and_messages_are_in_the_words_of_today() {
    let words = Words::parse(&data("words.toml")).unwrap();
    let mut found = Vec::new();
    let scripts = files::under(".ci", &["run"]).unwrap();
    for file in files::under("", ENDINGS).unwrap().iter().chain(&scripts) {
        if !file.path.starts_with("tests/house/") {
            found.extend(words.found_in(file));
        }
    }
    assert_nothing(&found);
}

#[test]
fn what_is_public_is_named_by_another_crates_code() {
    let excused: BTreeMap<String, String> = toml::from_str(&data("unnamed.toml")).unwrap();
    let mut unused: BTreeSet<&String> = excused.keys().collect();
    let sources: Vec<File> = PRODUCT
        .iter()
        .flat_map(|folder| files::under(folder, &[".rs"]).unwrap())
        .collect();
    let sources = without_tests(&sources).unwrap();
    // Once a file: parsing is what takes the time.
    let words: Vec<(&str, BTreeSet<String>)> = sources
        .iter()
        .map(|file| (file.path.as_str(), unnamed::words([*file]).unwrap()))
        .collect();
    let mut found = Vec::new();
    for listed in LISTED {
        let own = format!("{}/", listed.folder);
        let others = words.iter().filter(|(path, _)| !path.starts_with(&own));
        let words = others.flat_map(|(_, words)| words.clone()).collect();
        let items = fs::read_to_string(listed.path()).unwrap();
        let items: Vec<String> = items.lines().map(str::to_owned).collect();
        for path in unnamed(&items, &words) {
            let excuse = excused
                .keys()
                .find(|excuse| match excuse.strip_suffix('*') {
                    Some(start) => path.starts_with(start),
                    None => path == excuse.as_str(),
                });
            match excuse {
                Some(excuse) => drop(unused.remove(excuse)),
                None => found.push(format!(
                    "{path}: no other crate names it; make it private, or say in unnamed.toml who does"
                )),
            }
        }
    }
    found.extend(
        unused
            .iter()
            .map(|path| format!("unnamed.toml: {path} is named, or gone; remove it")),
    );
    assert_nothing(&found);
}

/// Returns a file of this package.
fn data(name: &str) -> String {
    let path = files::root().join("tests/house").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn manifests() -> Vec<File> {
    files::under("", &["Cargo.toml"]).unwrap()
}

/// What people read or write by hand.
const ENDINGS: &[&str] = &[
    ".css", ".html", ".js", ".jsx", ".md", ".mjs", ".rs", ".sh", ".toml", ".ts", ".tsx", ".wit",
    ".yaml",
];

/// The folders whose code is the product, not its tests.
const PRODUCT: &[&str] = &["console", "core", "host", "wasm"];
