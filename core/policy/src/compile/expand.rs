//! Grant patterns, written out.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use portcullis_json::{Path, nearest};

use super::modules::Tree;
use super::names::{Names, element};
use super::retired::Retired;
use super::roles::RoleNames;
use crate::model::{Permission, PermissionIndex, RoleIndex, ScopeIndex};
use crate::pattern::{Modules, Pattern};
use crate::problem::Problems;
use crate::source::{Members, OneOrMany};

/// Permissions, each at some scopes.
pub(super) type Granted = BTreeMap<PermissionIndex, BTreeSet<ScopeIndex>>;

/// Writes patterns out over one catalog.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expander<'a> {
    pub(super) tree: &'a Tree,
    pub(super) scopes: &'a Names,
    pub(super) roles: &'a RoleNames,
    pub(super) retired: &'a Retired,
    pub(super) problems: &'a Problems,
}

/// The scopes that a member of `grants` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    One(ScopeIndex),
    All,
}

impl Expander<'_> {
    /// Adds what `grants` give a role.
    pub(super) fn grant(
        &self,
        role: RoleIndex,
        grants: &Members<OneOrMany>,
        granted: &mut Granted,
        at: &Path<'_>,
    ) {
        for (scope, patterns) in grants.iter() {
            let at = at.key(scope);
            let wanted = match scope {
                "*" => Some(Wanted::All),
                _ => {
                    let found = self.scopes.seek(scope, &at, self.problems);
                    found.map(|found| Wanted::One(ScopeIndex(found)))
                }
            };
            for (index, text) in patterns.iter().enumerate() {
                let at = element(&at, patterns, index);
                if let (Some(pattern), Some(wanted)) = (self.pattern(text, &at), wanted) {
                    self.grant_pattern(role, &pattern, wanted, granted, &at);
                }
            }
        }
    }

    /// Takes away what patterns catch, at every scope.
    pub(super) fn except(&self, patterns: &OneOrMany, granted: &mut Granted, at: &Path<'_>) {
        for (index, text) in patterns.iter().enumerate() {
            let at = element(at, patterns, index);
            if let Some(pattern) = self.pattern(text, &at) {
                self.remove(&pattern, Wanted::All, granted, &at);
            }
        }
    }

    /// Takes away what patterns catch, scope by scope.
    pub(super) fn revoke(
        &self,
        removed: &Members<OneOrMany>,
        granted: &mut Granted,
        at: &Path<'_>,
    ) {
        for (scope, patterns) in removed.iter() {
            let at = at.key(scope);
            let wanted = match scope {
                "*" => Some(Wanted::All),
                _ => {
                    // A removal that is lost leaves the role more than was meant.
                    let found = self.scopes.expect(scope, &at, self.problems);
                    found.map(|found| Wanted::One(ScopeIndex(found)))
                }
            };
            for (index, text) in patterns.iter().enumerate() {
                let at = element(&at, patterns, index);
                if let (Some(pattern), Some(wanted)) = (self.pattern(text, &at), wanted) {
                    self.remove(&pattern, wanted, granted, &at);
                }
            }
        }
    }

    /// Finds a permission by its name or a former one, and reports one that is not known.
    pub(super) fn expect(&self, name: &str, at: &Path<'_>) -> Option<PermissionIndex> {
        let found = self.tree.find(name);
        if found.is_none() {
            let cure = self.nearest_permission(name);
            self.problems
                .error(at, format!("unknown permission `{name}`"), cure);
        }
        found
    }

    /// Reads a pattern; the former id of a module becomes its present one.
    fn pattern(&self, text: &str, at: &Path<'_>) -> Option<Pattern> {
        let parsed = Pattern::parse(text);
        let pattern = parsed
            .map_err(|error| self.problems.error(at, error.message, error.cure))
            .ok()?;
        let number = pattern.module().and_then(|id| self.tree.find_module(id));
        let present = number.and_then(|number| self.tree.modules.get(usize::from(number)));
        Some(match present {
            Some(present) => pattern.with_module(&present.id),
            None => pattern,
        })
    }

    /// Warns that a tenant's grant names what is gone: the catalog's change must not stop the
    /// tenant. In the catalog itself it is a slip.
    fn is_gone(&self, role: RoleIndex, pattern: &Pattern, at: &Path<'_>) -> bool {
        if !self.retired.has(pattern) || !at.to_json_path().as_str().starts_with("$.tenant.") {
            return false;
        }
        let id = self.roles.id(role);
        self.problems.warn(
            at,
            format!("`{pattern}` is retired, so it grants the role `{id}` nothing"),
            "take it out",
        );
        true
    }

    fn grant_pattern(
        &self,
        role: RoleIndex,
        pattern: &Pattern,
        wanted: Wanted,
        granted: &mut Granted,
        at: &Path<'_>,
    ) {
        if self.is_gone(role, pattern, at) {
            return;
        }
        if let Some(name) = pattern.explicit() {
            if let Some(index) = self.expect(&name, at) {
                self.grant_explicit(role, index, wanted, granted, at);
            }
            return;
        }
        let Some(range) = self.range(pattern, at) else {
            return;
        };
        let (mut matched, mut kept) = (false, false);
        for (index, permission) in self.tree.in_range(range) {
            let module = self.tree.module_id(permission);
            if !pattern.catches(module, &permission.action, permission.kind) {
                continue;
            }
            let scopes = chosen(permission, wanted);
            if scopes.is_empty() {
                continue;
            }
            matched = true;
            if permission.may_be_held_by(role) {
                kept = true;
                granted.entry(index).or_default().extend(scopes);
            }
        }
        if !matched {
            self.problems.gone(
                at,
                format!("`{pattern}` matches no permission that supports this scope"),
                "fix the pattern or the scope, or take it out",
            );
        } else if !kept {
            self.problems.warn(
                at,
                format!("`only` keeps everything that `{pattern}` matches from this role"),
                "take it out",
            );
        }
    }

    fn grant_explicit(
        &self,
        role: RoleIndex,
        index: PermissionIndex,
        wanted: Wanted,
        granted: &mut Granted,
        at: &Path<'_>,
    ) {
        let Some(permission) = self.tree.permissions.get(index.get()) else {
            return;
        };
        let name = &permission.name;
        if !permission.may_be_held_by(role) {
            let id = self.roles.id(role);
            self.problems.gone(
                at,
                format!("`only` keeps `{name}` from the role `{id}`"),
                "take it out, or name the role in `only`",
            );
            return;
        }
        let scopes = chosen(permission, wanted);
        if scopes.is_empty() {
            let names = self.scopes.names();
            let supported = permission.scopes.iter();
            let list = supported
                .filter_map(|(scope, _)| names.get(scope.get()))
                .map(String::as_str)
                .collect::<Vec<_>>();
            let cure = if list.is_empty() {
                "it supports none: add one to its `supports`".to_owned()
            } else {
                format!("it supports `{}`", list.join("`, `"))
            };
            self.problems
                .gone(at, format!("`{name}` does not support this scope"), cure);
        }
        granted.entry(index).or_default().extend(scopes);
    }

    fn remove(&self, pattern: &Pattern, wanted: Wanted, granted: &mut Granted, at: &Path<'_>) {
        if let Some(name) = pattern.explicit() {
            match self.tree.find(&name) {
                Some(index) => take(granted, index, wanted),
                None => self.unknown(pattern, &name, at),
            }
            return;
        }
        if let Modules::One(module) | Modules::Below(module) = &pattern.modules
            && self.tree.module_names.find(module).is_none()
        {
            self.unknown(pattern, &pattern.to_string(), at);
            return;
        }
        let held = granted.keys().copied().collect::<Vec<_>>();
        for index in held {
            let Some(permission) = self.tree.permissions.get(index.get()) else {
                continue;
            };
            let module = self.tree.module_id(permission);
            if pattern.catches(module, &permission.action, permission.kind) {
                take(granted, index, wanted);
            }
        }
    }

    /// What is taken away need not be there, but a name that nothing ever had is a slip, and
    /// a removal that is lost leaves the role more than was meant.
    fn unknown(&self, pattern: &Pattern, name: &str, at: &Path<'_>) {
        let message = format!("nothing is called `{name}`, so nothing is taken away");
        if self.retired.has(pattern) {
            self.problems
                .warn(at, message, "it is retired: take it out");
        } else {
            self.problems
                .error(at, message, self.nearest_permission(name));
        }
    }

    /// Returns the numbers of the permissions in which a pattern has to be looked for.
    fn range(&self, pattern: &Pattern, at: &Path<'_>) -> Option<Range<usize>> {
        let names = &self.tree.module_names;
        match &pattern.modules {
            Modules::All => Some(0..self.tree.permissions.len()),
            Modules::One(module) => {
                let found = names.expect(module, at, self.problems)?;
                Some(self.tree.own(found))
            }
            Modules::Below(module) => {
                let found = names.expect(module, at, self.problems)?;
                Some(self.tree.below(found))
            }
        }
    }

    /// Words what a name may have been meant for: by module first, so that it stays cheap.
    fn nearest_permission(&self, name: &str) -> String {
        let otherwise = "write module:action as the catalog has it";
        let Some((module, action)) = name.split_once(':') else {
            return otherwise.to_owned();
        };
        let names = self.tree.module_names.names();
        let near = match self.tree.module_names.find(module) {
            Some(number) => Some((number, module)),
            None => nearest(module, names.iter().map(String::as_str))
                .and_then(|near| Some((self.tree.module_names.find(near)?, near))),
        };
        let Some((number, near)) = near else {
            return otherwise.to_owned();
        };
        let actions = self
            .tree
            .in_range(self.tree.own(number))
            .map(|(_, permission)| permission.action.as_str())
            .collect::<Vec<_>>();
        if let Some(action) = nearest(action, actions.iter().copied()) {
            return format!("did you mean `{near}:{action}`?");
        }
        if actions.is_empty() {
            return format!("`{near}` has no actions");
        }
        format!("`{near}` has the actions `{}`", actions.join("`, `"))
    }
}

fn chosen(permission: &Permission, wanted: Wanted) -> Vec<ScopeIndex> {
    permission
        .scopes
        .iter()
        .map(|(scope, _)| *scope)
        .filter(|scope| match wanted {
            Wanted::All => true,
            Wanted::One(one) => one == *scope,
        })
        .collect()
}

fn take(granted: &mut Granted, index: PermissionIndex, wanted: Wanted) {
    match wanted {
        Wanted::All => {
            granted.remove(&index);
        }
        Wanted::One(scope) => {
            if let Some(scopes) = granted.get_mut(&index) {
                scopes.remove(&scope);
                if scopes.is_empty() {
                    granted.remove(&index);
                }
            }
        }
    }
}
