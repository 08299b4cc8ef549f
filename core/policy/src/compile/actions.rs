//! Actions as they are stated, before they are instantiated module by module.

use portcullis_engine::grammar::{is_module, is_name};
use portcullis_json::{JsonPath, Path, nearest_or};

use super::names::{Names, check_name, element, repeated};
use super::roles::RoleNames;
use super::scopes::{ScopeTable, Scopes};
use super::vocabulary::requirement;
use crate::model::{Requirement, RoleIndex, ScopeIndex};
use crate::problem::Problems;
use crate::source::{Action, Kind, Members, OneOrMany};

/// An action as stated once, whichever modules inherit it.
#[derive(Clone, Debug)]
pub(super) struct ActionDefinition {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) label: Option<String>,
    pub(super) description: Option<String>,
    pub(super) requires: Option<Requirement>,
    pub(super) only: Option<Vec<RoleIndex>>,
    pub(super) scopes: ScopeTable,
    pub(super) supports: Option<Vec<ScopeIndex>>,
    pub(super) default_for: Vec<RoleIndex>,
    /// Positions among the actions stated with it.
    pub(super) needs: Vec<usize>,
    pub(super) aliases: Vec<String>,
    pub(super) place: JsonPath,
}

/// What reading actions needs to know.
#[derive(Debug)]
pub(super) struct Actions<'a> {
    pub(super) features: &'a Names,
    pub(super) roles: &'a RoleNames,
    pub(super) problems: &'a Problems,
}

impl Actions<'_> {
    /// Resolves the actions stated at one place, so that each fault is reported once.
    pub(super) fn read(
        &self,
        actions: &Members<Action>,
        scopes: &mut Scopes<'_>,
        at: &Path<'_>,
    ) -> Vec<ActionDefinition> {
        let mut definitions = Vec::new();
        for (name, action) in actions.iter() {
            let at = at.key(name);
            if check_name("action", name, &at, self.problems) {
                definitions.push(self.definition(name, action, scopes, &at));
            }
        }
        let names: Vec<String> = definitions.iter().map(|one| one.name.clone()).collect();
        for definition in &mut definitions {
            let (name, at) = (&definition.name, at.key(&definition.name));
            if let Some(action) = actions.get(name) {
                definition.needs = self.needs(name, &action.needs, &names, &at.key("needs"));
            }
        }
        definitions
    }

    fn definition(
        &self,
        name: &str,
        action: &Action,
        scopes: &mut Scopes<'_>,
        at: &Path<'_>,
    ) -> ActionDefinition {
        super::names::check_label(action.label.as_deref(), at, self.problems);
        let mut table = ScopeTable::new();
        scopes.define(&action.scopes, &mut table, at, self.problems);
        let supports = action
            .supports
            .as_ref()
            .map(|supports| scopes.list(supports, &at.key("supports"), self.problems));
        let default_for = &at.key("default_for");
        ActionDefinition {
            name: name.to_owned(),
            kind: action.kind,
            label: action.label.clone(),
            description: action.description.clone(),
            requires: requirement(action.requires.as_ref(), at, self.features, self.problems),
            only: self.roles.only(action.only.as_ref(), at, self.problems),
            scopes: table,
            supports,
            default_for: self
                .roles
                .built_in_list(&action.default_for, default_for, self.problems),
            needs: Vec::new(),
            aliases: self.aliases(&action.aliases, &at.key("aliases")),
            place: at.key("aliases").to_json_path(),
        }
    }

    /// Finds the actions that one needs among those stated with it.
    fn needs(&self, name: &str, needs: &OneOrMany, names: &[String], at: &Path<'_>) -> Vec<usize> {
        let mut found = Vec::new();
        for (index, need) in needs.iter().enumerate() {
            let at = element(at, needs, index);
            let others = names
                .iter()
                .map(String::as_str)
                .filter(|other| *other != name);
            match names.iter().position(|known| known == need) {
                Some(position) if need != name => found.push(position),
                _ => self.problems.error(
                    &at,
                    format!("`{name}` needs `{need}`, which is no other action here"),
                    nearest_or(need, others, "name an action that is stated beside it"),
                ),
            }
        }
        found
    }

    fn aliases(&self, aliases: &OneOrMany, at: &Path<'_>) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for (index, alias) in aliases.iter().enumerate() {
            let at = element(at, aliases, index);
            let good = alias
                .split_once(':')
                .is_some_and(|(module, action)| is_module(module) && is_name(action));
            if !good {
                self.problems.error(
                    &at,
                    format!("`{alias}` cannot have been the name of a permission"),
                    "write the former name as module:action, as in tickets:respond",
                );
            } else if found.iter().any(|known| known == alias) {
                repeated("former name", alias, &at, self.problems);
            } else {
                found.push(alias.to_owned());
            }
        }
        found
    }
}
