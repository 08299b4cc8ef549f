//! Routes in two policies: what becomes of the requests that take them.
//!
//! Requests are compared, not lines: each method of each route stands for the requests
//! that take it, and is looked up in the other policy as the gate would. So a route that
//! is written otherwise and does the same is no difference, and one that takes requests
//! from another is.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_gate::CanonicalPath;
use portcullis_gate::routes::{PatternSegment, Route, Routes};
use serde::Serialize;

use super::grants::Names;
use super::requests::{RouteMember, Told, asks, members};
use crate::model::Model;

/// What became of the requests that take a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteDiff {
    /// The methods that are concerned, the host and the path.
    pub route: String,
    /// Whether they are taken now and were not, or no longer, or otherwise.
    pub change: RouteDiffChange,
    /// Whether something is more open, or may be.
    pub opens: bool,
    /// The route that took them in the first policy, by its first method, host and path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The route that takes them in the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What differs; of a route that is new or gone, what it says.
    pub members: Vec<RouteMember>,
}

/// What became of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RouteDiffChange {
    /// No route took them before.
    Added,
    /// No route takes them now.
    Removed,
    /// They are taken otherwise.
    Changed,
}

/// Compares the routes of two policies; what is more open comes first.
pub(super) fn routes(before: &Model, after: &Model, names: &Names) -> Vec<RouteDiff> {
    let (old, new) = (Side::new(before), Side::new(after));
    let filler = Filler::new(&[before, after]);
    // By the routes that take them before and after: the methods, and whether it is one
    // route that moved to another host.
    let mut pairs = BTreeMap::<(Option<usize>, Option<usize>), (BTreeSet<&str>, bool)>::new();
    let mut pair = |first, second, method, moved| {
        let (methods, is_moved) = pairs.entry((first, second)).or_default();
        methods.insert(method);
        *is_moved |= moved;
    };
    for (key, second) in &new.keys {
        let known = old.keys.get(key);
        let moved = || moved(key, &old, &new);
        let first = known.copied().or_else(|| old.find(key, &filler));
        let first = first.or_else(moved);
        let is_moved = known.is_none() && first.is_some() && first == moved();
        pair(first, Some(*second), key.method, is_moved);
    }
    for (key, first) in &old.keys {
        if new.keys.contains_key(key) {
            continue;
        }
        let moved = || moved(key, &new, &old);
        let second = new.find(key, &filler).or_else(moved);
        let is_moved = second.is_some() && second == moved();
        pair(Some(*first), second, key.method, is_moved);
    }
    let mut diffs = Vec::new();
    for ((first, second), (methods, moved)) in pairs {
        let route = |model: &Model, index: Option<usize>| model.routes.get(index?).cloned();
        let (first, second) = (route(before, first), route(after, second));
        let told = first.as_ref().map(|route| Told {
            route,
            asks: asks(route, |name| {
                let index = before.permission(name);
                index.map_or(name, |index| names.before(before, index))
            }),
        });
        let now_told = second.as_ref().map(|route| Told {
            route,
            asks: asks(route, |name| name),
        });
        let members = members(told, now_told, moved);
        if !members.is_empty() {
            diffs.extend(diff(first, second, &methods, members));
        }
    }
    diffs.sort_by_key(|diff| !diff.opens);
    diffs
}

fn diff(
    before: Option<Route>,
    after: Option<Route>,
    methods: &BTreeSet<&str>,
    members: Vec<RouteMember>,
) -> Option<RouteDiff> {
    let shown = after.as_ref().or(before.as_ref())?;
    // Named by the methods that are concerned, not by its first.
    let mut named = shown.clone();
    named.methods = vec![methods.iter().copied().collect::<Vec<_>>().join(", ")];
    Some(RouteDiff {
        route: named.name(),
        change: match (&before, &after) {
            (None, _) => RouteDiffChange::Added,
            (_, None) => RouteDiffChange::Removed,
            _ => RouteDiffChange::Changed,
        },
        opens: members.iter().any(|member| member.opens),
        before: before.as_ref().map(Route::name),
        after: after.as_ref().map(Route::name),
        members,
    })
}

