//! Paths that are described with a `/` at their end: their routes take them without it too.

use std::collections::{BTreeMap, BTreeSet};

use super::left_out::LeftOut;
use super::route::{Route, Said};

/// Settles what is described with a `/` at its end beside what is described without.
///
/// A route takes both, so two that agree are one; and what would take from another operation the
/// requests that are described for it has no route, for nothing says what they ask.
pub(super) fn settle(
    routes: &mut Vec<Route>,
    left_out: &mut Vec<LeftOut>,
    notes: &mut Vec<String>,
) {
    let plain: Vec<_> = routes
        .iter()
        .filter(|own| !own.said.trailing_slash)
        .collect();
    let heads: BTreeSet<&str> = plain
        .iter()
        .filter(|own| own.methods.iter().any(|method| method.name == "HEAD"))
        .map(|own| own.said.path.as_str())
        .collect();
    let mut by_length: BTreeMap<Option<usize>, Vec<&Route>> = BTreeMap::new();
    for own in &plain {
        by_length
            .entry(length(&own.said.path))
            .or_default()
            .push(own);
    }
    let mut refused = BTreeSet::new();
    let mut noted = BTreeSet::new();
    for own in routes.iter().filter(|own| own.said.trailing_slash) {
        let path = &own.said.path;
        let own_length = length(path);
        // What has any number of segments may fit whatever has some.
        let near = by_length.iter().filter(|(length, _)| {
            own_length.is_none() || length.is_none() || **length == own_length
        });
        let others: Vec<&Route> = near
            .flat_map(|(_, others)| others)
            .filter(|other| !agree(own, other) && overlap(path, &other.said.path))
            .copied()
            .collect();
        for method in &own.methods {
            let takes = |other: &&Route| {
                let of_get = method.name == "HEAD" && !heads.contains(other.said.path.as_str());
                let mut methods = other.methods.iter();
                let taken =
                    methods.find(|one| one.name == method.name || (of_get && one.name == "GET"));
                taken.map(|one| one.described.clone())
            };
            let Some(other) = others.iter().find_map(takes) else {
                noted.insert(path.clone());
                continue;
            };
            left_out.push(LeftOut {
                what: method.described.clone(),
                why: format!(
                    "a route with `/` at its end takes the path without it too, which `{other}` asks otherwise; make them agree"
                ),
                requests: None,
            });
            refused.insert((own.said.clone(), method.name.clone()));
        }
    }
    for own in routes.iter_mut() {
        let said = &own.said;
        own.methods
            .retain(|method| !refused.contains(&(said.clone(), method.name.clone())));
    }
    let taken = taken(routes);
    for own in routes.iter_mut().filter(|own| !own.said.trailing_slash) {
        let said = shape(&own.said);
        own.methods
            .retain(|method| !taken.contains(&(said.clone(), method.name.clone())));
    }
    routes.retain(|own| !own.methods.is_empty());
    if !noted.is_empty() {
        let paths: Vec<_> = noted.iter().map(|path| format!("{path}/")).collect();
        notes.push(format!(
            "taken with the `/` at their end and without: {}",
            paths.join(", ")
        ));
    }
}

/// Returns what routes take that are described with a `/` at their end.
fn taken(routes: &[Route]) -> BTreeSet<(Said, String)> {
    let slashed = routes.iter().filter(|own| own.said.trailing_slash);
    let pairs = slashed.flat_map(|own| {
        let said = shape(&own.said);
        let methods = own.methods.iter();
        methods.map(move |method| (said.clone(), method.name.clone()))
    });
    pairs.collect()
}

/// Returns what a route says, whatever its parameters are called and whether a `/` is at its end.
fn shape(said: &Said) -> Said {
    Said {
        trailing_slash: false,
        ..said.shape()
    }
}

fn agree(one: &Route, other: &Route) -> bool {
    let (one, other) = (one.said.shape(), other.said.shape());
    one.asks == other.asks && one.resource == other.resource
}

/// Returns how many segments a path has; nothing where it may have any number.
fn length(path: &str) -> Option<usize> {
    (!path.contains("...}")).then(|| path.split('/').count())
}

/// Says whether some path fits both, perhaps.
fn overlap(one: &str, other: &str) -> bool {
    let (mut ones, mut others) = (one.split('/'), other.split('/'));
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return true,
            (Some(segment), _) | (_, Some(segment)) if segment.ends_with("...}") => return true,
            (Some(one), Some(other)) => {
                if one != other && !one.contains('{') && !other.contains('{') {
                    return false;
                }
            }
            _ => return false,
        }
    }
}
