//! The keys that verify tokens: a JWK set (RFC 7517), each key pinned to its algorithm.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

#[cfg(any(feature = "eddsa", feature = "es256", feature = "rs256"))]
use base64ct::{Base64UrlUnpadded, Encoding as _};

use super::verify::{Algorithm, PublicKey};
use crate::json::{Node, Place};

/// The keys that verify tokens.
#[derive(Debug, Clone)]
pub(crate) struct TokenKeys(Vec<TokenKey>);

#[derive(Debug, Clone)]
struct TokenKey {
    id: Option<String>,
    algorithm: Algorithm,
    key: PublicKey,
}

impl TokenKeys {
    /// Reads a JWK set. Members of a key that say nothing here are ignored (RFC 7517,
    /// section 4), and so are keys for encryption; a key that could never verify a
    /// token is an error, as is one that should be secret.
    pub(crate) fn read(place: &Place<'_>) -> Self {
        let mut fields = place.fields();
        let mut keys: Vec<TokenKey> = Vec::new();
        let stated = fields.required("keys");
        for place in stated.elements() {
            if place.node.member("use").and_then(Node::as_str) == Some("enc") {
                continue;
            }
            let Some(key) = TokenKey::read(&place) else {
                continue;
            };
            let same = |known: &TokenKey| known.id == key.id && known.algorithm == key.algorithm;
            if keys.iter().any(same) {
                place.fault("two keys for one algorithm have the same `kid`");
            }
            keys.push(key);
        }
        fields.finish();
        if keys.is_empty() || keys.len() > KEYS_MAX {
            place.fault("expected 1 to 64 keys that verify signatures");
        }
        Self(keys)
    }

    /// Returns the key that a token names, if it is for the token's algorithm. A token
    /// that names none is verified by the one key for its algorithm, if there is one only.
    pub(super) fn find(&self, id: Option<&str>, algorithm: &str) -> Option<&PublicKey> {
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
    /// Reads a key; notes why it is none.
    fn read(place: &Place<'_>) -> Option<Self> {
        let node = place.node;
        place.fields();
        for secret in ["d", "k", "p", "q"] {
            if node.member(secret).is_some() {
                place.fault(&["`", secret, "` is secret: give the public key alone"].concat());
            }
        }
        for text in ["kty", "crv", "alg", "use", "kid", "x", "y", "n", "e"] {
            if node
                .member(text)
                .is_some_and(|value| value.as_str().is_none())
            {
                place.fault(&["`", text, "` is not a string"].concat());
            }
        }
        let text = |name: &str| node.member(name).and_then(Node::as_str);
        #[cfg(any(feature = "eddsa", feature = "es256", feature = "rs256"))]
        let bytes = |name: &str| {
            let decoded = text(name).map(Base64UrlUnpadded::decode_vec);
            decoded.and_then(Result::ok).unwrap_or_else(|| {
                place.fault(&["`", name, "` is missing, or not unpadded base64url"].concat());
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
            place.fault("expected a key with `kty` OKP and `crv` Ed25519, EC and P-256, or RSA");
            return None;
        };
        if let Some(stated) = text("alg")
            && stated != algorithm.name()
        {
            let known = algorithm.name();
            let parts = [
                "`",
                stated,
                "` is not verified here; this key is for ",
                known,
            ];
            place.fault(&parts.concat());
        }
        if text("use").is_some_and(|stated| stated != "sig") {
            place.fault("`use` is sig, or left out");
        }
        if key.is_none() {
            place.fault("the key is no usable public key; RSA takes 2048 to 4096 bits");
        }
        Some(Self {
            id: text("kid").map(ToOwned::to_owned),
            algorithm,
            key: key?,
        })
    }
}

const KEYS_MAX: usize = 64;