/// Requests of one method that take one route, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'m> {
    path: Shape<'m>,
    method: &'m str,
    host: Option<&'m portcullis_gate::routes::HostPattern>,
}

/// A path but for the names of its parameters.
#[derive(Clone, Copy, Debug)]
struct Shape<'m>(&'m [PatternSegment]);

impl Shape<'_> {
    fn parts(&self) -> impl Iterator<Item = (u8, &str)> {
        self.0.iter().map(|segment| match segment {
            PatternSegment::Literal(text) => (0, text.as_str()),
            PatternSegment::Parameter(_) => (1, ""),
            PatternSegment::Rest(_) => (2, ""),
        })
    }
}

impl Ord for Shape<'_> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.parts().cmp(other.parts())
    }
}

impl PartialOrd for Shape<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Shape<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Shape<'_> {}

/// The routes of one policy.
struct Side<'m> {
    keys: BTreeMap<Key<'m>, usize>,
    table: Option<Routes>,
}

impl<'m> Side<'m> {
    fn new(model: &'m Model) -> Self {
        let mut keys = BTreeMap::new();
        for (index, route) in model.routes.iter().enumerate() {
            for method in &route.methods {
                let key = Key {
                    path: Shape(route.path.segments()),
                    method,
                    host: route.host.as_ref(),
                };
                keys.insert(key, index);
            }
        }
        // INVARIANT (distinct): the compiler refuses routes that match the same requests.
        let table = Routes::new(model.routes.clone()).ok();
        Self { keys, table }
    }

    /// Returns the route that takes such requests, whatever their parameters.
    fn find(&self, key: &Key<'_>, filler: &Filler) -> Option<usize> {
        let mut target = String::new();
        for (kind, text) in key.path.parts() {
            target.push('/');
            target.push_str(if kind == 0 { text } else { &filler.segment });
        }
        if target.is_empty() {
            target.push('/');
        }
        let host = match key.host {
            None => filler.label.clone(),
            Some(host) => {
                let host = host.to_string();
                match host.strip_prefix("*.") {
                    Some(above) => format!("{}.{above}", filler.label),
                    None => host,
                }
            }
        };
        let method = if key.method == "*" {
            &filler.method
        } else {
            key.method
        };
        let path = CanonicalPath::parse(target.as_bytes()).ok()?;
        let found = self.table.as_ref()?;
        let found = found.find(method.as_bytes(), host.as_bytes(), &path)?;
        Some(found.index)
    }
}

/// Returns the route that is the same but for its host, where one came as the other went.
fn moved(key: &Key<'_>, other: &Side<'_>, own: &Side<'_>) -> Option<usize> {
    let mut all = other.keys.iter();
    let (_, index) = all.find(|(candidate, _)| {
        (candidate.path, candidate.method) == (key.path, key.method)
            && !own.keys.contains_key(candidate)
    })?;
    (!other.keys.contains_key(key)).then_some(*index)
}

/// Texts that no route of either policy names.
struct Filler {
    segment: String,
    label: String,
    method: String,
}

impl Filler {
    fn new(models: &[&Model]) -> Self {
        let routes = || models.iter().flat_map(|model| &model.routes);
        let mut own = Self {
            segment: "x".to_owned(),
            label: "x".to_owned(),
            method: "X".to_owned(),
        };
        // The longest of them all is shorter than this one.
        let segments = routes().flat_map(|route| route.path.segments());
        for segment in segments {
            if let PatternSegment::Literal(text) = segment {
                while own.segment.len() <= text.len() {
                    own.segment.push('x');
                }
            }
        }
        for host in routes().filter_map(|route| route.host.as_ref()) {
            let host = host.to_string();
            let labels = host.split('.').map(str::len);
            while labels.clone().any(|length| own.label.len() <= length) {
                own.label.push('x');
            }
        }
        while routes().any(|route| route.methods.contains(&own.method)) {
            own.method.push('X');
        }
        own
    }
}
