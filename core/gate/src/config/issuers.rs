//! `issuers`: whose tokens are believed, and for what each of them may speak.

use alloc::{borrow::ToOwned as _, format, string::String, vec::Vec};

use portcullis_json::{FirstFault, JsonText, Node, Object, Place, Read, write_string};
use sha2::{Digest, Sha256};

use super::{
    ClaimPath, Claims, InvalidConfig,
    tenants::Tenants,
    text::{Text, Texts},
};
use crate::keys::TokenKeys;

/// Whose tokens are believed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Issuers {
    // INVARIANT (distinct): no two have one name.
    all: Vec<Issuer>,
    /// Of all that is said of them: what remembered tokens were verified by.
    digest: [u8; 32],
}

/// Whoever issues tokens: what it says is believed as far as is written here.
#[derive(Debug, Clone)]
pub(crate) struct Issuer {
    /// What `iss` must be, to the letter.
    pub(crate) name: String,
    /// Its own: they verify no other issuer's tokens.
    pub(crate) keys: TokenKeys,
    /// Those that its keys may be for; where empty, all that are taken here.
    algorithms: Vec<String>,
    pub(crate) audiences: Vec<String>,
    pub(crate) audience_claim: ClaimPath,
    /// What `typ` must be; where empty, it may be left out, or be `JWT` or `at+jwt`.
    pub(crate) types: Vec<String>,
    pub(crate) leeway_seconds: u64,
    /// How long after its `iat` a token is believed at most; not bounded where absent.
    pub(crate) max_age_seconds: Option<u64>,
    pub(crate) tenant: TenantRule,
    /// The roles that it may state; where absent, all.
    pub(crate) roles: Option<Vec<String>>,
    pub(crate) claims: Claims,
}

/// What says for which tenant a token speaks.
#[derive(Debug, Clone)]
pub(crate) enum TenantRule {
    /// Nothing: it is believed for the listener's tenant alone.
    Listener,
    /// All tokens of the issuer speak for this one.
    Fixed(String),
    /// The token says it.
    Claim(ClaimPath, Tenants),
}

impl Issuers {
    /// Says whether nobody's tokens are believed.
    pub(crate) const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Says whether anybody's tokens can be verified.
    pub(super) fn have_keys(&self) -> bool {
        self.all.iter().any(|issuer| !issuer.keys.is_empty())
    }

    /// Returns the issuer of that very name.
    pub(crate) fn find(&self, name: &str) -> Option<&Issuer> {
        // Linear: there are few, and a signature costs more.
        self.all.iter().find(|issuer| issuer.name == name)
    }

    /// Returns what remembered tokens were verified by.
    pub(crate) const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Says whether every token says for which tenant it speaks, and who may speak for which
    /// is settled.
    pub(super) fn settle_tenant(&self) -> bool {
        self.all.iter().all(|issuer| match &issuer.tenant {
            TenantRule::Listener | TenantRule::Claim(_, Tenants::Listener) => false,
            TenantRule::Fixed(_) | TenantRule::Claim(..) => true,
        })
    }

    /// Replaces an issuer's keys; every token is then verified anew.
    pub(super) fn replace_keys(
        &mut self,
        issuer: &str,
        json: &JsonText,
    ) -> Result<(), InvalidConfig> {
        let mut all = self.all.iter_mut();
        let Some(own) = all.find(|own| own.name == issuer) else {
            let unknown = if self.all.is_empty() {
                "this gate takes no tokens".to_owned()
            } else {
                format!("no issuer here is named `{issuer}`; write one of `identity.issuers`")
            };
            return Err(InvalidConfig::at_root(unknown));
        };
        let faults = FirstFault::default();
        let keys = TokenKeys::read_for(&json.place(&faults), &own.algorithms);
        own.keys = faults.unless(keys)?;
        self.digest = digest(&self.digest, issuer, &json.root);
        Ok(())
    }

    /// Returns whose tokens are believed until their `exp`, however late that is.
    pub(super) fn unbounded(&self) -> impl Iterator<Item = &str> {
        let all = self.all.iter();
        let unbounded = all.filter(|issuer| issuer.max_age_seconds.is_none());
        unbounded.map(|issuer| issuer.name.as_str())
    }

    /// Returns which keys are not used, by their issuer, and why.
    pub(super) fn unused_keys(&self) -> Vec<String> {
        let unused = |issuer: &Issuer| -> Vec<String> {
            let unused = issuer.keys.unused().iter();
            unused
                .map(|key| [issuer.name.as_str(), ": ", key].concat())
                .collect()
        };
        self.all.iter().flat_map(unused).collect()
    }
}

impl Issuers {
    /// Reads the list; keys may be left out where somebody else verifies the tokens.
    pub(super) fn read(place: &Place<'_>, keyless: bool) -> Self {
        let places = place.elements();
        if places.is_empty() || places.len() > ISSUERS_MAX {
            place.error(
                "there is no issuer, or more than 64",
                "list 1 to 64 issuers",
            );
        }
        let mut all: Vec<Issuer> = Vec::new();
        for place in &places {
            let own = Issuer::read(place, keyless);
            if all.iter().any(|other| other.name == own.name) {
                place.error(
                    &["`", &own.name, "` is listed twice"].concat(),
                    "give each issuer one entry, with all of its keys, audiences and tenants",
                );
            }
            all.push(own);
        }
        Self {
            all,
            digest: digest(&[0; 32], "", place.node),
        }
    }
}

