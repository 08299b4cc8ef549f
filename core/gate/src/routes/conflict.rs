//! Routes of which neither is the more specific.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec,
    vec::Vec,
};

use super::{
    host::HostPattern,
    parts::{Piece, SegmentParts},
    pattern::{PathPattern, PatternSegment},
    route::Route,
    table::{effective_host, names_hosts},
};
use crate::limits::{CONFLICTS_MAX, OVERLAPS_MAX, PARTS_COMPARED_MAX};

/// Two routes that both match some request, where another server may well choose the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// The place of the latter.
    pub second: usize,
    /// The place of the former.
    pub first: usize,
    /// How they conflict.
    pub kind: ConflictKind,
}

/// How two routes conflict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// They match the very same requests.
    Same,
    /// They do so for servers that ignore case, and ask for different things.
    Lookalike,
    /// Each is the more specific one in something, and they ask for different things. A route
    /// for what both match settles it: its method, host and path.
    Crossing(String),
}

/// The conflicts among routes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflicts {
    /// Those found, in order of the routes.
    pub found: Vec<Conflict>,
    /// Whether there may be more than were found.
    pub more: bool,
}

/// Finds the routes that match the same requests, and those that cross: `/a/{x}/c` and
/// `/a/b/{y}` without `/a/b/c`, and likewise in host and method.
///
/// The work is bounded: near-linear for routes that overlap little, and it stops where there
/// are too many overlaps. The gate refuses a request on which two routes cross in any case.
#[must_use]
pub fn conflicts(routes: &[Route]) -> Conflicts {
    let mut check = Check::new(routes);
    check.duplicates();
    check.overlaps();
    let found = check.found.into_iter();
    Conflicts {
        found: found
            .map(|((second, first), kind)| Conflict {
                second,
                first,
                kind,
            })
            .collect(),
        more: check.more,
    }
}

/// The routes of one host, by their paths in lower case.
#[derive(Default)]
struct Tree {
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    literals: BTreeMap<String, usize>,
    /// By what they write out.
    parts: BTreeMap<Vec<u8>, (SegmentParts, usize)>,
    parameter: Option<usize>,
    here: Vec<Leaf>,
    rest: Vec<Leaf>,
}

/// A method of a route.
#[derive(Clone, Copy)]
struct Leaf {
    route: usize,
    method: usize,
}

/// Which of two is the more specific in something; both may be.
#[derive(Clone, Copy, Default)]
struct Narrower {
    a: bool,
    b: bool,
}

struct Check<'r> {
    routes: &'r [Route],
    hosts: BTreeMap<Option<&'r HostPattern>, Tree>,
    found: BTreeMap<(usize, usize), ConflictKind>,
    left: usize,
    parts_left: usize,
    more: bool,
}

impl<'r> Check<'r> {
    fn new(routes: &'r [Route]) -> Self {
        let named = names_hosts(routes);
        let mut hosts = BTreeMap::<_, Tree>::new();
        for (index, route) in routes.iter().enumerate() {
            let host = effective_host(route.host.as_ref(), named);
            hosts.entry(host).or_default().insert(index, route);
        }
        Self {
            routes,
            hosts,
            found: BTreeMap::new(),
            left: OVERLAPS_MAX,
            parts_left: PARTS_COMPARED_MAX,
            more: false,
        }
    }

    /// Finds the routes that match the very same requests, whatever else there is.
    fn duplicates(&mut self) {
        let named = names_hosts(self.routes);
        let mut known = BTreeMap::new();
        for (index, route) in self.routes.iter().enumerate() {
            let host = effective_host(route.host.as_ref(), named);
            let path = shape(route.path.segments());
            for method in &route.methods {
                if let Some(first) = known.insert((host, path.clone(), method), index)
                    && first != index
                {
                    self.note(first, index, ConflictKind::Same);
                }
            }
        }
    }

    fn overlaps(&mut self) {
        let hosts = core::mem::take(&mut self.hosts);
        for (host, tree) in &hosts {
            self.trees(tree, tree);
            // Those that are wider, each once.
            let mut wider = BTreeSet::new();
            if let Some(host) = host {
                wider.extend(host.one_label_up().filter(|up| up != *host).map(Some));
                if !host.is_every() {
                    wider.extend([None, Some(HostPattern::EVERY)]);
                }
            } else {
                wider.insert(Some(HostPattern::EVERY));
            }
            for other in wider.iter().filter_map(|other| hosts.get(&other.as_ref())) {
                self.trees(tree, other);
            }
        }
    }

