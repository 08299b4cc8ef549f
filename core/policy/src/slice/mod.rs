//! Slices: a bundle cut down to what one audience may know.
//!
//! A slice is cut from a bundle that was verified, not from a source, so that it
//! cannot say more than what was signed. It holds only what the audience's own grants
//! reach: the permissions granted to it in modules that are open, with the scopes,
//! conditions, attributes, constants and features that those need, with numbers of its own. For
//! its audience it answers as the whole does, under the tenant's features or fewer:
//! the same effect, and the same bytes where that is allow or conditional. What the
//! audience may not do for want of a feature or a grant, a slice does not know.

mod cut;
mod reach;
mod renumber;

use core::fmt;

use portcullis_engine::format::Header;
use portcullis_engine::{Bundle, InvalidRequest, Policy, UnixSeconds};

use crate::authzen::Subject;
use crate::encode::{GENERATOR, UnencodablePolicy};
use reach::Reach;

/// Whom a slice is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever holds no role but these, everywhere or on teams, and brings them along
    /// in the request: the slice has no groups and no directory.
    Roles(Vec<String>),
    /// One subject, with the roles and groups that its requests name; what the
    /// directory and its groups give it comes with the slice.
    Subject(Subject),
}

/// What a slice says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceMetadata {
    /// When it is made.
    pub issued_at: UnixSeconds,
    /// First second at which it no longer holds; no later than the whole's.
    pub expires_at: UnixSeconds,
    /// What made it, for people.
    pub generator: String,
}

impl SliceMetadata {
    /// Says that a slice of `whole` is made at `issued_at`, and holds for
    /// `valid_for_seconds` from then on, or as long as the whole does.
    #[must_use]
    pub fn new(whole: &Bundle, issued_at: UnixSeconds, valid_for_seconds: Option<u64>) -> Self {
        let end = whole.header().expires_at;
        let asked = valid_for_seconds.map(|seconds| issued_at.0.saturating_add(seconds));
        Self {
            issued_at,
            expires_at: asked.map_or(end, |asked| end.min(UnixSeconds(asked))),
            generator: GENERATOR.to_owned(),
        }
    }
}

/// Cuts the slice for an audience out of a whole bundle, as a payload to be signed.
///
/// Sequence, tenant, audience and catalog are the whole's, and so is the first second
/// at which it holds, so that a reader's slow clock does not refuse it. The gate's
/// routes, the head of the audit chain and the digest of the catalog's source stay out:
/// of what was cut, a slice has nothing by which a guess could be tested.
///
/// # Errors
/// Refuses a bundle that is itself a slice, a time outside the whole's, a role that
/// the bundle does not know or that cannot be held yet, and an audience of no role.
pub fn slice(
    whole: &Bundle,
    audience: &Audience,
    metadata: &SliceMetadata,
) -> Result<Vec<u8>, UnsliceableBundle> {
    let header = whole.header();
    if header.slice_of.is_some() {
        return Err(UnsliceableBundle::SliceAlready);
    }
    let expires_at = metadata.expires_at.min(header.expires_at);
    if metadata.issued_at < header.not_before || metadata.issued_at >= expires_at {
        return Err(UnsliceableBundle::OutOfTime);
    }
    // What the bundle says is asked of the engine, with the features that were signed, as it
    // answers when the slice is made: what ends later ends in the slice as well.
    let policy = Policy::from(whole.clone());
    let policy = policy.at(metadata.issued_at);
    let payload = whole.payload().ok_or(UnsliceableBundle::Unreadable)?;
    let header = Header {
        issued_at: metadata.issued_at.0,
        expires_at: expires_at.0,
        slice_of: Some(whole.digest()),
        audit_head: None,
        catalog_digest: [0; 32],
        generator: &metadata.generator,
        ..payload.header.clone()
    };
    let reach = Reach::new(&policy, &payload, audience)?;
    Ok(cut::cut(&policy, &payload, &reach, header)?)
}

/// A slice that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnsliceableBundle {
    /// The bundle is a slice.
    SliceAlready,
    /// The bundle cannot be read, though it was verified.
    Unreadable,
    /// The slice would not hold while the whole does.
    OutOfTime,
    /// No role was named.
    NoRole,
    /// The bundle has no such role.
    UnknownRole {
        /// The role that was named.
        role: String,
        /// The role that it may be a slip of.
        nearest: Option<String>,
    },
    /// The role cannot be held yet.
    NotYetAvailable {
        /// The role that was named.
        role: String,
    },
    /// The subject passes a limit of the engine.
    InvalidSubject(InvalidRequest),
    /// The format cannot hold it.
    Unencodable(UnencodablePolicy),
}

impl From<UnencodablePolicy> for UnsliceableBundle {
    fn from(error: UnencodablePolicy) -> Self {
        Self::Unencodable(error)
    }
}

impl fmt::Display for UnsliceableBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SliceAlready => {
                f.write_str("this bundle is a slice already; cut slices from the whole bundle")
            }
            Self::Unreadable => f.write_str("the bundle's payload cannot be read; build it again"),
            Self::OutOfTime => f.write_str(
                "the slice would not hold while the whole bundle does; \
                 make it between the whole's first and last second",
            ),
            Self::NoRole => f.write_str("a slice is for somebody: name a role"),
            Self::UnknownRole { role, nearest } => {
                write!(f, "the bundle has no role `{role}`; ")?;
                match nearest {
                    Some(nearest) => write!(f, "did you mean `{nearest}`?"),
                    None => f.write_str("`portcullis inspect` lists its roles"),
                }
            }
            Self::NotYetAvailable { role } => write!(
                f,
                "the role `{role}` is not available yet, so it grants nothing; leave it out"
            ),
            Self::InvalidSubject(error) => {
                write!(
                    f,
                    "the subject is refused: {error}; give fewer or shorter values"
                )
            }
            Self::Unencodable(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for UnsliceableBundle {}
