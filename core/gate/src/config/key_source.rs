//! `keys.source`: where an issuer's keys are fetched.

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};

use portcullis_json::{Node, Place};

use super::{
    issuer_name::IssuerName,
    text::{Text, Texts, text},
};

/// Where an issuer's keys are fetched, and how long they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeySource {
    pub(crate) address: KeyAddress,
    /// Whether that is the issuer's own description, which says where the keys are.
    pub(crate) discovers: bool,
    /// The hosts that the description may name, beside the issuer's own.
    pub(crate) hosts: Vec<String>,
    /// How long a set is believed after it was fetched.
    pub(crate) max_age_seconds: u64,
}

/// Where something is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAddress {
    /// By a URL of `https`.
    Url(String),
    /// From a proxy's cluster.
    Cluster {
        /// Its name.
        cluster: String,
        /// What is asked for there, as `:authority`.
        authority: String,
        /// The path, with a query where there is one.
        path: String,
    },
}

impl KeySource {
    /// Says whether the member `keys` of an issuer is a source, and not the keys themselves.
    pub(super) fn is_one(place: &Place<'_>) -> bool {
        let has = |name| place.node.member(name).is_some();
        !has("keys") && (has("source") || has("discover"))
    }

    pub(super) fn read(place: &Place<'_>, issuer: &IssuerName) -> Self {
        let mut object = place.object("a source", SOURCE);
        let discovers: bool = object.or_default("discover");
        let hosts = object.or_default::<Texts>("hosts").0;
        if !discovers && !hosts.is_empty() {
            place.error("`hosts` bounds what discovery finds", "leave it out");
        }
        if discovers && issuer.is_template() {
            place.error(
                "a template has no description of its own",
                "write where the key set is, without `discover`",
            );
        }
        let max_age: Option<u64> = object.optional("max_age_seconds");
        let max_age_seconds = max_age.unwrap_or(MAX_AGE_SECONDS);
        if !(MAX_AGE_SECONDS_MIN..=MAX_AGE_SECONDS_MAX).contains(&max_age_seconds) {
            place.error(
                "`max_age_seconds` of keys is 20 to 604,800",
                "write 86400, or leave it out",
            );
        }
        let address = match object.place("source") {
            Some(place) => KeyAddress::read(&place),
            // OpenID Connect Discovery 1.0, section 4.1.
            None => KeyAddress::Url([issuer.as_str().trim_end_matches('/'), WELL_KNOWN].concat()),
        };
        if !address.is_usable() {
            place.error(
                "keys are fetched by a URL of `https`, or from a cluster by a path that begins \
                 with a slash",
                SOURCE,
            );
        }
        object.finish();
        Self {
            address,
            discovers,
            hosts,
            max_age_seconds,
        }
    }
}

impl KeyAddress {
    fn read(place: &Place<'_>) -> Self {
        if !matches!(place.node, Node::Object(_)) {
            return Self::Url(text(place).to_owned());
        }
        let mut object = place.object("a cluster's address", SOURCE);
        let cluster: Text = object.required("cluster", "name the proxy's cluster");
        let authority: Option<Text> = object.optional("authority");
        let path: Text = object.required("path", "write the path of the key set");
        object.finish();
        Self::Cluster {
            authority: authority.map_or_else(|| cluster.0.clone(), |own| own.0),
            cluster: cluster.0,
            path: path.0,
        }
    }

    /// Returns the host of a URL, with its port, and its path, with its query; nothing of a
    /// cluster, whose host the proxy knows.
    #[must_use]
    pub fn url_parts(&self) -> Option<(&str, &str)> {
        let Self::Url(url) = self else {
            return None;
        };
        let (_, host, path) = origin_of(url)?;
        Some((host, path))
    }

