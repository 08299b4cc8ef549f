//! Random roles: patterns, exceptions, clones and edits that the compiler takes.

use portcullis_policy::{
    model::{Model, Permission, RoleIndex},
    pattern::Pattern,
};
use serde_json::{Map, Value, json};

use super::{list, maybe};
use crate::tape::Tape;

/// Writes grants over a catalog whose permissions are known.
pub(super) struct Granter<'a> {
    pub(super) model: &'a Model,
    pub(super) aliases: &'a [String],
    pub(super) built_in: &'a [String],
    pub(super) custom: &'a [String],
}

impl Granter<'_> {
    /// Writes the catalog's roles.
    pub(super) fn built_in(&self, tape: &mut Tape<'_>, editable: &[String]) -> Value {
        let mut roles = Map::new();
        for (at, id) in self.built_in.iter().enumerate() {
            // A copy of an earlier one, so that there is no cycle.
            let bases = self.built_in.get(..at).unwrap_or_default();
            let mut role = self.role(tape, id, bases);
            if editable.contains(id) {
                role.insert("editable".to_owned(), json!(true));
            }
            roles.insert(id.clone(), role.into());
        }
        roles.into()
    }

    /// Writes the tenant's roles.
    pub(super) fn custom(&self, tape: &mut Tape<'_>) -> Value {
        let mut roles = Map::new();
        for (at, id) in self.custom.iter().enumerate() {
            let earlier = self.custom.iter().take(at);
            let bases: Vec<String> = self.built_in.iter().chain(earlier).cloned().collect();
            roles.insert(id.clone(), self.role(tape, id, &bases).into());
        }
        roles.into()
    }

    /// Writes what a tenant changed in a built-in role.
    pub(super) fn edit(&self, tape: &mut Tape<'_>, id: &str) -> Value {
        let mut edit = Map::new();
        maybe(tape, 70, &mut edit, "added", |tape| self.grants(tape, id));
        maybe(tape, 70, &mut edit, "removed", |tape| {
            let mut removed = Map::new();
            for _ in 0..=tape.below(2) {
                if let (Some(scope), Some(pattern)) = (self.scope(tape), self.pattern(tape)) {
                    removed.insert(scope, list(tape, vec![pattern]));
                }
            }
            removed.into()
        });
        edit.into()
    }

    /// Returns every role of the catalog and the tenant.
    pub(super) fn all(&self) -> Vec<String> {
        self.built_in.iter().chain(self.custom).cloned().collect()
    }

    fn role(&self, tape: &mut Tape<'_>, id: &str, bases: &[String]) -> Map<String, Value> {
        let mut role = Map::new();
        maybe(tape, 20, &mut role, "label", |_| json!("Ä label"));
        maybe(tape, 10, &mut role, "available", |_| json!(false));
        if let Some(base) = tape.one_of(bases)
            && tape.chance(30)
        {
            role.insert("clones".to_owned(), json!(base));
        }
        role.insert("grants".to_owned(), self.grants(tape, id));
        maybe(tape, 30, &mut role, "except", |tape| {
            let pattern = self.pattern(tape);
            list(tape, pattern.into_iter().collect())
        });
        role
    }

    fn grants(&self, tape: &mut Tape<'_>, role: &str) -> Value {
        let mut grants = Map::new();
        for _ in 0..=tape.below(5) {
            let (Some(scope), count) = (self.scope(tape), tape.below(3)) else {
                break;
            };
            let tried = (0..=count).filter_map(|_| self.pattern(tape));
            let patterns: Vec<String> = tried
                .filter(|pattern| self.is_grantable(role, &scope, pattern))
                .collect();
            if !patterns.is_empty() {
                grants.insert(scope, list(tape, patterns));
            }
        }
        grants.into()
    }

    fn scope(&self, tape: &mut Tape<'_>) -> Option<String> {
        if tape.chance(25) {
            return Some("*".to_owned());
        }
        tape.one_of(&self.model.scopes).cloned()
    }

    fn pattern(&self, tape: &mut Tape<'_>) -> Option<String> {
        if tape.chance(8) {
            return tape.one_of(self.aliases).cloned();
        }
        let permission = tape.one_of(&self.model.permissions)?;
        let module = self.module(permission);
        let parent = module.rsplit_once('.').map_or(module, |(parent, _)| parent);
        let (action, kind) = (permission.action.as_str(), permission.kind.name());
        Some(match tape.below(12) {
            0..=2 => format!("{module}:{action}"),
            3 => format!("{module}:*"),
            4 => format!("{module}:@{kind}"),
            5 | 6 => format!("{parent}.*:*"),
            7 => format!("{parent}.*:{action}"),
            8 => format!("*:@{kind}"),
            9 => format!("*:{action}"),
            10 => "*:*".to_owned(),
            _ => "*".to_owned(),
        })
    }

    /// Tells whether the compiler takes the grant: it must match, and name nothing it may not.
    fn is_grantable(&self, role: &str, scope: &str, text: &str) -> bool {
        let Ok(pattern) = Pattern::parse(text) else {
            return false;
        };
        let supports = |permission: &Permission| {
            let mut names = permission.scopes.iter();
            let named = |own: &portcullis_policy::model::ScopeIndex| {
                self.model
                    .scopes
                    .get(own.get())
                    .is_some_and(|name| name == scope)
            };
            names.any(|(own, _)| scope == "*" || named(own))
        };
        let may_hold = |permission: &Permission| {
            let number = self.all().iter().position(|own| own == role);
            let number = number.and_then(|at| u16::try_from(at).ok());
            number.is_some_and(|at| permission.may_be_held_by(RoleIndex(at)))
        };
        if let Some(name) = pattern.explicit() {
            let alias = self.model.aliases.iter().find(|alias| alias.name == name);
            let found = match alias {
                Some(alias) => self.model.permissions.get(alias.permission.get()),
                None => self.model.permissions.iter().find(|own| own.name == name),
            };
            return found.is_some_and(|own| supports(own) && may_hold(own));
        }
        let mut all = self.model.permissions.iter();
        all.any(|own| supports(own) && pattern.catches(self.module(own), &own.action, own.kind))
    }

    fn module(&self, permission: &Permission) -> &str {
        let module = self.model.modules.get(permission.module.get());
        module.map_or("", |module| module.id.as_str())
    }
}
