//! All routes of a policy, ready to be matched.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;

use super::{
    edges::Edges,
    host::{HostPattern, normal_host},
    pattern::PatternSegment,
    route::Route,
};
use crate::path::{CanonicalPath, Segment};

/// All routes of a policy, as a tree: a literal goes before a parameter, and a
/// parameter before the rest, segment by segment from the left.
///
/// A route that is for the host goes before one that is for any.
#[derive(Debug, Clone)]
pub struct Routes {
    routes: Vec<Route>,
    /// The name of each in the log.
    names: Vec<Box<str>>,
    /// INVARIANT (sorted): ascending by host, each once.
    hosts: Vec<(HostPattern, u32)>,
    any_host: Option<u32>,
    nodes: Vec<Node>,
    edges: Edges,
}

#[derive(Debug, Clone, Default)]
struct Node {
    parameter: Option<u32>,
    rest: Vec<Leaf>,
    here: Vec<Leaf>,
}

#[derive(Debug, Clone)]
struct Leaf {
    /// Empty for any method.
    method: Box<[u8]>,
    route: u32,
}

/// A route that matches, and how.
#[derive(Debug, Clone, Copy)]
pub struct RouteMatch<'r> {
    /// The route.
    pub route: &'r Route,
    /// Its place among all.
    pub index: usize,
    /// Its name, as [`Route::name`] writes it.
    pub name: &'r str,
    /// Whether a server that folds case, or drops dots and spaces at the end of a
    /// segment, would take another route.
    pub lookalike: bool,
}

/// Two routes that match the same requests, by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SameRoute {
    /// The place of the former.
    pub first: usize,
    /// The place of the latter.
    pub second: usize,
}

impl Routes {
    /// Builds the tree.
    ///
    /// # Errors
    ///
    /// Refuses two routes with one host, shape of path, and method.
    pub fn new(routes: Vec<Route>) -> Result<Self, SameRoute> {
        let mut own = Self {
            routes: Vec::new(),
            names: Vec::new(),
            hosts: Vec::new(),
            any_host: None,
            nodes: Vec::new(),
            edges: Edges::new(),
        };
        for (index, route) in routes.iter().enumerate() {
            own.insert(index, route)?;
        }
        own.names = routes.iter().map(|route| route.name().into()).collect();
        own.routes = routes;
        Ok(own)
    }

    /// Returns every route, in the policy's order.
    #[must_use]
    pub fn all(&self) -> &[Route] {
        &self.routes
    }

