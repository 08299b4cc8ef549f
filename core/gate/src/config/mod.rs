//! A gate's configuration.

mod bundles;
mod challenge;
mod cidr;
mod claims;
mod identity;
mod invalid;
mod issuer_name;
mod issuers;
mod key_source;
mod limits;
mod log;
mod mode;
mod tenants;
mod text;
mod token_places;
mod trust;
mod trusted_headers;

use alloc::{borrow::ToOwned as _, format, string::String, vec::Vec};

use base64ct::{Base64, Encoding as _};
use portcullis_engine::{KeeperLimits, Policy, Trust};
use portcullis_json::{FirstFault, JsonText, Place};

pub(crate) use challenge::Challenge;
pub(crate) use cidr::Peers;
pub(crate) use claims::{Claim, ClaimPath, Claims, Source, TEAMS};
pub(crate) use identity::IdentityConfig;
pub use invalid::InvalidConfig;
pub(crate) use issuer_name::Segment;
pub(crate) use issuers::{AudiencePlace, Issuer, Issuers, TenantRule};
pub use key_source::KeyAddress;
pub(crate) use key_source::KeySource;
pub(crate) use limits::{Limit, Limits};
pub use log::Level;
pub(crate) use mode::Mode;
pub(crate) use tenants::Tenants;
pub(crate) use token_places::TokenPlace;
pub(crate) use trusted_headers::{Filling, TrustedHeaders};

use self::{
    log::Log,
    text::{Text, text},
};
use crate::{
    code::Code,
    header_names::alike,
    limits::{CONFIG_BYTES_MAX, JSON_MEMBERS_MAX},
    routes::Origin,
};

/// A gate's configuration, read from one strict JSON document before the first request.
#[derive(Debug, Clone)]
pub struct GateConfig {
    trust: Trust,
    tenant: Option<String>,
    mode: Mode,
    /// The scheme by which browsers reach what the gate protects.
    public_scheme: String,
    identity: IdentityConfig,
    keeping: KeeperLimits,
    limits: Limits,
    log: Log,
    bundle: Option<Vec<u8>>,
    shell: String,
}

impl GateConfig {
    /// Reads a configuration; docs/GATE.md shows its shape.
    ///
    /// Unknown and repeated members are errors: each says where it is, and which known name
    /// is nearest.
    ///
    /// # Errors
    ///
    /// Returns the first thing that is wrong.
    pub fn from_json(json: &[u8]) -> Result<Self, InvalidConfig> {
        if json.len() > CONFIG_BYTES_MAX {
            return Err(InvalidConfig::at_root("the configuration is over 8 MiB"));
        }
        let document = parse(json)?;
        let faults = FirstFault::default();
        let read = Self::read(&document.place(&faults));
        faults
            .unless(read)?
            .ok_or_else(|| InvalidConfig::at_root("it cannot be used"))
    }

