//! Which hosts a route is for.

use alloc::string::String;
use core::fmt;

use crate::bytes::Bytes;

/// A host as a route writes it: `api.example.com`, `*.example.com` for every name one
/// label below, or `*` for every host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPattern {
    /// Lower case; without the `*.` before it; empty for every host.
    pub(crate) name: String,
    pub(crate) breadth: Breadth,
}

/// How many hosts a pattern stands for, the fewest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Breadth {
    One,
    OneLabelBelow,
    Every,
}

/// A host that no request can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidHost;

impl HostPattern {
    /// Every host, named by a route or not.
    pub(crate) const EVERY: Self = Self {
        name: String::new(),
        breadth: Breadth::Every,
    };

    /// Reads a host, without a port.
    ///
    /// # Errors
    ///
    /// Refuses what is not a DNS name or address, and `*.` before what belongs to nobody alone:
    /// a single label, but for `localhost`, or a part of an address.
    pub fn parse(text: &str) -> Result<Self, InvalidHost> {
        if text == "*" {
            return Ok(Self::EVERY);
        }
        let (name, breadth) = match text.strip_prefix("*.") {
            Some(name) => (name, Breadth::OneLabelBelow),
            None => (text, Breadth::One),
        };
        let normal = normal_host(name.as_bytes()).ok_or(InvalidHost)?;
        // A port or a dot at the end would never be compared.
        if normal.len() != name.len() || normal.is_empty() {
            return Err(InvalidHost);
        }
        if breadth == Breadth::OneLabelBelow && !is_domain(&normal) {
            return Err(InvalidHost);
        }
        Ok(Self {
            name: normal,
            breadth,
        })
    }

    /// Reads a host of which one label is the tenant: `{tenant}.example.com`.
    ///
    /// # Errors
    ///
    /// Refuses what does not begin with `{tenant}.`, and what is not a DNS name after it.
    pub fn parse_tenant(text: &str) -> Result<Self, InvalidHost> {
        let rest = text.strip_prefix("{tenant}.").ok_or(InvalidHost)?;
        Self::parse(&alloc::format!("*.{rest}"))
    }

    /// Says whether each host of the other is one label before what this one names.
    pub(super) fn leaves_label_of(&self, other: &Self) -> bool {
        let label = other.name.strip_suffix(&self.name);
        let label = label.and_then(|label| label.strip_suffix('.'));
        match (self.breadth, other.breadth) {
            (Breadth::OneLabelBelow, Breadth::OneLabelBelow) => self.name == other.name,
            (Breadth::OneLabelBelow, Breadth::One) => label.is_some_and(|own| !own.contains('.')),
            _ => false,
        }
    }

    /// Says whether it stands for the host of an authority.
    #[cfg(feature = "encode")]
    #[must_use]
    pub fn matches(&self, authority: &[u8]) -> bool {
        let host = normal_host(authority).unwrap_or_default();
        match self.breadth {
            Breadth::Every => true,
            Breadth::One => host == self.name,
            Breadth::OneLabelBelow => {
                let parent = host.split_once('.').map(|(_, parent)| parent);
                parent == Some(self.name.as_str())
            }
        }
    }

    /// Says whether the host of an authority has that label where this one leaves it open.
    pub(crate) fn has_label(&self, authority: &[u8], label: &str) -> bool {
        let host = normal_host(authority).unwrap_or_default();
        let rest = host.strip_prefix(label);
        rest.and_then(|rest| rest.strip_prefix('.')) == Some(&self.name)
    }

    /// Says whether it stands for every host, and so names none.
    #[must_use]
    pub fn is_every(&self) -> bool {
        self.breadth == Breadth::Every
    }

