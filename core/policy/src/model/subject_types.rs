//! The types of subjects that keys of a directory may name.

use portcullis_engine::format::DEFAULT_SUBJECT_TYPES;

/// The types that a key of a tenant's directory may begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectTypes(Vec<String>);

impl SubjectTypes {
    /// Takes the types that a catalog declares.
    #[must_use]
    pub const fn new(types: Vec<String>) -> Self {
        Self(types)
    }

    /// Returns the types, in the order declared.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Returns whether a subject in the directory may be of that type.
    #[must_use]
    pub fn has(&self, kind: &str) -> bool {
        self.0.iter().any(|known| known == kind)
    }

    /// Returns the type and the id that a key of a directory names: what stands before its
    /// first colon is the type only if it is one, or an id with a colon would lose its head.
    #[must_use]
    pub fn split<'k>(&self, key: &'k str) -> (&'k str, &'k str) {
        match key.split_once(':') {
            Some((kind, id)) if self.has(kind) => (kind, id),
            _ => (Self::USER, key),
        }
    }

    /// Returns the shortest key of a directory that names a subject, whatever types a catalog
    /// declares: with its type, but for a user whose id has no colon.
    #[must_use]
    pub fn key(kind: &str, id: &str) -> String {
        if kind == Self::USER && !id.contains(':') {
            id.to_owned()
        } else {
            format!("{kind}:{id}")
        }
    }

    /// The type of a key without one.
    pub const USER: &'static str = "user";
}

/// Users and services.
impl Default for SubjectTypes {
    fn default() -> Self {
        // Users first: most keys are of one.
        let types = DEFAULT_SUBJECT_TYPES.iter().rev();
        Self(types.map(|kind| (*kind).to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_a_type_names_a_user_whose_id_has_no_colon() {
        for (kind, id, key) in [
            ("user", "jo", "jo"),
            ("user", "f:1:jo", "user:f:1:jo"),
            ("service", "ci", "service:ci"),
        ] {
            assert_eq!(SubjectTypes::key(kind, id), key);
            assert_eq!(SubjectTypes::default().split(key), (kind, id), "{key}");
        }
    }

    #[test]
    fn a_key_is_split_only_behind_a_declared_type() {
        let types = SubjectTypes::default();
        for (key, split) in [
            ("jo", ("user", "jo")),
            ("user:jo", ("user", "jo")),
            ("service:a:b", ("service", "a:b")),
            ("user:f:5d9b:jo", ("user", "f:5d9b:jo")),
            ("f:5d9b:jo", ("user", "f:5d9b:jo")),
            ("arn:aws:iam::1:user/jo", ("user", "arn:aws:iam::1:user/jo")),
            ("USER:jo", ("user", "USER:jo")),
            (":jo", ("user", ":jo")),
        ] {
            assert_eq!(types.split(key), split, "{key}");
        }
        let more = SubjectTypes::new(vec!["user".to_owned(), "f".to_owned()]);
        assert_eq!(more.split("f:5d9b:jo"), ("f", "5d9b:jo"));
        assert_eq!(more.split("service:a"), ("user", "service:a"));
    }
}
