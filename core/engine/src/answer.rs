//! The canonical bytes of an answer: written here and nowhere else.

use alloc::string::String;

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
        write_json_string(&mut out, self.effect());
        member(&mut out, "reason", self.reason());
        match self {
            Self::Allow(grant) => {
                member(&mut out, "role", policy.role_name(grant.role));
                member(&mut out, "scope", policy.scope_name(grant.scope));
                if let Some(team) = grant.team {
                    member(&mut out, "team", team);
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

/// Appends a JSON string (RFC 8259, section 7) with the shortest escapes.
pub fn write_json_string(out: &mut String, text: &str) {
    out.push_str("\"");
    let mut start = 0_usize;
    for (byte, at) in text.bytes().zip(0_usize..) {
        let escape = match byte {
            b'"' => r#"\""#,
            b'\\' => r"\\",
            8 => r"\b",
            12 => r"\f",
            b'\n' => r"\n",
            b'\r' => r"\r",
            b'\t' => r"\t",
            0..0x20 => r"\u00",
            _ => continue,
        };
        out.push_str(text.get(start..at).unwrap_or_default());
        out.push_str(escape);
        if escape.len() > 2 {
            for half in [byte >> 4_u32, byte & 15] {
                let digit = usize::from(half);
                out.push_str(DIGITS.get(digit..=digit).unwrap_or_default());
            }
        }
        start = at.saturating_add(1);
    }
    out.push_str(text.get(start..).unwrap_or_default());
    out.push_str("\"");
}

const DIGITS: &str = "0123456789abcdef";

/// Appends `,"name":"value"`.
pub fn member(out: &mut String, name: &str, value: &str) {
    out.push_str(",");
    write_json_string(out, name);
    out.push_str(":");
    write_json_string(out, value);
}

/// Appends the strings, separated by commas.
pub fn write_list<'a>(out: &mut String, items: impl Iterator<Item = &'a str>) {
    for (item, at) in items.zip(0_usize..) {
        if at > 0 {
            out.push_str(",");
        }
        write_json_string(out, item);
    }
}
