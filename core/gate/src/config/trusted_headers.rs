//! `trusted_headers`: which peers' headers are believed, and what they mean.

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};

use portcullis_json::{Place, Read};

use super::{
    Peers,
    claims::{ATTRIBUTES, TEAMS, absent_is_empty, attributes, constants},
    text::text,
};
use crate::header_names::{alike, is_header, is_of_connection, is_taken};

/// Which peers' headers are believed, and what they mean.
#[derive(Debug, Clone)]
pub(crate) struct TrustedHeaders {
    pub(crate) peers: Peers,
    /// The header with the claims of a token that the peer verified: then the issuers say what
    /// they mean, and no other header is read.
    pub(crate) payload: Option<String>,
    /// Whether values are percent-encoded.
    pub(crate) encoded: bool,
    /// Whether a comma means that lines were joined: then no single value may hold one.
    pub(crate) list: bool,
    /// What separates the values of a list.
    pub(crate) separator: u8,
    /// Empty where the payload says it.
    pub(crate) subject: String,
    pub(crate) kind: Option<String>,
    pub(crate) roles: Option<String>,
    pub(crate) groups: Option<String>,
    pub(crate) tenant: Option<String>,
    pub(crate) attributes: Vec<(String, Filling)>,
    pub(crate) action: Vec<(String, Filling)>,
    pub(crate) context: Vec<(String, Filling)>,
    names: Vec<String>,
}

/// What gives an attribute its values.
#[derive(Debug, Clone)]
pub(crate) enum Filling {
    Header {
        name: String,
        /// Whether a request without a value says that there is none, rather than nothing.
        is_given: bool,
    },
    Constant(Vec<String>),
}

impl TrustedHeaders {
    /// Returns the name of every header that says who asks.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Returns two of those names that a server may fold into one.
    pub(super) fn folded(&self) -> Option<(&str, &str)> {
        let mut pairs = self.names().enumerate().flat_map(|(at, one)| {
            let others = self.names().skip(at.saturating_add(1));
            others.map(move |other| (one, other))
        });
        pairs.find(|(one, other)| one != other && alike(one.as_bytes(), other.as_bytes()))
    }

    /// Notes those names: each header of each request is compared with all of them.
    fn with_names(mut self) -> Self {
        let scalars = [
            &self.payload,
            &self.kind,
            &self.roles,
            &self.groups,
            &self.tenant,
        ];
        let all = [&self.attributes, &self.action, &self.context];
        let filled = all.into_iter().flatten();
        let filled = filled.filter_map(|(_, filling)| match filling {
            Filling::Header { name, .. } => Some(name),
            Filling::Constant(_) => None,
        });
        let names = scalars.into_iter().flatten().chain(filled);
        let names = core::iter::once(&self.subject).chain(names);
        // Where the payload says it, there is none for the subject.
        let names = names.filter(|name| !name.is_empty());
        self.names = names.cloned().collect();
        self
    }
}

impl Read for TrustedHeaders {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("an object", "write `peers` and `subject`");
        let mut own = Self {
            peers: object.required("peers", "name the peers whose headers are believed"),
            payload: None,
            subject: String::new(),
            kind: None,
            roles: None,
            groups: None,
            tenant: None,
            encoded: false,
            list: true,
            separator: b',',
            attributes: Vec::new(),
            action: Vec::new(),
            context: Vec::new(),
            names: Vec::new(),
        };
        if place.node.member(PAYLOAD).is_some() {
            let payload: Option<HeaderName> = object.optional(PAYLOAD);
            own.payload = payload.map(|name| name.0);
            // Nothing beside it: the issuers say what its claims mean.
            object.finish();
            return own.with_names();
        }
        for (name, header) in [
            ("type", &mut own.kind),
            ("roles", &mut own.roles),
            ("groups", &mut own.groups),
            ("tenant", &mut own.tenant),
        ] {
            *header = object.optional::<HeaderName>(name).map(|name| name.0);
        }
        let teams: Option<Filling> = object.optional(TEAMS);
        own.attributes
            .extend(teams.map(|filling| (TEAMS.to_owned(), filling)));
        own.subject = object
            .required::<HeaderName>("subject", "name the header that says who it is")
            .0;
        for (name, map) in [
            (ATTRIBUTES, &mut own.attributes),
            ("action", &mut own.action),
            ("context", &mut own.context),
        ] {
            if let Some(place) = object.place(name) {
                map.extend(attributes(&place, name));
            }
        }
        if let Some(place) = object.place("encoding") {
            match text(&place) {
                "plain" => {}
                "percent" => own.encoded = true,
                other => place.unknown("encoding", other, &["plain", "percent"]),
            }
        }
        own.list = object.optional("list").unwrap_or(true);
        if let Some(place) = object.place("separator") {
            own.separator = separator(&place);
        }
        object.finish();
        own.with_names()
    }
}

/// A header, alone or with what it means where it is absent, or what it would always say.
impl Read for Filling {
    fn read(place: &Place<'_>) -> Self {
        if place.node.members().is_none() {
            return Self::Header {
                name: HeaderName::read(place).0,
                is_given: false,
            };
        }
        let mut object = place.object(
            "an object",
            "write {\"header\": \"x-user-region\"} or {\"constant\": \"eu\"}",
        );
        if let Some(header) = object.place("header") {
            let absent = object.place("absent");
            object.finish();
            return Self::Header {
                name: HeaderName::read(&header).0,
                is_given: absent.is_some_and(|place| absent_is_empty(&place)),
            };
        }
        let values = object.required_place("constant", "write the value, or the values");
        object.finish();
        Self::Constant(values.map_or_else(Vec::new, |place| constants(&place)))
    }
}

fn separator(place: &Place<'_>) -> u8 {
    let found = text(place).as_bytes();
    let [one] = found else {
        place.error(SEPARATOR, SEPARATORS);
        return b',';
    };
    // What stands for itself in a percent-encoded value cannot separate two.
    let is_sign = one.is_ascii_punctuation() || *one == b' ';
    if !is_sign || matches!(one, b'%' | b'-' | b'_' | b'.' | b'~') {
        place.error(SEPARATOR, SEPARATORS);
    }
    *one
}

/// The name of a header field, in lower case.
#[derive(Debug, Default)]
pub(super) struct HeaderName(pub(super) String);

impl Read for HeaderName {
    fn read(place: &Place<'_>) -> Self {
        let name = text(place);
        if !is_header(name) {
            place.error(
                "this is not a header's name in lower case",
                &header_cure(name),
            );
        } else if is_of_connection(name) || is_taken(name) {
            place.error(
                &["`", name, "` has a meaning of its own"].concat(),
                "name a header that is made for this, such as `x-user-id`",
            );
        }
        Self(name.to_owned())
    }
}

/// Says what to write for a header's name that cannot be one: the name in lower case, if that is all.
fn header_cure(name: &str) -> String {
    let lower = name.trim().to_ascii_lowercase();
    let lower = lower.trim_end_matches(':');
    if is_header(lower) {
        return ["write `", lower, "`"].concat();
    }
    "use letters, digits, `-` and `_`".to_owned()
}

/// Says whether the trusted headers of an identity are the payload of a token.
pub(super) fn has_payload(identity: &Place<'_>) -> bool {
    let trusted = identity.node.member("trusted_headers");
    trusted.is_some_and(|trusted| trusted.member(PAYLOAD).is_some())
}

const PAYLOAD: &str = "payload";
const SEPARATOR: &str = "this cannot separate the values of a list";
const SEPARATORS: &str = "write one sign, such as `|` or `;`, or a space";
