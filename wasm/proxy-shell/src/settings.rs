//! A shell's own settings: the member `shell` of a gate's configuration.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, de::DeserializeOwned};

/// Reads a shell's own settings, as [`GateConfig::shell`](portcullis_gate::GateConfig::shell)
/// hands them over; returns nothing if they are not what `T` says, and nothing else.
#[must_use]
pub fn read_settings<T: DeserializeOwned>(json: &str) -> Option<T> {
    let mut unescaped = [0; TEXT_BYTES_MAX];
    let (written, used) =
        serde_json_core::from_slice_escaped(json.as_bytes(), &mut unescaped).ok()?;
    (used == json.len()).then_some(written)
}

/// What a proxy's shell needs to know beside the gate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) peer: PeerUse,
    pub(crate) sources: Vec<SourceSettings>,
}

/// By what a peer is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PeerUse {
    /// By the name in the certificate that it has shown; an address is easier to borrow.
    #[default]
    Identity,
    /// By that or, on a connection without a certificate, by what the proxy holds for its
    /// address. Only as good as the proxy's settings: see examples/envoy.
    Address,
    /// Not at all.
    None,
}

/// Where bundles are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceSettings {
    /// The proxy's cluster.
    pub(crate) cluster: String,
    pub(crate) authority: String,
    pub(crate) path: String,
    /// How often to ask.
    pub(crate) poll_ms: u32,
    /// How long an answer may take.
    pub(crate) timeout_ms: u32,
}

impl Settings {
    /// Reads the member `shell` of a configuration.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with it, in words.
    pub(crate) fn read(json: &str) -> Result<Self, &'static str> {
        let written: Written = read_settings(json).ok_or(MALFORMED)?;
        let sources: Vec<_> = written
            .sources
            .into_iter()
            .map(SourceSettings::from)
            .collect();
        if sources.iter().any(|source| !source.is_usable()) {
            return Err(UNUSABLE);
        }
        Ok(Self {
            peer: written.peer,
            sources,
        })
    }
}

impl SourceSettings {
    // What goes into the lines of a request must not be able to end one.
    fn is_usable(&self) -> bool {
        let plain =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        plain(&self.cluster)
            && plain(&self.authority)
            && plain(&self.path)
            && self.path.starts_with('/')
            && self.poll_ms >= POLL_MS_MIN
            && (1..=TIMEOUT_MS_MAX).contains(&self.timeout_ms)
    }
}

impl From<WrittenSource> for SourceSettings {
    fn from(written: WrittenSource) -> Self {
        Self {
            authority: written.authority.unwrap_or_else(|| written.cluster.clone()),
            cluster: written.cluster,
            path: written.path,
            poll_ms: written.poll_ms.unwrap_or(POLL_MS),
            timeout_ms: written.timeout_ms.unwrap_or(TIMEOUT_MS),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    peer: PeerUse,
    #[serde(default)]
    sources: Vec<WrittenSource>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    cluster: String,
    authority: Option<String>,
    path: String,
    poll_ms: Option<u32>,
    timeout_ms: Option<u32>,
}

const MALFORMED: &str = "`shell` is not {\"peer\": \"identity\" | \"address\" | \"none\", \
    \"sources\": [{\"cluster\", \"path\", \"authority\"?, \"poll_ms\"?, \"timeout_ms\"?}]}";
const UNUSABLE: &str = "a source in `shell` has an empty or unprintable name, a path without a \
    slash, a `poll_ms` below 50 or a `timeout_ms` outside 1 to 60000";

const POLL_MS: u32 = 30_000;
const POLL_MS_MIN: u32 = 50;
const TIMEOUT_MS: u32 = 5_000;
const TIMEOUT_MS_MAX: u32 = 60_000;
const TEXT_BYTES_MAX: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_is_certificates_and_no_source() {
        assert_eq!(Settings::read("{}"), Ok(Settings::default()));
    }

    #[test]
    fn a_source_has_defaults() {
        let json = r#"{"peer":"none","sources":[{"cluster":"bundles","path":"/a\u002fb.pclb"}]}"#;
        let settings = Settings::read(json).unwrap();
        assert_eq!(settings.peer, PeerUse::None);
        let expected = SourceSettings {
            cluster: "bundles".into(),
            authority: "bundles".into(),
            path: "/a/b.pclb".into(),
            poll_ms: 30_000,
            timeout_ms: 5_000,
        };
        assert_eq!(settings.sources, [expected]);
    }

    #[test]
    fn what_is_not_settings_is_refused() {
        for json in [
            "",
            "[]",
            "{} {}",
            r#"{"peer":"header"}"#,
            r#"{"pear":"none"}"#,
            r#"{"sources":[{"cluster":"bundles"}]}"#,
            r#"{"sources":[{"cluster":"bundles","path":"/a","poll":1}]}"#,
        ] {
            assert_eq!(Settings::read(json), Err(MALFORMED), "{json}");
        }
        for source in [
            r#"{"cluster":"","path":"/a"}"#,
            r#"{"cluster":"bundles","path":"a"}"#,
            r#"{"cluster":"bundles","path":"/a b"}"#,
            r#"{"cluster":"bundles","path":"/a","authority":"b\r\nx: y"}"#,
            r#"{"cluster":"bundles","path":"/a","poll_ms":49}"#,
            r#"{"cluster":"bundles","path":"/a","timeout_ms":0}"#,
        ] {
            let json = alloc::format!(r#"{{"sources":[{source}]}}"#);
            assert_eq!(Settings::read(&json), Err(UNUSABLE), "{json}");
        }
    }
}
