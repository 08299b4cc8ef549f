//! An issuer's name: exactly `iss`, or a template of one segment of its path.

use alloc::{borrow::ToOwned as _, string::String};

use portcullis_engine::grammar::is_value;
use portcullis_json::{Place, Read};

use super::text::text;

/// What `iss` must be: this text, or a template of which one segment is the tenant's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct IssuerName(String);

/// The segment of a template that a token fills; nothing where the name is no template.
pub(crate) type Segment<'t> = Option<&'t str>;

impl IssuerName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether one segment is the tenant's.
    pub(super) fn is_template(&self) -> bool {
        self.0.split('/').any(|segment| segment == TENANT)
    }

    /// Returns the tenant's segment if a token's `iss` fits.
    pub(crate) fn fit<'t>(&self, iss: &'t str) -> Option<Segment<'t>> {
        if !self.is_template() {
            return (self.0 == iss).then_some(None);
        }
        let mut found = None;
        let (mut own, mut theirs) = (self.0.split('/'), iss.split('/'));
        loop {
            match (own.next(), theirs.next()) {
                (None, None) => return found.map(Some),
                (Some(TENANT), Some(theirs)) => found = Some(theirs).filter(|name| is_value(name)),
                (Some(own), Some(theirs)) if own == theirs => {}
                _ => return None,
            }
        }
    }

    /// Says whether there is an `iss` that both could be.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let (mut own, mut theirs) = (self.0.split('/'), other.0.split('/'));
        loop {
            match (own.next(), theirs.next()) {
                (None, None) => return true,
                (Some(TENANT), Some(other)) | (Some(other), Some(TENANT)) if !other.is_empty() => {}
                (Some(own), Some(theirs)) if own == theirs => {}
                _ => return false,
            }
        }
    }
}

impl Read for IssuerName {
    fn read(place: &Place<'_>) -> Self {
        let name = text(place).to_owned();
        let mut segments = name.split('/');
        // What comes before the path: a template there would be another's host.
        let origin: [Option<&str>; 3] = core::array::from_fn(|_| segments.next());
        let templates = segments.filter(|segment| *segment == TENANT).count();
        let braces = name.bytes().filter(|byte| matches!(byte, b'{' | b'}'));
        let is_plain = braces.count() == templates.saturating_mul(2) && templates <= 1;
        if !is_plain || origin.contains(&Some(TENANT)) {
            place.error(
                "only one whole segment of an issuer's path may be `{tenant}`, and nothing else \
                 has braces",
                "write https://login.example.com/{tenant}/v2.0, or the name without braces",
            );
        }
        Self(name)
    }
}

const TENANT: &str = "{tenant}";

#[cfg(test)]
mod tests {
    use portcullis_json::{FirstFault, JsonText};

    use super::*;

    fn name(text: &str) -> Option<IssuerName> {
        let json = alloc::format!("{text:?}");
        let json = JsonText::parse_within(json.as_bytes(), 8).unwrap();
        let faults = FirstFault::default();
        let read = IssuerName::read(&json.place(&faults));
        faults.unless(read).ok()
    }

    #[test]
    fn one_segment_of_the_path_may_be_the_tenants() {
        for good in [
            "a",
            "https://id.example.com",
            "https://id.example.com/{tenant}",
            "https://id.example.com/{tenant}/v2.0",
            "https://id.example.com/realms/{tenant}/",
        ] {
            assert!(name(good).is_some(), "{good}");
        }
        for bad in [
            "{tenant}",
            "https://{tenant}",
            "https://{tenant}/a",
            "https://{tenant}.example.com/a",
            "https://id.example.com/a{tenant}",
            "https://id.example.com/{tenant}/{tenant}",
            "https://id.example.com/{tid}",
            "https://id.example.com/{tenant}/}",
        ] {
            assert!(name(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_template_is_filled_by_one_segment() {
        let entra = name("https://login.example.com/{tenant}/v2.0").unwrap();
        for (iss, expected) in [
            ("https://login.example.com/8d3f/v2.0", Some(Some("8d3f"))),
            ("https://login.example.com//v2.0", None),
            ("https://login.example.com/8d3f/x/v2.0", None),
            ("https://login.example.com/8d3f/v2.0/", None),
            ("https://login.example.com/8d3f", None),
            ("https://evil.example.com/8d3f/v2.0", None),
            ("https://login.example.com/8d\u{7}/v2.0", None),
        ] {
            assert_eq!(entra.fit(iss), expected, "{iss}");
        }
        let plain = name("https://id.example.com/a").unwrap();
        assert_eq!(plain.fit("https://id.example.com/a"), Some(None));
        assert_eq!(plain.fit("https://id.example.com/a/"), None);
    }

    #[test]
    fn names_that_one_token_could_have_meet() {
        let template = name("https://a.example.com/{tenant}/v2.0").unwrap();
        for (other, expected) in [
            ("https://a.example.com/8d3f/v2.0", true),
            ("https://a.example.com/{tenant}/v2.0", true),
            ("https://a.example.com/x/{tenant}", true),
            ("https://a.example.com//v2.0", false),
            ("https://a.example.com/8d3f/v1.0", false),
            ("https://b.example.com/{tenant}/v2.0", false),
            ("https://a.example.com/{tenant}", false),
        ] {
            let other = name(other).unwrap();
            assert_eq!(template.meets(&other), expected, "{other:?}");
            assert_eq!(other.meets(&template), expected, "{other:?}");
        }
    }
}
