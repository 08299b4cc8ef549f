//! The middleware's own settings: the member `shell` of the configuration.

use alloc::{collections::BTreeMap, string::String};
use core::fmt;

use portcullis_proxy_shell::read_settings;
use serde::{Deserialize, Deserializer, de::Visitor};

/// What only the middleware needs to know.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) upstream: Upstream,
    /// Where the bundle is, if not in the configuration: a path in a directory that the
    /// runtime opened for this guest.
    pub(crate) bundle_file: Option<String>,
    /// Where instances keep the keys of issuers that they fetched: a folder in such a directory.
    pub(crate) keys_folder: Option<String>,
    /// Where the clusters are that keys come from.
    pub(crate) clusters: BTreeMap<String, Upstream>,
}

/// Where requests go on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// Which protocol it speaks.
    pub scheme: Scheme,
    /// Its host, and perhaps a port.
    pub authority: String,
}

/// Which protocol an upstream speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// HTTP in the clear.
    Http,
    /// HTTP over TLS.
    Https,
}

impl Settings {
    /// Reads the member `shell` of a configuration.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with it, in words.
    pub(crate) fn read(json: &str) -> Result<Self, &'static str> {
        let written: Written = read_settings(json).ok_or(MALFORMED)?;
        let clusters = written.clusters.into_iter();
        let clusters = clusters.map(|(name, origin)| Some((name.0, Upstream::read(&origin)?)));
        Ok(Self {
            upstream: Upstream::read(&written.upstream).ok_or(NO_ORIGIN)?,
            bundle_file: written.bundle_file,
            keys_folder: written.keys_folder,
            clusters: clusters.collect::<Option<_>>().ok_or(NO_CLUSTER)?,
        })
    }
}

impl Upstream {
    fn read(written: &str) -> Option<Self> {
        let (scheme, authority) = match written.split_once("://")? {
            ("http", authority) => (Scheme::Http, authority),
            ("https", authority) => (Scheme::Https, authority),
            _ => return None,
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        (!authority.is_empty() && authority.bytes().all(plain)).then(|| Self {
            scheme,
            authority: authority.into(),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    upstream: String,
    bundle_file: Option<String>,
    keys_folder: Option<String>,
    #[serde(default)]
    clusters: BTreeMap<ClusterName, String>,
}

/// The name of a cluster. It asks for a text that it copies, which is all that the reader takes for
/// a member's name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ClusterName(String);

impl<'de> Deserialize<'de> for ClusterName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Copied;
        impl Visitor<'_> for Copied {
            type Value = ClusterName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E>(self, name: &str) -> Result<ClusterName, E> {
                Ok(ClusterName(name.into()))
            }
        }
        deserializer.deserialize_str(Copied)
    }
}

const MALFORMED: &str =
    r#"`shell` is not {"upstream", "bundle_file"?, "keys_folder"?, "clusters"?}"#;
const NO_CLUSTER: &str =
    "a member of `shell.clusters` is not `http://` or `https://` with a host, and a port perhaps";
const NO_ORIGIN: &str =
    "`shell.upstream` is not `http://` or `https://` with a host, and a port perhaps";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_an_origin() {
        let read = |upstream: &str| {
            let json = alloc::format!(r#"{{"upstream":"{upstream}"}}"#);
            Settings::read(&json).map(|settings| settings.upstream)
        };
        let https = Upstream {
            scheme: Scheme::Https,
            authority: "[::1]:8443".into(),
        };
        assert_eq!(read("https://[::1]:8443"), Ok(https));
        for wrong in [
            "",
            "api.example.com",
            "ftp://api.example.com",
            "http://",
            "http://api.example.com/v1",
            "http://user@api.example.com",
            "http://api.example.com?x",
            "http://a\\r\\nhost: b",
        ] {
            assert_eq!(read(wrong), Err(NO_ORIGIN), "{wrong}");
        }
    }

    #[test]
    fn a_cluster_is_an_origin_too() {
        let read = |origin: &str| {
            let json =
                alloc::format!(r#"{{"upstream":"http://a","clusters":{{"id":"{origin}"}}}}"#);
            Settings::read(&json).map(|settings| settings.clusters)
        };
        let found = read("http://id:8080").unwrap();
        assert_eq!(found.get("id").unwrap().authority, "id:8080");
        assert_eq!(read("id:8080").err(), Some(NO_CLUSTER));
    }

    #[test]
    fn a_member_that_nobody_knows_is_refused() {
        for wrong in [
            r#"{"upstream":"http://a","bundle":"/b"}"#,
            r#"{"bundle_file":"/b"}"#,
            r#"{"upstream":"http://a","clusters":["http://b"]}"#,
            r#"{"upstream":"http://a"} {}"#,
            "",
        ] {
            assert_eq!(Settings::read(wrong).err(), Some(MALFORMED), "{wrong}");
        }
    }
}
