//! Circles of imports in which a folder takes part.

use std::collections::{BTreeMap, BTreeSet};

use super::Arrow;
use crate::files::File;

type Graph<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>;

/// Returns each circle by its modules, with its way: the shortest through each import of each folder.
pub(super) fn across_folders(sources: &[File], arrows: &[Arrow]) -> BTreeMap<String, String> {
    let mut parents: BTreeMap<&[String], Graph<'_>> = BTreeMap::new();
    for arrow in arrows {
        if let Some((parent, from, to)) = arrow.between_siblings() {
            let graph = parents.entry(parent).or_default();
            let next = graph.entry(from).or_default();
            next.entry(to).or_insert(&arrow.place);
        }
    }
    let mut found = BTreeMap::new();
    for (parent, graph) in &parents {
        for (folder, imports) in graph {
            if is_folder(sources, parent, folder) {
                let ways = imports.keys().filter_map(|to| way(graph, to, folder));
                found.extend(ways.map(|way| shown(graph, way)));
            }
        }
    }
    found
}

fn is_folder(sources: &[File], parent: &[String], name: &str) -> bool {
    let mut folder = parent.join("/");
    if !folder.is_empty() {
        folder.push('/');
    }
    folder.push_str(name);
    folder.push('/');
    sources.iter().any(|file| file.path.starts_with(&folder))
}

/// Returns the shortest way from one module to another, both included.
fn way<'a>(graph: &Graph<'a>, from: &'a str, to: &'a str) -> Option<Vec<&'a str>> {
    let mut ways = vec![vec![from]];
    let mut seen = BTreeSet::from([from]);
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let last = way.last().copied().unwrap_or(from);
            if last == to {
                return Some(way);
            }
            for next in graph.get(last).into_iter().flat_map(BTreeMap::keys) {
                if seen.insert(next) {
                    longer.push([way.as_slice(), &[*next]].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

/// Shows a circle from the module that is first by name, so that it reads the same from each of them.
fn shown(graph: &Graph<'_>, mut circle: Vec<&str>) -> (String, String) {
    let first = circle.iter().min().copied();
    let at = circle.iter().position(|name| Some(*name) == first);
    circle.rotate_left(at.unwrap_or(0));
    let modules = circle.join(" ");
    circle.extend(circle.first().copied());
    let mut line = String::from("a circle: ");
    for pair in circle.windows(2) {
        if let [a, b] = pair {
            let place = graph.get(a).and_then(|next| next.get(b)).copied();
            line += &format!("`{a}` imports `{b}` ({}), ", place.unwrap_or("?"));
        }
    }
    line += "and so on; move what both need into a module of its own";
    (modules, line)
}
