//! All routes of a policy, ready to be matched.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;

use super::{
    edges::Edges,
    host::{Breadth, HostPattern, normal_host},
    parts::{Reading, SegmentParts},
    pattern::PatternSegment,
    route::Route,
    search::{Candidate, Search, bits_from, each_bit, segment_bit},
};
use crate::path::{Ambiguities, Ambiguity, CanonicalPath, Segment, trimmed};

/// All routes of a policy, as a tree: a literal goes before parts, those before a parameter,
/// and a parameter before the rest, segment by segment from the left.
///
/// A route that names the host goes before one that names none. Where some routes name hosts,
/// one that names none is for those hosts and no others, and one for `*` is for every host.
#[derive(Debug, Clone)]
pub struct Routes {
    routes: Vec<Route>,
    /// The name of each in the log.
    names: Vec<Box<str>>,
    /// The hosts that routes name.
    ///
    /// INVARIANT (sorted): ascending by host, each once.
    hosts: Vec<(HostPattern, u32)>,
    /// The tree of routes that name no host.
    no_host: Option<u32>,
    /// The tree of routes for `*`.
    every_host: Option<u32>,
    nodes: Vec<Node>,
    edges: Edges,
}

#[derive(Debug, Clone, Default)]
struct Node {
    /// INVARIANT (sorted): the narrower before the wider, each once.
    parts: Vec<(SegmentParts, u32)>,
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
    /// Whether a server that folds case, or drops dots and spaces at the end of a segment
    /// ([`Lookalike`](crate::path::Ambiguity::Lookalike)), or one that cuts a suffix off
    /// ([`LookalikeSuffix`](crate::path::Ambiguity::LookalikeSuffix)), would take another route;
    /// and whether a literal next to a parameter arrived percent-encoded
    /// ([`EncodedLiteral`](crate::path::Ambiguity::EncodedLiteral)).
    pub lookalikes: Ambiguities,
    /// Another route that matches and answers otherwise, where neither is at least as specific
    /// in host, method and path; or this one, where its parameters could also be other parts of
    /// a segment. The request must be refused.
    pub rival: Option<&'r str>,
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
            no_host: None,
            every_host: None,
            nodes: Vec::new(),
            edges: Edges::new(),
        };
        let names_hosts = names_hosts(&routes);
        for (index, route) in routes.iter().enumerate() {
            let host = effective_host(route.host.as_ref(), names_hosts);
            own.insert(index, route, host)?;
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
        let found = self.search(method, authority, segments)?;
        let first = found.first?;
        let index = first.route;
        let route = self.routes.get(index)?;
        let differs = |other: usize| self.differs(other, route);
        let rival = match first.several {
            true => Some(index),
            false => found.rival(differs),
        };
        let rival = rival.and_then(|rival| self.names.get(rival));
        let mut lookalikes = self.lookalikes(&found, differs, segments);
        if first.parts() != 0 && hides_literal(route, segments) {
            lookalikes.add(Ambiguity::EncodedLiteral);
        }
        Some(RouteMatch {
            route,
            index,
            name: self.names.get(index)?,
            lookalikes,
            rival: rival.map(|name| &**name),
        })
    }

    /// Says whether a request, as a path reads to some servers, may be taken for a route that
    /// answers otherwise than the one that was found, in a way that this one does not accept.
    pub(crate) fn may_answer_otherwise(
        &self,
        method: &[u8],
        authority: &[u8],
        path: &CanonicalPath<'_>,
        found: &Route,
    ) -> bool {
        let segments = path.segments();
        let Some(other) = self.search(method, authority, segments) else {
            return false;
        };
        let differs = |other: usize| self.differs(other, found);
        let takes_another = other.first.is_some_and(|first| {
            first.several || differs(first.route) || other.rival(differs).is_some()
        });
        let lookalikes = self.lookalikes(&other, differs, segments);
        takes_another || !lookalikes.without(found.allow).is_empty()
    }

    /// Goes through all that matches a request, or may be taken to; nothing where it is to no host
    /// of those that routes are for.
    fn search(
        &self,
        method: &[u8],
        authority: &[u8],
        segments: &[Segment<'_>],
    ) -> Option<Search<'_>> {
        let (own, named) = self.named_roots(authority);
        if !self.hosts.is_empty() && own.is_none() {
            return None;
        }
        let [exact, below] = own.unwrap_or_default();
        let no_host = self.no_host.filter(|_| named);
        let mut walk = Walk {
            table: self,
            method,
            host: 0,
            found: Search::new(&self.routes),
        };
        for (root, host) in [exact, below, no_host, self.every_host]
            .into_iter()
            .zip(0..)
        {
            if let Some(root) = root {
                walk.host = host;
                walk.descend(root, segments, Taken::default());
            }
        }
        Some(walk.found)
    }

    fn differs(&self, other: usize, route: &Route) -> bool {
        let other = self.routes.get(other);
        other.is_none_or(|other| !route.answers_alike(other))
    }

    /// Returns in which ways servers would take a route that answers otherwise.
    fn lookalikes(
        &self,
        found: &Search<'_>,
        differs: impl Fn(usize) -> bool + Copy,
        segments: &[Segment<'_>],
    ) -> Ambiguities {
        let is_written = |own: &Candidate, one: &Candidate| self.writes_out(own, one, segments);
        let mut ways = found.lookalikes(differs, is_written);
        let Some(first) = found.first.filter(|first| first.parts() != 0) else {
            return ways;
        };
        for other in found.others().filter(|other| differs(other.route)) {
            for at in each_bit(first.parts()).filter_map(|at| usize::try_from(at).ok()) {
                ways = ways.union(self.left_to(other, &first, at, segments));
            }
        }
        ways
    }

    /// Returns in which ways servers read a segment so that it has no longer the parts of the
    /// first, and is left to another route.
    fn left_to(
        &self,
        other: &Candidate,
        first: &Candidate,
        at: usize,
        segments: &[Segment<'_>],
    ) -> Ambiguities {
        let mut ways = Ambiguities::NONE;
        let (Some(segment), Some(PatternSegment::Parts(parts))) =
            (segments.get(at), self.pattern(first, at))
        else {
            return ways;
        };
        let takes = |seen: &[u8]| match self.pattern(other, at) {
            Some(PatternSegment::Parts(parts)) => parts.may_match(seen),
            Some(PatternSegment::Literal(_)) => false,
            Some(PatternSegment::Parameter(_) | PatternSegment::Rest(_)) | None => true,
        };
        if parts.is_lost_by_trimming(segment) && takes(trimmed(segment.seen())) {
            ways.add(Ambiguity::Lookalike);
        }
        if parts.lost_by_cutting(segment).any(takes) {
            ways.add(Ambiguity::LookalikeSuffix);
        }
        ways
    }

    fn pattern(&self, candidate: &Candidate, at: usize) -> Option<&PatternSegment> {
        let route = self.routes.get(candidate.route)?;
        route.path.segments().get(at)
    }

    /// Returns whether a route writes out all that other servers would cut off to take another.
    fn writes_out(&self, own: &Candidate, one: &Candidate, segments: &[Segment<'_>]) -> bool {
        let is_written = |at: usize| {
            let segment = segments.get(at)?;
            let tail = match self.pattern(own, at)? {
                PatternSegment::Literal(text) => text.as_bytes(),
                PatternSegment::Parts(parts) => parts.tail()?,
                PatternSegment::Parameter(_) | PatternSegment::Rest(_) => return None,
            };
            let cut = match self.pattern(one, at)? {
                PatternSegment::Literal(text) => trimmed(text.as_bytes()).len(),
                PatternSegment::Parts(parts) => parts.cut(segment)?,
                PatternSegment::Parameter(_) | PatternSegment::Rest(_) => return None,
            };
            Some(segment.decoded().len().checked_sub(tail.len())? <= cut)
        };
        let mut cuts = each_bit(one.suffixed).filter_map(|at| usize::try_from(at).ok());
        cuts.all(|at| is_written(at).unwrap_or(false))
    }

    /// Returns whether a request is to one of the hosts that routes name, if any names one.
    #[must_use]
    pub(crate) fn names_host_of(&self, authority: &[u8]) -> bool {
        self.named_roots(authority).1
    }

    /// Returns the trees of the host that an authority names, if it names one and hosts
    /// matter; and whether routes that name no host are for it.
    fn named_roots(&self, authority: &[u8]) -> (Option<[Option<u32>; 2]>, bool) {
        if self.hosts.is_empty() {
            return (None, true);
        }
        let host = normal_host(authority).filter(|host| !host.is_empty());
        let Some(host) = host else {
            return (None, false);
        };
        let roots = self.roots(host);
        (Some(roots), roots.iter().any(Option::is_some))
    }

    /// Returns the trees of a host: its own, then that of all names one label below another.
    fn roots(&self, host: String) -> [Option<u32>; 2] {
        let parent = host.split_once('.').map(|(_, parent)| parent.into());
        let exact = HostPattern {
            name: host,
            breadth: Breadth::One,
        };
        let below = parent.map(|name| HostPattern {
            name,
            breadth: Breadth::OneLabelBelow,
        });
        [self.host(&exact), below.and_then(|host| self.host(&host))]
    }

    fn insert(
        &mut self,
        index: usize,
        route: &Route,
        host: Option<&HostPattern>,
    ) -> Result<(), SameRoute> {
        let mut at = self.root(host);
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
                PatternSegment::Parts(parts) => self.add_parts(at, parts),
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

    /// Returns the node below those parts, which is added where there was none.
    fn add_parts(&mut self, at: u32, parts: &SegmentParts) -> u32 {
        let known = self.node(at).map(|node| node.parts.as_slice());
        let place = known.unwrap_or_default().binary_search_by(|(own, _)| {
            // Of two of which one is within the other, that one writes more out.
            let more = parts.literal_bytes().cmp(&own.literal_bytes());
            more.then_with(|| own.word().cmp(parts.word()))
        });
        match place {
            Ok(found) => {
                let node = self.node(at).and_then(|node| node.parts.get(found));
                node.map_or(at, |(_, next)| *next)
            }
            Err(before) => {
                let next = self.add();
                if let Some(node) = self.node_mut(at) {
                    node.parts.insert(before, (parts.clone(), next));
                }
                next
            }
        }
    }

    fn root(&mut self, host: Option<&HostPattern>) -> u32 {
        let known = match host {
            Some(host) if host.is_every() => self.every_host,
            Some(host) => self.host(host),
            None => self.no_host,
        };
        if let Some(root) = known {
            return root;
        }
        let root = self.add();
        match host {
            Some(host) if host.is_every() => self.every_host = Some(root),
            Some(host) => {
                let at = self.hosts.partition_point(|(known, _)| known < host);
                self.hosts.insert(at, (host.clone(), root));
            }
            None => self.no_host = Some(root),
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

/// One request on its way through the trees.
struct Walk<'r, 'm> {
    table: &'r Routes,
    method: &'m [u8],
    host: u8,
    found: Search<'r>,
}

/// What a walk took on its way down.
#[derive(Clone, Copy, Default)]
struct Taken {
    depth: u32,
    loose: u64,
    whole: u64,
    several: bool,
    folded: bool,
    suffixed: u64,
}

impl Walk<'_, '_> {
    /// Visits every node that the segments lead to, the narrowest first; the depth is bounded
    /// by the longest pattern.
    fn descend(&mut self, at: u32, segments: &[Segment<'_>], taken: Taken) {
        let Some(node) = self.table.node(at) else {
            return;
        };
        let Some((segment, below)) = segments.split_first() else {
            self.add(&node.here, taken, 0);
            return;
        };
        let next_depth = taken.depth.saturating_add(1);
        for (next, exact) in self.table.edges.alike(at, segment) {
            let taken = Taken {
                depth: next_depth,
                folded: taken.folded || !exact,
                ..taken
            };
            self.descend(next, below, taken);
        }
        for next in self.table.edges.suffixed(at, segment) {
            let taken = Taken {
                depth: next_depth,
                suffixed: taken.suffixed | segment_bit(taken.depth),
                ..taken
            };
            self.descend(next, below, taken);
        }
        for (parts, next) in &node.parts {
            let Some(reading) = parts.read(segment) else {
                continue;
            };
            let bit = segment_bit(taken.depth);
            let is_cut = reading == Reading::Suffixed;
            let taken = Taken {
                depth: next_depth,
                loose: taken.loose | bit,
                several: taken.several || reading == Reading::Exact { several: true },
                folded: taken.folded || reading == Reading::Folded,
                suffixed: taken.suffixed | if is_cut { bit } else { 0 },
                ..taken
            };
            self.descend(*next, below, taken);
        }
        if let Some(next) = node.parameter {
            let taken = Taken {
                depth: next_depth,
                loose: taken.loose | segment_bit(taken.depth),
                whole: taken.whole | segment_bit(taken.depth),
                ..taken
            };
            self.descend(next, below, taken);
        }
        self.add(&node.rest, taken, bits_from(taken.depth));
    }

    fn add(&mut self, leaves: &[Leaf], taken: Taken, rest: u64) {
        if let Some((route, method)) = leaf(leaves, self.method) {
            self.found.add(Candidate {
                route,
                host: self.host,
                method,
                loose: taken.loose | rest,
                whole: taken.whole | rest,
                rest,
                several: taken.several,
                folded: taken.folded,
                suffixed: taken.suffixed,
            });
        }
    }
}

impl fmt::Display for SameRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("two routes match the same requests")
    }
}

impl core::error::Error for SameRoute {}

/// Returns whether a literal next to a parameter arrived percent-encoded: what looks for it
/// before it decodes takes another route.
fn hides_literal(route: &Route, segments: &[Segment<'_>]) -> bool {
    let mut pairs = route.path.segments().iter().zip(segments);
    pairs.any(|(own, segment)| {
        let parts = own.parts().filter(|_| segment.is_encoded());
        parts.is_some_and(|parts| {
            let mut literals = parts.literals_in(segment.decoded());
            literals.any(|(start, length)| segment.has_encoded(start, length))
        })
    })
}

/// Says whether a route names a host.
pub(super) fn names_hosts(routes: &[Route]) -> bool {
    let mut hosts = routes.iter().filter_map(|route| route.host.as_ref());
    hosts.any(|host| !host.is_every())
}

/// Returns the host that a route is for: where none is named, `*` says nothing.
pub(super) fn effective_host(
    host: Option<&HostPattern>,
    names_hosts: bool,
) -> Option<&HostPattern> {
    host.filter(|host| names_hosts || !host.is_every())
}

// Linear: a path has few methods.
fn leaf(leaves: &[Leaf], method: &[u8]) -> Option<(usize, u8)> {
    let named = |name: &[u8], rank: u8| {
        let mut leaves = leaves.iter();
        let found = leaves.find(|leaf| *leaf.method == *name)?;
        Some((place(found.route), rank))
    };
    named(method, 0)
        .filter(|_| !method.is_empty())
        .or_else(|| named(b"GET", 1).filter(|_| method == b"HEAD"))
        .or_else(|| named(b"", 2))
}

fn place(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
