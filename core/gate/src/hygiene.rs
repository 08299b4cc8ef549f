//! Which headers of a request must not reach the upstream, and which are put there.

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};

use crate::{
    bytes::Bytes,
    config::{GateConfig, IdentityConfig, TokenPlace, TrustedHeaders},
    counted::Counted,
    fields::{Field, Fields, Removals, TOKEN},
    header_names::{OVERRIDES, OWN},
    path::encode_into,
    request::Peer,
    routes::{Origin, Route},
    trace::Trace,
};

/// Returns the names to remove: the gate's own, those by which a client could make the
/// upstream see another method or path than the gate judged, identity headers of a peer that
/// is not trusted, those of any peer in another spelling, and an invalid trace.
pub(crate) fn removals(
    config: &IdentityConfig,
    fields: &Fields<'_>,
    peer: &Peer<'_>,
    trace: &Trace,
) -> Vec<String> {
    let mut names = Removals::default();
    let identity = config.trusted_headers.as_ref();
    let trusted = identity.is_some_and(|trusted| trusted.peers.trust(peer));
    for field in fields.iter() {
        let alike = |names: &[&str]| names.iter().any(|name| field.is_alike(name));
        // Names of the gate's own and of overrides begin with an X, names of traces with a T.
        let removed = match field.name.first() {
            Some(b'x' | b'X') => field.begins_alike(OWN) || alike(&OVERRIDES),
            Some(b't' | b'T') => trace.started.is_some() && alike(&TRACE),
            _ => false,
        };
        // A trusted peer replaces the header itself; what the client spelled otherwise it may
        // pass on, and a server that folds names would take it for the header.
        let spoofed = |name| field.is_alike(name) && !(trusted && field.is_exactly(name));
        let spoofed = || identity.is_some_and(|identity| identity.names().any(spoofed));
        if removed || spoofed() {
            names.add(field.name);
        }
    }
    names.into_names()
}

/// Says whether `connection` names a header that the gate sets, one that says who asks, or one
/// by which every request is judged: a proxy on the way would drop it (RFC 9110, section 7.6.1),
/// and the upstream would not see what was judged, or would read the body as another one.
pub(crate) fn connection_hides_judged(config: &IdentityConfig, fields: &Fields<'_>) -> bool {
    connection_names(fields, &|option| {
        let alike = |name: &str| option.is_alike(name);
        let mut token = config.tokens.iter().filter_map(TokenPlace::header);
        let mut stated = config
            .trusted_headers
            .iter()
            .flat_map(TrustedHeaders::names);
        option.begins_alike(OWN)
            || TRACE.iter().chain(&JUDGED).any(|name| alike(name))
            || token.any(alike)
            || stated.any(alike)
    })
}

/// Says whether `connection` names a header that a route reads: the upstream would not see
/// what the decision rests on.
pub(crate) fn connection_hides(fields: &Fields<'_>, route: &Route) -> bool {
    let mut origins = route.attributes.iter().map(|(_, origin)| origin);
    origins.any(|origin| match origin {
        Origin::Header(header) => connection_names(fields, &|option| option.is_alike(header)),
        Origin::Path(_) | Origin::Part { .. } | Origin::Query(_) | Origin::Constant(_) => false,
    })
}

/// Says whether an attribute of a route comes from where a request says who asks.
pub(crate) fn reads_identity(config: &GateConfig, route: &Route) -> bool {
    let mut origins = route.attributes.iter();
    origins.any(|(_, origin)| config.is_identity(origin))
}

fn connection_names(fields: &Fields<'_>, is_one: &dyn Fn(Field<'_>) -> bool) -> bool {
    // Some proxies read the older header as the standard one.
    let all = CONNECTION.iter().flat_map(|name| fields.all(name));
    // Whatever ends a name to some: a comma, white space of any kind, a quote, a semicolon.
    let mut options = all.flat_map(|field| field.value.split(|byte| !TOKEN.has(*byte)));
    options.any(|name| is_one(Field { name, value: b"" }))
}

/// Returns the headers that say who asks.
pub(crate) fn identity_headers(counted: &Counted<'_>, tenant: &str) -> Vec<(&'static str, String)> {
    let identity = counted.identity;
    // And the roles, the decision, the filter, the trace.
    let mut out = Vec::with_capacity(7);
    out.push(header("x-portcullis-subject", &identity.id));
    out.push(header("x-portcullis-subject-type", &identity.kind));
    out.push(header("x-portcullis-tenant", tenant));
    let mut roles = String::new();
    for role in &counted.roles {
        separate(&mut roles);
        encode_into(&mut roles, role.as_bytes(), &PLAIN);
    }
    for (team, own) in &counted.team_roles {
        for role in own {
            separate(&mut roles);
            encode_into(&mut roles, role.as_bytes(), &PLAIN);
            roles.push('@');
            encode_into(&mut roles, team.as_bytes(), &PLAIN);
        }
    }
    if !roles.is_empty() {
        out.push(("x-portcullis-roles", roles));
    }
    out
}

/// Returns one of the gate's headers, its value percent-encoded.
pub(crate) fn header(name: &'static str, value: &str) -> (&'static str, String) {
    // Usually there is nothing to encode, and the text is copied as it is.
    if PLAIN.has_all(value.as_bytes()) {
        return (name, value.to_owned());
    }
    let mut encoded = String::with_capacity(value.len());
    encode_into(&mut encoded, value.as_bytes(), &PLAIN);
    (name, encoded)
}

fn separate(list: &mut String) {
    if !list.is_empty() {
        list.push(',');
    }
}

/// What keeps a target with a token in it from other sites, and from caches.
pub(crate) const REFERRER_POLICY: &str = "referrer-policy";
pub(crate) const CACHE_CONTROL: &str = "cache-control";
pub(crate) const DECISION: &str = "x-portcullis-decision";
pub(crate) const FILTER: &str = "x-portcullis-filter";

const TRACE: [&str; 2] = ["traceparent", "tracestate"];
const CONNECTION: [&str; 2] = ["connection", "proxy-connection"];
/// What is judged of every request: its host, whose page sends it, and what its body is, with how
/// long that is. `authorization` and `cookie` are a token's usual places, whatever else is
/// configured.
const JUDGED: [&str; 9] = [
    "access-control-request-method",
    "authorization",
    "content-length",
    "content-type",
    "cookie",
    "host",
    "origin",
    "sec-fetch-site",
    "transfer-encoding",
];
/// What is not encoded: what `encodeURIComponent` leaves.
static PLAIN: Bytes = Bytes::with_alphanumeric(b"-_.!~*'()");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_begins_as_removals_expects() {
        assert!(
            OVERRIDES
                .iter()
                .chain([&OWN])
                .all(|name| name.starts_with('x'))
        );
        assert!(TRACE.iter().all(|name| name.starts_with('t')));
    }
}