    /// Returns the route that a request takes.
    ///
    /// HEAD takes a route for GET where there is no route for HEAD (RFC 9110, section 9.3.2). Where some
    /// routes are for certain hosts, a request that names none has no route: it might be for one
    /// of them.
    #[must_use]
    pub fn find(
        &self,
        method: &[u8],
        authority: &[u8],
        path: &CanonicalPath<'_>,
    ) -> Option<RouteMatch<'_>> {
        let segments = path.segments();
        let own = if self.hosts.is_empty() {
            [None; 2]
        } else {
            self.roots(normal_host(authority).filter(|host| !host.is_empty())?)
        };
        let roots = own.into_iter().chain([self.any_host]).flatten();
        let walk = |leniently: bool| {
            let mut roots = roots.clone();
            roots.find_map(|root| self.walk(root, segments, method, leniently))
        };
        let (index, lookalike) = match walk(true)? {
            (index, false) => (index, false),
            // A server that folds would take another route than one that does not.
            (_, true) => (walk(false)?.0, true),
        };
        let route = self.routes.get(index)?;
        Some(RouteMatch {
            route,
            index,
            name: self.names.get(index)?,
            lookalike,
        })
    }

    /// Returns whether some routes are for certain hosts.
    pub(crate) const fn tells_hosts_apart(&self) -> bool {
        !self.hosts.is_empty()
    }

    /// Returns the trees of a host: its own, then that of all names one label below another.
    fn roots(&self, host: String) -> [Option<u32>; 2] {
        let parent = host.split_once('.').map(|(_, parent)| parent.into());
        let exact = HostPattern {
            name: host,
            wildcard: false,
        };
        let below = parent.map(|name| HostPattern {
            name,
            wildcard: true,
        });
        [self.host(&exact), below.and_then(|host| self.host(&host))]
    }

    /// Descends, and returns whether a literal was taken that is not exactly the segment;
    /// the depth is bounded by the longest pattern.
    fn walk(
        &self,
        at: u32,
        segments: &[Segment<'_>],
        method: &[u8],
        leniently: bool,
    ) -> Option<(usize, bool)> {
        let node = self.node(at)?;
        let Some((segment, below)) = segments.split_first() else {
            return leaf(&node.here, method).map(|route| (route, false));
        };
        let segment = segment.decoded();
        let mut folds = false;
        for (next, exact) in self.edges.alike(at, segment) {
            if !exact {
                folds = true;
            } else if let Some(found) = self.walk(next, below, method, leniently) {
                return Some(found);
            }
        }
        if folds && leniently {
            for (next, exact) in self.edges.alike(at, segment) {
                if !exact && let Some((route, _)) = self.walk(next, below, method, leniently) {
                    return Some((route, true));
                }
            }
        }
        if let Some(next) = node.parameter
            && let Some(found) = self.walk(next, below, method, leniently)
        {
            return Some(found);
        }
        leaf(&node.rest, method).map(|route| (route, false))
    }

    fn insert(&mut self, index: usize, route: &Route) -> Result<(), SameRoute> {
        let mut at = self.root(route.host.as_ref());
        let mut rest = false;
        for segment in route.path.segments() {
            at = match segment {
                PatternSegment::Literal(text) => match self.edges.exact(at, text.as_bytes()) {
                    Some(next) => next,
                    None => {
                        let next = self.add();
                        self.edges.insert(at, text.as_bytes(), next);
                        next
                    }
                },
                PatternSegment::Parameter(_) => match self.node(at).and_then(|own| own.parameter) {
                    Some(next) => next,
                    None => {
                        let next = self.add();
                        if let Some(node) = self.node_mut(at) {
                            node.parameter = Some(next);
                        }
                        next
                    }
                },
                PatternSegment::Rest(_) => {
                    rest = true;
                    at
                }
            };
        }
        let Some(node) = self.node_mut(at) else {
            return Ok(());
        };
        let leaves = if rest { &mut node.rest } else { &mut node.here };
        for method in &route.methods {
            let method: Box<[u8]> = if method == "*" {
                Box::default()
            } else {
                method.as_bytes().into()
            };
            if let Some(known) = leaves.iter().find(|leaf| leaf.method == method) {
                return Err(SameRoute {
                    first: place(known.route),
                    second: index,
                });
            }
            leaves.push(Leaf {
                method,
                route: u32::try_from(index).unwrap_or(u32::MAX),
            });
        }
        Ok(())
    }

    fn root(&mut self, host: Option<&HostPattern>) -> u32 {
        let known = match host {
            Some(host) => self.host(host),
            None => self.any_host,
        };
        if let Some(root) = known {
            return root;
        }
        let root = self.add();
        match host {
            Some(host) => {
                let at = self.hosts.partition_point(|(known, _)| known < host);
                self.hosts.insert(at, (host.clone(), root));
            }
            None => self.any_host = Some(root),
        }
        root
    }

    fn host(&self, host: &HostPattern) -> Option<u32> {
        let at = self
            .hosts
            .binary_search_by(|(known, _)| known.cmp(host))
            .ok()?;
        self.hosts.get(at).map(|(_, root)| *root)
    }

    fn add(&mut self) -> u32 {
        let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(Node::default());
        next
    }

    fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(place(at))
    }

    fn node_mut(&mut self, at: u32) -> Option<&mut Node> {
        self.nodes.get_mut(place(at))
    }
}

impl fmt::Display for SameRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("two routes match the same requests")
    }
}

impl core::error::Error for SameRoute {}

// Linear: a path has few methods.
fn leaf(leaves: &[Leaf], method: &[u8]) -> Option<usize> {
    let named = |name: &[u8]| leaves.iter().find(|leaf| *leaf.method == *name);
    let found = named(method)
        .filter(|_| !method.is_empty())
        .or_else(|| named(b"GET").filter(|_| method == b"HEAD"))
        .or_else(|| named(b""))?;
    Some(place(found.route))
}

fn place(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
