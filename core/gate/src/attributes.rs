//! What a request says of the resource, as its route reads it.

use alloc::{string::String, vec::Vec};

use portcullis_engine::grammar::is_value;
use portcullis_engine::limits::VALUE_BYTES_MAX;

use crate::{
    fields::Fields,
    path::{Ambiguity, CanonicalPath},
    query::{Query, UnclearQuery, may_be_form, mentions},
    routes::{Origin, PatternSegment, Route},
};

/// What is known of a resource; an attribute that is not among it is unknown.
#[derive(Debug, Default)]
pub(crate) struct ResourceFacts {
    pub(crate) id: Option<String>,
    pub(crate) attributes: Vec<(String, Vec<String>)>,
}

/// Something of a request that says nothing clear of the resource.
#[derive(Debug)]
pub(crate) struct UnreadableAttribute<'r> {
    /// The limit that is passed, if that is all.
    pub(crate) limit: Option<&'static str>,
    /// The attribute, or what is wrong with the request around it.
    pub(crate) detail: &'r str,
}

/// Reads what a route says is known.
pub(crate) fn read<'r>(
    route: &'r Route,
    method: &[u8],
    path: &CanonicalPath<'_>,
    fields: &Fields<'_>,
) -> Result<ResourceFacts, UnreadableAttribute<'r>> {
    let mut known = ResourceFacts::default();
    let query = query_of(route, method, path, fields)?;
    if shadows(route, path) {
        return Err(ambiguous(Ambiguity::QueryShadow.name()));
    }
    for (name, origin) in &route.attributes {
        let ambiguous = || ambiguous(name);
        let value = match origin {
            Origin::Constant(values) => {
                if name == "id" {
                    known.id = values.first().cloned();
                } else {
                    known.attributes.push((name.clone(), values.clone()));
                }
                continue;
            }
            Origin::Path(at) => Some(in_path(route, path, usize::from(*at)).ok_or_else(ambiguous)?),
            Origin::Part { segment, number } => {
                let value = in_part(route, path, usize::from(*segment), usize::from(*number));
                Some(value.ok_or_else(ambiguous)?)
            }
            Origin::Query(parameter) => {
                let value = query.map(|query| query.value(parameter)).transpose();
                value.map_err(|_| ambiguous())?.flatten()
            }
            Origin::Header(header) => {
                let value = fields.one(header).map_err(|_| ambiguous())?;
                // What joins repeated fields puts commas between them.
                if value.is_some_and(|value| value.contains(&b',')) {
                    return Err(ambiguous());
                }
                let text = value.map(core::str::from_utf8).transpose();
                text.map_err(|_| ambiguous())?.map(String::from)
            }
        };
        // An empty value is no value: not that the set is known to be empty.
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            continue;
        };
        if value.len() > VALUE_BYTES_MAX {
            return Err(UnreadableAttribute {
                limit: Some("more than 256 bytes of a value"),
                detail: name,
            });
        }
        if !is_value(&value) {
            return Err(ambiguous());
        }
        if name == "id" {
            known.id = Some(value);
        } else {
            known.attributes.push((name.clone(), alloc::vec![value]));
        }
    }
    Ok(known)
}

/// Returns the query, if the route reads it and there is one.
fn query_of<'r, 'q>(
    route: &'r Route,
    method: &[u8],
    path: &CanonicalPath<'q>,
    fields: &Fields<'_>,
) -> Result<Option<Query<'q>>, UnreadableAttribute<'r>> {
    let mut attributes = route.attributes.iter();
    let first = attributes.find(|(_, origin)| matches!(origin, Origin::Query(_)));
    let Some((name, _)) = first else {
        return Ok(None);
    };
    if may_be_form(method, fields) {
        return Err(ambiguous(FORM_BODY));
    }
    let query = path.query().map(Query::read).transpose();
    query.map_err(|unclear| match unclear {
        UnclearQuery::Ambiguous => ambiguous(name),
        UnclearQuery::TooMany => UnreadableAttribute {
            limit: Some("more than 1,000 parameters of the query"),
            detail: "query",
        },
    })
}

const fn ambiguous(detail: &str) -> UnreadableAttribute<'_> {
    UnreadableAttribute {
        limit: None,
        detail,
    }
}

/// Says whether the query names a path parameter that the resource comes from, and the route
/// did not say that this is no other one.
fn shadows(route: &Route, path: &CanonicalPath<'_>) -> bool {
    let Some(query) = path.query().filter(|query| !query.is_empty()) else {
        return false;
    };
    !route.allow.has(Ambiguity::QueryShadow)
        && route.attributes.iter().any(|(_, origin)| {
            let name = route.parameter(origin);
            name.is_some_and(|name| mentions(query, name))
        })
}

fn in_part(route: &Route, path: &CanonicalPath<'_>, at: usize, number: usize) -> Option<String> {
    let parts = route.path.segments().get(at)?.parts()?;
    let value = parts.value(path.segments().get(at)?.decoded(), number)?;
    core::str::from_utf8(value).ok().map(String::from)
}

fn in_path(route: &Route, path: &CanonicalPath<'_>, at: usize) -> Option<String> {
    let mut segments = path.segments().iter().skip(at);
    let mut bytes = segments.next()?.decoded().to_vec();
    if let Some(PatternSegment::Rest(_)) = route.path.segments().get(at) {
        for segment in segments {
            bytes.push(b'/');
            bytes.extend_from_slice(segment.decoded());
        }
    }
    String::from_utf8(bytes).ok()
}

/// A body that some servers merge with the query.
const FORM_BODY: &str = "form-body";
