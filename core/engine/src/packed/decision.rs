//! A decision as one number.

use crate::decide::{Decision, DenyReason};

/// A decision as one number, for callers that look names up once.
///
/// Bits 0 and 1: effect (0 deny, 1 allow, 2 conditional, 3 no answer). Bits 2 to 4:
/// reason, an index of [`PackedDecision::REASONS`]. Bit 5: the role is bound to a team. Bits 16
/// to 31: role and bits 32 to 47: scope, each an index of the policy's names, for an
/// allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackedDecision(pub u64);

impl PackedDecision {
    /// The reasons, by their number.
    pub const REASONS: [&'static str; 6] = [
        "granted",
        "conditional",
        "unknown-permission",
        "feature-disabled",
        "not-granted",
        "out-of-scope",
    ];

    /// No answer: the bundle or the session has expired.
    pub const EXPIRED: Self = Self(3);
    /// No answer: the request is outside the layout, the grammar or a limit.
    pub const MALFORMED: Self = Self(3 | (1 << 2_u32));

    /// Says whether the action may be done.
    #[must_use]
    pub const fn is_allow(self) -> bool {
        self.0 & 3 == 1
    }

    /// Returns the effect's name, if there is an answer.
    #[must_use]
    pub const fn effect(self) -> Option<&'static str> {
        match self.0 & 3 {
            0 => Some("deny"),
            1 => Some("allow"),
            2 => Some("conditional"),
            _ => None,
        }
    }

    /// Returns the reason's name, if there is an answer.
    #[must_use]
    pub fn reason(self) -> Option<&'static str> {
        self.effect()?;
        let index = usize::try_from((self.0 >> 2_u32) & 7).ok()?;
        Self::REASONS.get(index).copied()
    }

    /// Returns the index of the role that an allowance rests on.
    #[must_use]
    pub fn role(self) -> Option<u16> {
        self.is_allow()
            .then(|| u16::try_from((self.0 >> 16_u32) & 0xffff).ok())
            .flatten()
    }

    /// Returns the index of the scope that holds.
    #[must_use]
    pub fn scope(self) -> Option<u16> {
        self.is_allow()
            .then(|| u16::try_from((self.0 >> 32_u32) & 0xffff).ok())
            .flatten()
    }
}

impl From<&Decision<'_>> for PackedDecision {
    fn from(decision: &Decision<'_>) -> Self {
        Self(match decision {
            Decision::Allow(grant) => {
                let bound = u64::from(grant.team.is_some()) << 5_u32;
                let role = u64::from(grant.role.0) << 16_u32;
                1 | bound | role | (u64::from(grant.scope.0) << 32_u32)
            }
            Decision::Conditional(_) => 2 | (1 << 2_u32),
            Decision::Deny(DenyReason::UnknownPermission) => 2 << 2_u32,
            Decision::Deny(DenyReason::FeatureDisabled(_)) => 3 << 2_u32,
            Decision::Deny(DenyReason::NotGranted) => 4 << 2_u32,
            Decision::Deny(DenyReason::OutOfScope) => 5 << 2_u32,
        })
    }
}
