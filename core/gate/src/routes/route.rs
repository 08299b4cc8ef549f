//! One route.

use alloc::{string::String, vec::Vec};
use core::fmt;

use portcullis_engine::grammar::{is_name, is_value};

use super::{
    host::HostPattern,
    parts::SegmentParts,
    pattern::{PathPattern, PatternSegment},
};
use crate::{
    header_names::{is_header, withheld},
    path::Ambiguities,
};

/// What a request must look like, and what it then asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The methods, each once; `*` means those that no other route of the path names.
    pub methods: Vec<String>,
    /// The host, or nothing for any.
    pub host: Option<HostPattern>,
    /// The pattern of hosts of which the label that it leaves open is the tenant, or nothing.
    pub tenant_host: Option<HostPattern>,
    /// The path.
    pub path: PathPattern,
    /// What it asks for.
    pub access: Access,
    /// What is known of the resource, by attribute; `id` is the resource's id.
    pub attributes: Vec<(String, Origin)>,
    /// What happens to a conditional decision.
    pub conditional: OnConditional,
    /// The ambiguities that its parameters may hold.
    pub allow: Ambiguities,
    /// Whether a token may come from the query.
    pub token_in_query: bool,
    /// Which pages of other origins may call it.
    pub cors: Option<Cors>,
}

/// What a route asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Nothing: anybody may.
    Public,
    /// Nothing; but the upstream learns who asks, if somebody is known to.
    Optional,
    /// An identity, and nothing else of it.
    Authenticated,
    /// A permission, `module:action`.
    Permission(String),
}

/// Where the value of a resource attribute comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The parameter that is that segment of the path, or the rest from there.
    Path(u8),
    /// A parameter that is a part of a segment.
    Part {
        /// The segment.
        segment: u8,
        /// Its number among the parameters there.
        number: u8,
    },
    /// The query parameter of that name.
    Query(String),
    /// The header of that name, in lower case.
    Header(String),
    /// These values, ascending and distinct.
    Constant(Vec<String>),
}

/// What happens to a conditional decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConditional {
    /// The request is denied.
    Deny,
    /// It is forwarded with the filter that the origin must apply.
    Forward,
}

/// Which pages of other origins may call a route (the CORS protocol of the Fetch Standard).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// The origins, or `*` alone for any.
    pub origins: Vec<String>,
    /// The request headers that a page may send besides the safelisted ones.
    pub headers: Vec<String>,
    /// Whether a page may send credentials.
    pub credentials: bool,
    /// How long a browser may remember the answer, in seconds.
    pub max_age_seconds: u32,
}

impl Route {
    /// Returns how a log names it: its first method and its path.
    #[must_use]
    pub fn name(&self) -> String {
        let method = self.methods.first().map_or("*", String::as_str);
        match &self.host {
            Some(host) => alloc::format!("{method} {host}{}", self.path),
            None => alloc::format!("{method} {}", self.path),
        }
    }

    /// Returns whether another route that matches a request makes the same of it: all but
    /// methods, host and the spelling of the path is equal.
    #[must_use]
    pub(crate) fn answers_alike(&self, other: &Self) -> bool {
        let takes_rest = |route: &Self, at: u8| {
            let segment = route.path.segments().get(usize::from(at));
            matches!(segment, Some(PatternSegment::Rest(_)))
        };
        let takes_alike = |origin: &Origin| match origin {
            Origin::Path(at) => takes_rest(self, *at) == takes_rest(other, *at),
            Origin::Part { segment, .. } => {
                let [own, other] = [self, other].map(|route| route.parts(*segment));
                own.map(SegmentParts::word) == other.map(SegmentParts::word)
            }
            Origin::Query(_) | Origin::Header(_) | Origin::Constant(_) => true,
        };
        let has = |own: &(String, Origin)| {
            let same = other.attributes.iter().any(|other| other == own);
            same && takes_alike(&own.1)
        };
        self.access == other.access
            && self.tenant_host == other.tenant_host
            && self.conditional == other.conditional
            && self.allow == other.allow
            && self.token_in_query == other.token_in_query
            && self.cors == other.cors
            && self.attributes.len() == other.attributes.len()
            && self.attributes.iter().all(has)
    }

    /// Returns the name of the path parameter that an attribute comes from.
    #[must_use]
    pub fn parameter(&self, origin: &Origin) -> Option<&str> {
        match origin {
            Origin::Path(at) => self.path.segments().get(usize::from(*at))?.name(),
            Origin::Part { segment, number } => {
                self.parts(*segment)?.names().nth(usize::from(*number))
            }
            Origin::Query(_) | Origin::Header(_) | Origin::Constant(_) => None,
        }
    }

