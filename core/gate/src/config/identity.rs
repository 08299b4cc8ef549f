//! `identity`: how the gate learns who asks.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use sha2::{Digest, Sha256};

use super::{InvalidConfig, Peers};
use crate::{
    identity::TokenKeys,
    json::{Node, Place},
    routes::is_header,
};

/// How the gate learns who asks; without either, nobody is ever known.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdentityConfig {
    pub(crate) jwt: Option<JwtConfig>,
    pub(crate) trusted_headers: Option<TrustedHeaders>,
}

/// Which tokens are believed, and what their claims mean.
#[derive(Debug, Clone)]
pub(crate) struct JwtConfig {
    pub(crate) header: String,
    /// Empty where the header holds the token alone.
    pub(crate) scheme: String,
    pub(crate) issuers: Vec<String>,
    pub(crate) audiences: Vec<String>,
    /// What `typ` may be; any where empty.
    pub(crate) types: Vec<String>,
    pub(crate) keys: TokenKeys,
    pub(crate) claims: Claims,
    pub(crate) leeway_seconds: u64,
    /// Of all this: what remembered tokens were verified by.
    pub(crate) digest: [u8; 32],
}

/// Where each fact of a subject stands among a token's claims.
#[derive(Debug, Clone)]
pub(crate) struct Claims {
    pub(crate) subject: ClaimPath,
    pub(crate) kind: Option<ClaimPath>,
    pub(crate) roles: Option<ClaimPath>,
    pub(crate) groups: Option<ClaimPath>,
    pub(crate) team_roles: Option<ClaimPath>,
    pub(crate) tenant: Option<ClaimPath>,
    pub(crate) version: Option<ClaimPath>,
    /// By the subject attribute that it gives.
    pub(crate) attributes: Vec<(String, ClaimPath)>,
}

/// The names of the members that lead to a claim.
#[derive(Debug, Clone)]
pub(crate) struct ClaimPath(pub(crate) Vec<String>);

/// Which peers' headers are believed, and what they mean.
#[derive(Debug, Clone)]
pub(crate) struct TrustedHeaders {
    pub(crate) peers: Peers,
    /// Whether values are percent-encoded.
    pub(crate) encoded: bool,
    pub(crate) subject: String,
    pub(crate) kind: Option<String>,
    pub(crate) roles: Option<String>,
    pub(crate) groups: Option<String>,
    pub(crate) tenant: Option<String>,
    pub(crate) attributes: Vec<(String, String)>,
}

impl IdentityConfig {
    /// Says whether every identity states its tenant.
    pub(crate) fn states_tenant(&self) -> bool {
        let jwt = self
            .jwt
            .as_ref()
            .is_none_or(|jwt| jwt.claims.tenant.is_some());
        let headers = self.trusted_headers.as_ref();
        let headers = headers.is_none_or(|headers| headers.tenant.is_some());
        jwt && headers && (self.jwt.is_some() || self.trusted_headers.is_some())
    }
}

impl TrustedHeaders {
    /// Returns the name of every header that says who asks.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let optional = [&self.kind, &self.roles, &self.groups, &self.tenant];
        let optional = optional.into_iter().flatten();
        let attributes = self.attributes.iter().map(|(_, name)| name);
        core::iter::once(&self.subject)
            .chain(optional)
            .chain(attributes)
            .map(String::as_str)
    }
}

pub(super) fn read(place: &Place<'_>) -> Result<IdentityConfig, InvalidConfig> {
    let mut fields = place.fields()?;
    let jwt = match fields.optional("jwt") {
        Some(place) => Some(jwt(&place)?),
        None => None,
    };
    let trusted_headers = match fields.optional("trusted_headers") {
        Some(place) => Some(trusted_headers(&place)?),
        None => None,
    };
    fields.finish()?;
    Ok(IdentityConfig {
        jwt,
        trusted_headers,
    })
}

fn jwt(place: &Place<'_>) -> Result<JwtConfig, InvalidConfig> {
    let mut fields = place.fields()?;
    let issuers = named(&fields.required("issuers")?)?;
    let audiences = named(&fields.required("audiences")?)?;
    let keys = TokenKeys::read(&fields.required("keys")?)?;
    let header = match fields.optional("header") {
        Some(place) => header(&place)?,
        None => "authorization".to_owned(),
    };
    let scheme = match fields.optional("scheme") {
        Some(place) => match place.node.as_str() {
            Some(text) => text.to_owned(),
            None => return place.expected("a string"),
        },
        None => "Bearer".to_owned(),
    };
    let types = match fields.optional("types") {
        Some(place) => place.texts()?,
        None => Vec::new(),
    };
    let claims = match fields.optional("claims") {
        Some(place) => claims(&place)?,
        None => Claims::default(),
    };
    let leeway_seconds = match fields.optional("leeway_seconds") {
        Some(place) => match place.number()? {
            seconds @ 0..=LEEWAY_SECONDS_MAX => seconds,
            _ => return place.fault("a leeway is at most 300 seconds"),
        },
        None => 0,
    };
    fields.finish()?;
    Ok(JwtConfig {
        header,
        scheme,
        issuers,
        audiences,
        types,
        keys,
        claims,
        leeway_seconds,
        digest: digest(&[0; 32], place.node),
    })
}

