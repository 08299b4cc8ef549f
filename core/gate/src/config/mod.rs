//! What a gate is told before the first request.

mod cidr;
mod identity;
mod invalid;
mod log;
mod trust;

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use base64ct::{Base64, Encoding as _};
use portcullis_engine::{KeeperLimits, Trust};

pub(crate) use cidr::Peers;
pub(crate) use identity::{ClaimPath, IdentityConfig, JwtConfig, TrustedHeaders};
pub use invalid::InvalidConfig;
pub use log::Level;

use self::log::Log;
use crate::{
    code::Code,
    json::{Node, Place},
    limits::{CONFIG_BYTES_MAX, TOKENS_MAX},
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
        let root = Node::parse(json)
            .map_err(|error| InvalidConfig::at_root(alloc::format!("not JSON: {error}")))?;
        let place = Place::root(&root);
        let mut fields = place.fields()?;
        // Where its schema is, for editors.
        let _ = fields.optional("$schema");
        let mut trust = trust::read(&fields.required("trust")?)?;
        let tenant = match fields.optional("tenant") {
            Some(place) => Some(place.text()?.to_owned()),
            None => None,
        };
        if let Some(tenant) = &tenant
            && trust.tenants.is_empty()
        {
            // A listener for exactly one takes no other's bundles.
            trust.tenants.push(tenant.clone());
        }
        let tenant = tenant.or_else(|| match trust.tenants.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        });
        let identity = match fields.optional("identity") {
            Some(place) => identity::read(&place)?,
            None => IdentityConfig::default(),
        };
        let mut keeping = KeeperLimits::default();
        let mut tokens_max = TOKENS_MAX;
        if let Some(place) = fields.optional("limits") {
            let mut limits = place.fields()?;
            if let Some(place) = limits.optional("bundle_bytes") {
                trust.bundle_bytes_max = place.count()?;
            }
            if let Some(place) = limits.optional("tokens") {
                tokens_max = place.count()?;
            }
            if let Some(place) = limits.optional("versions") {
                keeping.versions_max = place.count()?;
            }
            if let Some(place) = limits.optional("pinned_seconds") {
                keeping.pinned_seconds_max = place.number()?;
            }
            if let Some(place) = limits.optional("stale_seconds") {
                keeping.stale_seconds = place.number()?;
            }
            if let Some(place) = limits.optional("poll_seconds") {
                keeping.poll_seconds = place.number()?.max(1);
            }
            limits.finish()?;
        }
        let log = match fields.optional("log") {
            Some(place) => Log::read(&place)?,
            None => Log::default(),
        };
        let bundle = match fields.optional("bundle") {
            Some(place) => match Base64::decode_vec(place.text()?) {
                Ok(bytes) => Some(bytes),
                Err(_) => return place.fault("the bundle is not padded base64"),
            },
            None => None,
        };
        let mut shell = String::new();
        match fields.optional("shell") {
            Some(place) => {
                place.fields()?;
                place.node.write(&mut shell);
            }
            None => shell.push_str("{}"),
        }
        fields.finish()?;
        if tenant.is_none() && !identity.states_tenant() {
            return Err(InvalidConfig::at_root(
                "say whose listener it is with `tenant`, or where the identity says it with \
                 `claims.tenant` or `trusted_headers.tenant`",
            ));
        }
        Ok(Self {
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
        let node = Node::parse(json)
            .map_err(|error| InvalidConfig::at_root(alloc::format!("not JSON: {error}")))?;
        match &mut self.identity.jwt {
            Some(jwt) => jwt.replace_keys(&Place::root(&node)),
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

#[cfg(test)]
mod tests;
