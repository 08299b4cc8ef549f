//! The keys that verify tokens: a JWK set (RFC 7517), each key pinned to its algorithm.

mod algorithm;
#[cfg(feature = "rs256")]
mod rsa;

use alloc::{borrow::ToOwned, string::String, vec::Vec};

#[cfg(any(feature = "eddsa", feature = "es256", feature = "rs256"))]
use base64ct::{Base64UrlUnpadded, Encoding as _};

use portcullis_json::{Node, Place, Read};

pub(crate) use algorithm::PublicKey;

use algorithm::Algorithm;

/// The keys that verify tokens.
#[derive(Debug, Clone, Default)]
pub(crate) struct TokenKeys(Vec<TokenKey>);

#[derive(Debug, Clone)]
struct TokenKey {
    id: Option<String>,
    algorithm: Algorithm,
    key: PublicKey,
}

/// A JWK set. Members of a key that say nothing here are ignored (RFC 7517, section 4), and so
/// are keys for encryption; a key that could never verify a token is an error, as is one that
/// should be secret.
impl Read for TokenKeys {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("a JWK set", "write {\"keys\": […]}");
        let mut keys: Vec<TokenKey> = Vec::new();
        let stated = object.required_place("keys", "list the issuer's public keys");
        for place in stated.iter().flat_map(Place::elements) {
            if place.node.member("use").and_then(Node::as_str) == Some("enc") {
                continue;
            }
            let Some(key) = TokenKey::read(&place) else {
                continue;
            };
            let same = |known: &TokenKey| known.id == key.id && known.algorithm == key.algorithm;
            if keys.iter().any(same) {
                place.error(
                    "two keys for one algorithm have the same `kid`",
                    "give each its own",
                );
            }
            keys.push(key);
        }
        object.finish();
        if keys.is_empty() || keys.len() > KEYS_MAX {
            place.error(
                "no key here verifies signatures, or more than 64 do",
                "give 1 to 64 keys",
            );
        }
        Self(keys)
    }
}

impl TokenKeys {
    /// Returns the key that a token names, if it is for the token's algorithm. A token
    /// that names none is verified by the one key for its algorithm, if there is one only.
    pub(crate) fn find(&self, id: Option<&str>, algorithm: &str) -> Option<&PublicKey> {
        let mut fit = self.0.iter().filter(|key| {
            key.algorithm.name() == algorithm && (id.is_none() || key.id.as_deref() == id)
        });
        match (fit.next(), fit.next()) {
            (Some(one), None) => Some(&one.key),
            _ => None,
        }
    }
}

impl TokenKey {
    /// Reads a key; reports why it cannot be used.
    fn read(place: &Place<'_>) -> Option<Self> {
        let node = place.node;
        place.object("a key", "write a JWK");
        for secret in ["d", "k", "p", "q"] {
            if node.member(secret).is_some() {
                place.error(
                    &["`", secret, "` is secret"].concat(),
                    "give the public key alone",
                );
            }
        }
        for text in ["kty", "crv", "alg", "use", "kid", "x", "y", "n", "e"] {
            if node
                .member(text)
                .is_some_and(|value| value.as_str().is_none())
            {
                place.error(
                    &["`", text, "` is not a string"].concat(),
                    "write it between quotes",
                );
            }
        }
        let text = |name: &str| node.member(name).and_then(Node::as_str);
        #[cfg(any(feature = "eddsa", feature = "es256", feature = "rs256"))]
        let bytes = |name: &str| {
            let decoded = text(name).map(Base64UrlUnpadded::decode_vec);
            decoded.and_then(Result::ok).unwrap_or_else(|| {
                place.error(
                    &["`", name, "` is missing, or not base64url"].concat(),
                    "write it without padding",
                );
                Vec::new()
            })
        };
        let found: Option<(Algorithm, Option<PublicKey>)> = match (text("kty"), text("crv")) {
            #[cfg(feature = "eddsa")]
            (Some("OKP"), Some("Ed25519")) => {
                let algorithm = match text("alg") {
                    Some("Ed25519") => Algorithm::Ed25519,
                    _ => Algorithm::EdDsa,
                };
                Some((algorithm, PublicKey::ed25519(&bytes("x"))))
            }
            #[cfg(feature = "es256")]
            (Some("EC"), Some("P-256")) => {
                let key = PublicKey::p256(&bytes("x"), &bytes("y"));
                Some((Algorithm::Es256, key))
            }
            #[cfg(feature = "rs256")]
            (Some("RSA"), None) => {
                let key = PublicKey::rsa(&bytes("n"), &bytes("e"));
                Some((Algorithm::Rs256, key))
            }
            _ => None,
        };
        let Some((algorithm, key)) = found else {
            place.error(
                "no algorithm here is for such a key",
                "give one with `kty` OKP and `crv` Ed25519, EC and P-256, or RSA",
            );
            return None;
        };
        if let Some(stated) = text("alg")
            && stated != algorithm.name()
        {
            let known = algorithm.name();
            place.error(
                &["`", stated, "` is not verified here"].concat(),
                &["this key is for ", known].concat(),
            );
        }
        if text("use").is_some_and(|stated| stated != "sig") {
            place.error("`use` is not sig", "write sig, or leave it out");
        }
        if key.is_none() {
            place.error(
                "the public key cannot be used",
                "give a valid one; RSA takes 2048 to 4096 bits",
            );
        }
        Some(Self {
            id: text("kid").map(ToOwned::to_owned),
            algorithm,
            key: key?,
        })
    }
}

const KEYS_MAX: usize = 64;
