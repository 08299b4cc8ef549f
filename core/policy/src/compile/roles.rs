//! The ids of roles, and lists of them.

use std::collections::HashSet;

use portcullis_json::{Path, nearest_or};

use super::names::{Names, check_name, element, repeated};
use crate::model::{Manages, RoleIndex};
use crate::problem::Problems;
use crate::source::{Catalog, OneOrMany, Tenant};

/// The ids of all roles: the catalog's first, then the tenant's.
#[derive(Debug)]
pub(super) struct RoleNames {
    names: Names,
    built_in: usize,
    /// Roles of the catalog whose ids the tenant has used for its own.
    contested: HashSet<RoleIndex>,
}

impl RoleNames {
    pub(super) fn number(
        catalog: &Catalog,
        tenant: &Tenant,
        at: &Path<'_>,
        problems: &Problems,
    ) -> Self {
        let mut names = Names::new("role");
        let mut contested = HashSet::new();
        let (at_catalog, at_tenant) = (at.key("catalog"), at.key("tenant"));
        let (at_built_in, at_custom) = (at_catalog.key("roles"), at_tenant.key("roles"));
        for id in catalog.roles.names() {
            let at = at_built_in.key(id);
            check_name("role", id, &at, problems);
            names.add(id, &at, problems);
        }
        let built_in = names.names().len();
        for id in tenant.roles.names() {
            let at = at_custom.key(id);
            check_name("role", id, &at, problems);
            // A tenant's role that is written twice has been reported as a member that is.
            let known = names.find(id).map(RoleIndex);
            if known.is_some_and(|known| known.get() < built_in) {
                problems.gone(
                    &at,
                    format!("the catalog has a role `{id}` too, so neither grants anything here"),
                    "give the tenant's role another id",
                );
                contested.extend(known);
            }
            names.add(id, &at, problems);
        }
        let at_retired = at_tenant.key("retired");
        for (index, id) in tenant.retired.iter().enumerate() {
            let known = names.find(id).map(RoleIndex);
            if known.is_some_and(|known| known.get() < built_in) {
                problems.gone(
                    &element(&at_retired, &tenant.retired, index),
                    format!(
                        "the id `{id}` belonged to a deleted role, so the catalog's role of that id grants nothing here"
                    ),
                    "give the catalog's role another id: old assignments may still name this one",
                );
                contested.extend(known);
            }
        }
        Self {
            names,
            built_in,
            contested,
        }
    }

    /// Returns whether a role of the catalog has an id that the tenant used for one of its own:
    /// whoever was given the one must not hold the other.
    pub(super) fn is_contested(&self, role: RoleIndex) -> bool {
        self.contested.contains(&role)
    }

    pub(super) fn find(&self, id: &str) -> Option<RoleIndex> {
        self.names.find(id).map(RoleIndex)
    }

    /// Finds a role that a tenant's part may name though it is gone.
    pub(super) fn seek(&self, id: &str, at: &Path<'_>, problems: &Problems) -> Option<RoleIndex> {
        self.names.seek(id, at, problems).map(RoleIndex)
    }

    /// Finds a role of the catalog; the catalog cannot know a tenant's.
    pub(super) fn expect_built_in(
        &self,
        id: &str,
        at: &Path<'_>,
        problems: &Problems,
    ) -> Option<RoleIndex> {
        let found = self.find(id);
        if found.is_some_and(|role| self.is_built_in(role)) {
            return found;
        }
        if found.is_some() {
            problems.gone(
                at,
                format!("`{id}` is a role of the tenant, which the catalog cannot know"),
                "name a role of the catalog",
            );
            return None;
        }
        let known = self.names.names().iter().take(self.built_in);
        let cure = nearest_or(id, known.map(String::as_str), "name a role of the catalog");
        problems.gone(at, format!("the catalog has no role `{id}`"), cure);
        None
    }

    pub(super) const fn is_built_in(&self, role: RoleIndex) -> bool {
        role.get() < self.built_in
    }

    pub(super) fn id(&self, role: RoleIndex) -> &str {
        self.names
            .names()
            .get(role.get())
            .map_or("", String::as_str)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.names.names().iter().map(String::as_str)
    }

    /// Resolves `only`.
    pub(super) fn only(
        &self,
        only: Option<&OneOrMany>,
        at: &Path<'_>,
        problems: &Problems,
    ) -> Option<Vec<RoleIndex>> {
        let only = only?;
        let at = at.key("only");
        if only.is_empty() {
            problems.error(
                &at,
                "nobody may hold this",
                "name a role, or take `only` out",
            );
        }
        Some(self.built_in_list(only, &at, problems))
    }

    /// Resolves a list of the catalog's roles, ascending.
    pub(super) fn built_in_list(
        &self,
        ids: &OneOrMany,
        at: &Path<'_>,
        problems: &Problems,
    ) -> Vec<RoleIndex> {
        self.list(ids, at, problems, |id, at| {
            self.expect_built_in(id, at, problems)
        })
    }

    /// Resolves `manages`.
    pub(super) fn manages(
        &self,
        manages: Option<&OneOrMany>,
        built_in: bool,
        at: &Path<'_>,
        problems: &Problems,
    ) -> Manages {
        let Some(ids) = manages else {
            return Manages::None;
        };
        let at = at.key("manages");
        if ids.iter().any(|id| id == "*") {
            if ids.0.len() > 1 {
                problems.error(&at, "`*` is every role already", "take the other names out");
            }
            return Manages::All;
        }
        let roles = if built_in {
            self.built_in_list(ids, &at, problems)
        } else {
            self.list(ids, &at, problems, |id, at| self.seek(id, at, problems))
        };
        if roles.is_empty() {
            Manages::None
        } else {
            Manages::Roles(roles)
        }
    }

    fn list(
        &self,
        ids: &OneOrMany,
        at: &Path<'_>,
        problems: &Problems,
        expect: impl Fn(&str, &Path<'_>) -> Option<RoleIndex>,
    ) -> Vec<RoleIndex> {
        let mut found = Vec::new();
        for (index, id) in ids.iter().enumerate() {
            let at = element(at, ids, index);
            let Some(role) = expect(id, &at) else {
                continue;
            };
            if found.contains(&role) {
                repeated("role", self.id(role), &at, problems);
            } else {
                found.push(role);
            }
        }
        found.sort_unstable();
        found
    }
}
