//! The roles that the vendor lets a role's holders assign without holding what they grant
//! (`can-assign` in ARBAC97): the built-in roles that a built-in role manages by name.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_engine::UnixSeconds;
use portcullis_policy::model::{Holdings, Manages, Model, RoleIndex};

use crate::endings::lasts;

/// What an actor may assign without cover, by role, with the teams of the roles that say so.
#[derive(Debug)]
pub(crate) struct Assignable(BTreeMap<RoleIndex, BTreeSet<Reach>>);

/// Where and until when a role says so: everywhere if there is no team, and without an end.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Reach {
    team: Option<String>,
    until: Option<UnixSeconds>,
}

impl Assignable {
    pub(crate) fn new(model: &Model, holdings: &Holdings) -> Self {
        let mut assignable = BTreeMap::<_, BTreeSet<_>>::new();
        for binding in holdings.usable(model) {
            for role in listed(model, binding.role) {
                let reach = assignable.entry(*role).or_default();
                reach.insert(Reach {
                    team: binding.team.clone(),
                    until: binding.until,
                });
            }
        }
        Self(assignable)
    }

    /// Says whether the role may be assigned on that team until then; everywhere if there is no
    /// team, and without an end.
    pub(crate) fn contains(
        &self,
        role: RoleIndex,
        team: Option<&str>,
        until: Option<UnixSeconds>,
    ) -> bool {
        let mut reach = self.0.get(&role).into_iter().flatten();
        reach.any(|own| {
            lasts(own.until, until) && (own.team.is_none() || own.team.as_deref() == team)
        })
    }
}

/// Returns the roles that a role lets its holder assign without cover, and those that
/// their holders can, and so on.
pub(crate) fn reachable(model: &Model, role: RoleIndex) -> BTreeSet<RoleIndex> {
    let mut reached = BTreeSet::new();
    let mut open = vec![role];
    while let Some(role) = open.pop() {
        for next in listed(model, role) {
            if reached.insert(*next) {
                open.push(*next);
            }
        }
    }
    reached
}

/// Returns the roles that a built-in role lists by name in `manages`.
fn listed(model: &Model, role: RoleIndex) -> &[RoleIndex] {
    match model.roles.get(role.get()) {
        // `*` lists nothing: it names no role whose content the vendor vouched for.
        Some(role) if role.built_in => match &role.manages {
            Manages::Roles(roles) => roles,
            Manages::None | Manages::All => &[],
        },
        _ => &[],
    }
}
