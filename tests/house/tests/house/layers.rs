//! What the layering check finds, in made-up sources.

use portcullis_house::{
    files::File,
    layers::{self, Row, Table},
};

use crate::assert_nothing;

#[test]
fn an_import_against_the_table_is_found_however_it_is_written() {
    let offences = [
        "use crate::routes::Route;",
        "use crate::{bytes, routes::{Route, wire}};",
        "use crate::Route;",
        "use super::routes::Route;",
        "use super::super::routes as other;",
        "fn f() { crate::routes::f(); }",
        "fn f(x: crate::routes::Route) {}",
        "fn f() { println!(\"{}\", crate::routes::f()) }",
        "mod inner { use super::super::super::routes; }",
        "mod inner { pub(in crate::json) fn f() -> crate::routes::Route { todo() } }",
    ];
    for offence in offences {
        let place = if offence.contains("super::super") {
            "json/read.rs"
        } else {
            "json/mod.rs"
        };
        let found = checked(&[(place, offence)], "json = [\"bytes\"]\nroutes = []");
        assert_eq!(found.len(), 1, "{offence}: {found:?}");
        assert!(
            found[0].starts_with(&format!(
                "made/up/src/{place}:1: `json` may not import `routes`"
            )),
            "{offence}: {found:?}"
        );
    }
}

#[test]
fn what_the_table_allows_is_not_found() {
    let allowed = [
        "use crate::bytes;",
        "use super::bytes::*;",
        "pub(in crate::routes) fn f() {}",
        "#[cfg(test)] mod tests { use crate::routes::Route; }",
        "#[cfg(all(test, unix))] use crate::routes::Route;",
        "/// Not [`crate::routes::Route`].\nfn f() { \"crate::routes\"; }",
    ];
    for code in allowed {
        assert_nothing(&checked(
            &[("json/mod.rs", code)],
            "json = [\"bytes\"]\nroutes = []",
        ));
    }
    let in_tests = [
        ("json/mod.rs", "#[cfg(test)] mod tests;"),
        ("json/tests.rs", "use crate::routes::Route;"),
    ];
    assert_nothing(&checked(&in_tests, "json = []\nroutes = []"));
}

#[test]
fn a_folder_without_a_row_and_a_row_without_a_folder_are_found() {
    let found = checked(&[("json/mod.rs", "")], "routes = []\ngone = []");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("no folder `gone`"), "{found:?}");
    assert!(
        found[1].contains("no row for the folder `json`"),
        "{found:?}"
    );
}

#[test]
fn a_circle_through_a_folder_is_found_once_with_its_way() {
    let circle = [
        ("json/mod.rs", "use crate::bytes;"),
        ("bytes.rs", "\nuse crate::names;"),
        ("names.rs", "use crate::json::Node;"),
    ];
    let found = checked(&circle, "json = [\"bytes\"]\nroutes = []");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("`bytes` imports `names` (bytes.rs:2), `names` imports `json` (names.rs:1), `json` imports `bytes`"),
        "{found:?}"
    );

    let nested = [
        ("json/mod.rs", ""),
        ("json/a/mod.rs", "use super::b;"),
        ("json/b.rs", "use super::a;"),
    ];
    assert_eq!(checked(&nested, "json = []\nroutes = []").len(), 1);
    let files_only = [
        ("bytes.rs", "use crate::names;"),
        ("names.rs", "use crate::bytes;"),
    ];
    assert_nothing(&checked(&files_only, "routes = []"));
}

#[test]
fn what_a_crate_never_names_is_found() {
    let row = "never = [\"std::fs\"]\n[folders]\nroutes = []";
    for offence in [
        "use std::fs;",
        "use std::{fmt, fs::File};",
        "fn f() { std::fs::read(\"x\"); }",
    ] {
        let found = checked_by(&[("bytes.rs", offence)], row);
        assert_eq!(found.len(), 1, "{offence}: {found:?}");
    }
    assert_nothing(&checked_by(&[("bytes.rs", "use std::fmt;")], row));
}

#[test]
fn an_import_of_typescript_is_found_however_it_is_written() {
    let offences = [
        "import { a } from \"../filter\";",
        "import type { A } from '../filter';",
        "import {\n  a,\n  b } from \"../filter\";",
        "export * from \"../filter\";",
        "import \"../filter\";",
        "const late = await import(\"../filter\");",
    ];
    let row: Row = row("[folders]\nauthor = [\"errors\"]");
    for offence in offences {
        let quiet =
            "// from \"../filter\"\n/* import \"../filter\" */ const s = 'from \"../filter\"';";
        let sources = [
            file(
                "author/source.ts",
                &format!("{offence}\nimport {{ e }} from \"../errors\";\n{quiet}"),
            ),
            file("filter.ts", ""),
        ];
        let found = layers::inside(
            "web/x",
            &row,
            &sources,
            &layers::typescript_arrows(&sources),
        );
        assert_eq!(found.len(), 1, "{offence}: {found:?}");
        assert!(
            found[0].contains("`author` may not import `filter`"),
            "{found:?}"
        );
    }
}

fn checked(files: &[(&str, &str)], folders: &str) -> Vec<String> {
    checked_by(files, &format!("[folders]\n{folders}"))
}

fn checked_by(files: &[(&str, &str)], of_row: &str) -> Vec<String> {
    let mut sources = vec![
        file(
            "lib.rs",
            "mod bytes; mod json; mod names; mod routes; pub use routes::Route;",
        ),
        file("routes/mod.rs", ""),
        file("routes/wire.rs", ""),
        file("bytes.rs", ""),
        file("names.rs", ""),
    ];
    for (path, text) in files {
        sources.retain(|file| file.path != *path);
        sources.push(file(path, text));
    }
    let arrows = layers::rust_arrows(&sources).unwrap();
    layers::inside("made/up", &row(of_row), &sources, &arrows)
}

fn row(text: &str) -> Row {
    let text = text.replace("[folders]", "[crate.\"made/up\".folders]");
    let mut table = Table::parse(&format!("[crate.\"made/up\"]\n{text}")).unwrap();
    table.crates.remove("made/up").unwrap()
}

fn file(path: &str, text: &str) -> File {
    File {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}
