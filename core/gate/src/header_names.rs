//! Names of headers, and those that cannot say something of a request.

/// Says whether a name may be a header's, in lower case (RFC 9110, section 5.1).
pub(crate) fn is_header(name: &str) -> bool {
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
    };
    (1..=128).contains(&name.len()) && name.bytes().all(plain)
}

/// Returns why what a client writes into a header never reaches the upstream, if it does not.
#[must_use]
pub fn withheld(name: &str) -> Option<&'static str> {
    if is_removed(name) {
        return Some("the gate takes this header out of every request");
    }
    is_of_connection(name).then_some("this header is of the connection: proxies drop it")
}

/// Says whether the gate takes every header of that name out of a request.
pub(crate) fn is_removed(name: &str) -> bool {
    begins_alike(name.as_bytes(), OWN) || is_one_of(name, &OVERRIDES)
}

/// Says whether a header of that name is about the connection and no part of the request
/// (RFC 9110, section 7.6.1), in whatever spelling some server would take for it.
#[must_use]
pub fn is_of_connection(name: &str) -> bool {
    is_one_of(name, &OF_CONNECTION)
}

/// Says whether a header has a meaning of its own that is judged, such as what browsers write
/// themselves for pages of any site: it has no room for anything else.
pub(crate) fn is_taken(name: &str) -> bool {
    is_one_of(name, &TAKEN)
}

/// Says whether some server would take one name for another: those that hand headers on as
/// variables fold all but letters and digits into one character.
pub(crate) fn alike(a: &[u8], b: &[u8]) -> bool {
    let mut pairs = a.iter().zip(b);
    a.len() == b.len() && pairs.all(|(x, y)| x == y || fold(*x) == fold(*y))
}

/// Says whether some server would take a name for one with that beginning.
pub(crate) fn begins_alike(name: &[u8], beginning: &str) -> bool {
    let own = name.get(..beginning.len());
    own.is_some_and(|own| alike(own, beginning.as_bytes()))
}

fn is_one_of(name: &str, all: &[&str]) -> bool {
    all.iter()
        .any(|known| alike(name.as_bytes(), known.as_bytes()))
}

const fn fold(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() {
        byte.to_ascii_lowercase()
    } else {
        b'-'
    }
}

/// What the name of every header of the gate begins with.
pub(crate) const OWN: &str = "x-portcullis-";
/// Some frameworks take the method or the path from these.
pub(crate) const OVERRIDES: [&str; 6] = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
    "x-original-uri",
];
const OF_CONNECTION: [&str; 7] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
const TAKEN: [&str; 6] = [
    "content-length",
    "content-type",
    "cookie",
    "host",
    "origin",
    "sec-fetch-site",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_server_folds_is_known_in_every_spelling() {
        for name in [
            "x-portcullis-subject",
            "x_portcullis_subject",
            "x-portcullis-",
            "x-http-method-override",
            "x_original-url",
        ] {
            assert!(is_removed(name), "{name}");
        }
        for name in ["x-portcullis", "x-user-id", "x-http-method-x", ""] {
            assert!(!is_removed(name), "{name}");
        }
        for name in ["te", "transfer-encoding", "transfer_encoding", "upgrade"] {
            assert!(is_of_connection(name), "{name}");
        }
        assert!(is_taken("cookie") && is_taken("sec_fetch_site"));
        assert!(!is_of_connection("authorization") && !is_taken("authorization"));
        assert!(withheld("te").is_some() && withheld("x-portcullis-roles").is_some());
        assert!(withheld("cookie").is_none() && withheld("x-user-id").is_none());
    }
}
