//! Who asks, and whether that is believed.

mod cache;
mod claims;
mod headers;
mod payload;
mod times;
mod token;

use alloc::{borrow::ToOwned as _, string::String, sync::Arc, vec, vec::Vec};

use portcullis_engine::UnixSeconds;

pub use cache::TokenCache;
pub(crate) use token::{TOO_LONG, UNKNOWN_KEY, verify};

use self::times::{EXPIRED, TOO_OLD};
use crate::{
    config::GateConfig, cross_site::is_cross_site, fields::Fields, keys::TokenKeys,
    request::Request,
};

/// Who asks: verified, but not yet known to the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) roles: Vec<String>,
    /// By team; one may appear more than once.
    pub(crate) team_roles: Vec<(String, Vec<String>)>,
    pub(crate) groups: Vec<String>,
    /// Each with its values, in any order; one that is not given is not among them.
    pub(crate) attributes: Vec<(String, Vec<String>)>,
    /// What it says of the action, in the same way.
    pub(crate) action: Vec<(String, Vec<String>)>,
    /// And of the context.
    pub(crate) context: Vec<(String, Vec<String>)>,
    pub(crate) tenant: StatedTenant,
    /// Who says all this.
    pub(crate) by: StatedBy,
    /// Roles that its issuer stated and may not: they are not among `roles`.
    pub(crate) narrowed: Vec<String>,
    /// A claim's name with dots that the token does not have, but would as a path.
    pub(crate) dotted: Option<String>,
    /// The policy version of a verified token.
    pub(crate) version: Option<u64>,
    /// When it signed in, as far as a token says so.
    pub(crate) signed_in: Option<UnixSeconds>,
    /// First second at which it is believed.
    pub(crate) valid_from: UnixSeconds,
    /// First second at which it is no longer believed.
    pub(crate) valid_until: UnixSeconds,
}

/// By what somebody is identified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StatedBy {
    /// The headers of a trusted peer.
    Headers,
    /// A token of this issuer.
    Token(String),
    /// The claims of a token of this issuer that a trusted peer verified.
    Payload(String),
}

impl StatedBy {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Headers => "headers",
            Self::Token(_) => "token",
            Self::Payload(_) => "payload",
        }
    }

    /// Says that a trusted peer has verified the token.
    fn by_payload(self) -> Self {
        match self {
            Self::Token(name) => Self::Payload(name),
            other => other,
        }
    }

    /// Returns the issuer's name; empty where there is none.
    pub(crate) fn issuer(&self) -> &str {
        match self {
            Self::Headers => "",
            Self::Token(name) | Self::Payload(name) => name,
        }
    }
}

/// Which tenant an identity says that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StatedTenant {
    /// None: it is believed for the listener's alone.
    Absent,
    /// This one, for which whoever says so may speak.
    Named(String),
    /// This one, for which its issuer may not speak.
    Foreign(String),
}

impl StatedTenant {
    /// Returns the name, whoever may speak for it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Absent => "",
            Self::Named(name) | Self::Foreign(name) => name,
        }
    }
}

impl Identity {
    /// Returns every role that is stated, on a team or everywhere.
    pub(crate) fn all_roles(&self) -> impl Iterator<Item = &str> {
        let bound = self.team_roles.iter().flat_map(|(_, roles)| roles);
        self.roles.iter().chain(bound).map(String::as_str)
    }
}

/// Adds a role that is bound to a team.
///
/// A team may appear again: only the last is compared, for a header has room for thousands.
fn bind(team_roles: &mut Vec<(String, Vec<String>)>, role: &str, team: &str) {
    match team_roles.last_mut() {
        Some((last, roles)) if last == team => roles.push(role.to_owned()),
        _ => team_roles.push((team.to_owned(), vec![role.to_owned()])),
    }
}

/// Returns every word that may say why a token or the headers of a trusted peer are not believed:
/// the detail of [`Code::IdentityInvalid`](crate::Code::IdentityInvalid).
pub fn identity_reasons() -> impl Iterator<Item = &'static str> {
    REASONS.split_whitespace()
}

const REASONS: &str = "action algorithm attribute audience comma context encoding expired groups \
    header issuer key malformed no-expiry no-issue-time not-yet-valid query repeated roles scheme \
    signature signed-out spelling subject subject-type team-roles tenant time token-type too-long too-old two-tokens type \
    version";

/// Who asks, and whether a cookie says so.
#[derive(Debug)]
pub(crate) struct Identified {
    pub(crate) identity: Arc<Identity>,
    /// Browsers go on sending it, whatever became of it.
    pub(crate) by_cookie: bool,
}

/// Why nobody is identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unidentified {
    /// The request has no token, and no identity headers of a trusted peer.
    Missing,
    /// It has, and they are not believed, for this reason.
    Invalid(&'static str),
    /// The keys of the issuer in this place are fetched, and none has the name in the token.
    UnknownKey(usize),
    /// The keys of the issuer in this place are fetched, and there are none that hold.
    NoKeys(usize),
    /// A browser may have sent its token along for a page of another site.
    CrossSite,
    /// A cookie has a token whose time is over, for this reason: browsers go on sending it.
    LapsedCookie(&'static str),
}

impl From<&'static str> for Unidentified {
    fn from(why: &'static str) -> Self {
        Self::Invalid(why)
    }
}

/// Returns who asks: by a token if there is one, else by the headers of a trusted peer. The query
/// is given where a token may be in it.
pub(crate) fn identify(
    config: &GateConfig,
    tokens: &mut TokenCache,
    request: &Request<'_>,
    fields: &Fields<'_>,
    query: Option<&[u8]>,
    now: UnixSeconds,
) -> Result<Identified, Unidentified> {
    let own = config.identity();
    let bytes_max = config.limits().token_bytes.most;
    if TokenKeys::VERIFY
        && let Some(found) = token::find(&own.tokens, fields, query, bytes_max)?
    {
        let scheme = config.public_scheme();
        if let Some(origins) = found.origins
            && is_cross_site(request.method, request.authority, scheme, origins, fields)
        {
            return Err(Unidentified::CrossSite);
        }
        let (issuers, token) = (&own.issuers, found.token.as_ref());
        let by_cookie = found.origins.is_some();
        if let Some(identity) = tokens.get(issuers.digest(), token, now) {
            return Ok(Identified {
                identity,
                by_cookie,
            });
        }
        let verified = verify(issuers, token, now).map_err(|why| match why {
            Unidentified::Invalid(why @ (EXPIRED | TOO_OLD)) if by_cookie => {
                Unidentified::LapsedCookie(why)
            }
            why => why,
        });
        let identity = Arc::new(verified?);
        tokens.insert(issuers.digest(), token, &identity, config.limits().tokens);
        return Ok(Identified {
            identity,
            by_cookie,
        });
    }
    // What anybody else says is as if it were not there.
    let trusted = own.trusted_headers.as_ref();
    let trusted = trusted.filter(|trusted| trusted.peers.trust(&request.peer));
    let trusted = trusted.ok_or(Unidentified::Missing)?;
    let identity = match &trusted.payload {
        Some(header) if TokenKeys::VERIFY => {
            payload::read(header, &own.issuers, fields, bytes_max, now)
        }
        _ => headers::read(trusted, fields),
    };
    Ok(Identified {
        identity: Arc::new(identity?),
        by_cookie: false,
    })
}
