//! The canonical bytes of an answer: written here and nowhere else.

use alloc::string::String;

use portcullis_json::{write_list, write_member, write_string};

use crate::{
    decide::{Decision, DenyReason},
    limits::LimitExceeded,
    policy::Policy,
};

impl Decision<'_> {
    /// Says whether the action may be done on what is known.
    #[must_use]
    pub const fn is_allow(&self) -> bool {
        matches!(self, Self::Allow(_))
    }

    /// Returns the effect's name: `allow`, `deny` or `conditional`.
    #[must_use]
    pub const fn effect(&self) -> &'static str {
        match self {
            Self::Allow(_) => "allow",
            Self::Deny(_) => "deny",
            Self::Conditional(_) => "conditional",
        }
    }

    /// Returns the reason's name: `granted`, `conditional` or why it was denied.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Allow(_) => "granted",
            Self::Conditional(_) => "conditional",
            Self::Deny(reason) => reason.name(),
        }
    }

    /// Returns the canonical answer: compact JSON, members in the order `effect
    /// reason role scope team features residual`, each only where it applies.
    ///
    /// # Errors
    ///
    /// Refuses to write a residual that is longer than its limit.
    pub fn answer(&self, policy: &Policy) -> Result<String, LimitExceeded> {
        let mut out = String::new();
        out.push_str(r#"{"effect":"#);
        write_string(&mut out, self.effect());
        write_member(&mut out, "reason", self.reason());
        match self {
            Self::Allow(grant) => {
                write_member(&mut out, "role", policy.role_name(grant.role));
                write_member(&mut out, "scope", policy.scope_name(grant.scope));
                if let Some(team) = grant.team {
                    write_member(&mut out, "team", team);
                }
            }
            Self::Deny(DenyReason::FeatureDisabled(permission)) => {
                out.push_str(r#","features":["#);
                write_list(&mut out, policy.missing_features(*permission));
                out.push_str("]");
            }
            Self::Deny(_) => {}
            Self::Conditional(pending) => {
                out.push_str(r#","residual":"#);
                out.push_str(pending.residual()?.as_json());
            }
        }
        out.push_str("}");
        Ok(out)
    }
}

impl DenyReason {
    /// Returns the reason's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownPermission => "unknown-permission",
            Self::FeatureDisabled(_) => "feature-disabled",
            Self::NotGranted => "not-granted",
            Self::OutOfScope => "out-of-scope",
        }
    }
}
