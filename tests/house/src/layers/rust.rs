//! The imports of a crate's sources: every `use`, and every path in code or in a macro.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Ident, Item, ItemMod, ItemUse, Macro, Meta, Path, UseTree, VisRestricted,
    ext::IdentExt as _,
    visit::{self, Visit},
};

use super::arrows::{Arrow, Target};
use crate::files::File;

/// Returns the imports of a crate's sources; what is compiled for its tests alone is left out.
///
/// The paths of `sources` are from the crate's `src`.
///
/// # Errors
///
/// Where a file is not Rust.
pub fn arrows(sources: &[File]) -> Result<Vec<Arrow>, String> {
    let mut files = BTreeMap::new();
    for file in sources {
        let parsed =
            syn::parse_file(&file.text).map_err(|error| format!("{}: {error}", file.path))?;
        files.insert(module(&file.path), (file.path.as_str(), parsed));
    }
    let tests: BTreeSet<Vec<String>> = files
        .iter()
        .flat_map(|(module, (_, file))| test_modules(module, &file.items))
        .collect();
    let modules: BTreeSet<&[String]> = files.keys().map(Vec::as_slice).collect();
    let reexports = reexports(&files);

    let mut arrows = Vec::new();
    for (module, (path, file)) in &files {
        if (1..=module.len()).any(|end| tests.contains(module.get(..end).unwrap_or(module))) {
            continue;
        }
        let mut reader = Reader {
            module: module.clone(),
            path,
            modules: &modules,
            reexports: &reexports,
            arrows: &mut arrows,
        };
        reader.visit_file(file);
    }
    Ok(arrows)
}

/// Returns the sources of crates without the files that are compiled for their tests alone.
///
/// # Errors
///
/// Where a file is not Rust.
pub fn without_tests(sources: &[File]) -> Result<Vec<&File>, String> {
    let mut found = Vec::new();
    let mut tests = BTreeSet::new();
    for file in sources {
        let Some((own, path)) = file.path.split_once("/src/") else {
            continue;
        };
        let parsed =
            syn::parse_file(&file.text).map_err(|error| format!("{}: {error}", file.path))?;
        let module = module(path);
        let of_tests = test_modules(&module, &parsed.items).into_iter();
        tests.extend(of_tests.map(|module| (own, module)));
        found.push((own, module, file));
    }
    let is_test = |own: &str, module: &[String]| {
        (1..=module.len()).any(|end| {
            let above = module.get(..end).unwrap_or(module);
            tests.contains(&(own, above.to_vec()))
        })
    };
    found.retain(|(own, module, _)| !is_test(own, module));
    Ok(found.into_iter().map(|(_, _, file)| file).collect())
}

/// Returns the module that a file is, from the root of the crate.
fn module(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let mut names: Vec<String> = path.split('/').map(str::to_owned).collect();
    if names
        .last()
        .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
    {
        names.pop();
    }
    names
}

fn test_modules(parent: &[String], items: &[Item]) -> Vec<Vec<String>> {
    let modules = items.iter().filter_map(|item| match item {
        Item::Mod(module) if for_tests(&module.attrs) => Some(module),
        _ => None,
    });
    modules
        .map(|module| [parent, &[name(&module.ident)]].concat())
        .collect()
}

/// Where a name comes from that the root of the crate passes on.
fn reexports(files: &BTreeMap<Vec<String>, (&str, syn::File)>) -> BTreeMap<String, Vec<String>> {
    let mut reexports = BTreeMap::new();
    for item in files
        .get(&[] as &[String])
        .into_iter()
        .flat_map(|(_, file)| &file.items)
    {
        if let Item::Use(item) = item {
            for (path, alias) in leaves(&item.tree) {
                let names: Vec<String> = path.iter().map(name).collect();
                let names = match names.first().map(String::as_str) {
                    Some("crate" | "self") => names.get(1..).unwrap_or(&[]).to_vec(),
                    _ => names,
                };
                reexports.insert(alias, names);
            }
        }
    }
    reexports
}

