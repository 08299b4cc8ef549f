//! The entity tag of what one subject sees (RFC 9110, section 8.8.3).

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::authzen::{Attribute, Subject, TeamRole};

impl Subject {
    /// Returns the strong entity tag, with its quotes, of this subject's snapshot.
    ///
    /// It is a hash of all that the snapshot can depend on: the payload's digest, the
    /// features in force, and the subject as its request names it. What the directory
    /// and the groups add lies in the payload. The features come apart from it because
    /// a session that is pinned to an older bundle has fewer than that bundle says.
    #[must_use]
    pub fn etag(&self, payload_digest: &[u8; 32], features: &[String]) -> String {
        let mut hash = Sha256::new();
        hash.update(DOMAIN);
        hash.update(payload_digest);
        let mut features = features.iter().map(String::as_str).collect::<Vec<_>>();
        features.sort_unstable();
        features.dedup();
        // Each text and each list is preceded by its length: no two subjects read alike.
        list(&mut hash, features.into_iter());
        list(&mut hash, [self.kind.as_str(), &self.id].into_iter());
        list(&mut hash, self.roles.iter().map(String::as_str));
        let bound = self.team_roles.iter();
        let bound = bound.flat_map(|TeamRole { team, role }| [team.as_str(), role]);
        list(&mut hash, bound.collect::<Vec<_>>().into_iter());
        list(&mut hash, self.groups.iter().map(String::as_str));
        number(&mut hash, self.attributes.len());
        for Attribute { name, values } in &self.attributes {
            list(&mut hash, [name.as_str()].into_iter());
            list(&mut hash, values.iter().map(String::as_str));
        }
        let hash: [u8; 32] = hash.finalize().into();
        format!("\"{}\"", Base64UrlUnpadded::encode_string(&hash))
    }
}

fn list<'a>(hash: &mut Sha256, texts: impl ExactSizeIterator<Item = &'a str>) {
    number(hash, texts.len());
    for text in texts {
        number(hash, text.len());
        hash.update(text.as_bytes());
    }
}

fn number(hash: &mut Sha256, number: usize) {
    hash.update(u64::try_from(number).unwrap_or(u64::MAX).to_le_bytes());
}

const DOMAIN: &[u8] = b"portcullis snapshot 1\0";

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(subject: &str, digest: u8, features: &[&str]) -> String {
        let vocabulary = crate::authzen::Vocabulary {
            subject: vec!["teams".to_owned()],
            ..Default::default()
        };
        let subject = Subject::read(subject.as_bytes(), &vocabulary).unwrap();
        let features = features.iter().map(|name| (*name).to_owned());
        subject.etag(&[digest; 32], &features.collect::<Vec<_>>())
    }

    #[test]
    fn the_tag_is_of_the_payload_the_features_and_the_subject() {
        let jo = r#"{"type":"user","id":"jo","properties":{"roles":["a","b"],"groups":["g"],"team_roles":{"t":["a"]},"teams":["t"]}}"#;
        let first = tag(jo, 1, &["x", "y"]);
        assert!(first.starts_with('"') && first.ends_with('"') && first.len() == 45);
        // However it is written, one subject is one subject.
        let spaced = r#"{ "id": "jo", "type": "user", "properties": { "teams": "t", "roles": ["b", "a", "b"], "groups": "g", "team_roles": {"t": "a"}, "undeclared": 7 } }"#;
        assert_eq!(tag(spaced, 1, &["y", "x", "x"]), first);
        let others = [
            tag(jo, 2, &["x", "y"]),
            tag(jo, 1, &["x"]),
            tag(&jo.replace("\"jo\"", "\"al\""), 1, &["x", "y"]),
            tag(&jo.replace("\"user\"", "\"service\""), 1, &["x", "y"]),
            tag(&jo.replace("[\"a\",\"b\"]", "[\"ab\"]"), 1, &["x", "y"]),
            tag(&jo.replace("[\"a\",\"b\"]", "[\"a\"]"), 1, &["x", "y"]),
            tag(&jo.replace("[\"g\"]", "[]"), 1, &["x", "y"]),
            tag(
                &jo.replace("\"t\":[\"a\"]", "\"t\":[\"b\"]"),
                1,
                &["x", "y"],
            ),
            tag(
                &jo.replace("\"teams\":[\"t\"]", "\"teams\":[]"),
                1,
                &["x", "y"],
            ),
        ];
        let mut all = others.to_vec();
        all.push(first);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 10);
    }
}
