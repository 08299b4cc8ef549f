//! Which of the roles that an identity states count.

use alloc::{string::String, vec::Vec};

use portcullis_engine::Policy;

use crate::identity::Identity;

/// An identity, with the roles that count of those that it states: roles of the policy that may
/// be stated. Names that the policy does not have grant nothing, and pass no limit.
pub(crate) struct Counted<'i> {
    pub(crate) identity: &'i Identity,
    pub(crate) roles: Vec<&'i str>,
    /// By team; one may appear more than once.
    pub(crate) team_roles: Vec<(&'i str, Vec<&'i str>)>,
    /// How many were left out that the policy has, and nobody may state.
    pub(crate) unclaimable: usize,
}

impl<'i> Counted<'i> {
    pub(crate) fn new(policy: &Policy, identity: &'i Identity) -> Self {
        let mut unclaimable = 0_usize;
        let mut counting = |names: &'i [String]| {
            let names = names.iter().map(String::as_str);
            let counts = names.filter(|name| {
                let role = policy.role(name);
                let counts = role.is_some_and(|role| policy.role_is_claimable(role));
                if role.is_some() && !counts {
                    unclaimable = unclaimable.saturating_add(1);
                }
                counts
            });
            counts.collect::<Vec<_>>()
        };
        let roles = counting(&identity.roles);
        let on_teams = identity.team_roles.iter();
        let on_teams = on_teams.map(|(team, roles)| (team.as_str(), counting(roles)));
        Self {
            identity,
            roles,
            team_roles: on_teams.filter(|(_, roles)| !roles.is_empty()).collect(),
            unclaimable,
        }
    }

    /// Returns how many roles count, on a team or everywhere.
    pub(crate) fn count(&self) -> usize {
        let bound = self.team_roles.iter().map(|(_, roles)| roles.len());
        bound.fold(self.roles.len(), usize::saturating_add)
    }
}
