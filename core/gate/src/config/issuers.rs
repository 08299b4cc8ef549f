//! `issuers`: whose tokens are believed, and for what each of them may speak.

use alloc::{borrow::ToOwned as _, format, string::String, vec::Vec};

use portcullis_engine::UnixSeconds;
use portcullis_json::{FirstFault, JsonText, Node, Object, Place, Read, write_string};
use sha2::{Digest, Sha256};

use super::{
    ClaimPath, Claims, InvalidConfig,
    issuer_name::{IssuerName, Segment},
    key_source::KeySource,
    tenants::Tenants,
    text::{Text, Texts},
};
use crate::keys::TokenKeys;

/// Whose tokens are believed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Issuers {
    // INVARIANT (distinct): no two could be named by one `iss`.
    all: Vec<Issuer>,
    /// Of all that is said of them: what remembered tokens were verified by.
    digest: [u8; 32],
}

/// Whoever issues tokens: what it says is believed as far as is written here.
#[derive(Debug, Clone)]
pub(crate) struct Issuer {
    pub(crate) name: IssuerName,
    /// Its own: they verify no other issuer's tokens.
    pub(crate) keys: TokenKeys,
    /// Where they are fetched, if they are.
    source: Option<KeySource>,
    /// First second at which they are no longer believed: never, where they are not fetched.
    pub(crate) keys_until: UnixSeconds,
    /// Digest of the set that was fetched last.
    set: [u8; 32],
    /// Those that its keys may be for; where empty, all that are taken here.
    algorithms: Vec<String>,
    pub(crate) audiences: Vec<String>,
    pub(crate) audience_place: AudiencePlace,
    /// Whether the parts of a token may end in `=`, as some load balancers write them.
    pub(crate) padded: bool,
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

/// Where a token says for whom it is.
#[derive(Debug, Clone)]
pub(crate) enum AudiencePlace {
    Claim(ClaimPath),
    /// A member of the token's own header.
    Header(String),
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
    /// The segment of the issuer's name says it.
    Template(Tenants),
}

impl Issuers {
    /// Says whether no issuer's tokens are believed.
    pub(crate) const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Says whether anybody's tokens can be verified.
    pub(super) fn have_keys(&self) -> bool {
        let mut all = self.all.iter();
        all.any(|issuer| !issuer.keys.is_empty() || issuer.source.is_some())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Issuer> {
        self.all.iter()
    }

    /// Returns the issuer that `iss` names, and what it says where the name is a template.
    pub(crate) fn find<'t>(&self, iss: &'t str) -> Option<(&Issuer, Segment<'t>)> {
        // Linear: there are few, and a signature costs more.
        let mut all = self.all.iter();
        all.find_map(|issuer| Some((issuer, issuer.name.fit(iss)?)))
    }

    /// Returns each issuer's place whose keys are fetched, and where.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (usize, &KeySource)> {
        let all = self.all.iter().zip(0_usize..);
        all.filter_map(|(issuer, at)| Some((at, issuer.source.as_ref()?)))
    }

    /// Returns an issuer's place, if its keys are fetched.
    pub(crate) fn place_of(&self, issuer: &Issuer) -> Option<usize> {
        issuer.source.as_ref()?;
        self.all.iter().position(|own| own.name == issuer.name)
    }

    /// Returns the name of an issuer, and until when its fetched keys are believed.
    pub(crate) fn fetched(&self, at: usize) -> Option<(&str, UnixSeconds)> {
        let issuer = self.all.get(at)?;
        Some((issuer.name.as_str(), issuer.keys_until))
    }

    /// Takes a set that was fetched; returns whether it is another than the last one.
    pub(crate) fn take_keys(
        &mut self,
        at: usize,
        json: &JsonText,
        until: UnixSeconds,
    ) -> Result<bool, InvalidConfig> {
        let Some(own) = self.all.get_mut(at) else {
            return Ok(false);
        };
        let set = digest(&[0; 32], own.name.as_str(), &json.root);
        let is_new = own.set != set;
        if is_new {
            let faults = FirstFault::default();
            let keys = TokenKeys::read_for(&json.place(&faults), &own.algorithms);
            own.keys = faults.unless(keys)?;
            own.set = set;
            self.digest = digest(&self.digest, own.name.as_str(), &json.root);
        }
        own.keys_until = until;
        Ok(is_new)
    }

