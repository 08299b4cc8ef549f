//! The CORS protocol (Fetch Standard, section 3.3), where a route allows it.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use crate::{fields::Fields, routes::Cors};

/// What a page asks before it sends the request itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preflight<'a> {
    pub(crate) origin: &'a str,
    pub(crate) method: &'a [u8],
}

impl<'a> Preflight<'a> {
    /// Returns the preflight that a request is, if it is one.
    pub(crate) fn of(method: &[u8], fields: &Fields<'a>) -> Option<Self> {
        if method != b"OPTIONS" {
            return None;
        }
        Some(Self {
            origin: origin(fields)?,
            method: fields.one("access-control-request-method").ok()??,
        })
    }

    /// Returns the headers that allow it; a page may send those that the route names, but for what
    /// says who asks and would be taken out.
    pub(crate) fn allowed(
        &self,
        cors: &Cors,
        says_who_asks: impl Fn(&str) -> bool,
    ) -> Vec<(&'static str, String)> {
        let mut headers = exposed(cors, Some(self.origin));
        let mut add = |name: &'static str, value: String| headers.push((name, value));
        let method = core::str::from_utf8(self.method).unwrap_or_default();
        add("access-control-allow-methods", method.to_owned());
        let sent = cors.headers.iter().map(String::as_str);
        let sent: Vec<&str> = sent.filter(|name| !says_who_asks(name)).collect();
        if !sent.is_empty() {
            add("access-control-allow-headers", sent.join(", "));
        }
        if cors.max_age_seconds > 0 {
            add(
                "access-control-max-age",
                format!("{}", cors.max_age_seconds),
            );
        }
        headers
    }
}

/// Returns the one origin that a request names.
pub(crate) fn origin<'a>(fields: &Fields<'a>) -> Option<&'a str> {
    core::str::from_utf8(fields.one("origin").ok()??).ok()
}

/// Returns the headers of every answer to a request from that origin, if it has one: they let its
/// pages read the answer where it may, and tell caches that others get another.
pub(crate) fn exposed(cors: &Cors, origin: Option<&str>) -> Vec<(&'static str, String)> {
    let mut headers = alloc::vec![varies()];
    let Some(origin) = origin.filter(|origin| cors.allows(origin)) else {
        return headers;
    };
    let any = cors.origins.iter().any(|own| own == "*");
    let allowed = if any { "*" } else { origin };
    headers.push(("access-control-allow-origin", allowed.to_owned()));
    if cors.credentials {
        headers.push(("access-control-allow-credentials", "true".to_owned()));
    }
    headers
}

/// Tells caches that the answer depends on the origin.
pub(crate) fn varies() -> (&'static str, String) {
    ("vary", "origin".to_owned())
}

/// What an upstream may say of other origins, and the gate says in its place. Which headers of an
/// answer a page may read (`access-control-expose-headers`) stays the upstream's to say.
pub(crate) const REPLACED: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-private-network",
    "access-control-max-age",
];