    // What goes into the lines of a request must not be able to end one.
    fn is_usable(&self) -> bool {
        let is_plain = |text: &str| {
            let mut bytes = text.bytes();
            (1..=URL_BYTES_MAX).contains(&text.len())
                && bytes.all(|byte| byte.is_ascii_graphic() && byte != b'#')
        };
        match self {
            Self::Url(url) => is_plain(url) && host_of(url).is_some(),
            Self::Cluster {
                cluster,
                authority,
                path,
            } => {
                is_plain(cluster) && is_plain(authority) && is_plain(path) && path.starts_with('/')
            }
        }
    }

    /// Returns where a key set is that an issuer's description names, if it may be there: on the
    /// issuer's own host or a listed one, by `https` or in the same cluster.
    pub(crate) fn found(&self, issuer: &str, hosts: &[String], url: &str) -> Option<Self> {
        let own = origin_of(issuer).map(|(_, host, _)| host);
        let (scheme, host, path) = origin_of(url)?;
        if own != Some(host) && !hosts.iter().any(|listed| listed == host) {
            return None;
        }
        let found = match self {
            Self::Url(_) => Self::Url(url.to_owned()),
            Self::Cluster {
                cluster, authority, ..
            } => Self::Cluster {
                cluster: cluster.clone(),
                authority: authority.clone(),
                path: path.to_owned(),
            },
        };
        let is_safe = scheme == HTTPS || matches!(self, Self::Cluster { .. });
        (is_safe && found.is_usable()).then_some(found)
    }
}

fn host_of(url: &str) -> Option<&str> {
    let (scheme, host, _) = origin_of(url)?;
    (scheme == HTTPS).then_some(host)
}

/// Splits a URL into its scheme, its host with the port, and the rest, which begins with a slash.
fn origin_of(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end)?;
    let is_plain = !host.is_empty() && !host.contains(['@', '\\', ' ']);
    let is_path = path.is_empty() || path.starts_with('/');
    (is_plain && is_path && matches!(scheme, "http" | HTTPS)).then_some((
        scheme,
        host,
        if path.is_empty() { "/" } else { path },
    ))
}

const HTTPS: &str = "https";
const WELL_KNOWN: &str = "/.well-known/openid-configuration";
const SOURCE: &str = "write {\"source\": \"https://id.example.com/keys\"}, {\"source\": \
    {\"cluster\": \"id\", \"path\": \"/keys\"}} or {\"discover\": true}";
const MAX_AGE_SECONDS: u64 = 86_400;
const MAX_AGE_SECONDS_MIN: u64 = 20;
const MAX_AGE_SECONDS_MAX: u64 = 604_800;
const URL_BYTES_MAX: usize = 2_048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_names_keys_on_its_own_host_or_a_listed_one() {
        let issuer = "https://id.example.com/realms/desk";
        let url = KeyAddress::Url("https://id.example.com/d".to_owned());
        let cluster = KeyAddress::Cluster {
            cluster: "id".to_owned(),
            authority: "id.example.com".to_owned(),
            path: "/d".to_owned(),
        };
        let listed = ["keys.example.com".to_owned()];
        for (named, by_url, path) in [
            ("https://id.example.com/keys", true, Some("/keys")),
            ("https://id.example.com/keys?v=1", true, Some("/keys?v=1")),
            ("https://keys.example.com/k", true, Some("/k")),
            ("http://id.example.com/keys", false, Some("/keys")),
            ("https://id.example.com:8443/keys", false, None),
            ("https://evil.example.com/keys", false, None),
            ("https://id.example.com@evil.example.com/keys", false, None),
            ("https://id.example.com\\@evil.example.com/", false, None),
            ("https://id.example.com/a b", false, None),
            ("https://id.example.com/a#b", false, None),
            ("file:///etc/passwd", false, None),
            ("/keys", false, None),
        ] {
            let found = url.found(issuer, &listed, named);
            let expected = by_url.then(|| KeyAddress::Url(named.to_owned()));
            assert_eq!(found, expected, "{named}");
            let found = cluster.found(issuer, &listed, named);
            let found = found.map(|found| match found {
                KeyAddress::Cluster { path, .. } => path,
                KeyAddress::Url(url) => url,
            });
            assert_eq!(found.as_deref(), path, "{named}");
        }
    }
}