    /// Returns what remembered tokens were verified by.
    pub(crate) const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Says whether every token says for which tenant it speaks, and who may speak for which
    /// is settled.
    pub(super) fn settle_tenant(&self) -> bool {
        self.all.iter().all(|issuer| match &issuer.tenant {
            TenantRule::Listener
            | TenantRule::Claim(_, Tenants::Listener)
            | TenantRule::Template(Tenants::Listener) => false,
            TenantRule::Fixed(_) | TenantRule::Claim(..) | TenantRule::Template(_) => true,
        })
    }

    /// Replaces an issuer's keys; every token is then verified again.
    pub(super) fn replace_keys(
        &mut self,
        issuer: &str,
        json: &JsonText,
    ) -> Result<(), InvalidConfig> {
        let mut all = self.all.iter_mut();
        let Some(own) = all.find(|own| own.name.as_str() == issuer) else {
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
        // Whoever hands them over says when they are no longer good.
        own.keys_until = UnixSeconds(u64::MAX);
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
            if let Some(other) = all.iter().find(|other| other.name.meets(&own.name)) {
                let fault = if other.name == own.name {
                    ["`", own.name.as_str(), "` is listed twice"].concat()
                } else {
                    let names = [other.name.as_str(), own.name.as_str()];
                    ["one `iss` could be `", &names.join("` and `"), "`"].concat()
                };
                place.error(
                    &fault,
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
        let name: IssuerName = object.required("issuer", "write what `iss` is in its tokens");
        let algorithms = object.place("algorithms");
        let algorithms = algorithms.map_or_else(Vec::new, |place| algorithms_at(&place));
        let keys = if keyless {
            object.place("keys")
        } else {
            object.required_place("keys", "give the issuer's JWK set, or where it is")
        };
        let source = keys.as_ref().filter(|place| KeySource::is_one(place));
        let source = source.map(|place| KeySource::read(place, &name));
        let keys = keys.filter(|_| source.is_none());
        let audience_place = object.optional("audience_claim");
        let tenant = tenant(&mut object, name.is_template());
        let own = Self {
            name,
            keys: keys.map_or_else(TokenKeys::default, |place| {
                TokenKeys::read_for(&place, &algorithms)
            }),
            keys_until: UnixSeconds(if source.is_some() { 0 } else { u64::MAX }),
            source,
            set: [0; 32],
            algorithms,
            audiences: object
                .required::<AtLeastOne>("audiences", "name whom the tokens are for")
                .0,
            audience_place: audience_place
                .unwrap_or_else(|| AudiencePlace::Claim(ClaimPath::outermost(AUDIENCE))),
            padded: object.or_default("padded"),
            types: object.or_default::<Texts>("types").0,
            leeway_seconds: object.or_default::<Leeway>("leeway_seconds").0,
            max_age_seconds: object
                .optional::<MaxAge>("max_age_seconds")
                .map(|age| age.0),
            tenant,
            roles: object.optional::<Texts>("roles").map(|roles| roles.0),
            claims: object.or_default("claims"),
        };
        object.finish();
        own
    }
}

fn tenant(object: &mut Object<'_>, by_template: bool) -> TenantRule {
    let tenants = object.place("tenants");
    let stated = if by_template {
        object.required_place("tenant", TEMPLATE)
    } else {
        object.place("tenant")
    };
    let Some(place) = stated else {
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
    let template: Option<bool> = stated.optional("template");
    stated.finish();
    if template.is_some() || by_template {
        // Everybody who is somebody's tenant there has the same keys.
        if template != Some(true) || fixed.is_some() || claim.is_some() {
            place.error("the tenant of a template is its `{tenant}`", TEMPLATE);
        } else if !by_template {
            place.error("the issuer's name has no `{tenant}`", TENANT);
        }
        let tenants = tenants.map(|place| Tenants::read(&place));
        return TenantRule::Template(tenants.unwrap_or(Tenants::Listener));
    }
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

/// A claim, or `{"header": …}`.
impl Read for AudiencePlace {
    fn read(place: &Place<'_>) -> Self {
        if !matches!(place.node, Node::Object(_)) {
            return Self::Claim(ClaimPath::read(place));
        }
        let mut object = place.object("a claim", "write `client_id`, or {\"header\": \"signer\"}");
        let name: Text = object.required("header", "name the member of the token's header");
        object.finish();
        Self::Header(name.0)
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
const TEMPLATE: &str =
    "write \"tenant\": {\"template\": true} and in `tenants` for whom it may speak";
const TENANT: &str = "write {\"fixed\": \"acme\"} or {\"claim\": \"tenant\"}";
const ISSUERS_MAX: usize = 64;
const LEEWAY_SECONDS: u64 = 30;
const LEEWAY_SECONDS_MAX: u64 = 300;
