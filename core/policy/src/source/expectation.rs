//! The words that a policy test expects.

/// What a policy test expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Allowed.
    Allow,
    /// Allowed where a filter holds that the origin applies.
    Conditional,
    /// Denied: no such permission.
    UnknownPermission,
    /// Denied: a feature is off.
    FeatureDisabled,
    /// Denied: no role grants it.
    NotGranted,
    /// Denied: granted, but not on this resource.
    OutOfScope,
    /// Not answered: the bundle no longer holds at that time.
    BundleExpired,
}

impl Expectation {
    /// Every expectation.
    pub const ALL: [Self; 7] = [
        Self::Allow,
        Self::Conditional,
        Self::UnknownPermission,
        Self::FeatureDisabled,
        Self::NotGranted,
        Self::OutOfScope,
        Self::BundleExpired,
    ];

    /// Returns its word in a policy.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Conditional => "conditional",
            Self::UnknownPermission => "unknown-permission",
            Self::FeatureDisabled => "feature-disabled",
            Self::NotGranted => "not-granted",
            Self::OutOfScope => "out-of-scope",
            Self::BundleExpired => "bundle-expired",
        }
    }

    /// Returns the expectation of that word.
    #[must_use]
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}
