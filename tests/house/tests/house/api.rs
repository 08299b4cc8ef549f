//! The public API of the core crates is the one that was committed.

use std::{collections::BTreeSet, env, fs, path::Path};

use portcullis_house::{
    api::{self, LISTED},
    files::File,
    layers::without_tests,
    unnamed::{self, unnamed},
};

use crate::assert_nothing;

#[test]
fn the_public_api_is_the_one_that_is_listed() {
    let update = env::var_os("PORTCULLIS_API").is_some_and(|value| value == "update");
    api::document(Path::new(env!("CARGO_BIN_EXE_rustdoc-json"))).unwrap();
    let mut found = Vec::new();
    for listed in LISTED {
        let items = listed.items().unwrap();
        if update {
            fs::write(listed.path(), items.join("\n") + "\n").unwrap();
            continue;
        }
        let committed = fs::read_to_string(listed.path()).unwrap_or_default();
        let committed: BTreeSet<&str> = committed.lines().collect();
        let items: BTreeSet<&str> = items.iter().map(String::as_str).collect();
        let name = listed.name;
        found.extend(
            committed
                .difference(&items)
                .map(|line| format!("{name}: - {line}")),
        );
        found.extend(
            items
                .difference(&committed)
                .map(|line| format!("{name}: + {line}")),
        );
    }
    if !found.is_empty() {
        found.push("If that is meant: cargo xtask api --update".to_owned());
    }
    assert_nothing(&found);
}

#[test]
fn what_only_tests_name_is_found() {
    let user = "fn f(p: &Policy) { p.decide(); } #[cfg(test)] mod tests { fn f() { peek(); } }";
    let words = unnamed::words([&file("user/src/lib.rs", user)]).unwrap();
    let items: Vec<String> = [
        "pub struct a::Policy",
        "pub fn a::Policy::decide(&self) -> a::Decision",
        "pub struct a::Decision",
        "pub struct a::DecisionOfOld<'a>",
        "pub fn a::peek()",
        "pub const a::MAX: usize",
        "pub a::Policy::field: a::Field",
        "pub enum a::Field",
        "impl core::str::FromStr for a::Field",
        "pub fn a::Field::from_str(s: &str) -> Self",
        "impl a::Field",
        "pub fn a::Field::shown(&self) -> a::Field",
        "impl<'a> a::Peer<'a>",
        "pub fn a::Peer<'a>::seen<F: core::ops::Fn() -> bool>(&self, F) -> bool",
        "impl core::fmt::Display for a::Policy",
        "pub fn a::Policy::fmt(&self)",
        "pub const a::LAST: usize",
    ]
    .map(str::to_owned)
    .to_vec();
    assert_eq!(
        unnamed(&items, &words),
        [
            "a::DecisionOfOld",
            "a::Field::shown",
            "a::LAST",
            "a::MAX",
            "a::Peer::seen",
            "a::peek"
        ]
    );
}

#[test]
fn files_of_tests_are_no_code_of_the_product() {
    let sources = [
        file("core/a/src/lib.rs", "mod own; #[cfg(test)] mod tests;"),
        file("core/a/src/own.rs", "#[cfg(test)] mod cases;"),
        file("core/a/src/own/cases.rs", ""),
        file("core/a/src/tests/mod.rs", "mod deep;"),
        file("core/a/src/tests/deep.rs", ""),
        file("core/a/tests/all.rs", ""),
        file("core/b/src/tests.rs", ""),
    ];
    let left = without_tests(&sources).unwrap().into_iter();
    let left: Vec<&str> = left.map(|file| file.path.as_str()).collect();
    assert_eq!(
        left,
        [
            "core/a/src/lib.rs",
            "core/a/src/own.rs",
            "core/b/src/tests.rs"
        ]
    );
}

fn file(path: &str, text: &str) -> File {
    File {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}
