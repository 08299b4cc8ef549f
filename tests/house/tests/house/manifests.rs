//! What the checks of manifests find, in made-up ones.

use portcullis_house::{
    files::File,
    layers::Table,
    manifests::{against, without_reason},
};

use crate::assert_nothing;

#[test]
fn a_dependency_without_a_reason_is_found() {
    let manifest = "\
[package]
name = \"a\"

[dependencies]
# Reads JSON.
serde_json = \"1\"
serde = { version = \"1\", features = [
    \"derive\",
] }
csv = \"1\" # Writes tables.

[target.'cfg(unix)'.dev-dependencies]
# Says what follows.

rustix.workspace = true

[workspace.dependencies]
# authoring
toml = \"1\"
[dependencies.clap]
# Its reason.
version = \"4\"
";
    let found = without_reason(&made_up("a", manifest));
    let shown: Vec<&str> = found
        .iter()
        .filter_map(|line| line.split(';').next())
        .collect();
    assert_eq!(
        shown,
        [
            "a/Cargo.toml:7: no reason for `serde`",
            "a/Cargo.toml:15: no reason for `rustix`",
            "a/Cargo.toml:19: no reason for `toml`",
            "a/Cargo.toml:20: write `clap` as one line in the table of dependencies",
        ]
    );
}

#[test]
fn a_dependency_against_the_table_is_found() {
    let table =
        Table::parse("[crate.\"low\"]\ntests_may = [\"high\"]\n[crate.\"high\"]\nmay = [\"low\"]")
            .unwrap();
    let high = made_up(
        "high",
        "[package]\nname = \"b\"\n[dependencies]\na.path = \"../low\"",
    );
    let fine = "[package]\nname = \"a\"\n[dev-dependencies]\nb.path = \"../high\"";
    let low = |manifest: &str| against(&table, &[high.clone(), made_up("low", manifest)]).unwrap();
    assert_nothing(&low(fine));
    for offence in [
        "[dependencies]\nb.path = \"../high\"",
        "[build-dependencies]\nb.path = \"../high\"",
        "[dependencies]\nother = { package = \"b\", path = \"../high\" }",
        "[target.'cfg(unix)'.dependencies]\nb.path = \"../high\"",
    ] {
        let found = low(&format!("[package]\nname = \"a\"\n{offence}"));
        assert_eq!(found.len(), 1, "{offence}: {found:?}");
        assert!(found[0].contains("low may not depend on high"), "{found:?}");
    }
}

fn made_up(folder: &str, text: &str) -> File {
    File {
        path: format!("{folder}/Cargo.toml"),
        text: text.to_owned(),
    }
}
