//! What is refused before anybody looks at what is asked: requests that another site makes.

use hyper::{
    Method, StatusCode,
    header::{HOST, HeaderMap, HeaderName, ORIGIN},
    http::request::Parts,
};

use crate::{address::Address, answer::Answer};

/// Checks where a request comes from.
///
/// A browser that was led to another name of this machine, as by DNS rebinding, says so in
/// `Host`; one that asks for another site's page says so in `Origin` and `Sec-Fetch-Site`.
pub(crate) fn check(head: &Parts, own: Address) -> Result<(), Answer> {
    if !is_for(head, own) {
        return Err(Answer::error(
            StatusCode::MISDIRECTED_REQUEST,
            "`Host` is not the console's address: open the address that `portcullis console` printed",
        ));
    }
    let reads = matches!(head.method, Method::GET | Method::HEAD);
    if reads && !is_api(head.uri.path()) {
        return Ok(());
    }
    let site = only(&head.headers, HeaderName::from_static("sec-fetch-site"));
    let site = site.is_none_or(|site| matches!(site, Some("same-origin" | "none")));
    let origin = match only(&head.headers, ORIGIN) {
        Some(origin) => origin.is_some_and(|origin| own.is_origin(origin)),
        None => reads,
    };
    if site && origin {
        return Ok(());
    }
    Err(Answer::error(
        StatusCode::FORBIDDEN,
        "the request comes from another site's page, or does not say from which: only the console's own page may ask",
    ))
}

/// Says whether a path is of the interface, and not of the page.
pub(crate) fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

fn is_for(head: &Parts, own: Address) -> bool {
    let host = only(&head.headers, HOST).flatten();
    let asked = head.uri.authority().map(|authority| authority.as_str());
    host.is_some_and(|host| own.is_host(host)) && asked.is_none_or(|asked| own.is_host(asked))
}

/// Returns the one header of a name, whose value is nothing if it is no text or one of several.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<Option<&str>> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    Some(value.to_str().ok().filter(|_| values.next().is_none()))
}