struct Reader<'a> {
    module: Vec<String>,
    path: &'a str,
    modules: &'a BTreeSet<&'a [String]>,
    reexports: &'a BTreeMap<String, Vec<String>>,
    arrows: &'a mut Vec<Arrow>,
}

impl Reader<'_> {
    fn see<'i>(&mut self, path: impl IntoIterator<Item = &'i Ident>) {
        let path: Vec<&Ident> = path.into_iter().collect();
        let Some(first) = path.first() else { return };
        let names: Vec<String> = path.iter().map(|ident| name(ident)).collect();
        if let Some(to) = self.resolve(&names) {
            let line = first.span().start().line;
            self.arrows.push(Arrow {
                from: self.module.clone(),
                to,
                place: format!("{}:{line}", self.path),
            });
        }
    }

    fn resolve(&self, names: &[String]) -> Option<Target> {
        let (first, rest) = names.split_first()?;
        let inside = match first.as_str() {
            "crate" => rest.to_vec(),
            "self" if !rest.is_empty() => [&self.module, rest].concat(),
            "super" => {
                let ups = names.iter().take_while(|name| *name == "super").count();
                let kept = self.module.len().checked_sub(ups)?;
                [self.module.get(..kept)?, names.get(ups..)?].concat()
            }
            _ => {
                let child = [self.module.as_slice(), std::slice::from_ref(first)].concat();
                if self.modules.contains(child.as_slice()) {
                    [self.module.as_slice(), names].concat()
                } else if rest.is_empty() {
                    return None;
                } else {
                    return Some(Target::Outside(names.to_vec()));
                }
            }
        };
        // What the root passes on belongs to where it comes from.
        match inside.split_first() {
            Some((first, rest)) if !self.modules.contains(std::slice::from_ref(first)) => {
                let from = self.reexports.get(first)?;
                let path = [from, rest].concat();
                let own = from.first().map(std::slice::from_ref);
                if own.is_some_and(|own| self.modules.contains(own)) {
                    Some(Target::Inside(path))
                } else {
                    Some(Target::Outside(path))
                }
            }
            _ => Some(Target::Inside(inside)),
        }
    }

    fn see_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<Ident> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    colons += 1
                }
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.see(&path);
                        path.clear();
                    }
                    colons = 0;
                    path.push(ident);
                }
                other => {
                    self.see(&path);
                    path.clear();
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.see_tokens(group.stream());
                    }
                }
            }
        }
        self.see(&path);
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.module.push(name(&module.ident));
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for (path, _) in leaves(&item.tree) {
            self.see(&path);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        self.see(path.segments.iter().map(|segment| &segment.ident));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.see_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    // `pub(in crate::x)` says who may see, and imports nothing.
    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}
}

/// Returns each path of a `use`, with the name that it gets.
fn leaves(tree: &UseTree) -> Vec<(Vec<Ident>, String)> {
    match tree {
        UseTree::Path(path) => {
            let mut below = leaves(&path.tree);
            for (names, alias) in &mut below {
                names.insert(0, path.ident.clone());
                if alias == "self" {
                    *alias = name(&path.ident);
                }
            }
            below
        }
        UseTree::Name(leaf) if leaf.ident == "self" => vec![(Vec::new(), "self".to_owned())],
        UseTree::Name(leaf) => vec![(vec![leaf.ident.clone()], name(&leaf.ident))],
        UseTree::Rename(leaf) => vec![(vec![leaf.ident.clone()], name(&leaf.rename))],
        UseTree::Glob(_) => vec![(Vec::new(), "*".to_owned())],
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}

/// Returns whether what has these attributes is compiled for the crate's own tests alone.
pub(crate) fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && match attribute.parse_args::<Meta>() {
                Ok(Meta::Path(path)) => path.is_ident("test"),
                Ok(Meta::List(list)) if list.path.is_ident("all") => list
                    .tokens
                    .into_iter()
                    .any(|token| matches!(token, TokenTree::Ident(ident) if ident == "test")),
                _ => false,
            }
    })
}

/// Returns the attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name(ident: &Ident) -> String {
    ident.unraw().to_string()
}