    /// Returns whether every host of it has the label that is to be the tenant, if one is to be.
    fn host_names_tenant(&self) -> bool {
        let Some(pattern) = &self.tenant_host else {
            return true;
        };
        let host = self.host.as_ref();
        host.is_some_and(|host| pattern.leaves_label_of(host))
    }

    fn parts(&self, segment: u8) -> Option<&SegmentParts> {
        self.path.segments().get(usize::from(segment))?.parts()
    }

    /// Checks what the types alone do not say.
    ///
    /// # Errors
    ///
    /// Returns the first thing that is wrong.
    pub fn check(&self) -> Result<(), InvalidRoute> {
        let mut methods = self.methods.iter();
        if self.methods.is_empty() || !methods.all(|method| method == "*" || is_method(method)) {
            return Err(InvalidRoute::Method);
        }
        if repeats(&self.methods) {
            return Err(InvalidRoute::Method);
        }
        for (at, (name, origin)) in self.attributes.iter().enumerate() {
            let known = self.attributes.iter().take(at);
            if !is_name(name) || known.into_iter().any(|(other, _)| other == name) {
                return Err(InvalidRoute::Attribute);
            }
            let sound = match origin {
                Origin::Path(_) | Origin::Part { .. } => self.parameter(origin).is_some(),
                Origin::Query(name) => is_value(name),
                Origin::Header(name) if withheld(name).is_some() => {
                    return Err(InvalidRoute::Withheld);
                }
                Origin::Header(name) => is_header(name),
                Origin::Constant(values) => {
                    values.iter().all(|value| is_value(value))
                        && values.is_sorted_by(|a, b| a < b)
                        && (name != "id" || values.len() == 1)
                }
            };
            if !sound {
                return Err(InvalidRoute::Origin);
            }
        }
        if !self.host_names_tenant() {
            return Err(InvalidRoute::TenantHost);
        }
        match &self.cors {
            Some(cors) => cors.check(),
            None => Ok(()),
        }
    }
}

impl Access {
    /// Returns whether anybody may, known or not.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Public | Self::Optional)
    }
}

impl Cors {
    /// Returns whether a page of that origin may call.
    #[must_use]
    pub(crate) fn allows(&self, origin: &str) -> bool {
        self.origins
            .iter()
            .any(|known| known == "*" || known == origin)
    }

    fn check(&self) -> Result<(), InvalidRoute> {
        if self.headers.iter().any(|name| withheld(name).is_some()) {
            return Err(InvalidRoute::Withheld);
        }
        let any = self.origins.iter().any(|origin| origin == "*");
        let origins = self.origins.iter();
        let sound = !self.origins.is_empty()
            && (!any || (self.origins.len() == 1 && !self.credentials))
            && origins
                .into_iter()
                .all(|origin| origin == "*" || is_origin(origin))
            && self.headers.iter().all(|name| is_header(name));
        if sound {
            Ok(())
        } else {
            Err(InvalidRoute::Cors)
        }
    }
}

/// What is wrong with a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidRoute {
    /// It has no method, the same one twice, or something that is not a method.
    Method,
    /// An attribute's name is not a name, or appears twice.
    Attribute,
    /// An attribute comes from nowhere.
    Origin,
    /// An attribute comes from a header, or a page may send one, that never reaches the upstream as
    /// the client wrote it.
    Withheld,
    /// It has a host that does not name the tenant as it says.
    TenantHost,
    /// Its CORS rule names no origin, something that is not an origin, or any with credentials.
    Cors,
}

impl InvalidRoute {
    /// Returns what is wrong, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Method => "a route has methods in upper case, each once, or `*`",
            Self::Attribute => "an attribute is a name, and appears once",
            Self::Origin => {
                "an attribute comes from a path parameter, a query parameter, a header or a constant"
            }
            Self::Withheld => {
                "it names a header that never reaches the upstream as the client wrote it"
            }
            Self::TenantHost => {
                "with `tenant_host` every host is as it says, one label before the rest"
            }
            Self::Cors => {
                "`cors` names origins such as https://app.example.com, or `*` alone and without credentials, and headers in lower case"
            }
        }
    }
}

impl fmt::Display for InvalidRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for InvalidRoute {}

fn is_method(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'-')
}

pub(crate) fn is_origin(origin: &str) -> bool {
    let parts = origin.split_once(':');
    let parts = parts.and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix("//")?)));
    let Some((scheme, host)) = parts else {
        return false;
    };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    !scheme.is_empty()
        && scheme
            .bytes()
            .all(|byte| plain(byte) || matches!(byte, b'+' | b'-' | b'.'))
        && !host.is_empty()
        && host
            .bytes()
            .all(|byte| plain(byte) || matches!(byte, b'-' | b'.' | b':' | b'[' | b']' | b'_'))
}

fn repeats(items: &[String]) -> bool {
    items
        .iter()
        .enumerate()
        .any(|(at, item)| items.iter().take(at).any(|known| known == item))
}
