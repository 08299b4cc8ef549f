//! Whether a page of another site may have made a browser send a request with its cookies.

use alloc::string::String;

use crate::fields::Fields;

/// Says whether a request that changes something, or opens a connection that stays, may come from
/// a page of another site: its `origin` is neither the request's own nor listed, and without one
/// the browser does not say that it is the same (Fetch Metadata, `sec-fetch-site`).
pub(crate) fn is_cross_site(
    method: &[u8],
    authority: &[u8],
    scheme: &str,
    origins: &[String],
    fields: &Fields<'_>,
) -> bool {
    let reads = matches!(method, b"GET" | b"HEAD" | b"OPTIONS");
    if reads && fields.all("upgrade").next().is_none() {
        return false;
    }
    match fields.one("origin") {
        Ok(Some(origin)) => {
            let listed = origins.iter().any(|listed| listed.as_bytes() == origin);
            !listed && !is_own(origin, scheme, authority)
        }
        Ok(None) => fields.one("sec-fetch-site") != Ok(Some(b"same-origin")),
        Err(_) => true,
    }
}

/// Says whether an origin is that of what is asked; browsers leave out a scheme's usual port.
fn is_own(origin: &[u8], scheme: &str, authority: &[u8]) -> bool {
    let usual: &[u8] = if scheme == "https" { b":443" } else { b":80" };
    let authority = authority.strip_suffix(usual).unwrap_or(authority);
    let host = origin.strip_prefix(scheme.as_bytes());
    let host = host.and_then(|rest| rest.strip_prefix(b"://"));
    host.is_some_and(|host| !host.is_empty() && host.eq_ignore_ascii_case(authority))
}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned as _;

    use super::*;

    fn check(method: &str, headers: &[(&[u8], &[u8])], expected: bool) {
        let fields = Fields::new(headers).unwrap();
        let listed = ["https://app.example.com".to_owned()];
        for authority in [&b"api.example.com"[..], b"API.example.com:443"] {
            let found = is_cross_site(method.as_bytes(), authority, "https", &listed, &fields);
            assert_eq!(found, expected, "{method} {headers:?}");
        }
    }

    #[test]
    fn what_changes_something_comes_from_its_own_site_or_a_listed_one() {
        for method in ["POST", "PUT", "DELETE", "PATCH", "CONNECT", "PURGE"] {
            check(method, &[(b"origin", b"https://api.example.com")], false);
            check(method, &[(b"origin", b"https://app.example.com")], false);
            check(method, &[(b"sec-fetch-site", b"same-origin")], false);
            for headers in [
                &[][..],
                &[(&b"origin"[..], &b"null"[..])],
                &[(b"origin", b"")],
                &[(b"origin", b"https://")],
                &[(b"origin", b"http://api.example.com")],
                &[(b"origin", b"https://api.example.com:8443")],
                &[(b"origin", b"https://api.example.com.evil.example")],
                &[
                    (b"origin", b"https://evil.example"),
                    (b"sec-fetch-site", b"same-origin"),
                ],
                &[
                    (b"origin", b"https://api.example.com"),
                    (b"origin", b"https://evil.example"),
                ],
                &[(b"sec-fetch-site", b"same-site")],
                &[(b"sec-fetch-site", b"none")],
                &[(b"referer", b"https://api.example.com/")],
            ] {
                check(method, headers, true);
            }
        }
    }

    #[test]
    fn what_reads_may_come_from_anywhere_unless_it_stays_open() {
        let evil: (&[u8], &[u8]) = (b"origin", b"https://evil.example");
        for method in ["GET", "HEAD", "OPTIONS"] {
            check(method, &[evil], false);
            check(method, &[], false);
            check(method, &[evil, (b"upgrade", b"websocket")], true);
            check(method, &[(b"Upgrade", b"websocket")], true);
            let own: (&[u8], &[u8]) = (b"origin", b"https://api.example.com");
            check(method, &[own, (b"upgrade", b"websocket")], false);
        }
    }
}
