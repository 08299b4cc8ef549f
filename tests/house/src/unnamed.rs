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
pub fn unnamed(items: &[String], words: &BTreeSet<String>) -> Vec<String> {
    let mut of_trait = None;
    let mut found = Vec::new();
    for item in items {
        let Some(path) = path(item) else {
            of_trait = implemented_for(item);
            continue;
        };
        // What a trait asks for follows the line of its implementation, below the same type.
        let (above, name) = path.rsplit_once("::").unwrap_or(("", &path));
        if of_trait.as_deref() == Some(above) {
            continue;
        }
        of_trait = None;
        if !words.contains(name) && !items.iter().any(|item| needs(item, &path)) {
            found.push(path);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Returns the type, without what it is generic over, for which a line says that a trait is
/// implemented.
fn implemented_for(item: &str) -> Option<String> {
    let item = item.strip_prefix("impl")?;
    let (_, own) = item.rsplit_once(" for ")?;
    Some(bare(own))
}

/// Returns the path of a listed item without what it is generic over, if it is one that somebody
/// has to name.
fn path(item: &str) -> Option<String> {
    let rest = item.strip_prefix("#[non_exhaustive] ").unwrap_or(item);
    let rest = rest.strip_prefix("pub ")?;
    let rest = rest
        .strip_prefix("const fn ")
        .map_or(rest, |_| rest.get("const ".len()..).unwrap_or(rest));
    let (kind, rest) = rest.split_once(' ')?;
    let kinds = ["fn", "const", "struct", "enum", "trait", "type", "static"];
    // A constant's path is followed by its type.
    let path = bare(rest);
    let path = path.strip_suffix(':').unwrap_or(&path);
    kinds.contains(&kind).then(|| path.to_owned())
}

/// Returns the path that a text begins with, without what it is generic over.
fn bare(text: &str) -> String {
    let mut depth = 0_usize;
    let mut before = ' ';
    let mut path = String::new();
    for character in text.chars() {
        match character {
            '<' => depth = depth.saturating_add(1),
            // The arrow of a closure's type closes nothing.
            '>' if before != '-' => depth = depth.saturating_sub(1),
            '(' | ' ' if depth == 0 => break,
            _ if depth == 0 => path.push(character),
            _ => {}
        }
        before = character;
    }
    path
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
