//! What is public though no other crate's code names it.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::{Item, ext::IdentExt as _};

use crate::{
    files::File,
    layers::rust::{attributes, for_tests},
};

/// Returns the words that the code of some sources has, without what is for their own tests.
///
/// # Errors
///
/// Where a file is not Rust.
pub fn words<'a>(sources: impl IntoIterator<Item = &'a File>) -> Result<BTreeSet<String>, String> {
    let mut words = BTreeSet::new();
    for file in sources {
        let parsed =
            syn::parse_file(&file.text).map_err(|error| format!("{}: {error}", file.path))?;
        collect_items(&parsed.items, &mut words);
    }
    Ok(words)
}

fn collect_items(items: &[Item], words: &mut BTreeSet<String>) {
    for item in items.iter().filter(|item| !for_tests(attributes(item))) {
        match item {
            Item::Mod(module) => {
                if let Some((_, items)) = &module.content {
                    collect_items(items, words);
                }
            }
            item => collect(quote::ToTokens::to_token_stream(item), words),
        }
    }
}

fn collect(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(words.insert(ident.unraw().to_string())),
            TokenTree::Group(group) => collect(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Returns the functions, methods, constants and types of a listing whose names none of `words` is.
///
/// A type that another item has in its signature or field must be public, whoever names it; so must
/// what a trait asks for.
#[must_use]
pub fn unnamed<'a>(items: &'a [String], words: &BTreeSet<String>) -> Vec<&'a str> {
    let mut of_trait = false;
    let mut found = Vec::new();
    for item in items {
        let Some((path, kind)) = path(item) else {
            of_trait = item.starts_with("impl") && item.contains(" for ");
            continue;
        };
        // An implementation's items follow it.
        let associated = ["fn", "const", "type"].contains(&kind);
        of_trait &= associated;
        let name = path.rsplit("::").next().unwrap_or(path);
        if !of_trait && !words.contains(name) && !items.iter().any(|item| needs(item, path)) {
            found.push(path);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Returns the path and the kind of a listed item, if it is one that somebody has to name.
fn path(item: &str) -> Option<(&str, &str)> {
    let rest = item.strip_prefix("#[non_exhaustive] ").unwrap_or(item);
    let rest = rest.strip_prefix("pub ")?;
    let rest = rest
        .strip_prefix("const fn ")
        .map_or(rest, |_| rest.get("const ".len()..).unwrap_or(rest));
    let (kind, rest) = rest.split_once(' ')?;
    let kinds = ["fn", "const", "struct", "enum", "trait", "type", "static"];
    let end = rest.find(['(', '<', ' ']).unwrap_or(rest.len());
    // A constant's path is followed by its type.
    let end = rest.find(": ").map_or(end, |colon| colon.min(end));
    kinds.contains(&kind).then_some((rest.get(..end)?, kind))
}

/// Returns whether an item of the API cannot be without the type at `path`.
fn needs(item: &str, path: &str) -> bool {
    let is_own = |rest: &str| rest.starts_with(['(', '<', ':']) || rest.is_empty();
    let defined = item.split(' ').find(|word| word.contains("::"));
    let own = defined.and_then(|word| word.strip_prefix(path));
    let own = item.starts_with("impl") || own.is_some_and(is_own);
    !own && mentions(item, path)
}

fn mentions(signature: &str, path: &str) -> bool {
    signature.match_indices(path).any(|(at, _)| {
        let after = signature.get(at.saturating_add(path.len())..).unwrap_or("");
        !after.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
    })
}
