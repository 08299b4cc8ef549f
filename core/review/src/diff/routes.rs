//! Routes in two policies: what becomes of the requests that take them.
//!
//! Requests are compared, not lines: each method of each route stands for the requests
//! that take it, and is looked up in the other policy as the gate would. So a route that
//! is written otherwise and does the same is no difference, and one that takes requests
//! from another is.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use portcullis_gate::CanonicalPath;
use portcullis_gate::routes::{HostPattern, PatternSegment, Route, Routes};
use serde::Serialize;

use super::filler::Filler;
use super::grants::Names;
use super::requests::{ANY, Asking, RouteMember, asks, members};
use portcullis_policy::model::Model;

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
    for key in requests_of(&old, &new) {
        let (mut first, mut second) = (old.find(&key, &filler), new.find(&key, &filler));
        match (first, second) {
            (Some(_), Some(_)) => {}
            // What one route alone takes is reported for the methods that it names.
            (Some(index), None) if old.names(&key, index) => second = new.moved(&key, &old),
            (None, Some(index)) if new.names(&key, index) => first = old.moved(&key, &new),
            _ => continue,
        }
        let is_moved = old.has_moved(first, second, key.method, &new);
        let (methods, moved) = pairs.entry((first, second)).or_default();
        methods.insert(key.method);
        *moved |= is_moved;
    }
    let mut diffs = Vec::new();
    diffs.extend(served(&old, &new));
    for ((first, second), (methods, moved)) in pairs {
        let first = first.and_then(|index| before.routes.get(index));
        let second = second.and_then(|index| after.routes.get(index));
        let asked_before = first.map(|route| Asking {
            route,
            asks: asks(route, |name| {
                let index = before.permission(name);
                index.map_or(name, |index| names.before(before, index))
            }),
        });
        let asked_after = second.map(|route| Asking {
            route,
            asks: asks(route, |name| name),
        });
        let members = members(asked_before, asked_after, moved);
        if !members.is_empty() {
            diffs.extend(diff(first, second, &methods, members));
        }
    }
    diffs.sort_by_key(|diff| !diff.opens);
    diffs
}

/// Compares the hosts that routes without one serve: naming another host opens all of them there.
fn served(old: &Side<'_>, new: &Side<'_>) -> Option<RouteDiff> {
    let serves = |side: &Side<'_>| side.model.routes.iter().any(|route| route.host.is_none());
    if old.named == new.named || !serves(old) || !serves(new) {
        return None;
    }
    let words = |side: &Side<'_>| {
        let hosts = side.named.iter().map(ToString::to_string);
        let hosts = hosts.collect::<Vec<_>>().join(", ");
        if hosts.is_empty() {
            ANY.to_owned()
        } else {
            hosts
        }
    };
    let opens = new.named.is_empty() || (!old.named.is_empty() && !new.named.is_subset(&old.named));
    Some(RouteDiff {
        route: "routes without a host".to_owned(),
        change: RouteDiffChange::Changed,
        opens,
        before: None,
        after: None,
        members: vec![RouteMember {
            name: "host".to_owned(),
            before: words(old),
            after: words(new),
            opens,
        }],
    })
}

fn diff(
    before: Option<&Route>,
    after: Option<&Route>,
    methods: &BTreeSet<&str>,
    members: Vec<RouteMember>,
) -> Option<RouteDiff> {
    let shown = after.or(before)?;
    // Named by the methods that are concerned, not by its first.
    let mut named = shown.clone();
    named.methods = if methods.contains("*") {
        vec!["*".to_owned()]
    } else {
        vec![methods.iter().copied().collect::<Vec<_>>().join(", ")]
    };
    Some(RouteDiff {
        route: named.name(),
        change: match (before, after) {
            (None, _) => RouteDiffChange::Added,
            (_, None) => RouteDiffChange::Removed,
            _ => RouteDiffChange::Changed,
        },
        opens: members.iter().any(|member| member.opens),
        before: before.map(Route::name),
        after: after.map(Route::name),
        members,
    })
}

/// Returns requests that stand for all: those that take each route, at each host that has
/// routes of its own and by each method that one names, for there another may take them.
fn requests_of<'m>(old: &Side<'m>, new: &Side<'m>) -> impl Iterator<Item = Key<'m>> {
    let keys = || old.keys.keys().chain(new.keys.keys());
    let methods = keys().map(|key| key.method).collect::<BTreeSet<_>>();
    let hosts = keys().map(|key| key.host).chain([None]);
    let hosts = hosts.collect::<BTreeSet<_>>();
    let places = keys().map(|key| (key.path, key.host));
    let places = places.collect::<BTreeSet<_>>();
    let at_hosts = places.into_iter().flat_map(move |(path, host)| {
        // A route without a host, or for every host, may be another's at a host with its own.
        let own = if host.is_some_and(|host| !host.is_every()) {
            BTreeSet::from([host])
        } else {
            hosts.clone()
        };
        own.into_iter().map(move |host| (path, host))
    });
    // The same path may be a host's own and one of any.
    let at_hosts = at_hosts.collect::<BTreeSet<_>>();
    at_hosts.into_iter().flat_map(move |(path, host)| {
        let methods = methods.clone().into_iter();
        methods.map(move |method| Key { path, method, host })
    })
}

