//! The keys that verify tokens: a JWK set (RFC 7517), each key pinned to its algorithm.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

#[cfg(any(feature = "eddsa", feature = "es256", feature = "rs256"))]
use base64ct::{Base64UrlUnpadded, Encoding as _};

use super::verify::{Algorithm, PublicKey};
use crate::{
    config::InvalidConfig,
    json::{Node, Place},
};

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
    pub(crate) fn read(place: &Place<'_>) -> Result<Self, InvalidConfig> {
        let mut fields = place.fields()?;
        let mut keys: Vec<TokenKey> = Vec::new();
        for place in fields.required("keys")?.elements()? {
            place.fields()?;
            if place.node.member("use").and_then(Node::as_str) == Some("enc") {
                continue;
            }
            let key = TokenKey::read(&place)?;
            let same = |known: &TokenKey| known.id == key.id && known.algorithm == key.algorithm;
            if keys.iter().any(same) {
                return place.fault("two keys for one algorithm have the same `kid`");
            }
            keys.push(key);
        }
        fields.finish()?;
        if keys.is_empty() || keys.len() > KEYS_MAX {
            return place.fault("expected 1 to 64 keys that verify signatures");
        }
        Ok(Self(keys))
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
    fn read(place: &Place<'_>) -> Result<Self, InvalidConfig> {
        for secret in ["d", "k", "p", "q"] {
            if place.node.member(secret).is_some() {
                return place.fault(format!("`{secret}` is secret: give the public key alone"));
            }
        }
        let text = |name: &str| match place.node.member(name) {
            None => Ok(None),
            Some(Node::String(text)) => Ok(Some(text.as_str())),
            Some(_) => place.fault(format!("`{name}` is not a string")),
        };
        #[cfg(any(feature = "eddsa", feature = "es256", feature = "rs256"))]
        let bytes = |name: &str| {
            let stated = text(name)?.map(Base64UrlUnpadded::decode_vec);
            match stated {
                Some(Ok(bytes)) => Ok(bytes),
                _ => place.fault(format!("`{name}` is missing, or not unpadded base64url")),
            }
        };
        let (kind, curve) = (text("kty")?, text("crv")?);
        let found: Option<(Algorithm, Option<PublicKey>)> = match (kind, curve) {
            #[cfg(feature = "eddsa")]
            (Some("OKP"), Some("Ed25519")) => {
                let algorithm = match text("alg")? {
                    Some("Ed25519") => Algorithm::Ed25519,
                    _ => Algorithm::EdDsa,
                };
                Some((algorithm, PublicKey::ed25519(&bytes("x")?)))
            }
            #[cfg(feature = "es256")]
            (Some("EC"), Some("P-256")) => {
                let key = PublicKey::p256(&bytes("x")?, &bytes("y")?);
                Some((Algorithm::Es256, key))
            }
            #[cfg(feature = "rs256")]
            (Some("RSA"), None) => {
                let key = PublicKey::rsa(&bytes("n")?, &bytes("e")?);
                Some((Algorithm::Rs256, key))
            }
            _ => None,
        };
        let Some((algorithm, key)) = found else {
            return place
                .fault("expected a key with `kty` OKP and `crv` Ed25519, EC and P-256, or RSA");
        };
        if let Some(stated) = text("alg")?
            && stated != algorithm.name()
        {
            let known = algorithm.name();
            return place.fault(format!(
                "`{stated}` is not verified here; this key is for {known}"
            ));
        }
        if text("use")?.is_some_and(|stated| stated != "sig") {
            return place.fault("`use` is sig, or left out");
        }
        let Some(key) = key else {
            return place.fault("the key is no usable public key; RSA takes 2048 to 4096 bits");
        };
        Ok(Self {
            id: text("kid")?.map(ToOwned::to_owned),
            algorithm,
            key,
        })
    }
}

const KEYS_MAX: usize = 64;