    /// Returns the pattern for all names beside it: `*.example.com` of `api.example.com`.
    #[cfg(feature = "encode")]
    pub(super) fn one_label_up(&self) -> Option<Self> {
        let (_, name) = match self.breadth {
            Breadth::One => self.name.split_once('.')?,
            Breadth::OneLabelBelow | Breadth::Every => return None,
        };
        Some(Self {
            name: name.into(),
            breadth: Breadth::OneLabelBelow,
        })
    }

    /// Returns a host that it stands for, with that label where it leaves one open;
    /// nothing for every host.
    #[must_use]
    pub fn example(&self, label: &str) -> Option<String> {
        match self.breadth {
            Breadth::One => Some(self.name.clone()),
            Breadth::OneLabelBelow => Some(alloc::format!("{label}.{}", self.name)),
            Breadth::Every => None,
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = match self.breadth {
            Breadth::One => "",
            Breadth::OneLabelBelow => "*.",
            Breadth::Every => "*",
        };
        write!(f, "{star}{}", self.name)
    }
}

impl fmt::Display for InvalidHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a host is a name without a port, such as api.example.com or *.example.com, or `*`",
        )
    }
}

impl core::error::Error for InvalidHost {}

/// Returns the host of an authority in lower case, as [`host_of`].
pub(crate) fn normal_host(authority: &[u8]) -> Option<String> {
    host_of(authority).map(str::to_ascii_lowercase)
}

/// Returns the host of an authority (RFC 3986, section 3.2), without port and without a
/// dot at its end; nothing where it has user information, a bad port, or a character that
/// no host has.
pub(crate) fn host_of(authority: &[u8]) -> Option<&str> {
    let text = core::str::from_utf8(authority).ok()?;
    let (host, port) = match text.strip_prefix('[') {
        Some(inside) => {
            let (address, after) = inside.split_once(']')?;
            let address_ok = address
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'));
            if !address_ok || address.is_empty() {
                return None;
            }
            let host = text.get(..address.len().saturating_add(2))?;
            match after.strip_prefix(':') {
                Some(port) => (host, port),
                None if after.is_empty() => (host, ""),
                None => return None,
            }
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, port),
            None => (text, ""),
        },
    };
    if !port.bytes().all(|byte| byte.is_ascii_digit()) || port.len() > 5 {
        return None;
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let labelled = || {
        let bytes = host.as_bytes();
        let no_label = |pair: &[u8]| pair == b"..";
        NAME.has_all(bytes)
            && !matches!(bytes, [b'.', ..] | [.., b'.'])
            && !bytes.windows(2).any(no_label)
    };
    let labels_ok = host.starts_with('[') || labelled();
    (labels_ok || host.is_empty()).then_some(host)
}

/// Says whether one owner may have all names below one, in lower case.
fn is_domain(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_address = name.starts_with('[') || last.bytes().all(|byte| byte.is_ascii_digit());
    !is_address && (name.contains('.') || name == "localhost")
}

/// What a name may contain; underscores too, as names of services have them.
static NAME: Bytes = Bytes::with_alphanumeric(b"-._");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_has_a_host_or_is_refused() {
        for (authority, host) in [
            ("", Some("")),
            ("a", Some("a")),
            ("api.example.com", Some("api.example.com")),
            ("Api.Example.com.:8443", Some("Api.Example.com")),
            ("_service.a-b", Some("_service.a-b")),
            ("127.0.0.1:80", Some("127.0.0.1")),
            ("[::1]:80", Some("[::1]")),
            ("[::1]", Some("[::1]")),
            (".", Some("")),
            ("..", None),
            (".a", None),
            ("a..", None),
            ("a..b", None),
            ("a b", None),
            ("a/b", None),
            ("user@a", None),
            ("a:port", None),
            ("a:123456", None),
            ("a:1:2", None),
            ("[]", None),
            ("[::1", None),
            ("[::1]a", None),
            ("\u{e9}", None),
        ] {
            assert_eq!(host_of(authority.as_bytes()), host, "{authority}");
        }
        assert_eq!(host_of(b"a\xff"), None);
    }
}
