//! What the customer defines, and what only some policies have.

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::{Group, List, Person, Role, RoleChanges, Wire, variant, wire};
use crate::cursor::Cursor;

/// What the customer defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant<'a> {
    /// Indices of the features that are on, ascending.
    pub features: List<'a, u16>,
    /// When a changed role reaches a running session.
    pub role_changes: RoleChanges,
    /// What only some policies have: since format 2. Where there is nothing of it, it is not
    /// written.
    pub additions: Additions<'a>,
    /// First second at which a sign-in counts, of whomever: since format 2. Where every sign-in
    /// does it is 0, and not written.
    pub sessions_from: u64,
    /// Sets of scopes that grants refer to, each ascending.
    pub scope_sets: List<'a, List<'a, u16>>,
    /// Every role, built-in and custom, ascending by id.
    pub roles: List<'a, Role<'a>>,
    /// What groups map to, ascending by id.
    pub groups: List<'a, Group<'a>>,
    /// What is known of people and services, ascending by type and id.
    pub directory: List<'a, Person<'a>>,
}

wire! {
    /// What only some policies have.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
    pub struct Additions<'a> {
        /// The types of subjects that the catalog declares, ascending; none where these are
        /// [`DEFAULT_SUBJECT_TYPES`](super::DEFAULT_SUBJECT_TYPES).
        pub subject_types: List<'a, &'a str>,
        /// Features that are on for a time, ascending by index; none of them is among
        /// [`Tenant::features`].
        pub feature_ends: List<'a, FeatureEnd>,
    }
}

wire! {
    /// A feature that is on for a time.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    pub struct FeatureEnd {
        /// Index of the feature.
        pub feature: u16,
        /// First second at which it is off.
        pub until: u64,
    }
}

wire! {
    /// A role that somebody holds for a time, everywhere or on one team.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    pub struct EndingBinding<'a> {
        /// Index of the role.
        pub role: u16,
        /// The team it is bound to; empty where it is held everywhere.
        pub team: &'a str,
        /// First second at which it is not held.
        pub until: u64,
    }
}

impl Additions<'_> {
    /// Says whether there is nothing of it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.subject_types.bytes().is_empty() && self.feature_ends.bytes().is_empty()
    }
}

impl<'a> Wire<'a> for Tenant<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Self {
        let features = Wire::read(cursor);
        let head = variant(cursor, 8);
        let has = |what: u32| head & what != 0;
        let mut additions = Additions::default();
        // So that what says the same is the same bytes, what is written says something.
        if has(ADDITIONS) {
            additions = Additions::read(cursor);
            if additions.is_empty() {
                cursor.fail();
            }
        }
        let mut sessions_from = 0;
        if has(SESSIONS_FROM) {
            sessions_from = u64::read(cursor);
            if sessions_from == 0 {
                cursor.fail();
            }
        }
        Self {
            features,
            role_changes: if has(NEXT_SESSION) {
                RoleChanges::NextSession
            } else {
                RoleChanges::Instant
            },
            additions,
            sessions_from,
            scope_sets: Wire::read(cursor),
            roles: Wire::read(cursor),
            groups: Wire::read(cursor),
            directory: Wire::read(cursor),
        }
    }
}

impl Serialize for Tenant<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flag = |holds: bool, flag: u32| if holds { flag } else { 0 };
        let has_additions = !self.additions.is_empty();
        let waits = self.role_changes == RoleChanges::NextSession;
        let head = flag(waits, NEXT_SESSION)
            | flag(has_additions, ADDITIONS)
            | flag(self.sessions_from != 0, SESSIONS_FROM);
        let mut fields = serializer.serialize_struct("Tenant", 8)?;
        fields.serialize_field("features", &self.features)?;
        fields.serialize_field("head", &head)?;
        if has_additions {
            fields.serialize_field("additions", &self.additions)?;
        }
        if self.sessions_from != 0 {
            fields.serialize_field("sessions_from", &self.sessions_from)?;
        }
        fields.serialize_field("scope_sets", &self.scope_sets)?;
        fields.serialize_field("roles", &self.roles)?;
        fields.serialize_field("groups", &self.groups)?;
        fields.serialize_field("directory", &self.directory)?;
        fields.end()
    }
}

// One number on the wire says when role changes reach a session and what follows, so that
// policies without more pay nothing.
const NEXT_SESSION: u32 = 1;
const ADDITIONS: u32 = 2;
const SESSIONS_FROM: u32 = 4;
