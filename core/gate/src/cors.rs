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

    /// Returns the headers that allow it.
    pub(crate) fn allowed(&self, cors: &Cors) -> Vec<(String, String)> {
        let mut headers = exposed(cors, self.origin);
        let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
        let method = core::str::from_utf8(self.method).unwrap_or_default();
        add("access-control-allow-methods", method.to_owned());
        if !cors.headers.is_empty() {
            add("access-control-allow-headers", cors.headers.join(", "));
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

/// Returns the headers that let a page of that origin read an answer.
pub(crate) fn exposed(cors: &Cors, origin: &str) -> Vec<(String, String)> {
    let any = cors.origins.iter().any(|own| own == "*");
    let allowed = if any { "*" } else { origin };
    let mut headers = alloc::vec![("access-control-allow-origin".to_owned(), allowed.to_owned())];
    if cors.credentials {
        headers.push((
            "access-control-allow-credentials".to_owned(),
            "true".to_owned(),
        ));
    }
    headers.push(("vary".to_owned(), "origin".to_owned()));
    headers
}
