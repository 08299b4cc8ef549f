//! The keys that verify tokens: a JWK set (RFC 7517), each key pinned to its algorithms.

mod algorithm;
mod public;

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

#[cfg(any(feature = "eddsa", feature = "ecdsa", feature = "rsa"))]
use base64ct::{Base64UrlUnpadded, Encoding as _};

use portcullis_engine::grammar::{is_name, is_value};
use portcullis_json::{Node, Place};

use algorithm::Algorithm;
use public::PublicKey;

/// The keys that verify tokens.
#[derive(Debug, Clone, Default)]
pub(crate) struct TokenKeys {
    // INVARIANT (few alike): for each algorithm, at most `ALIKE_MAX` of them have the same
    // `kid`, or none.
    used: Vec<TokenKey>,
    unused: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct TokenKey {
    id: Option<String>,
    /// Those that it is used with: the one that it names, else all of its kind's that its
    /// issuer takes.
    algorithms: Vec<Algorithm>,
    /// Whose tokens it signs, where the set says so: one set may be for many issuers.
    issuer: Option<String>,
    key: PublicKey,
}

/// A key, with the algorithm that a token names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verifier<'k> {
    key: &'k TokenKey,
    algorithm: Algorithm,
}

impl Verifier<'_> {
    /// Says whether it is for the tokens of whoever `iss` names.
    pub(crate) fn is_of(&self, iss: &str) -> bool {
        let stated = self.key.issuer.as_ref();
        stated.is_none_or(|stated| is_key_of(stated, iss))
    }

    /// Says whether the key's owner signed the message.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let scheme = self.algorithm.scheme;
        self.key.key.verifies(scheme, message, signature)
    }
}

/// Why a key is not used, and what to do about it.
#[derive(Debug)]
struct UnusableKey {
    why: String,
    cure: String,
}

impl TokenKeys {
    /// The names of the algorithms that keys may be for.
    pub(crate) fn algorithms() -> Vec<&'static str> {
        Algorithm::ALL.iter().map(|own| own.name).collect()
    }

    /// Whether there is any: where not, nobody reads tokens, and nothing for them is built in.
    pub(crate) const VERIFY: bool = !Algorithm::ALL.is_empty();

    /// Reads a JWK set, of which the keys for these algorithms are used, or for any where none
    /// is named. Members of a key that say nothing here are ignored (RFC 7517, section 4). A key
    /// that cannot verify a token here is left out (section 5), for issuers publish keys for
    /// others too; one that should be secret is an error, as is a set of which no key is left.
    pub(crate) fn read_for(place: &Place<'_>, algorithms: &[String]) -> Self {
        let mut object = place.object("a JWK set", "write {\"keys\": […]}");
        let mut own = Self::default();
        let stated = object.required_place("keys", "list the issuer's public keys");
        let stated: Vec<Place<'_>> = stated.iter().flat_map(Place::elements).collect();
        // Whatever else a set has is for others (RFC 7517, section 5).
        if stated.is_empty() || stated.len() > KEYS_MAX {
            place.error("there is no key, or more than 64", "give 1 to 64 keys");
            return own;
        }
        let mut unusable = Vec::new();
        for (place, at) in stated.iter().zip(0_usize..) {
            for secret in ["d", "k", "p", "q"] {
                if place.node.member(secret).is_some() {
                    place.error(
                        &["`", secret, "` is secret"].concat(),
                        "give the public key alone",
                    );
                }
            }
            match TokenKey::read(place.node).and_then(|key| key.among(algorithms)) {
                Ok(key) => own.used.push(key),
                Err(reason) => {
                    let id = place.node.member("kid").and_then(Node::as_str);
                    own.unused.push(match id.filter(|id| is_value(id)) {
                        Some(id) => format!("`{id}`: {}", reason.why),
                        None => format!("keys[{at}]: {}", reason.why),
                    });
                    unusable.push((place, reason));
                }
            }
        }
        let alike = |key: &TokenKey, algorithm: &Algorithm| {
            let all = own.used.iter().filter(|other| other.id == key.id);
            all.filter(|other| other.algorithms.contains(algorithm))
                .count()
        };
        let are_many = |key: &TokenKey| {
            let mut algorithms = key.algorithms.iter();
            algorithms.any(|algorithm| alike(key, algorithm) > ALIKE_MAX)
        };
        if own.used.iter().any(are_many) {
            place.error(
                "more than four keys for one algorithm have the same `kid`, or no `kid`",
                "give each its own",
            );
        }
        if own.used.is_empty() {
            for (place, UnusableKey { why, cure }) in unusable {
                place.error(&why, &cure);
            }
        }
        own
    }

    /// Returns the keys that may have signed a token, at most four: those with the `kid` that it
    /// names, or, where no key has that one, those without a `kid`; all, where it names none.
    /// Of these only the keys for its algorithm. More than four are nothing that it names.
    pub(crate) fn find<'k>(
        &'k self,
        id: Option<&'k str>,
        algorithm: &str,
    ) -> Option<impl Iterator<Item = Verifier<'k>>> {
        let algorithm = Algorithm::named(algorithm)?;
        let known = self.used.iter().any(|key| key.id.as_deref() == id);
        let fits = move |key: &&TokenKey| {
            let named = match &key.id {
                None => id.is_none() || !known,
                own => id.is_none() || own.as_deref() == id,
            };
            named && key.algorithms.contains(&algorithm)
        };
        let count = self.used.iter().filter(fits).count();
        let few = (1..=ALIKE_MAX).contains(&count);
        let verifier = move |key: &'k TokenKey| Verifier { key, algorithm };
        few.then(|| self.used.iter().filter(fits).map(verifier))
    }

    /// Says whether no key was given.
    pub(crate) const fn is_empty(&self) -> bool {
        self.used.is_empty()
    }

    /// Returns which keys are not used, and why.
    pub(crate) fn unused(&self) -> &[String] {
        &self.unused
    }
}

