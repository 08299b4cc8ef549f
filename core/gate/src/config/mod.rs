//! What a gate is told before the first request.

mod cidr;
mod identity;
mod invalid;
mod log;
mod trust;

use alloc::{string::String, vec::Vec};

use base64ct::{Base64, Encoding as _};
use portcullis_engine::{KeeperLimits, Trust};

pub(crate) use cidr::Peers;
pub(crate) use identity::{ClaimPath, IdentityConfig, JwtConfig, TrustedHeaders};
pub use invalid::InvalidConfig;
pub use log::Level;

use self::log::Log;
use crate::{
    code::Code,
    json::{Faults, Node, Place},
    limits::{CONFIG_BYTES_MAX, TOKENS_MAX, TOKENS_STATED_MAX},
};

/// What a gate is told before the first request: read from one strict JSON document.
#[derive(Debug, Clone)]
pub struct GateConfig {
    trust: Trust,
    tenant: Option<String>,
    identity: IdentityConfig,
    keeping: KeeperLimits,
    tokens_max: usize,
    log: Log,
    bundle: Option<Vec<u8>>,
    shell: String,
}

impl GateConfig {
    /// Reads a configuration; docs/GATE.md shows its shape.
    ///
    /// Unknown and repeated members are errors, told with their place and the nearest
    /// name that is known.
    ///
    /// # Errors
    ///
    /// Returns the first thing that is wrong.
    pub fn from_json(json: &[u8]) -> Result<Self, InvalidConfig> {
        if json.len() > CONFIG_BYTES_MAX {
            return Err(InvalidConfig::at_root("the configuration is over 8 MiB"));
        }
        let root = parse(json)?;
        let faults = Faults::default();
        let read = Self::read(&Place::root(&root, &faults));
        faults.unless(read)
    }

    fn read(place: &Place<'_>) -> Option<Self> {
        let mut fields = place.fields();
        // Where its schema is, for editors.
        let _ = fields.optional("$schema");
        let mut trust = trust::read(&fields.required("trust"))?;
        let mut tenant = fields.optional_text("tenant");
        match (&tenant, trust.tenants.as_slice()) {
            // A listener for exactly one takes no other's bundles.
            (Some(tenant), []) => trust.tenants.push(tenant.clone()),
            (None, [one]) => tenant = Some(one.clone()),
            _ => {}
        }
        let identity = fields.optional("identity");
        let identity =
            identity.map_or_else(IdentityConfig::default, |place| identity::read(&place));
        if tenant.is_none() && !identity.states_tenant() {
            place.fault(
                "say whose listener it is with `tenant`, or where the identity says it with \
                 `claims.tenant` or `trusted_headers.tenant`",
            );
        }
        let mut keeping = KeeperLimits::default();
        let mut tokens_max = TOKENS_MAX;
        if let Some(place) = fields.optional("limits") {
            let mut limits = place.fields();
            if let Some(place) = limits.optional("bundle_bytes") {
                trust.bundle_bytes_max = place.count();
            }
            if let Some(place) = limits.optional("tokens") {
                tokens_max = place.count();
                if tokens_max > TOKENS_STATED_MAX {
                    place.fault("at most 65,536 tokens are remembered");
                }
            }
            if let Some(place) = limits.optional("versions") {
                keeping.versions_max = place.count();
            }
            if let Some(place) = limits.optional("pinned_seconds") {
                keeping.pinned_seconds_max = place.number();
            }
            if let Some(place) = limits.optional("stale_seconds") {
                keeping.stale_seconds = place.number();
            }
            if let Some(place) = limits.optional("poll_seconds") {
                keeping.poll_seconds = place.number().max(1);
            }
            limits.finish();
        }
        let log = fields.optional("log");
        let log = log.map_or_else(Log::default, |place| Log::read(&place));
        let bundle = fields.optional("bundle").map(|place| {
            Base64::decode_vec(place.text()).unwrap_or_else(|_| {
                place.fault("the bundle is not padded base64");
                Vec::new()
            })
        });
        let mut shell = String::new();
        if let Some(place) = fields.optional("shell") {
            place.fields();
            place.node.write(&mut shell);
        } else {
            shell.push_str("{}");
        }
        fields.finish();
        Some(Self {
            trust,
            tenant,
            identity,
            keeping,
            tokens_max,
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

    /// Returns the member `shell` as compact JSON, `{}` where there is none: what only
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

    /// Returns how often the shell should look for a new bundle, in seconds.
    #[must_use]
    pub const fn poll_seconds(&self) -> u64 {
        self.keeping.poll_seconds
    }

    /// Returns how loud the entry of a code is.
    #[must_use]
    pub fn level(&self, code: Code) -> Level {
        self.log.level(code)
    }

    pub(crate) fn replace_token_keys(&mut self, json: &[u8]) -> Result<(), InvalidConfig> {
        let keys = parse(json)?;
        match &mut self.identity.jwt {
            Some(jwt) => jwt.replace_keys(&keys),
            None => Err(InvalidConfig::at_root("this gate takes no tokens")),
        }
    }

    pub(crate) const fn identity(&self) -> &IdentityConfig {
        &self.identity
    }

    pub(crate) const fn keeping(&self) -> KeeperLimits {
        self.keeping
    }

    pub(crate) const fn tokens_max(&self) -> usize {
        self.tokens_max
    }
}

fn parse(json: &[u8]) -> Result<Node, InvalidConfig> {
    Node::parse(json).map_err(InvalidConfig::at_root)
}
