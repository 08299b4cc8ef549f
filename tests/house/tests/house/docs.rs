//! What the checks of docs find, in made-up pages.

use portcullis_house::{files::File, links, security::unknown_tests, words::Words};

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let page = "\
# One `two`: three

[fine](other.md) [fine](#one-two-three) [fine](../README.md#the-map) [fine](https://example.com/x.md)
[gone](gone.md) [no heading](#four) [no heading](../README.md#four) [outside](../../x.md)
`core/engine/src/gone.rs` `core/engine` `core/*` `docs/other.md`
```
[not a link](gone.md)
```
";
    let docs = [
        file("docs/page.md", page),
        file("README.md", "## The map\n"),
    ];
    let there = ["docs/other.md", "docs/page.md", "README.md", "core/engine"];
    let found = links::broken(&docs, |path| there.contains(&path));
    let lines: Vec<&str> = found
        .iter()
        .filter_map(|line| line.split(": ").next())
        .collect();
    assert_eq!(
        lines,
        ["docs/page.md:4"; 4]
            .into_iter()
            .chain(["docs/page.md:5"])
            .collect::<Vec<_>>(),
        "{found:?}"
    );
}

#[test]
fn a_word_of_another_day_is_found() {
    let words = Words::parse(
        "instead = [{ of = \"mend*\", write = \"fix\" }, \
         { of = \"is none\", write = \"no\", but_before = [\"of\"], but_after = [\"there\"] }]",
    )
    .unwrap();
    let text =
        "// It mends.\nThis is\n// none, but it is none of ours, and there is none; amend `mend`.";
    let found = words.found_in(&file("a.rs", text));
    let places: Vec<&str> = found
        .iter()
        .filter_map(|line| line.split(';').next())
        .collect();
    assert_eq!(
        places,
        [
            "a.rs:1: \"mend*\"",
            "a.rs:3: \"mend*\"",
            "a.rs:2: \"is none\""
        ]
    );
}

#[test]
fn a_test_that_is_not_there_is_found() {
    let page = "| a | `a_test_that_is_here`, `one_that_is_gone` | `parse_str`, `core/engine`, `A_CONSTANT_NAME` |";
    let page = file(
        "SECURITY.md",
        &format!("| what | by | else |\n|---|---|---|\n{page}\n"),
    );
    let source = file(
        "a.rs",
        "#[test]\nfn a_test_that_is_here() {}\nfn one_that_is() {}",
    );
    let found = unknown_tests(&page, &[source]);
    assert_eq!(found, ["SECURITY.md: there is no test `one_that_is_gone`"]);
}

fn file(path: &str, text: &str) -> File {
    File {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}
