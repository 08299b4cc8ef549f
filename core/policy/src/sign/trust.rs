//! trust.json: which keys are trusted, and for what.

use portcullis_engine::{Floor, InvalidTrust, KeyUse, Trust, TrustedKey};
use portcullis_json::{JsonText, Node, Path, Place, Read};
use serde::{Serialize, Serializer};

use super::key::{decode_32, encode_32};
use crate::problem::{InvalidPolicy, Problem, Problems};

/// A trust file: `{"threshold": 1, "keys": [{"key": "…", "use": "any"}], "audience": "default"}`.
///
/// A key is the 32 bytes of an Ed25519 public key in unpadded base64url; its use is
/// `any`, when left out, `whole-only` or `slices-only`, and its own `tenants` are those whose
/// bundles it may sign, all when left out. The file's `tenants` are those whose bundles are
/// taken, any when left out. `floor` is the sequence that a bundle must pass, or
/// with the digest of the payload that was accepted under it, may repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TrustFile {
    /// How many distinct keys must have signed.
    pub threshold: u32,
    /// The trusted keys.
    pub keys: Vec<TrustFileKey>,
    /// The audience that a bundle must name.
    pub audience: String,
    /// The tenants whose bundles are taken; any when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tenants: Vec<String>,
    /// What was accepted before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<FloorFile>,
}

/// A key of a trust file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrustFileKey {
    /// The public key.
    #[serde(serialize_with = "as_text")]
    pub key: [u8; 32],
    /// What it may sign.
    #[serde(rename = "use", serialize_with = "as_use")]
    pub key_use: KeyUse,
    /// The tenants whose bundles it may sign; all when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tenants: Vec<String>,
}

impl TrustFileKey {
    /// Trusts a key for the bundles of every tenant.
    #[must_use]
    pub const fn new(key: [u8; 32], key_use: KeyUse) -> Self {
        Self {
            key,
            key_use,
            tenants: Vec::new(),
        }
    }

    /// Returns a use as a trust file writes it.
    #[must_use]
    pub fn use_name(key_use: KeyUse) -> &'static str {
        let word = USES.iter().find(|(_, known)| *known == key_use);
        word.map_or("any", |(word, _)| word)
    }

    /// Returns what the engine verifies signatures of this key by.
    ///
    /// # Errors
    /// Fails where it is not a key.
    pub fn to_trusted(&self) -> Result<TrustedKey, InvalidTrust> {
        let key = TrustedKey::new(&self.key, self.key_use)?;
        Ok(match self.tenants.as_slice() {
            [] => key,
            tenants => key.for_tenants(tenants.to_vec()),
        })
    }
}

/// What was accepted before: a sequence, or an object that adds the payload's digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FloorFile {
    /// The sequence.
    pub sequence: u64,
    /// SHA-256 of the payload accepted under it.
    pub digest: Option<[u8; 32]>,
}

impl TrustFile {
    /// Reads a trust file.
    ///
    /// # Errors
    /// Lists every problem with its place and cure.
    pub fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        let document = JsonText::parse(text.as_bytes()).map_err(|error| Problem {
            path: Path::Root.to_json_path(),
            message: format!("not JSON: {error}"),
            cure: "fix the text there, or write the file again with keygen".to_owned(),
        })?;
        let problems = Problems::default();
        let file: Self = document.read(&problems);
        if let Err(error) = file.to_trust() {
            problems.error(&Path::Root, error.to_string(), "see `threshold` and `keys`");
        }
        problems.finish()?;
        Ok(file)
    }

    /// Returns what the engine verifies bundles by: whole ones only.
    ///
    /// # Errors
    /// Fails where the keys can never reach the threshold, or one is not a key.
    pub fn to_trust(&self) -> Result<Trust, InvalidTrust> {
        let keys = self.keys.iter().map(TrustFileKey::to_trusted);
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let threshold = usize::try_from(self.threshold).unwrap_or(usize::MAX);
        let mut trust = Trust::new(threshold, keys, self.audience.clone())?;
        trust.tenants.clone_from(&self.tenants);
        trust.floor = self
            .floor
            .map(|FloorFile { sequence, digest }| Floor { sequence, digest });
        Ok(trust)
    }
}

