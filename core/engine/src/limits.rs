//! Every bound that the engine holds, and what a value must look like.

use core::fmt;

/// Largest bundle accepted unless the host sets another bound, in bytes.
pub const BUNDLE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most signatures that a bundle may carry.
pub const SIGNATURES_MAX: usize = 8;
/// Most roles, team-bound roles and groups together that one subject may present.
pub const ROLES_MAX: usize = 256;
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
/// Longest residual as JSON, in bytes.
pub const RESIDUAL_BYTES_MAX: usize = 16 * 1024;
/// Most questions in one packed batch.
pub const BATCH_MAX: usize = 4_096;

/// A value lies outside the grammar or over a limit; names which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitExceeded {
    /// More roles and groups than [`ROLES_MAX`].
    Roles,
    /// More attributes than [`ATTRIBUTES_MAX`].
    Attributes,
    /// More values of one attribute than [`VALUES_MAX`].
    Values,
    /// More values in a request than [`REQUEST_VALUES_MAX`].
    RequestValues,
    /// A value that is empty, too long, or holds a control character.
    Value,
    /// An attribute given twice.
    RepeatedAttribute,
    /// A set whose values are not ascending and distinct.
    UnsortedSet,
    /// A residual longer than [`RESIDUAL_BYTES_MAX`].
    Residual,
    /// More questions than [`BATCH_MAX`].
    Batch,
    /// A packed request that does not follow its layout.
    Packed,
}

impl LimitExceeded {
    /// Returns which limit, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Roles => "more than 256 roles and groups",
            Self::Attributes => "more than 64 attributes",
            Self::Values => "more than 1,024 values of one attribute",
            Self::RequestValues => "more than 4,096 attribute values",
            Self::Value => "a value is not 1 to 256 bytes without control characters",
            Self::RepeatedAttribute => "an attribute is given twice",
            Self::UnsortedSet => "a set is not ascending and distinct",
            Self::Residual => "the residual is longer than 16 KiB",
            Self::Batch => "more than 4,096 questions in one batch",
            Self::Packed => "the packed request does not follow its layout",
        }
    }
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for LimitExceeded {}

/// Says whether `text` may be an id or attribute value: 1 to 256 bytes and no
/// control character (C0, DEL and C1, as Unicode's category Cc).
#[must_use]
pub fn is_value(text: &str) -> bool {
    !text.is_empty() && text.len() <= VALUE_BYTES_MAX && !has_control(text)
}

/// Says whether bytes may be an id or attribute value, as [`is_value`]; nothing where they
/// are not even UTF-8.
pub(crate) fn is_value_bytes(bytes: &[u8]) -> Option<bool> {
    // Nearly every value is printable ASCII: one pass tells all of it.
    if bytes.iter().all(|byte| matches!(byte, 0x20..0x7f)) {
        return Some(!bytes.is_empty() && bytes.len() <= VALUE_BYTES_MAX);
    }
    core::str::from_utf8(bytes).ok().map(is_value)
}

/// Says whether `text` is an id of the catalog: `[A-Za-z0-9_-]{1,64}`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    is_name_bytes(text.as_bytes())
}

/// Says whether `text` is a module id: names joined with `.`.
#[must_use]
pub fn is_module(text: &str) -> bool {
    text.len() <= MODULE_BYTES_MAX
        && text
            .as_bytes()
            .split(|byte| *byte == b'.')
            .all(is_name_bytes)
}

/// Says whether `text` holds a control character.
#[must_use]
pub fn has_control(text: &str) -> bool {
    // In UTF-8, C1 (U+0080 to U+009F) is the lead byte C2 and one of 80 to 9F.
    let mut before = 0_u8;
    text.bytes().any(|byte| {
        let after_c2 = before == 0xc2;
        before = byte;
        byte < 0x20 || byte == 0x7f || (after_c2 && byte < 0xa0)
    })
}

fn is_name_bytes(text: &[u8]) -> bool {
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.iter().copied().all(is_name_byte)
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}