    /// Compares the routes of a host with those of one that is as wide or wider.
    fn trees(&mut self, a: &Tree, b: &Tree) {
        let same = core::ptr::eq(a, b);
        let mut open = vec![(0, 0, Narrower::default())];
        let host = Narrower { a: !same, b: false };
        while let Some((at_a, at_b, narrower)) = open.pop() {
            if !self.goes_on() {
                return;
            }
            let (Some(x), Some(y)) = (a.nodes.get(at_a), b.nodes.get(at_b)) else {
                continue;
            };
            let itself = same && at_a == at_b;
            let both = narrower.and(host);
            self.leaves(a, &x.here, &y.here, both, itself);
            self.leaves(a, &x.rest, &y.rest, both, itself);
            if !x.rest.is_empty() {
                self.below(a, &x.rest, b, at_b, both.and(Narrower::B), false);
            }
            if !y.rest.is_empty() && !itself {
                self.below(a, &y.rest, a, at_a, both.and(Narrower::A), true);
            }
            let is_a_smaller = x.literals.len() <= y.literals.len();
            let (fewer, others) = if is_a_smaller {
                (&x.literals, &y.literals)
            } else {
                (&y.literals, &x.literals)
            };
            for (text, one) in fewer {
                if let Some(other) = others.get(text) {
                    let (left, right) = if is_a_smaller {
                        (one, other)
                    } else {
                        (other, one)
                    };
                    open.push((*left, *right, narrower));
                }
            }
            self.parts(x, y, itself, narrower, &mut open);
            if let Some(parameter) = y.parameter {
                let narrower = narrower.and(Narrower::A);
                open.extend(x.spelled().map(|one| (one, parameter, narrower)));
            }
            if let Some(parameter) = x.parameter.filter(|_| !itself) {
                let narrower = narrower.and(Narrower::B);
                open.extend(y.spelled().map(|one| (parameter, one, narrower)));
            }
            if let (Some(left), Some(right)) = (x.parameter, y.parameter) {
                open.push((left, right, narrower));
            }
        }
    }

    /// Finds where parts and literals, or parts and other parts, match the same segment.
    fn parts(
        &mut self,
        x: &Node,
        y: &Node,
        itself: bool,
        narrower: Narrower,
        open: &mut Vec<(usize, usize, Narrower)>,
    ) {
        let pairs = |one: usize, other: usize| one.saturating_mul(other);
        let work = pairs(x.literals.len(), y.parts.len())
            .saturating_add(pairs(x.parts.len(), y.literals.len()))
            .saturating_add(pairs(x.parts.len(), y.parts.len()));
        if work > self.parts_left {
            self.more = true;
            return;
        }
        self.parts_left = self.parts_left.saturating_sub(work);
        for (own, one) in x.parts.values() {
            // What is below one node is compared once.
            let others = y.parts.values();
            let others = others.filter(|(other, _)| !itself || own.word() <= other.word());
            for (other, two) in others.filter(|(other, _)| own.overlaps(other)) {
                let both = Narrower {
                    a: !other.is_within(own),
                    b: !own.is_within(other),
                };
                open.push((*one, *two, narrower.and(both)));
            }
            for (text, two) in y.literals.iter().filter(|_| !itself) {
                if own.matches(text.as_bytes()) {
                    open.push((*one, *two, narrower.and(Narrower::B)));
                }
            }
        }
        for (other, two) in y.parts.values() {
            for (text, one) in &x.literals {
                if other.matches(text.as_bytes()) {
                    open.push((*one, *two, narrower.and(Narrower::A)));
                }
            }
        }
    }

    /// Compares routes for the rest of a path with all that are below.
    fn below(
        &mut self,
        meeting: &Tree,
        rest: &[Leaf],
        tree: &Tree,
        at: usize,
        narrower: Narrower,
        is_rest_second: bool,
    ) {
        let mut open = vec![at];
        while let Some(next) = open.pop() {
            if !self.goes_on() {
                return;
            }
            let Some(node) = tree.nodes.get(next) else {
                continue;
            };
            if next != at {
                for leaves in [&node.here, &node.rest] {
                    if is_rest_second {
                        self.leaves(meeting, leaves, rest, narrower, false);
                    } else {
                        self.leaves(meeting, rest, leaves, narrower, false);
                    }
                }
            }
            open.extend(node.spelled().chain(node.parameter));
        }
    }

