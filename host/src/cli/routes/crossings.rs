//! What the gate makes of routes together.

use portcullis_gate::routes::{
    Access, Conflict, ConflictKind, HostPattern, OnConditional, Origin, PathPattern,
    Route as GateRoute, conflicts,
};
use portcullis_gate::{Ambiguities, Ambiguity};
use serde_json::{Map, Value};

use super::permissions::Asks;
use super::route::{Route, Said};

/// Says on which requests routes conflict: the gate refuses those.
pub(super) fn notes(routes: &[Route], hosts: &[String]) -> Vec<String> {
    // At one host as at another: a route has them all.
    let host = hosts.first().and_then(|host| HostPattern::parse(host).ok());
    let (mut compiled, mut places) = (Vec::new(), Vec::new());
    for (place, route) in routes.iter().enumerate() {
        if let Some(route) = gate_route(route, host.clone()) {
            compiled.push(route);
            places.push(place);
        }
    }
    let conflicts = conflicts(&compiled);
    let name = |index: usize| {
        let route = places.get(index).and_then(|place| routes.get(*place));
        let first = route.and_then(|route| route.methods.first());
        first.map_or("", |method| method.described.as_str())
    };
    let found = conflicts.found.iter();
    let mut notes: Vec<String> = found
        .map(|Conflict { first, second, kind }| {
            let (first, second) = (name(*first), name(*second));
            match kind {
                ConflictKind::Crossing(both) => format!(
                    "`{first}` and `{second}` both match `{both}`, neither is the more specific, and the gate refuses the request; add a route for it"
                ),
                ConflictKind::Lookalike => format!(
                    "servers that ignore case take `{first}` for `{second}`, so the gate refuses both; rename one, or write \"accepts\": \"lookalike\" on both"
                ),
                ConflictKind::Same => {
                    format!("`{first}` and `{second}` match the same requests; keep one")
                }
            }
        })
        .collect();
    if conflicts.more {
        notes.push("routes overlap in more ways than are listed".to_owned());
    }
    notes
}

fn gate_route(route: &Route, host: Option<HostPattern>) -> Option<GateRoute> {
    let Said {
        path,
        trailing_slash,
        asks,
        resource,
    } = &route.said;
    let path = PathPattern::parse(path).ok()?;
    let mut allow = Ambiguities::NONE;
    if *trailing_slash && let Some(slash) = Ambiguity::optional_from_name("trailing-slash") {
        allow.add(slash);
    }
    let resource = resource.as_deref().unwrap_or("{}");
    let resource: Map<String, Value> = serde_json::from_str(resource).unwrap_or_default();
    let attributes = resource.iter();
    let attributes = attributes.map(|(name, source)| (name.clone(), origin(&path, source)));
    Some(GateRoute {
        methods: route.methods.iter().map(|own| own.name.clone()).collect(),
        host,
        tenant_host: None,
        access: match asks {
            Asks::Permission(name) => Access::Permission(name.clone()),
            Asks::Authenticated => Access::Authenticated,
            Asks::Public => Access::Public,
        },
        attributes: attributes.collect(),
        conditional: OnConditional::Deny,
        allow,
        token_in_query: false,
        cors: None,
        path,
    })
}

/// Only whether two are equal counts here, so what is no parameter of the path is its own text.
fn origin(path: &PathPattern, source: &Value) -> Origin {
    let name = source.as_str().and_then(|text| text.strip_prefix("path."));
    let place = name.and_then(|name| path.parameter(name));
    let found = place.and_then(|(segment, number)| {
        let segment = u8::try_from(segment).ok()?;
        Some(match number {
            None => Origin::Path(segment),
            Some(number) => Origin::Part {
                segment,
                number: u8::try_from(number).ok()?,
            },
        })
    });
    found.unwrap_or_else(|| Origin::Constant(vec![source.to_string()]))
}
