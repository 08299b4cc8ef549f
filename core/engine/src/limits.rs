//! Every bound that the engine holds.

use core::fmt;

/// Largest bundle accepted unless the host sets another bound, in bytes.
pub const BUNDLE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most signatures that a bundle may carry.
pub const SIGNATURES_MAX: usize = 8;
/// Most roles and team-bound roles together that one subject may present.
pub const ROLES_MAX: usize = 256;
/// Most groups that one subject may present: an identity provider states all of somebody's,
/// and few of them are mapped.
pub const GROUPS_MAX: usize = 4_096;
/// Most attributes of one subject, resource, action or context.
pub const ATTRIBUTES_MAX: usize = 64;
/// Most values of one attribute.
pub const VALUES_MAX: usize = 1_024;
/// Most attribute values in one request.
pub const REQUEST_VALUES_MAX: usize = 4_096;
/// Longest subject, group, team or resource id and attribute value, in bytes.
pub const VALUE_BYTES_MAX: usize = 256;
/// Longest feature, role, action, scope or attribute name, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Longest module id, all its segments and dots included, in bytes.
pub const MODULE_BYTES_MAX: usize = 255;
/// Longest label of a module or role, in bytes.
pub const LABEL_BYTES_MAX: usize = 256;
/// Most modules, permissions, roles and other numbered things of one kind.
pub const INDEX_MAX: usize = 65_534;
/// Most features of a tenant that are on for a time.
pub const FEATURE_ENDS_MAX: usize = 256;
/// Longest residual as JSON, in bytes.
pub const RESIDUAL_BYTES_MAX: usize = 16 * 1024;
/// Most questions in one packed batch.
pub const BATCH_MAX: usize = 4_096;

/// A bound that was passed; names which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitExceeded {
    /// More roles than [`ROLES_MAX`].
    Roles,
    /// More groups than [`GROUPS_MAX`].
    Groups,
    /// More attributes than [`ATTRIBUTES_MAX`].
    Attributes,
    /// More values of one attribute than [`VALUES_MAX`].
    Values,
    /// More values in a request than [`REQUEST_VALUES_MAX`].
    RequestValues,
    /// A residual longer than [`RESIDUAL_BYTES_MAX`].
    Residual,
    /// More questions than [`BATCH_MAX`].
    Batch,
}

impl LimitExceeded {
    /// Returns which limit, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Roles => "more than 256 roles",
            Self::Groups => "more than 4,096 groups",
            Self::Attributes => "more than 64 attributes",
            Self::Values => "more than 1,024 values of one attribute",
            Self::RequestValues => "more than 4,096 attribute values",
            Self::Residual => "the residual is longer than 16 KiB",
            Self::Batch => "more than 4,096 questions in one batch",
        }
    }
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for LimitExceeded {}