impl TokenKey {
    /// Reads a key, or says why it cannot be used.
    fn read(node: &Node) -> Result<Self, UnusableKey> {
        if node.members().is_none() {
            return Err(unusable("this is not a key", "write a JWK"));
        }
        for text in [
            "kty", "crv", "alg", "use", "kid", "issuer", "x", "y", "n", "e",
        ] {
            if node
                .member(text)
                .is_some_and(|value| value.as_str().is_none())
            {
                return Err(unusable(
                    &["`", text, "` is not a string"].concat(),
                    "write it between quotes",
                ));
            }
        }
        let text = |name: &str| node.member(name).and_then(Node::as_str);
        let stated = text("alg");
        if let Some(stated) = stated
            && Algorithm::named(stated).is_none()
        {
            // It comes from elsewhere, and may be of any length.
            let stated = if is_name(stated) { stated } else { "alg" };
            return Err(unusable(
                &["`", stated, "` is not verified here"].concat(),
                &["give a key for one of ", &Self::names(Algorithm::ALL)].concat(),
            ));
        }
        if text("use").is_some_and(|stated| stated != "sig") {
            return Err(unusable("`use` is not sig", "write sig, or leave it out"));
        }
        if node.member("key_ops").is_some_and(|stated| !allows(stated)) {
            return Err(unusable(
                "`key_ops` does not have verify",
                "add it, or leave `key_ops` out",
            ));
        }
        let key = public_key(text("kty"), text("crv"), node)?;
        let algorithms = Algorithm::ALL.iter().copied();
        let algorithms: Vec<Algorithm> = algorithms
            .filter(|own| key.is_for(own.scheme) && stated.is_none_or(|stated| stated == own.name))
            .collect();
        if let (Some(stated), []) = (stated, algorithms.as_slice()) {
            return Err(unusable(
                &["a key of this kind is not for `", stated, "`"].concat(),
                "write its own `alg`, or leave it out",
            ));
        }
        Ok(Self {
            id: text("kid").map(ToOwned::to_owned),
            algorithms,
            issuer: text("issuer").map(ToOwned::to_owned),
            key,
        })
    }

