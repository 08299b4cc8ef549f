//! SECURITY.md names tests: each of them is there.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Parser};

use crate::files::File;

/// Returns the tests that a page names and no source has: code of several words with `_` between.
#[must_use]
pub fn unknown_tests(page: &File, sources: &[File]) -> Vec<String> {
    let known: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| source.text.split("fn ").skip(1))
        .filter_map(|rest| rest.split(['(', '<']).next())
        .collect();
    let named = Parser::new_ext(&page.text, pulldown_cmark::Options::ENABLE_TABLES);
    let named = named.filter_map(|event| match event {
        Event::Code(code) if is_test(&code) => Some(code),
        _ => None,
    });
    named
        .filter(|name| !known.contains(&**name))
        .map(|name| format!("{}: there is no test `{name}`", page.path))
        .collect()
}

/// A test's name is a sentence; something short such as `parse_str` is somebody else's function.
fn is_test(code: &str) -> bool {
    code.len() > 12
        && code.contains('_')
        && code
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
