//! What a subject's roles grant on each permission, gathered once.

use alloc::{boxed::Box, vec, vec::Vec};

use crate::{
    bits::Bits,
    grants::{RoleGrants, size},
    ids::{PermissionId, RoleId, ScopeId},
    index::AtomRange,
    policy::Policy,
    roles::Assignment,
};

/// For each open permission on which a role grants something, a chain of grants.
///
/// INVARIANT (order): a chain follows the order in which an answer looks for its grant,
/// so that the first that holds is the one. Chains share their ends: most permissions
/// of a role are granted alike, so there are few distinct ones.
#[derive(Debug, Clone)]
pub(crate) struct SessionGrants {
    held: Bits,
    /// By permission: one more than where its chain starts; 0 where nothing is granted.
    heads: Vec<u32>,
    links: Vec<Link>,
    teams: Vec<Box<str>>,
}

/// A scope that a role grants, and where the chain goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) role: RoleId,
    pub(crate) scope: ScopeId,
    pub(crate) condition: AtomRange,
    /// One more than the number of the team that the role is bound to; 0 for none.
    team: u32,
    next: u32,
}

impl Link {
    #[inline]
    pub(crate) const fn is_bound(&self) -> bool {
        self.team != 0
    }
}

impl SessionGrants {
    /// Gathers the grants of roles, which stand in the order of an answer.
    pub(crate) fn gather(policy: &Policy, held: &[Assignment<'_>]) -> Self {
        let tables = &policy.bundle.tables;
        let mut grants = Self {
            held: Bits::new(tables.permissions.len()),
            heads: vec![0; tables.permissions.len()],
            links: Vec::new(),
            teams: Vec::new(),
        };
        // From the last, so that a new link goes in front of the chain.
        for own in held.iter().rev() {
            grants.add(policy, own);
        }
        grants
    }

    fn add(&mut self, policy: &Policy, held: &Assignment<'_>) {
        let tables = &policy.bundle.tables;
        if let Some(team) = held.team {
            self.teams.push(team.into());
        }
        let team = held.team.map_or(0, |_| position(self.teams.len()));
        let mut made = [Made::default(); MADE];
        let grants = tables.roles.get(held.role.index());
        let grants = grants.map(|row| row.grants.bytes(&policy.bundle.bytes));
        for (permission, set) in RoleGrants::new(grants.unwrap_or_default()) {
            let at = permission.index();
            let (Some(row), Some(head)) = (tables.permissions.get(at), self.heads.get_mut(at))
            else {
                continue;
            };
            if !policy.feature_gate.permission_is_open(permission) {
                continue;
            }
            let key = (*head, set, row.scopes);
            let Some(known) = made.get_mut(slot(key)) else {
                continue;
            };
            if known.first == 0 || known.key != key {
                known.key = key;
                known.first = *head;
                for scope in policy.scopes_of(set).iter().rev() {
                    let Some(condition) = tables.condition(row, *scope) else {
                        continue;
                    };
                    self.links.push(Link {
                        role: held.role,
                        scope: *scope,
                        condition,
                        team,
                        next: known.first,
                    });
                    known.first = position(self.links.len());
                }
            }
            *head = known.first;
            self.held.set(at);
        }
    }

    /// Returns the chain of a permission; empty where nothing is granted, or it is closed.
    #[inline]
    pub(crate) fn chain(&self, permission: PermissionId) -> Chain<'_> {
        let head = self.heads.get(permission.index());
        Chain {
            links: &self.links,
            next: head.copied().unwrap_or(0),
        }
    }

    /// Returns the team that a link's role is bound to.
    #[inline]
    pub(crate) fn team(&self, link: &Link) -> Option<&str> {
        if !link.is_bound() {
            return None;
        }
        let team = self.teams.get(size(link.team).checked_sub(1)?)?;
        Some(team)
    }

    /// Returns the permissions that have a chain, ascending.
    pub(crate) fn held(&self) -> impl Iterator<Item = PermissionId> {
        let ones = self.held.ones();
        ones.map(|at| PermissionId(u16::try_from(at).unwrap_or(u16::MAX)))
    }
}

/// Yields the links of a chain.
#[derive(Debug, Clone)]
pub(crate) struct Chain<'p> {
    links: &'p [Link],
    next: u32,
}

impl Chain<'_> {
    #[inline]
    pub(crate) const fn is_empty(&self) -> bool {
        self.next == 0
    }
}

impl<'p> Iterator for Chain<'p> {
    type Item = &'p Link;

    #[inline]
    fn next(&mut self) -> Option<&'p Link> {
        let link = self.links.get(size(self.next).checked_sub(1)?)?;
        self.next = link.next;
        Some(link)
    }
}

/// Links that were made for a role already.
#[derive(Debug, Clone, Copy, Default)]
struct Made {
    /// What follows them, their scope set and the permission's scope table.
    key: (u32, u16, u16),
    first: u32,
}

/// How many links are remembered; one that is forgotten is made again, to no harm.
const MADE: usize = 64;

fn slot((next, set, table): (u32, u16, u16)) -> usize {
    let mixed = next
        .wrapping_mul(31)
        .wrapping_add(u32::from(set).wrapping_mul(7))
        .wrapping_add(u32::from(table));
    size(mixed) & (MADE - 1)
}

fn position(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