impl Read for TrustFile {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("a trust file", "make one with keygen");
        let file = Self {
            threshold: object.required("threshold", "say how many keys must sign"),
            keys: object.required("keys", "list the public keys"),
            audience: object.required("audience", "name the audience; keygen writes default"),
            tenants: object
                .place("tenants")
                .map(|place| tenants(&place, "no tenant's bundles would be taken"))
                .unwrap_or_default(),
            floor: object.optional("floor"),
        };
        object.finish();
        file
    }
}

impl Read for TrustFileKey {
    fn read(place: &Place<'_>) -> Self {
        let mut object = place.object("a key", "write {\"key\": \"…\", \"use\": \"any\"}");
        let key = Self {
            key: object
                .required::<Bytes>("key", "give the public key in base64url")
                .0,
            key_use: object.optional::<Use>("use").unwrap_or_default().0,
            tenants: object
                .place("tenants")
                .map(|place| tenants(&place, "a key without a tenant signs nothing"))
                .unwrap_or_default(),
        };
        object.finish();
        key
    }
}

/// Reads tenants; none at all would read as all of them.
fn tenants(place: &Place<'_>, none_means: &str) -> Vec<String> {
    let tenants = Vec::<String>::read(place);
    if matches!(place.node, Node::Array(none) if none.is_empty()) {
        place.error(
            none_means,
            "list a tenant, or leave `tenants` out for all of them",
        );
    }
    tenants
}

impl Read for FloorFile {
    fn read(place: &Place<'_>) -> Self {
        if matches!(place.node, Node::Integer(_)) {
            return Self {
                sequence: u64::read(place),
                digest: None,
            };
        }
        let cure = "write the sequence, or {\"sequence\": …, \"digest\": \"…\"}";
        let mut object = place.object("a floor", cure);
        let floor = Self {
            sequence: object.required("sequence", cure),
            digest: object.optional::<Bytes>("digest").map(|bytes| bytes.0),
        };
        object.finish();
        floor
    }
}

impl Serialize for FloorFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let Some(digest) = &self.digest else {
            return serializer.serialize_u64(self.sequence);
        };
        let mut object = serializer.serialize_map(Some(2))?;
        object.serialize_entry("sequence", &self.sequence)?;
        object.serialize_entry("digest", &encode_32(digest))?;
        object.end()
    }
}

#[derive(Default)]
struct Bytes([u8; 32]);

impl Read for Bytes {
    fn read(place: &Place<'_>) -> Self {
        let text = String::read(place);
        let bytes = decode_32(&text);
        if let (Err(error), Some(_)) = (&bytes, place.node.as_str()) {
            let cure = "copy it from the file that keygen made";
            place.error(&error.to_string(), cure);
        }
        Self(bytes.unwrap_or_default())
    }
}

struct Use(KeyUse);

impl Default for Use {
    fn default() -> Self {
        Self(KeyUse::Any)
    }
}

impl Read for Use {
    fn read(place: &Place<'_>) -> Self {
        let name = String::read(place);
        let known = USES.iter().find(|(word, _)| *word == name);
        if let (None, Some(_)) = (known, place.node.as_str()) {
            let words = USES.map(|(word, _)| word);
            place.unknown("use", &name, &words);
        }
        known.map_or_else(Self::default, |(_, key_use)| Self(*key_use))
    }
}

fn as_text<S: Serializer>(key: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&encode_32(key))
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands fields over by reference"
)]
fn as_use<S: Serializer>(key_use: &KeyUse, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(TrustFileKey::use_name(*key_use))
}

const USES: [(&str, KeyUse); 3] = [
    ("any", KeyUse::Any),
    ("whole-only", KeyUse::WholeOnly),
    ("slices-only", KeyUse::SlicesOnly),
];
