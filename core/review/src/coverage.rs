//! Coverage: which grants and which routes no test exercises.

use core::fmt;
use std::collections::{HashMap, HashSet};

use crate::explained::Explained;
use portcullis_policy::model::{Model, PermissionIndex, RoleIndex, ScopeIndex};

/// Which grants the tests exercise.
///
/// A grant, that is a role's permission at a scope, is exercised when a passing
/// test expects `allow` of the permission and the grant holds there, or expects
/// `conditional` and the grant is part of the filter. Roles that are not yet
/// available grant nothing, and do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How many grants there are.
    pub total: usize,
    /// Those that no test exercises, by role, permission and scope in catalog order.
    pub unexercised: Vec<UnexercisedGrant>,
    /// The same of the routes.
    pub routes: RouteCoverage,
}

/// Which routes the tests exercise.
///
/// A route is exercised when a passing test sends a request that takes it and goes on to
/// the product: `allow`, `conditional` or `public`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteCoverage {
    /// How many routes there are.
    pub total: usize,
    /// Those that no test exercises, by first method, host and path, in the policy's order.
    pub unexercised: Vec<String>,
}

/// A grant that no test exercises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnexercisedGrant {
    /// The role.
    pub role: String,
    /// The permission, as `module:action`.
    pub permission: String,
    /// The scope.
    pub scope: String,
}

impl Coverage {
    /// Returns how many grants the tests exercise.
    #[must_use]
    pub const fn exercised(&self) -> usize {
        self.total.saturating_sub(self.unexercised.len())
    }

    /// Returns the part exercised in whole percent, rounded down; a hundred of nothing.
    #[must_use]
    pub fn percent(&self) -> usize {
        percent(self.exercised(), self.total)
    }
}

impl RouteCoverage {
    /// Returns how many routes the tests exercise.
    #[must_use]
    pub const fn exercised(&self) -> usize {
        self.total.saturating_sub(self.unexercised.len())
    }

    /// Returns the part exercised in whole percent, rounded down; a hundred of nothing.
    #[must_use]
    pub fn percent(&self) -> usize {
        percent(self.exercised(), self.total)
    }
}

fn percent(part: usize, whole: usize) -> usize {
    let hundred = part.saturating_mul(100);
    hundred.checked_div(whole).unwrap_or(100)
}

impl fmt::Display for UnexercisedGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} at {}", self.role, self.permission, self.scope)
    }
}

/// Grants seen to be exercised.
#[derive(Debug)]
pub(crate) struct Exercised<'m> {
    model: &'m Model,
    roles: HashMap<&'m str, RoleIndex>,
    permissions: HashMap<&'m str, PermissionIndex>,
    scopes: HashMap<&'m str, ScopeIndex>,
    seen: HashSet<(RoleIndex, PermissionIndex, ScopeIndex)>,
}

impl<'m> Exercised<'m> {
    pub(crate) fn new(model: &'m Model) -> Self {
        let roles = model.roles.iter().zip((0..).map(RoleIndex));
        let permissions = model.permissions.iter().zip((0..).map(PermissionIndex));
        let aliases = model.aliases.iter();
        let scopes = model.scopes.iter().zip((0..).map(ScopeIndex));
        Self {
            model,
            roles: roles
                .map(|(role, index)| (role.id.as_str(), index))
                .collect(),
            permissions: permissions
                .map(|(permission, index)| (permission.name.as_str(), index))
                .chain(aliases.map(|alias| (alias.name.as_str(), alias.permission)))
                .collect(),
            scopes: scopes
                .map(|(scope, index)| (scope.as_str(), index))
                .collect(),
            seen: HashSet::new(),
        }
    }

    /// Notes the grants on a permission that were worth `holds` in a test.
    pub(crate) fn note(&mut self, permission: &str, explained: &Explained, holds: &str) {
        let Some(permission) = self.permissions.get(permission) else {
            return;
        };
        for grant in explained.grants.iter().filter(|grant| grant.holds == holds) {
            let role = self.roles.get(grant.role.as_str());
            let scope = self.scopes.get(grant.scope.as_str());
            if let (Some(role), Some(scope)) = (role, scope) {
                self.seen.insert((*role, *permission, *scope));
            }
        }
    }

    pub(crate) fn finish(self) -> Coverage {
        let mut coverage = Coverage::default();
        for (role, index) in self.model.roles.iter().zip((0..).map(RoleIndex)) {
            if !role.available {
                continue;
            }
            for grant in &role.grants {
                for scope in self.model.scopes_of(*grant) {
                    coverage.total = coverage.total.saturating_add(1);
                    if self.seen.contains(&(index, grant.permission, *scope)) {
                        continue;
                    }
                    let permission = self.model.permissions.get(grant.permission.get());
                    let scope = self.model.scopes.get(scope.get());
                    coverage.unexercised.push(UnexercisedGrant {
                        role: role.id.clone(),
                        permission: permission
                            .map(|found| found.name.clone())
                            .unwrap_or_default(),
                        scope: scope.cloned().unwrap_or_default(),
                    });
                }
            }
        }
        coverage
    }
}