    fn read(place: &Place<'_>) -> Option<Self> {
        let mut object = place.object("an object", "write `trust` and `identity`");
        // Where its schema is, for editors.
        let _ = object.place("$schema");
        let trust = object.required_place("trust", "write what trust.json holds");
        let mut trust = trust::read(&trust?)?;
        let mut tenant = object.optional::<Text>("tenant").map(|tenant| tenant.0);
        match (&tenant, trust.tenants.as_slice()) {
            // A listener for exactly one takes no other's bundles.
            (Some(tenant), []) => trust.tenants.push(tenant.clone()),
            (None, [one]) => tenant = Some(one.clone()),
            _ => {}
        }
        let identity: IdentityConfig = object.or_default("identity");
        if tenant.is_none() && !identity.settles_tenant() {
            place.error(
                "not every identity says which tenant it belongs to, and may",
                "say whose listener it is with `tenant`, or give every issuer its `tenant` and \
                 `tenants`, and `trusted_headers` its `tenant`",
            );
        }
        let mut keeping = KeeperLimits::default();
        let mut own_limits = Limits::default();
        if let Some(place) = object.place("limits") {
            let mut limits = place.object("an object", "write {\"poll_seconds\": 30}");
            own_limits = Limits::read(&mut limits);
            bundles::read(&mut limits, &mut keeping, &mut trust);
            limits.finish();
        }
        let public_scheme = object.place("public_scheme").map(|place| {
            let scheme = text(&place);
            if !matches!(scheme, "https" | "http") {
                place.unknown("scheme", scheme, &["https", "http"]);
            }
            scheme.to_owned()
        });
        let mode: Mode = object.or_default("mode");
        let log: Log = object.or_default("log");
        let bundle = object.place("bundle").map(|place| {
            Base64::decode_vec(text(&place)).unwrap_or_else(|_| {
                place.error("the bundle is not base64", "write it with padding");
                Vec::new()
            })
        });
        let mut shell = String::new();
        if let Some(place) = object.place("shell") {
            place.object("an object", "write what the shell needs, by name");
            place.node.write_without_decimals(&mut shell);
        } else {
            shell.push_str("{}");
        }
        object.finish();
        Some(Self {
            trust,
            tenant,
            mode,
            public_scheme: public_scheme.unwrap_or_else(|| "https".to_owned()),
            identity,
            keeping,
            limits: own_limits,
            log,
            bundle,
            shell,
        })
    }

    /// Returns what a bundle must satisfy.
    #[must_use]
    pub const fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Returns the one tenant that this listener is for, if it is for exactly one.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// Returns the bundle that the configuration carries, for the shell to offer.
    #[must_use]
    pub fn bundle(&self) -> Option<&[u8]> {
        self.bundle.as_deref()
    }

    /// Returns the member `shell` as compact JSON, `{}` if it was left out: what only
    /// the shell needs, such as where bundles come from. The gate does not look into it.
    #[must_use]
    pub fn shell(&self) -> &str {
        &self.shell
    }

    /// Says whether anything depends on who the peer is: otherwise the shell need not find out.
    #[must_use]
    pub const fn asks_for_peer(&self) -> bool {
        self.identity.trusted_headers.is_some()
    }

    /// Says whether a header of that name is one by which a trusted peer says who asks, however it
    /// is spelled: a client's own is taken out of the request.
    pub(crate) fn says_who_asks(&self, header: &str) -> bool {
        let trusted = self.identity.trusted_headers.iter();
        let mut names = trusted.flat_map(TrustedHeaders::names);
        names.any(|name| alike(name.as_bytes(), header.as_bytes()))
    }

    /// Says whether what a route reads there says who asks: a header of a trusted peer, or a place
    /// of tokens. What is taken out of a request, or is a secret, is no attribute.
    #[must_use]
    pub fn is_identity(&self, origin: &Origin) -> bool {
        let mut tokens = self.identity.tokens.iter();
        match origin {
            Origin::Header(header) => {
                let is_token = |name: &str| alike(name.as_bytes(), header.as_bytes());
                self.says_who_asks(header)
                    || tokens.any(|place| place.header().is_some_and(is_token))
            }
            Origin::Query(name) => tokens.any(|place| place.parameter() == Some(name)),
            Origin::Path(_) | Origin::Part { .. } | Origin::Constant(_) => false,
        }
    }

    /// Returns how often the shell should look for a new bundle, in seconds.
    #[must_use]
    pub const fn poll_seconds(&self) -> u64 {
        self.keeping.poll_seconds
    }

    /// Returns how severe the entry of a code is.
    #[must_use]
    pub fn level(&self, code: Code) -> Level {
        self.log.level(code)
    }

    pub(crate) fn replace_token_keys(
        &mut self,
        issuer: &str,
        json: &[u8],
    ) -> Result<(), InvalidConfig> {
        self.identity.issuers.replace_keys(issuer, &parse(json)?)
    }

