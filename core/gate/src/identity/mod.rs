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
pub(crate) use token::{UNKNOWN_KEY, verify};

use crate::{config::IdentityConfig, fields::Fields, keys::TokenKeys, request::Peer};

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
    /// A claim's name with dots that the token does not have, but would as a path.
    pub(crate) dotted: Option<String>,
    /// The policy version of a verified token.
    pub(crate) version: Option<u64>,
    /// First second at which it is believed.
    pub(crate) valid_from: UnixSeconds,
    /// First second at which it is no longer believed.
    pub(crate) valid_until: UnixSeconds,
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
}

impl From<&'static str> for Unidentified {
    fn from(why: &'static str) -> Self {
        Self::Invalid(why)
    }
}

/// Returns who asks: by a token if there is one, else by the headers of a trusted peer.
pub(crate) fn identify(
    config: &IdentityConfig,
    tokens: &mut TokenCache,
    tokens_max: usize,
    fields: &Fields<'_>,
    peer: &Peer<'_>,
    now: UnixSeconds,
) -> Result<Arc<Identity>, Unidentified> {
    if TokenKeys::VERIFY
        && let Some(token) = token::find(&config.tokens, fields)?
    {
        let issuers = &config.issuers;
        if let Some(known) = tokens.get(issuers.digest(), token, now) {
            return Ok(known);
        }
        let verified = verify(issuers, token, now);
        let identity = Arc::new(verified?);
        tokens.insert(issuers.digest(), token, &identity, tokens_max);
        return Ok(identity);
    }
    // What anybody else says is as if it were not there.
    let trusted = config.trusted_headers.as_ref();
    let trusted = trusted.filter(|trusted| trusted.peers.trust(peer));
    let trusted = trusted.ok_or(Unidentified::Missing)?;
    let identity = match &trusted.payload {
        Some(header) if TokenKeys::VERIFY => payload::read(header, &config.issuers, fields, now),
        _ => headers::read(trusted, fields),
    };
    identity.map(Arc::new)
}
