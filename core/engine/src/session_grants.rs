//! What a subject's roles grant on each permission, gathered once.

use alloc::{boxed::Box, vec, vec::Vec};

use crate::{
    bits::Bits,
    grants::{RoleGrants, size},
    ids::{PermissionId, RoleId, ScopeId},
    index::AtomRange,
    policy::Policy,
    position::Position,
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
    /// By permission: the link that its chain starts with; nothing where nothing is granted.
    heads: Vec<Option<Position>>,
    links: Vec<Link>,
    teams: Vec<Box<str>>,
}

/// A scope that a role grants, and where the chain goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) role: RoleId,
    pub(crate) scope: ScopeId,
    pub(crate) condition: AtomRange,
    /// The team that the role is bound to.
    team: Option<Position>,
    next: Option<Position>,
}

impl Link {
    #[inline]
    pub(crate) const fn is_bound(&self) -> bool {
        self.team.is_some()
    }
}

impl SessionGrants {
    /// Gathers the grants of roles, which come in the order in which an answer looks at them.
    pub(crate) fn gather(policy: &Policy, held: &[Assignment<'_>]) -> Self {
        let tables = &policy.bundle.tables;
        let mut grants = Self {
            held: Bits::new(tables.permissions.len()),
            heads: vec![None; tables.permissions.len()],
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
        let team = held.team.and_then(|_| Position::of_last(&self.teams));
        let mut recent = [RecentChain::default(); RECENT_CHAINS];
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
            let key = ChainKey {
                next: *head,
                scope_set: set,
                scope_table: row.scopes,
            };
            let Some(known) = recent.get_mut(key.slot()) else {
                continue;
            };
            if known.first.is_none() || known.key != key {
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
                    known.first = Position::of_last(&self.links);
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
            next: head.copied().flatten(),
        }
    }

    /// Returns the links of a permission's chain, each with its number.
    pub(crate) fn numbered(
        &self,
        permission: PermissionId,
    ) -> impl Iterator<Item = (usize, &Link)> {
        let mut next = self.chain(permission).next;
        core::iter::from_fn(move || {
            let at = next?;
            let link = at.item(&self.links)?;
            next = link.next;
            Some((at.index(), link))
        })
    }

    /// Returns every link, in the order of their numbers.
    pub(crate) fn links(&self) -> &[Link] {
        &self.links
    }

    /// Returns the team that a link's role is bound to.
    #[inline]
    pub(crate) fn team(&self, link: &Link) -> Option<&str> {
        let team = link.team?.item(&self.teams)?;
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
    next: Option<Position>,
}

impl Chain<'_> {
    #[inline]
    pub(crate) const fn is_empty(&self) -> bool {
        self.next.is_none()
    }
}

impl<'p> Iterator for Chain<'p> {
    type Item = &'p Link;

    #[inline]
    fn next(&mut self) -> Option<&'p Link> {
        let link = self.next?.item(self.links)?;
        self.next = link.next;
        Some(link)
    }
}

/// A chain that was made for a role already.
#[derive(Debug, Clone, Copy, Default)]
struct RecentChain {
    key: ChainKey,
    first: Option<Position>,
}

/// What the links of a role in front of a chain are made of: where it goes on, which scopes
/// are granted, and in which table of scopes their conditions are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct ChainKey {
    next: Option<Position>,
    scope_set: u16,
    scope_table: u16,
}

impl ChainKey {
    /// Returns where the chain is remembered.
    fn slot(self) -> usize {
        let mixed = self
            .next
            .map_or(0, Position::number)
            .wrapping_mul(31)
            .wrapping_add(u32::from(self.scope_set).wrapping_mul(7))
            .wrapping_add(u32::from(self.scope_table));
        size(mixed) & (RECENT_CHAINS - 1)
    }
}

/// How many chains are remembered; one that is forgotten is made again.
const RECENT_CHAINS: usize = 64;