impl Issuer {
    /// Reads an entry; its keys may be left out where somebody else verifies the tokens.
    pub(crate) fn read(place: &Place<'_>, keyless: bool) -> Self {
        let mut object = place.object("an issuer", "write `issuer`, `audiences` and `keys`");
        let name: Text = object.required("issuer", "write what `iss` is in its tokens");
        let algorithms = object.place("algorithms");
        let algorithms = algorithms.map_or_else(Vec::new, |place| algorithms_at(&place));
        let keys = if keyless {
            object.place("keys")
        } else {
            object.required_place("keys", "give the issuer's JWK set")
        };
        let audience_claim = object.optional("audience_claim");
        let own = Self {
            name: name.0,
            keys: keys.map_or_else(TokenKeys::default, |place| {
                TokenKeys::read_for(&place, &algorithms)
            }),
            algorithms,
            audiences: object
                .required::<AtLeastOne>("audiences", "name whom the tokens are for")
                .0,
            audience_claim: audience_claim.unwrap_or_else(|| ClaimPath::outermost(AUDIENCE)),
            types: object.or_default::<Texts>("types").0,
            leeway_seconds: object.or_default::<Leeway>("leeway_seconds").0,
            max_age_seconds: object
                .optional::<MaxAge>("max_age_seconds")
                .map(|age| age.0),
            tenant: tenant(&mut object),
            roles: object.optional::<Texts>("roles").map(|roles| roles.0),
            claims: object.or_default("claims"),
        };
        object.finish();
        own
    }
}

fn tenant(object: &mut Object<'_>) -> TenantRule {
    let tenants = object.place("tenants");
    let Some(place) = object.place("tenant") else {
        if let Some(place) = tenants {
            place.error(
                "nothing says where a token states its tenant",
                "write \"tenant\": {\"claim\": …} as well",
            );
        }
        return TenantRule::Listener;
    };
    let mut stated = place.object("an object", TENANT);
    let fixed: Option<Text> = stated.optional("fixed");
    let claim: Option<ClaimPath> = stated.optional("claim");
    stated.finish();
    match (fixed, claim, tenants) {
        (Some(fixed), None, None) => TenantRule::Fixed(fixed.0),
        (Some(_), None, Some(place)) => {
            place.error(
                "the tenant is fixed, so that there are no others",
                "leave `tenants` out",
            );
            TenantRule::Listener
        }
        (None, Some(path), tenants) => {
            let tenants = tenants.map(|place| Tenants::read(&place));
            TenantRule::Claim(path, tenants.unwrap_or(Tenants::Listener))
        }
        _ => {
            place.error("a tenant is either fixed or a claim", TENANT);
            TenantRule::Listener
        }
    }
}

fn algorithms_at(place: &Place<'_>) -> Vec<String> {
    let places = place.one_or_many();
    if places.is_empty() {
        place.error("the list is empty", "name at least one, or leave it out");
    }
    let name = |place: &Place<'_>| {
        let name = super::text::text(place);
        let known = TokenKeys::algorithms();
        if !known.contains(&name) {
            place.unknown("algorithm", name, &known);
        }
        name.to_owned()
    };
    places.iter().map(name).collect()
}

fn digest(before: &[u8; 32], issuer: &str, node: &Node) -> [u8; 32] {
    let mut text = String::new();
    write_string(&mut text, issuer);
    node.write_without_decimals(&mut text);
    Sha256::new()
        .chain_update(before)
        .chain_update(text)
        .finalize()
        .into()
}

/// A list of at least one string; one may stand alone.
#[derive(Debug, Default)]
struct AtLeastOne(Vec<String>);

impl Read for AtLeastOne {
    fn read(place: &Place<'_>) -> Self {
        let names = Texts::read(place).0;
        if names.is_empty() {
            place.error("the list is empty", "name at least one");
        }
        Self(names)
    }
}

/// By how many seconds clocks may differ.
#[derive(Debug)]
struct Leeway(u64);

impl Default for Leeway {
    fn default() -> Self {
        Self(LEEWAY_SECONDS)
    }
}

impl Read for Leeway {
    fn read(place: &Place<'_>) -> Self {
        let seconds = u64::read(place);
        if seconds > LEEWAY_SECONDS_MAX {
            place.error("the leeway is over 300 seconds", "set the clocks instead");
        }
        Self(seconds)
    }
}

/// How old a token may be, in seconds.
#[derive(Debug)]
struct MaxAge(u64);

impl Read for MaxAge {
    fn read(place: &Place<'_>) -> Self {
        let seconds = u64::read(place);
        if seconds == 0 {
            place.error(
                "no token is that young",
                "write at least 1, or leave it out",
            );
        }
        Self(seconds)
    }
}

const AUDIENCE: &str = "aud";
const TENANT: &str = "write {\"fixed\": \"acme\"} or {\"claim\": \"tenant\"}";
const ISSUERS_MAX: usize = 64;
const LEEWAY_SECONDS: u64 = 30;
const LEEWAY_SECONDS_MAX: u64 = 300;
