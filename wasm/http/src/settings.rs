//! What the configuration's member `shell` tells this middleware.

use alloc::string::String;

use serde::Deserialize;
use wasip2::http::types::Scheme;

/// What only the middleware needs to know.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) upstream: Upstream,
    /// Where the bundle lies, if not in the configuration: a path in a directory that the
    /// runtime opened for this guest.
    pub(crate) bundle_file: Option<String>,
}

/// Where requests go on to.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    pub(crate) scheme: Scheme,
    pub(crate) authority: String,
}

impl Settings {
    /// Reads the member `shell` of a configuration.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with it, in words.
    pub(crate) fn read(json: &str) -> Result<Self, &'static str> {
        let mut unescaped = [0; TEXT_BYTES_MAX];
        let (written, used): (Written, usize) =
            serde_json_core::from_slice_escaped(json.as_bytes(), &mut unescaped)
                .map_err(|_| MALFORMED)?;
        if used != json.len() {
            return Err(MALFORMED);
        }
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
const TEXT_BYTES_MAX: usize = 4_096;
