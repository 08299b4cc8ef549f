//! The middleware's own settings: the member `shell` of the configuration.

use alloc::string::String;

use portcullis_proxy_shell::read_settings;
use serde::Deserialize;

/// What only the middleware needs to know.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) upstream: Upstream,
    /// Where the bundle is, if not in the configuration: a path in a directory that the
    /// runtime opened for this guest.
    pub(crate) bundle_file: Option<String>,
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
        Ok(Self {
            upstream: Upstream::read(&written.upstream).ok_or(NO_ORIGIN)?,
            bundle_file: written.bundle_file,
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
}

const MALFORMED: &str = r#"`shell` is not {"upstream", "bundle_file"?}"#;
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
    fn a_member_that_nobody_knows_is_refused() {
        for wrong in [
            r#"{"upstream":"http://a","bundle":"/b"}"#,
            r#"{"bundle_file":"/b"}"#,
            r#"{"upstream":"http://a"} {}"#,
            "",
        ] {
            assert_eq!(Settings::read(wrong).err(), Some(MALFORMED), "{wrong}");
        }
    }
}
