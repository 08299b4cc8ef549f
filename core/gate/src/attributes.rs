//! What a request says of the resource, as its route reads it.

use alloc::{string::String, vec::Vec};

use portcullis_engine::grammar::is_value;
use portcullis_engine::limits::VALUE_BYTES_MAX;

use crate::{
    code::Code,
    fields::Fields,
    path::CanonicalPath,
    query,
    routes::{Origin, PatternSegment, Route},
};

/// What is known of a resource; an attribute that is not among it is unknown.
#[derive(Debug, Default)]
pub(crate) struct ResourceFacts {
    pub(crate) id: Option<String>,
    pub(crate) attributes: Vec<(String, Vec<String>)>,
}

/// An attribute that cannot be read, or has a value that is too long.
#[derive(Debug)]
pub(crate) struct UnreadableAttribute<'r> {
    pub(crate) code: Code,
    pub(crate) attribute: &'r str,
}

/// Reads what a route says is known.
pub(crate) fn read<'r>(
    route: &'r Route,
    path: &CanonicalPath<'_>,
    fields: &Fields<'_>,
) -> Result<ResourceFacts, UnreadableAttribute<'r>> {
    let mut known = ResourceFacts::default();
    for (name, origin) in &route.attributes {
        let unreadable = |code| UnreadableAttribute {
            code,
            attribute: name,
        };
        let ambiguous = || unreadable(Code::AttributeAmbiguous);
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
            Origin::Query(parameter) => match path.query() {
                None => None,
                Some(query) => query::parameter(query, parameter).map_err(|_| ambiguous())?,
            },
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
            return Err(unreadable(Code::LimitExceeded));
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
