//! Two routes of which neither is more specific.

use alloc::{string::String, vec::Vec};

use super::{
    pattern::{PathPattern, PatternSegment},
    route::Route,
    table::{effective_host, names_hosts},
};

/// Two routes that both match some request, where another server may well choose the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The place of the former.
    pub first: usize,
    /// The place of the latter.
    pub second: usize,
    /// The path that both match, or nothing where they match exactly the same paths: a
    /// route for that path, with their methods, says which permission applies.
    pub settled_by: Option<String>,
}

/// Returns every pair of routes with one host and a common method that match the same
/// paths, or that cross: `/a/{x}/c` and `/a/b/{y}` without `/a/b/c`.
// Quadratic: it runs once, when a policy is compiled.
#[must_use]
pub fn conflicts(routes: &[Route]) -> Vec<Conflict> {
    let mut found = Vec::new();
    let named = names_hosts(routes);
    let host = |route: &'_ Route| effective_host(route.host.as_ref(), named).cloned();
    for (second, b) in routes.iter().enumerate() {
        for (first, a) in routes.iter().enumerate().take(second) {
            if host(a) != host(b) || !share_method(a, b) {
                continue;
            }
            match relate(&a.path, &b.path) {
                Relation::Disjoint | Relation::Nested => {}
                Relation::Same => found.push(Conflict {
                    first,
                    second,
                    settled_by: None,
                }),
                Relation::Crossing(meet) => {
                    let common = a.methods.iter().filter(|method| has(b, method));
                    let settled = common.into_iter().all(|method| {
                        let is_it = |own: &&Route| {
                            host(own) == host(a) && has(own, method) && shape(&own.path, &meet)
                        };
                        routes.iter().find(is_it).is_some()
                    });
                    if !settled {
                        let text = text(&meet);
                        found.push(Conflict {
                            first,
                            second,
                            settled_by: Some(text),
                        });
                    }
                }
            }
        }
    }
    found
}

enum Relation {
    Disjoint,
    Nested,
    Same,
    Crossing(Vec<PatternSegment>),
}

fn relate(a: &PathPattern, b: &PathPattern) -> Relation {
    use PatternSegment::{Literal, Parameter, Rest};
    let (mut left, mut right) = (a.segments().iter(), b.segments().iter());
    let (mut a_narrower, mut b_narrower) = (false, false);
    let mut meet = Vec::new();
    loop {
        match (left.next(), right.next()) {
            (None, None) => break,
            (None, Some(_)) | (Some(_), None) => return Relation::Disjoint,
            (Some(Literal(x)), Some(Literal(y))) if x != y => return Relation::Disjoint,
            (Some(one @ Literal(_)), Some(Literal(_)))
            | (Some(one @ Parameter(_)), Some(Parameter(_))) => meet.push(one.clone()),
            (Some(one @ Literal(_)), Some(Parameter(_))) => {
                a_narrower = true;
                meet.push(one.clone());
            }
            (Some(Parameter(_)), Some(one @ Literal(_))) => {
                b_narrower = true;
                meet.push(one.clone());
            }
            (Some(one @ Rest(_)), Some(Rest(_))) => {
                meet.push(one.clone());
                break;
            }
            (Some(one), Some(Rest(_))) => {
                a_narrower = true;
                meet.push(one.clone());
                meet.extend(left.cloned());
                break;
            }
            (Some(Rest(_)), Some(one)) => {
                b_narrower = true;
                meet.push(one.clone());
                meet.extend(right.cloned());
                break;
            }
        }
    }
    match (a_narrower, b_narrower) {
        (true, true) => Relation::Crossing(meet),
        (false, false) => Relation::Same,
        _ => Relation::Nested,
    }
}

/// Returns whether two patterns differ only in the names of their parameters.
fn shape(pattern: &PathPattern, meet: &[PatternSegment]) -> bool {
    use PatternSegment::{Literal, Parameter, Rest};
    pattern.segments().len() == meet.len()
        && pattern.segments().iter().zip(meet).all(|pair| match pair {
            (Literal(x), Literal(y)) => x == y,
            (Parameter(_), Parameter(_)) | (Rest(_), Rest(_)) => true,
            _ => false,
        })
}

fn text(segments: &[PatternSegment]) -> String {
    let mut out = String::new();
    for (segment, number) in segments.iter().zip(1_usize..) {
        // Names may repeat across the two: numbers do not.
        let part = match segment {
            PatternSegment::Literal(text) => alloc::format!("/{text}"),
            PatternSegment::Parameter(_) => alloc::format!("/{{p{number}}}"),
            PatternSegment::Rest(_) => alloc::format!("/{{p{number}...}}"),
        };
        out.push_str(&part);
    }
    out
}

fn share_method(a: &Route, b: &Route) -> bool {
    a.methods.iter().any(|method| has(b, method))
}

fn has(route: &Route, method: &str) -> bool {
    route.methods.iter().any(|own| own == method)
}