    /// Says where nothing is refused, because the mode is `shadow`; nothing where everything that
    /// should be is.
    #[must_use]
    pub fn shadow(&self) -> Option<String> {
        self.mode.warning()
    }

    /// Returns what whoever wrote it should know, though it works: where nothing is refused, tokens
    /// without a bound on their age, and keys that are left out.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let unbounded = self.identity.issuers.unbounded().map(|issuer| {
            format!(
                "`{issuer}`: a token is believed until its `exp`, however late that is; write \
                 `max_age_seconds` to bound its age"
            )
        });
        let unused = self.unused_keys().into_iter();
        let mode = self.mode.warning().into_iter();
        let headers = self.identity.trusted_headers.iter();
        let overlaps = headers.clone().flat_map(|headers| headers.peers.overlaps());
        let overlaps = overlaps.map(|(outer, inner)| {
            format!(
                "`trusted_headers.peers` has `{inner}` within `{outer}`: leave one of the two out"
            )
        });
        let folded = headers.clone().filter_map(TrustedHeaders::folded);
        let folded = folded.map(|(one, other)| {
            format!("some servers take `{one}` and `{other}` for one header: no request with either is believed; let one of them have another name")
        });
        let anybody = headers.filter(|headers| headers.peers.are_anybody());
        mode.chain(anybody.map(|_| ANYBODY.to_owned()))
            .chain(overlaps)
            .chain(folded)
            .chain(unbounded)
            .chain(unused.map(|key| format!("this key is not used: {key}")))
            .collect()
    }

    /// Returns the attributes that identities fill, each once, with whose they are: `subject`,
    /// `action` or `context`.
    #[must_use]
    pub fn filled_attributes(&self) -> Vec<(&'static str, &str)> {
        let mut all = self.identity.filled();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Returns the attributes of the action and of the context that a policy's negative atoms read
    /// and nothing here fills, as `context.token`: the scopes that need them never hold. Routes
    /// fill resources alone.
    #[must_use]
    pub fn unfilled_guards(&self, policy: &Policy) -> Vec<String> {
        let filled = self.identity.filled();
        let mut all = Vec::new();
        for (whose, name) in policy.guarded_attributes() {
            let shown = [whose, ".", name].concat();
            if !filled.contains(&(whose, name)) && !all.contains(&shown) {
                all.push(shown);
            }
        }
        all
    }

    /// Returns the keys for tokens that are left out: the issuer, the key by its `kid` or its place,
    /// and why.
    #[must_use]
    pub fn unused_keys(&self) -> Vec<String> {
        self.identity.issuers.unused_keys()
    }

    /// Returns each issuer whose keys are fetched, by its place and its name, and where: for a
    /// shell to say whether it can.
    pub fn key_addresses(&self) -> impl Iterator<Item = (usize, &str, &KeyAddress)> {
        let issuers = &self.identity.issuers;
        let sources = issuers.sources();
        sources.filter_map(|(at, source)| {
            let (name, _) = issuers.fetched(at)?;
            Some((at, name, &source.address))
        })
    }

    pub(crate) const fn identity(&self) -> &IdentityConfig {
        &self.identity
    }

    pub(crate) const fn issuers_mut(&mut self) -> &mut Issuers {
        &mut self.identity.issuers
    }

    pub(crate) const fn mode(&self) -> &Mode {
        &self.mode
    }

    pub(crate) const fn keeping(&self) -> KeeperLimits {
        self.keeping
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn public_scheme(&self) -> &str {
        &self.public_scheme
    }
}

fn parse(json: &[u8]) -> Result<JsonText, InvalidConfig> {
    JsonText::parse_within(json, JSON_MEMBERS_MAX)
        .map_err(|error| InvalidConfig::at_root(format!("not JSON: {error}")))
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

const ANYBODY: &str =
    "`trusted_headers.peers` has every address: whoever reaches this says who he is";
