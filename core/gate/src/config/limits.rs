//! `limits`: what a configuration may bound, and to what at most.

use alloc::{format, string::String};

use portcullis_engine::limits::{GROUPS_MAX, ROLES_MAX, VALUES_MAX};
use portcullis_json::{Object, Read as _};

use super::count;
use crate::limits::{
    FILTER_BYTES_MAX, FILTER_BYTES_STATED_MAX, TOKEN_BYTES_MAX, TOKEN_BYTES_STATED_MAX, TOKENS_MAX,
    TOKENS_STATED_MAX,
};

/// What a request may pass, and how many tokens are remembered.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    pub(crate) tokens: usize,
    pub(crate) token_bytes: Limit,
    pub(crate) filter_bytes: Limit,
    pub(crate) roles: Limit,
    pub(crate) groups: Limit,
    pub(crate) teams: Limit,
    pub(crate) values: Limit,
}

/// A bound, and what it is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) most: usize,
    /// The member of `limits` that sets it.
    setting: &'static str,
    what: &'static str,
}

impl Limit {
    /// Says that it was passed: which one, its value, and what sets it.
    pub(crate) fn passed(&self) -> String {
        let Self {
            most,
            setting,
            what,
        } = self;
        format!("more than {} {what} (limits.{setting})", grouped(*most))
    }

    fn read(&mut self, object: &mut Object<'_>, stated_max: usize, cure: &str) {
        let Some(place) = object.place(self.setting) else {
            return;
        };
        self.most = count(u64::read(&place));
        if self.most > stated_max {
            let message = format!("over {} {}", grouped(stated_max), self.what);
            place.error(&message, cure);
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let limit = |setting, most, what| Limit {
            most,
            setting,
            what,
        };
        Self {
            tokens: TOKENS_MAX,
            token_bytes: limit("token_bytes", TOKEN_BYTES_MAX, "bytes of a token"),
            filter_bytes: limit("filter_bytes", FILTER_BYTES_MAX, "bytes of a filter"),
            roles: limit("roles", ROLES_MAX, "roles"),
            groups: limit("groups", GROUPS_MAX, "groups"),
            teams: limit("teams", VALUES_MAX, "teams"),
            values: limit("values", VALUES_MAX, "values of one attribute"),
        }
    }
}

impl Limits {
    /// Reads the members that bound what a request may pass.
    pub(super) fn read(object: &mut Object<'_>) -> Self {
        let mut own = Self::default();
        if let Some(place) = object.place("tokens") {
            own.tokens = count(u64::read(&place));
            if own.tokens > TOKENS_STATED_MAX {
                let message = format!("over {} tokens", grouped(TOKENS_STATED_MAX));
                place.error(&message, "remember fewer");
            }
        }
        let issuer = "let the issuer put less into its tokens";
        own.token_bytes.read(object, TOKEN_BYTES_STATED_MAX, issuer);
        let origin = "let the origin ask for a longer filter";
        own.filter_bytes
            .read(object, FILTER_BYTES_STATED_MAX, origin);
        let engine = "no engine takes more: let the issuer state fewer";
        own.roles.read(object, ROLES_MAX, engine);
        own.groups.read(object, GROUPS_MAX, engine);
        own.teams.read(object, VALUES_MAX, engine);
        own.values.read(object, VALUES_MAX, engine);
        own
    }
}

/// Writes a number with a comma before each three digits.
pub(super) fn grouped(number: usize) -> String {
    let digits = format!("{number}");
    let mut out = String::new();
    for (digit, left) in digits.chars().zip((0..digits.len()).rev()) {
        out.push(digit);
        if left > 0 && left.checked_rem(3) == Some(0) {
            out.push(',');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        for (number, written) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (65_536, "65,536"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(grouped(number), written);
        }
    }
}
