//! Routes: which permission a request asks for, and what it says of the resource.

#[cfg(feature = "encode")]
mod conflict;
mod edges;
mod fold;
mod host;
mod parts;
mod pattern;
mod route;
mod search;
mod table;
mod wire;

#[cfg(feature = "encode")]
pub use conflict::{Conflict, ConflictKind, Conflicts, conflicts};
pub use host::{HostPattern, InvalidHost};
pub use parts::SegmentParts;
pub use pattern::{InvalidPath, PathPattern, PatternSegment};
pub use route::{Access, Cors, InvalidRoute, OnConditional, Origin, Route};
pub use table::{RouteMatch, Routes, SameRoute};
pub use wire::MalformedRoutes;

pub use crate::{header_names::withheld, query::UnreadableParameter};

pub(crate) use host::host_of;
pub(crate) use route::is_origin;

#[cfg(test)]
mod tests;
