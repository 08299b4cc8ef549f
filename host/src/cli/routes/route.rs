//! A route that is not yet written.

use super::permissions::Asks;

/// What a route says besides its methods; operations of which all is equal are one route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said {
    pub(super) path: String,
    /// Whether it was described with a `/` at its end.
    pub(super) trailing_slash: bool,
    pub(super) asks: Asks,
    pub(super) resource: Option<String>,
}

/// What a route says, and its methods.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) said: Said,
    pub(super) methods: Vec<String>,
}
