//! SHA-256 digests as the log writes them.

use core::fmt;

use portcullis_policy::source::Tenant;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;
use sha2::Digest as _;

/// A SHA-256 digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Digests bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// Digests a tenant's part of a policy by what it says: spaces, the order of members and
    /// of lists, and the catalog do not matter.
    ///
    /// It is of the names that the tenant writes and not of the permissions that they come to:
    /// these depend on the catalog, whose edits are the vendor's and no disagreement.
    #[must_use]
    pub fn of_tenant(tenant: &Tenant) -> Self {
        // A tenant is strings and lists of them, which always have a JSON form.
        let mut value = serde_json::to_value(tenant).unwrap_or_default();
        order(&mut value);
        Self::of(value.to_string().as_bytes())
    }

    /// Digests itself and the bytes that follow it: a link of the chain.
    pub(super) fn link(self, bytes: &[u8]) -> Self {
        let digest = sha2::Sha256::new().chain_update(self.0).chain_update(bytes);
        Self(digest.finalize().into())
    }

    /// Reads 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0_u8; 32];
        if text.len() != 64 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not 64 hexadecimal digits"))
    }
}

/// Puts the members of objects and the elements of lists in order; a text alone is a list of
/// one.
fn order(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(order);
            members.sort_keys();
        }
        Value::Array(items) => {
            items.iter_mut().for_each(order);
            if items.iter().all(|item| plain(item).is_some()) {
                items.sort_by(|one, other| plain(one).cmp(&plain(other)));
            } else {
                items.sort_by_cached_key(Value::to_string);
            }
            items.dedup();
        }
        Value::String(text) => {
            let text = core::mem::take(text);
            *value = Value::Array(vec![Value::String(text)]);
        }
        _ => {}
    }
}

/// Returns the text of a list of one whose order is that of its JSON: nothing of it is escaped, and
/// all of it comes after the quotation mark that ends it.
fn plain(value: &Value) -> Option<&str> {
    let [text] = value.as_array()?.as_slice() else {
        return None;
    };
    let text = text.as_str()?;
    let is_plain = |byte: u8| byte > b'"' && byte != b'\\' && byte != 0x7F;
    text.bytes().all(is_plain).then_some(text)
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_are_in_the_order_of_their_json() {
        for texts in [
            vec!["b", "ab", "a", "a-b", "a.b", "\u{fe}"],
            vec!["b", "a b", "a", "a\"b", "a!b", "a\\b", "a\u{7f}b", "\u{1}"],
        ] {
            let mut value = json!(texts);
            order(&mut value);
            let mut expected: Vec<String> =
                texts.iter().map(|text| json!([text]).to_string()).collect();
            expected.sort();
            let ordered = value.as_array().unwrap().iter().map(Value::to_string);
            assert_eq!(ordered.collect::<Vec<_>>(), expected);
        }
    }
}
