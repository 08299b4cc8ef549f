//! The floor: what one would write by hand for this one policy and nothing else.
//!
//! It takes the same names and gives the same answer with its reason. It knows the three
//! scopes and the three attributes by heart, keeps two bits a role and permission, and has
//! no features, groups, directory, unknown attributes, signature or reload.

use hashbrown::HashMap;

use crate::{
    fixture::{Person, Thing},
    policy::{Neutral, SCOPES},
};

/// A table of two bits for each role and permission, and the names that index it.
#[derive(Debug)]
pub struct Floor {
    permissions: HashMap<String, u32>,
    roles: HashMap<String, u32>,
    table: Vec<u8>,
}

/// What the floor answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloorAnswer {
    /// Allowed, by which role in which scope (1 own, 2 team, 3 all).
    Allow {
        /// Number of the role.
        role: u32,
        /// Number of the scope.
        scope: u8,
    },
    /// No such permission.
    UnknownPermission,
    /// No role grants it.
    NotGranted,
    /// A role grants it, not for this resource.
    OutOfScope,
}

impl Floor {
    pub(crate) fn new(policy: &Neutral) -> Self {
        let mut permissions = HashMap::new();
        for (module, below) in &policy.modules {
            for submodule in below {
                for action in policy.actions {
                    let number = u32::try_from(permissions.len()).unwrap_or(u32::MAX);
                    permissions.insert(format!("{module}.{submodule}:{action}"), number);
                }
            }
        }
        let roles: HashMap<String, u32> = policy
            .roles
            .iter()
            .zip(0_u32..)
            .map(|((id, _), number)| (id.clone(), number))
            .collect();
        let mut floor = Self {
            table: vec![0; (roles.len() * permissions.len()).div_ceil(4)],
            permissions,
            roles,
        };
        for (id, grants) in &policy.roles {
            for (permission, scope) in grants {
                let rank = SCOPES
                    .iter()
                    .position(|own| own == scope)
                    .map_or(0, |at| at + 1);
                let (Some(role), Some(permission)) =
                    (floor.roles.get(id), floor.permissions.get(permission))
                else {
                    continue;
                };
                let (at, shift) = floor.place(*role, *permission);
                if let Some(bits) = floor.table.get_mut(at) {
                    *bits |= u8::try_from(rank).unwrap_or(0) << shift;
                }
            }
        }
        floor
    }

    /// Answers one question, names in and reason out.
    #[must_use]
    pub fn check(&self, person: &Person<'_>, permission: &str, thing: &Thing<'_>) -> FloorAnswer {
        let Some(permission) = self.permissions.get(permission) else {
            return FloorAnswer::UnknownPermission;
        };
        let (mut scope, mut role) = (0, 0);
        for id in person.roles {
            if let Some(number) = self.roles.get(*id) {
                let (at, shift) = self.place(*number, *permission);
                let own = self.table.get(at).map_or(0, |bits| (bits >> shift) & 3);
                if own > scope {
                    (scope, role) = (own, *number);
                }
            }
        }
        let allowed = match scope {
            0 => return FloorAnswer::NotGranted,
            3 => true,
            _ => {
                thing.values("owner").contains(&person.id)
                    || thing.values("assignees").contains(&person.id)
                    || (scope == 2
                        && thing
                            .values("team")
                            .iter()
                            .any(|team| person.teams.contains(team)))
            }
        };
        if allowed {
            FloorAnswer::Allow { role, scope }
        } else {
            FloorAnswer::OutOfScope
        }
    }

    #[inline]
    fn place(&self, role: u32, permission: u32) -> (usize, u32) {
        let at = usize::try_from(role).unwrap_or(usize::MAX) * self.permissions.len()
            + usize::try_from(permission).unwrap_or(usize::MAX);
        (at >> 2, u32::try_from((at & 3) * 2).unwrap_or(0))
    }
}
