//! Why the gate did not take a bundle.

use core::fmt;

use portcullis_engine::RejectedBundle;

/// Why the gate did not take a bundle; the last good one answers on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GateRejection {
    /// The engine did not believe it.
    Bundle(RejectedBundle),
    /// It is for another tenant than this listener's.
    WrongTenant,
    /// Its routes cannot be read, contradict each other or break a limit.
    Routes,
    /// A route asks for a permission that its policy does not have.
    RoutePermission,
    /// A route says something of a resource attribute that its policy does not declare.
    RouteAttribute,
}

impl GateRejection {
    /// Returns the stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Bundle(rejection) => rejection.code(),
            Self::WrongTenant => "wrong-tenant",
            Self::Routes => "corrupt-routes",
            Self::RoutePermission => "route-permission",
            Self::RouteAttribute => "route-attribute",
        }
    }
}

impl From<RejectedBundle> for GateRejection {
    fn from(rejection: RejectedBundle) -> Self {
        Self::Bundle(rejection)
    }
}

impl fmt::Display for GateRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(rejection) => rejection.fmt(f),
            Self::WrongTenant => f.write_str("the bundle is for another tenant than this listener"),
            Self::Routes => f.write_str("the bundle's routes contradict themselves"),
            Self::RoutePermission => {
                f.write_str("a route of the bundle asks for a permission that it does not have")
            }
            Self::RouteAttribute => {
                f.write_str("a route of the bundle gives an attribute that it does not declare")
            }
        }
    }
}

impl core::error::Error for GateRejection {}