impl JwtConfig {
    /// Replaces the keys; what they did not verify is forgotten.
    pub(crate) fn replace_keys(&mut self, place: &Place<'_>) -> Result<(), InvalidConfig> {
        self.keys = TokenKeys::read(place)?;
        self.digest = digest(&self.digest, place.node);
        Ok(())
    }
}

fn digest(before: &[u8; 32], node: &Node) -> [u8; 32] {
    let mut text = String::new();
    node.write(&mut text);
    Sha256::new()
        .chain_update(before)
        .chain_update(text)
        .finalize()
        .into()
}

fn claims(place: &Place<'_>) -> Result<Claims, InvalidConfig> {
    let mut fields = place.fields()?;
    let mut claim = |name| match fields.optional(name) {
        Some(place) => ClaimPath::read(&place).map(Some),
        None => Ok(None),
    };
    let own = Claims {
        subject: claim("subject")?.unwrap_or_else(|| ClaimPath::of("sub")),
        kind: claim("type")?,
        roles: claim("roles")?,
        groups: claim("groups")?,
        team_roles: claim("team_roles")?,
        tenant: claim("tenant")?,
        version: claim("version")?,
        attributes: Vec::new(),
    };
    let teams = claim("teams")?;
    let mut attributes = Vec::new();
    if let Some(path) = teams {
        attributes.push(("teams".to_owned(), path));
    }
    if let Some(place) = fields.optional("attributes") {
        for (name, place) in place.fields()?.all() {
            check_attribute(name, &place)?;
            if attributes.iter().any(|(known, _)| known == name) {
                return place.fault("`teams` is given twice");
            }
            attributes.push((name.to_owned(), ClaimPath::read(&place)?));
        }
    }
    fields.finish()?;
    Ok(Claims { attributes, ..own })
}

impl Default for Claims {
    fn default() -> Self {
        Self {
            subject: ClaimPath::of("sub"),
            kind: None,
            roles: None,
            groups: None,
            team_roles: None,
            tenant: None,
            version: None,
            attributes: Vec::new(),
        }
    }
}

impl ClaimPath {
    fn of(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// Reads a name, or the names that lead from the outermost to the claim.
    fn read(place: &Place<'_>) -> Result<Self, InvalidConfig> {
        let names = place.texts()?;
        if names.is_empty() || names.len() > CLAIM_DEPTH_MAX {
            return place.fault("a claim is a name, or a list of one to eight names");
        }
        Ok(Self(names))
    }

    /// Returns the claim, if it is there.
    pub(crate) fn find<'n>(&self, claims: &'n Node) -> Option<&'n Node> {
        self.0
            .iter()
            .try_fold(claims, |node, name| node.member(name))
    }
}

fn trusted_headers(place: &Place<'_>) -> Result<TrustedHeaders, InvalidConfig> {
    let mut fields = place.fields()?;
    let peers = Peers::read(&fields.required("peers")?)?;
    let subject = header(&fields.required("subject")?)?;
    let mut name = |member| match fields.optional(member) {
        Some(place) => header(&place).map(Some),
        None => Ok(None),
    };
    let (kind, roles) = (name("type")?, name("roles")?);
    let (groups, tenant) = (name("groups")?, name("tenant")?);
    let teams = name("teams")?;
    let mut attributes: Vec<_> = teams
        .map(|name| ("teams".to_owned(), name))
        .into_iter()
        .collect();
    if let Some(place) = fields.optional("attributes") {
        for (name, place) in place.fields()?.all() {
            check_attribute(name, &place)?;
            if attributes.iter().any(|(known, _)| known == name) {
                return place.fault("`teams` is given twice");
            }
            attributes.push((name.to_owned(), header(&place)?));
        }
    }
    let encoded = match fields.optional("encoding") {
        None => false,
        Some(place) => match place.text()? {
            "plain" => false,
            "percent" => true,
            _ => return place.fault("an encoding is plain or percent"),
        },
    };
    fields.finish()?;
    Ok(TrustedHeaders {
        peers,
        encoded,
        subject,
        kind,
        roles,
        groups,
        tenant,
        attributes,
    })
}

fn header(place: &Place<'_>) -> Result<String, InvalidConfig> {
    let name = place.text()?;
    if is_header(name) {
        Ok(name.to_owned())
    } else {
        place.fault("a header's name is in lower case, of letters, digits, `-` and `_`")
    }
}

fn named(place: &Place<'_>) -> Result<Vec<String>, InvalidConfig> {
    let names = place.texts()?;
    if names.is_empty() {
        return place.fault("name at least one");
    }
    Ok(names)
}

fn check_attribute(name: &str, place: &Place<'_>) -> Result<(), InvalidConfig> {
    if portcullis_engine::limits::is_name(name) {
        Ok(())
    } else {
        place.fault("an attribute's name is 1 to 64 letters, digits, `-` and `_`")
    }
}

const LEEWAY_SECONDS_MAX: u64 = 300;
const CLAIM_DEPTH_MAX: usize = 8;
