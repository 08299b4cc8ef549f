//! The words that a test of a request expects.

use portcullis_gate::Code;

/// What becomes of a request, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer(Code);

impl Answer {
    /// Every answer that a test may expect. A test has a bundle and a tenant, and who it
    /// says asks is believed: what goes wrong before that is not among them.
    pub const ALL: [Self; 18] = [
        Self(Code::Granted),
        Self(Code::Conditional),
        Self(Code::Public),
        Self(Code::Authenticated),
        Self(Code::Preflight),
        Self(Code::BundleExpired),
        Self(Code::IdentityMissing),
        Self(Code::RouteUnknown),
        Self(Code::RouteAmbiguous),
        Self(Code::PathAmbiguous),
        Self(Code::LimitExceeded),
        Self(Code::RequestMalformed),
        Self(Code::AttributeAmbiguous),
        Self(Code::FeatureDisabled),
        Self(Code::NotGranted),
        Self(Code::OutOfScope),
        Self(Code::NotActive),
        Self(Code::ConditionalRefused),
    ];

    /// Returns its word in a policy: the gate's code, save that what is granted is allowed
    /// here as it is in every test.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            Code::Granted => "allow",
            code => code.name(),
        }
    }

    /// Returns the answer of that word.
    #[must_use]
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Returns whether the request goes on to the product.
    #[must_use]
    pub const fn goes_on(self) -> bool {
        matches!(
            self.0,
            Code::Granted | Code::Conditional | Code::Public | Code::Authenticated
        )
    }
}

impl From<Code> for Answer {
    fn from(code: Code) -> Self {
        Self(code)
    }
}