    fn leaves(&mut self, tree: &Tree, a: &[Leaf], b: &[Leaf], narrower: Narrower, same: bool) {
        for (index, one) in a.iter().enumerate() {
            let from = if same { index.saturating_add(1) } else { 0 };
            for other in b.iter().skip(from) {
                if !self.goes_on() {
                    return;
                }
                self.compare(tree, *one, *other, narrower);
            }
        }
    }

    fn compare(&mut self, tree: &Tree, a: Leaf, b: Leaf, narrower: Narrower) {
        let (Some(x), Some(y)) = (self.routes.get(a.route), self.routes.get(b.route)) else {
            return;
        };
        let (Some(own), Some(others)) = (x.methods.get(a.method), y.methods.get(b.method)) else {
            return;
        };
        let methods = match (own.as_str(), others.as_str()) {
            (one, other) if one == other => Narrower::default(),
            ("HEAD", "GET") | (_, "*") => Narrower::A,
            ("GET", "HEAD") | ("*", _) => Narrower::B,
            _ => return,
        };
        let narrower = narrower.and(methods);
        if a.route == b.route || x.answers_alike(y) {
            return;
        }
        let is_spelled_alike = spelled_alike(&x.path, &y.path);
        match (narrower.a, narrower.b) {
            (false, false) if !is_spelled_alike => {
                self.note(a.route, b.route, ConflictKind::Lookalike);
            }
            (true, true) if is_spelled_alike => {
                let path = meet(x.path.segments(), y.path.segments());
                let method = if methods.b { others } else { own };
                if !self.has(tree, method, &path) {
                    // The host of the first is as narrow as that of the second or narrower.
                    let host = x.host.as_ref().map(ToString::to_string);
                    let host = host.unwrap_or_default();
                    let text = alloc::format!("{method} {host}{}", text(&path));
                    self.note(a.route, b.route, ConflictKind::Crossing(text));
                }
            }
            _ => {}
        }
    }

    /// Returns whether a route is for exactly this.
    fn has(&self, tree: &Tree, method: &str, path: &[PatternSegment]) -> bool {
        let Some(leaves) = tree.find(path) else {
            return false;
        };
        leaves.iter().any(|leaf| {
            let route = self.routes.get(leaf.route);
            route.is_some_and(|route| {
                let methods = route.methods.get(leaf.method);
                methods.is_some_and(|own| own == method)
                    && shape(route.path.segments()) == shape(path)
            })
        })
    }

    fn note(&mut self, one: usize, other: usize, kind: ConflictKind) {
        let place = (one.max(other), one.min(other));
        self.found.entry(place).or_insert(kind);
    }

    const fn is_full(&self) -> bool {
        self.left == 0
    }

    /// Counts one step; there are none left where too much was found or compared.
    fn goes_on(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        if self.found.len() >= CONFLICTS_MAX {
            self.left = 0;
        }
        self.more = self.more || self.is_full();
        !self.is_full()
    }
}

impl Node {
    /// Returns what is below literals and parts.
    fn spelled(&self) -> impl Iterator<Item = usize> {
        let parts = self.parts.values().map(|(_, below)| *below);
        self.literals.values().copied().chain(parts)
    }
}

impl Narrower {
    const A: Self = Self { a: true, b: false };
    const B: Self = Self { a: false, b: true };

    const fn and(self, other: Self) -> Self {
        Self {
            a: self.a || other.a,
            b: self.b || other.b,
        }
    }
}

impl Tree {
    fn insert(&mut self, index: usize, route: &Route) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let (mut at, mut is_rest) = (0, false);
        for segment in route.path.segments() {
            let next = self.nodes.len();
            let Some(node) = self.nodes.get_mut(at) else {
                return;
            };
            let below = match segment {
                PatternSegment::Literal(text) => *node
                    .literals
                    .entry(text.to_ascii_lowercase())
                    .or_insert(next),
                PatternSegment::Parts(parts) => {
                    let parts = parts.in_lower_case();
                    let word = parts.word().to_vec();
                    node.parts.entry(word).or_insert((parts, next)).1
                }
                PatternSegment::Parameter(_) => *node.parameter.get_or_insert(next),
                PatternSegment::Rest(_) => {
                    is_rest = true;
                    break;
                }
            };
            if below == next {
                self.nodes.push(Node::default());
            }
            at = below;
        }
        if let Some(node) = self.nodes.get_mut(at) {
            let leaves = if is_rest {
                &mut node.rest
            } else {
                &mut node.here
            };
            let methods = 0..route.methods.len();
            leaves.extend(methods.map(|method| Leaf {
                route: index,
                method,
            }));
        }
    }

    fn find(&self, path: &[PatternSegment]) -> Option<&[Leaf]> {
        let mut at = 0;
        for segment in path {
            let node = self.nodes.get(at)?;
            at = match segment {
                PatternSegment::Literal(text) => *node.literals.get(&text.to_ascii_lowercase())?,
                PatternSegment::Parts(parts) => node.parts.get(parts.in_lower_case().word())?.1,
                PatternSegment::Parameter(_) => node.parameter?,
                PatternSegment::Rest(_) => return Some(&node.rest),
            };
        }
        self.nodes.get(at).map(|node| node.here.as_slice())
    }
}