    /// Returns the key for those of these algorithms that it is for; for all of its own where
    /// none is named.
    fn among(mut self, algorithms: &[String]) -> Result<Self, UnusableKey> {
        let own = Self::names(&self.algorithms);
        self.algorithms
            .retain(|own| algorithms.is_empty() || algorithms.iter().any(|name| name == own.name));
        if !self.algorithms.is_empty() {
            return Ok(self);
        }
        Err(unusable(
            &["none of its algorithms (", &own, ") is among the issuer's"].concat(),
            "add one to `algorithms`, or give a key for one of them",
        ))
    }

    fn names(algorithms: &[Algorithm]) -> String {
        let names: Vec<&str> = algorithms.iter().map(|own| own.name).collect();
        names.join(", ")
    }
}

/// Says whether a key's operations (RFC 7517, section 4.3) have the one that is done here.
fn allows(operations: &Node) -> bool {
    let Node::Array(operations) = operations else {
        return false;
    };
    let mut operations = operations.iter();
    operations.any(|operation| operation.as_str() == Some("verify"))
}

/// Returns the public key, if it is one that can be used.
#[cfg(any(feature = "eddsa", feature = "ecdsa", feature = "rsa"))]
fn public_key(
    kind: Option<&str>,
    curve: Option<&str>,
    node: &Node,
) -> Result<PublicKey, UnusableKey> {
    let bytes = |name: &str| {
        let text = node.member(name).and_then(Node::as_str);
        let decoded = text.map(Base64UrlUnpadded::decode_vec);
        decoded.and_then(Result::ok).ok_or_else(|| {
            unusable(
                &["`", name, "` is missing, or not base64url"].concat(),
                "write it without padding",
            )
        })
    };
    let key = match (kind, curve) {
        #[cfg(feature = "eddsa")]
        (Some("OKP"), Some("Ed25519")) => PublicKey::ed25519(&bytes("x")?),
        #[cfg(feature = "ecdsa")]
        (Some("EC"), Some("P-256")) => PublicKey::p256(&bytes("x")?, &bytes("y")?),
        #[cfg(feature = "ecdsa")]
        (Some("EC"), Some("P-384")) => PublicKey::p384(&bytes("x")?, &bytes("y")?),
        #[cfg(feature = "rsa")]
        (Some("RSA"), None) => PublicKey::rsa(&bytes("n")?, &bytes("e")?),
        _ => return Err(unusable(NO_ALGORITHM, KINDS)),
    };
    key.map_err(|invalid| unusable(invalid.why, invalid.cure))
}

/// No algorithm is compiled in.
#[cfg(not(any(feature = "eddsa", feature = "ecdsa", feature = "rsa")))]
fn public_key(_: Option<&str>, _: Option<&str>, _: &Node) -> Result<PublicKey, UnusableKey> {
    Err(unusable(NO_ALGORITHM, KINDS))
}

/// Says whether the issuer that a key of a set is for (as Entra writes it there, with or without
/// a template of its own) is the one that a token names.
fn is_key_of(stated: &str, iss: &str) -> bool {
    let is_template = |segment: &str| segment.starts_with('{') && segment.ends_with('}');
    let (mut own, mut theirs) = (stated.split('/'), iss.split('/'));
    loop {
        match (own.next(), theirs.next()) {
            (None, None) => return true,
            (Some(own), Some(theirs)) if own == theirs => {}
            (Some(own), Some(theirs)) if is_template(own) && !theirs.is_empty() => {}
            _ => return false,
        }
    }
}

fn unusable(why: &str, cure: &str) -> UnusableKey {
    UnusableKey {
        why: why.to_owned(),
        cure: cure.to_owned(),
    }
}

const NO_ALGORITHM: &str = "no algorithm here is for such a key";
const KINDS: &str = "give one with `kty` OKP and `crv` Ed25519, EC and P-256 or P-384, or RSA";
const KEYS_MAX: usize = 64;
/// Most keys for an algorithm that may share a `kid`, and so most signatures that are checked for a token.
const ALIKE_MAX: usize = 4;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wycheproof;