/// Requests of one method to one path at one host; none is one without routes of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'m> {
    path: Shape<'m>,
    method: &'m str,
    host: Option<&'m HostPattern>,
}

/// A path but for the names of its parameters.
#[derive(Clone, Copy, Debug)]
struct Shape<'m>(&'m [PatternSegment]);

impl Shape<'_> {
    /// Returns each segment with that text for its parameters, after the segment's kind.
    fn filled(&self, text: &str) -> impl Iterator<Item = (u8, Cow<'_, str>)> {
        self.0.iter().map(move |segment| match segment {
            PatternSegment::Literal(literal) => (0, Cow::Borrowed(literal.as_str())),
            PatternSegment::Parts(parts) => (1, Cow::Owned(parts.filled(text))),
            PatternSegment::Parameter(_) => (2, Cow::Owned(text.to_owned())),
            PatternSegment::Rest(_) => (3, Cow::Owned(text.to_owned())),
        })
    }
}

impl Ord for Shape<'_> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.filled("{").cmp(other.filled("{"))
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

/// Returns the routes that name no host; of two for the same requests the one without a host.
fn elsewhere(model: &Model) -> Option<(Routes, Vec<usize>)> {
    let all = model.routes.iter().enumerate();
    let some = |keep: fn(&Route) -> bool| {
        let (places, routes) = all
            .clone()
            .filter(|(_, route)| keep(route))
            .map(|(index, route)| (index, route.clone()))
            .unzip::<_, _, Vec<_>, Vec<_>>();
        Some((Routes::new(routes).ok()?, places))
    };
    some(|route| route.host.as_ref().is_none_or(HostPattern::is_every))
        .or_else(|| some(|route| route.host.is_none()))
}

/// The routes of one policy.
struct Side<'m> {
    model: &'m Model,
    keys: BTreeMap<Key<'m>, usize>,
    table: Option<Routes>,
    /// The routes that hold where a host has none of its own, and their places.
    elsewhere: Option<(Routes, Vec<usize>)>,
    /// The hosts that routes name.
    named: BTreeSet<&'m HostPattern>,
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
        let hosts = model.routes.iter().filter_map(|route| route.host.as_ref());
        Self {
            model,
            keys,
            table,
            elsewhere: elsewhere(model),
            named: hosts.filter(|host| !host.is_every()).collect(),
        }
    }

    /// Returns the route that takes such requests, whatever their parameters.
    fn find(&self, key: &Key<'_>, filler: &Filler) -> Option<usize> {
        let mut target = String::new();
        for (_, text) in key.path.filled(&filler.segment) {
            target.push('/');
            target.push_str(&text);
        }
        if target.is_empty() {
            target.push('/');
        }
        let method = if key.method == "*" {
            &filler.method
        } else {
            key.method
        };
        let path = CanonicalPath::parse(target.as_bytes()).ok()?;
        let Some(host) = key.host else {
            let (routes, places) = self.elsewhere.as_ref()?;
            let found = routes.find(method.as_bytes(), filler.label.as_bytes(), &path)?;
            return places.get(found.index).copied();
        };
        let host = host.example(&filler.label);
        let host = host.unwrap_or_else(|| filler.label.clone());
        let routes = self.table.as_ref()?;
        let found = routes.find(method.as_bytes(), host.as_bytes(), &path)?;
        Some(found.index)
    }

    /// Returns whether such requests are those that a route itself is for.
    fn names(&self, key: &Key<'_>, index: usize) -> bool {
        self.keys.get(key) == Some(&index)
    }

    /// Returns the route that is the same but for its host, if it came or went as the one
    /// of `other` for those requests went or came.
    fn moved(&self, key: &Key<'_>, other: &Side<'_>) -> Option<usize> {
        let mut all = self.keys.iter();
        let (_, index) = all.find(|(own, _)| {
            (own.path, own.method) == (key.path, key.method) && !other.keys.contains_key(own)
        })?;
        Some(*index)
    }

    /// Returns whether a route of this policy and one of the other are one that moved.
    fn has_moved(
        &self,
        own: Option<usize>,
        others: Option<usize>,
        method: &str,
        other: &Self,
    ) -> bool {
        let route = |side: &Side<'m>, index: Option<usize>| side.model.routes.get(index?);
        let (Some(own), Some(others)) = (route(self, own), route(other, others)) else {
            return false;
        };
        let [own, others] = [own, others].map(|route| Key {
            path: Shape(route.path.segments()),
            method,
            host: route.host.as_ref(),
        });
        own.path == others.path
            && self.keys.contains_key(&own)
            && other.keys.contains_key(&others)
            && !self.keys.contains_key(&others)
            && !other.keys.contains_key(&own)
    }
}
