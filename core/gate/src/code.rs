//! What happened, in one word.

use core::fmt;

/// Why a request went on or was answered: stable words for logs, metrics and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// Forwarded: a grant holds.
    Granted,
    /// Forwarded with the filter that the origin must apply.
    Conditional,
    /// Forwarded: the route is public.
    Public,
    /// Forwarded: the route asks for an identity and nothing else.
    Authenticated,
    /// Answered: a CORS preflight that the route allows.
    Preflight,
    /// No bundle was ever accepted.
    NoBundle,
    /// No bundle was ever accepted, and the last one offered was refused.
    BundleRejected,
    /// The newest bundle has expired.
    BundleExpired,
    /// The clock cannot be right: it says no time, or one before the newest bundle holds.
    ClockWrong,
    /// The identity belongs to another tenant than this listener's, or to one without a policy.
    TenantMismatch,
    /// The route is not public, and the request says nothing about who sent it.
    IdentityMissing,
    /// The request's token or identity headers are not believed.
    IdentityInvalid,
    /// The keys of the token's issuer were never fetched, or too long ago.
    KeysUnavailable,
    /// A page of another site may have made a browser send the token, which is in a cookie.
    CrossSite,
    /// No route matches.
    RouteUnknown,
    /// Two routes match that ask for different things, and neither is the more specific.
    RouteAmbiguous,
    /// The target can be read in more than one way.
    PathAmbiguous,
    /// Something is longer or more than the bound.
    LimitExceeded,
    /// The request breaks HTTP's own grammar, or names a header that is the gate's own.
    RequestMalformed,
    /// A header or query parameter that an attribute comes from appears more than once,
    /// or can be read in more than one way; or the query or body may change what was read.
    AttributeAmbiguous,
    /// Denied: the policy has no such permission.
    UnknownPermission,
    /// Denied: a feature that the permission requires is off.
    FeatureDisabled,
    /// Denied: no role grants the permission.
    NotGranted,
    /// Denied: a role grants it, in no scope that holds here.
    OutOfScope,
    /// Denied: the directory says that whoever asks holds nothing.
    NotActive,
    /// Denied: the decision is conditional, and the route does not forward those.
    ConditionalRefused,
    /// The guest failed; only a shell says this.
    Trap,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 27] = [
        Self::Granted,
        Self::Conditional,
        Self::Public,
        Self::Authenticated,
        Self::Preflight,
        Self::NoBundle,
        Self::BundleRejected,
        Self::BundleExpired,
        Self::ClockWrong,
        Self::TenantMismatch,
        Self::IdentityMissing,
        Self::IdentityInvalid,
        Self::KeysUnavailable,
        Self::CrossSite,
        Self::RouteUnknown,
        Self::RouteAmbiguous,
        Self::PathAmbiguous,
        Self::LimitExceeded,
        Self::RequestMalformed,
        Self::AttributeAmbiguous,
        Self::UnknownPermission,
        Self::FeatureDisabled,
        Self::NotGranted,
        Self::OutOfScope,
        Self::NotActive,
        Self::ConditionalRefused,
        Self::Trap,
    ];

    /// Returns the word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Conditional => "conditional",
            Self::Public => "public",
            Self::Authenticated => "authenticated",
            Self::Preflight => "preflight",
            Self::NoBundle => "no-bundle",
            Self::BundleRejected => "bundle-rejected",
            Self::BundleExpired => "bundle-expired",
            Self::ClockWrong => "clock-wrong",
            Self::TenantMismatch => "tenant-mismatch",
            Self::IdentityMissing => "identity-missing",
            Self::IdentityInvalid => "identity-invalid",
            Self::KeysUnavailable => "keys-unavailable",
            Self::CrossSite => "cross-site",
            Self::RouteUnknown => "route-unknown",
            Self::RouteAmbiguous => "route-ambiguous",
            Self::PathAmbiguous => "path-ambiguous",
            Self::LimitExceeded => "limit-exceeded",
            Self::RequestMalformed => "request-malformed",
            Self::AttributeAmbiguous => "attribute-ambiguous",
            Self::UnknownPermission => "unknown-permission",
            Self::FeatureDisabled => "feature-disabled",
            Self::NotGranted => "not-granted",
            Self::OutOfScope => "out-of-scope",
            Self::NotActive => "not-active",
            Self::ConditionalRefused => "conditional-refused",
            Self::Trap => "trap",
        }
    }

    /// Returns the status that a client gets, or nothing where the request goes on.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        Some(match self {
            Self::Granted | Self::Conditional | Self::Public | Self::Authenticated => return None,
            Self::Preflight => 204,
            Self::RequestMalformed
            | Self::PathAmbiguous
            | Self::RouteAmbiguous
            | Self::LimitExceeded
            | Self::AttributeAmbiguous => 400,
            Self::IdentityMissing | Self::IdentityInvalid => 401,
            Self::TenantMismatch
            | Self::CrossSite
            | Self::UnknownPermission
            | Self::FeatureDisabled
            | Self::NotGranted
            | Self::OutOfScope
            | Self::NotActive
            | Self::ConditionalRefused => 403,
            Self::RouteUnknown => 404,
            Self::NoBundle
            | Self::BundleRejected
            | Self::BundleExpired
            | Self::ClockWrong
            | Self::KeysUnavailable
            | Self::Trap => 503,
        })
    }

    /// Returns the word that the client gets: no more than it needs to know.
    ///
    /// What denies because of roles, features or scopes reads alike, and so does every
    /// reason why there is no policy, or no key, to answer from.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::UnknownPermission | Self::FeatureDisabled | Self::NotGranted => "not-granted",
            Self::NoBundle
            | Self::BundleRejected
            | Self::BundleExpired
            | Self::ClockWrong
            | Self::KeysUnavailable
            | Self::Trap => "unavailable",
            Self::ConditionalRefused => "out-of-scope",
            other => other.name(),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
