//! `identity`: how the gate learns who asks.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use sha2::{Digest, Sha256};

use super::{InvalidConfig, Peers};
use crate::{
    identity::TokenKeys,
    json::{Faults, Node, Place},
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

pub(super) fn read(place: &Place<'_>) -> IdentityConfig {
    let mut fields = place.fields();
    let own = IdentityConfig {
        jwt: fields.optional("jwt").map(|place| jwt(&place)),
        trusted_headers: fields
            .optional("trusted_headers")
            .map(|place| trusted_headers(&place)),
    };
    fields.finish();
    own
}

fn jwt(place: &Place<'_>) -> JwtConfig {
    let mut fields = place.fields();
    let mut own = JwtConfig {
        issuers: named(&fields.required("issuers")),
        audiences: named(&fields.required("audiences")),
        keys: TokenKeys::read(&fields.required("keys")),
        header: header(fields.optional("header")).unwrap_or_else(|| "authorization".into()),
        scheme: "Bearer".into(),
        types: fields.optional_texts("types"),
        claims: Claims::default(),
        leeway_seconds: 0,
        digest: digest(&[0; 32], place.node),
    };
    if let Some(place) = fields.optional("scheme") {
        match place.node.as_str() {
            Some(text) => own.scheme = text.into(),
            None => place.expected("a string"),
        }
    }
    if let Some(place) = fields.optional("claims") {
        own.claims = claims(&place);
    }
    if let Some(place) = fields.optional("leeway_seconds") {
        own.leeway_seconds = place.number();
        if own.leeway_seconds > LEEWAY_SECONDS_MAX {
            place.fault("a leeway is at most 300 seconds");
        }
    }
    fields.finish();
    own
}

impl JwtConfig {
    /// Replaces the keys; what they did not verify is forgotten.
    pub(crate) fn replace_keys(&mut self, json: &Node) -> Result<(), InvalidConfig> {
        let faults = Faults::default();
        let keys = TokenKeys::read(&Place::root(json, &faults));
        self.keys = faults.unless(Some(keys))?;
        self.digest = digest(&self.digest, json);
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

fn claims(place: &Place<'_>) -> Claims {
    let mut fields = place.fields();
    let mut claim = |name| fields.optional(name).map(|place| ClaimPath::read(&place));
    let mut own = Claims {
        subject: claim("subject").unwrap_or_else(|| ClaimPath::of("sub")),
        kind: claim("type"),
        roles: claim("roles"),
        groups: claim("groups"),
        team_roles: claim("team_roles"),
        tenant: claim("tenant"),
        version: claim("version"),
        attributes: Vec::new(),
    };
    let teams = claim("teams");
    own.attributes
        .extend(teams.map(|path| ("teams".to_owned(), path)));
    if let Some(place) = fields.optional("attributes") {
        for (name, place) in place.fields().all() {
            check_attribute(name, &place);
            let path = ClaimPath::read(&place);
            own.attributes.push((name.to_owned(), path));
        }
    }
    fields.finish();
    own
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
    fn read(place: &Place<'_>) -> Self {
        let names = place.texts();
        if names.is_empty() || names.len() > CLAIM_DEPTH_MAX {
            place.fault("a claim is a name, or a list of one to eight names");
        }
        Self(names)
    }

    /// Returns the claim, if it is there.
    pub(crate) fn find<'n>(&self, claims: &'n Node) -> Option<&'n Node> {
        self.0
            .iter()
            .try_fold(claims, |node, name| node.member(name))
    }
}

fn trusted_headers(place: &Place<'_>) -> TrustedHeaders {
    let mut fields = place.fields();
    let mut own = TrustedHeaders {
        peers: Peers::read(&fields.required("peers")),
        encoded: false,
        subject: header(Some(fields.required("subject"))).unwrap_or_default(),
        kind: header(fields.optional("type")),
        roles: header(fields.optional("roles")),
        groups: header(fields.optional("groups")),
        tenant: header(fields.optional("tenant")),
        attributes: Vec::new(),
    };
    let teams = header(fields.optional("teams"));
    own.attributes
        .extend(teams.map(|name| ("teams".to_owned(), name)));
    if let Some(place) = fields.optional("attributes") {
        for (name, place) in place.fields().all() {
            check_attribute(name, &place);
            let header = header(Some(place)).unwrap_or_default();
            own.attributes.push((name.to_owned(), header));
        }
    }
    if let Some(place) = fields.optional("encoding") {
        match place.text() {
            "plain" => {}
            "percent" => own.encoded = true,
            _ => place.fault("an encoding is plain or percent"),
        }
    }
    fields.finish();
    own
}

fn header(place: Option<Place<'_>>) -> Option<String> {
    let place = place?;
    let name = place.text();
    if !is_header(name) {
        place.fault("a header's name is in lower case, of letters, digits, `-` and `_`");
    }
    Some(name.to_owned())
}

fn named(place: &Place<'_>) -> Vec<String> {
    let names = place.texts();
    if names.is_empty() {
        place.fault("name at least one");
    }
    names
}

fn check_attribute(name: &str, place: &Place<'_>) {
    // `teams` has a member of its own.
    if !portcullis_engine::grammar::is_name(name) || name == "teams" {
        place.fault("an attribute's name is 1 to 64 letters, digits, `-` and `_`, and not `teams`");
    }
}

const LEEWAY_SECONDS_MAX: u64 = 300;
const CLAIM_DEPTH_MAX: usize = 8;