/// Returns the path that both match, of two that overlap.
fn meet(a: &[PatternSegment], b: &[PatternSegment]) -> Vec<PatternSegment> {
    use PatternSegment::{Literal, Parameter, Parts, Rest};
    let (mut left, mut right) = (a.iter(), b.iter());
    let mut out = Vec::new();
    loop {
        match (left.next(), right.next()) {
            (Some(one @ Literal(_)), Some(Literal(_) | Parts(_) | Parameter(_)))
            | (Some(one @ (Parts(_) | Parameter(_))), Some(Parameter(_)))
            | (Some(Parts(_)), Some(one @ Literal(_)))
            | (Some(Parameter(_)), Some(one @ (Literal(_) | Parts(_)))) => out.push(one.clone()),
            (Some(Parts(one)), Some(Parts(other))) => out.push(Parts(one.meet(other))),
            (Some(one), Some(Rest(_))) => {
                out.push(one.clone());
                out.extend(left.cloned());
                return out;
            }
            (Some(Rest(_)), Some(one)) => {
                out.push(one.clone());
                out.extend(right.cloned());
                return out;
            }
            (None, _) | (_, None) => return out,
        }
    }
}

/// Returns whether two paths that overlap when case is ignored do so when it is not.
fn spelled_alike(a: &PathPattern, b: &PathPattern) -> bool {
    use PatternSegment::{Literal, Parts};
    let mut pairs = a.segments().iter().zip(b.segments());
    pairs.all(|pair| match pair {
        (Literal(one), Literal(other)) => one == other,
        (Literal(text), Parts(parts)) | (Parts(parts), Literal(text)) => {
            parts.matches(text.as_bytes())
        }
        (Parts(one), Parts(other)) => {
            let is_same = one.in_lower_case().word() == other.in_lower_case().word();
            one.word() == other.word() || (!is_same && one.overlaps(other))
        }
        _ => true,
    })
}

/// Returns a path but for the names of its parameters.
fn shape(path: &[PatternSegment]) -> Vec<(u8, &[u8])> {
    let path = path.iter();
    path.map(|segment| match segment {
        PatternSegment::Literal(text) => (0, text.as_bytes()),
        PatternSegment::Parameter(_) => (1, [].as_slice()),
        PatternSegment::Rest(_) => (2, [].as_slice()),
        PatternSegment::Parts(parts) => (3, parts.word()),
    })
    .collect()
}

fn text(segments: &[PatternSegment]) -> String {
    let mut out = String::new();
    for (segment, number) in segments.iter().zip(1_usize..) {
        // Names may repeat across the two: numbers do not.
        let part = match segment {
            PatternSegment::Literal(text) => alloc::format!("/{text}"),
            PatternSegment::Parts(parts) => alloc::format!("/{}", numbered(parts, number)),
            PatternSegment::Parameter(_) => alloc::format!("/{{p{number}}}"),
            PatternSegment::Rest(_) => alloc::format!("/{{p{number}...}}"),
        };
        out.push_str(&part);
    }
    if out.is_empty() {
        out.push('/');
    }
    out
}

fn numbered(parts: &SegmentParts, segment: usize) -> String {
    let mut out = String::new();
    let mut numbers = 1_usize..;
    for piece in parts.pieces() {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Parameter(_) => {
                let name = match numbers.next() {
                    None | Some(1) => alloc::format!("{{p{segment}}}"),
                    Some(number) => alloc::format!("{{p{segment}_{number}}}"),
                };
                out.push_str(&name);
            }
        }
    }
    out
}
