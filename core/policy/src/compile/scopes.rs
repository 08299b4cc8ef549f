//! Scopes: their order, and the conditions behind them.

use std::collections::{BTreeMap, HashMap};

use portcullis_json::{Path, nearest_or};

use super::names::{COUNT_MAX, Names, check_name, element, repeated};
use super::vocabulary::Vocabulary;
use crate::atom::Atom;
use crate::model::{Condition, ConditionIndex, ScopeIndex};
use crate::problem::Problems;
use crate::source::{self, Action, Catalog, Members, Module, OneOrMany};

/// The condition of each scope that is defined at some place of the tree.
pub(super) type ScopeTable = BTreeMap<ScopeIndex, ConditionIndex>;

/// The scopes of the catalog, and the distinct conditions.
#[derive(Debug)]
pub(super) struct Scopes<'c> {
    pub(super) names: Names,
    vocabulary: &'c Vocabulary,
    conditions: Vec<Condition>,
    numbers: HashMap<Condition, ConditionIndex>,
}

impl<'c> Scopes<'c> {
    /// Numbers every scope in the order in which its name first appears.
    pub(super) fn number(
        catalog: &Catalog,
        vocabulary: &'c Vocabulary,
        at: &Path<'_>,
        problems: &Problems,
    ) -> Self {
        let mut scopes = Self {
            names: Names::new("scope"),
            vocabulary,
            conditions: Vec::new(),
            numbers: HashMap::new(),
        };
        scopes.add_names(&catalog.scopes, at, problems);
        scopes.add_actions(catalog.actions.as_ref(), at, problems);
        scopes.add_modules(&catalog.modules, at, problems);
        scopes
    }

    /// Resolves the conditions given at one place into a table.
    pub(super) fn define(
        &mut self,
        conditions: &Members<source::Condition>,
        table: &mut ScopeTable,
        at: &Path<'_>,
        problems: &Problems,
    ) {
        let at = at.key("scopes");
        for (name, source) in conditions.iter() {
            let Some(scope) = self.names.find(name) else {
                continue;
            };
            let condition = self.condition(source, &at.key(name), problems);
            let known = self.numbers.get(&condition).copied();
            let number = known.or_else(|| self.add(condition, &at.key(name), problems));
            if let Some(number) = number {
                table.insert(ScopeIndex(scope), number);
            }
        }
    }

    /// Resolves a list of scopes, ascending.
    pub(super) fn list(
        &self,
        names: &OneOrMany,
        at: &Path<'_>,
        problems: &Problems,
    ) -> Vec<ScopeIndex> {
        let mut found = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let at = element(at, names, index);
            let Some(scope) = self.names.expect(name, &at, problems) else {
                continue;
            };
            if found.contains(&ScopeIndex(scope)) {
                repeated("scope", name, &at, problems);
            } else {
                found.push(ScopeIndex(scope));
            }
        }
        found.sort_unstable();
        found
    }

    /// Returns the distinct conditions.
    pub(super) fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    pub(super) fn into_parts(self) -> (Vec<String>, Vec<Condition>) {
        (self.names.into_names(), self.conditions)
    }

    fn add(
        &mut self,
        condition: Condition,
        at: &Path<'_>,
        problems: &Problems,
    ) -> Option<ConditionIndex> {
        let number = u16::try_from(self.conditions.len()).ok();
        let Some(number) = number.filter(|number| usize::from(*number) < COUNT_MAX) else {
            let message = format!("there are more than {COUNT_MAX} different conditions");
            problems.error(at, message, "split the policy");
            return None;
        };
        self.conditions.push(condition.clone());
        self.numbers.insert(condition, ConditionIndex(number));
        Some(ConditionIndex(number))
    }

    fn add_names<T>(&mut self, scopes: &Members<T>, at: &Path<'_>, problems: &Problems) {
        let at = at.key("scopes");
        for name in scopes.names() {
            let at = at.key(name);
            check_name("scope", name, &at, problems);
            self.names.add(name, &at, problems);
        }
    }

    fn add_actions(
        &mut self,
        actions: Option<&Members<Action>>,
        at: &Path<'_>,
        problems: &Problems,
    ) {
        let at = at.key("actions");
        for (name, action) in actions.into_iter().flat_map(Members::iter) {
            self.add_names(&action.scopes, &at.key(name), problems);
        }
    }

    fn add_modules(&mut self, modules: &Members<Module>, at: &Path<'_>, problems: &Problems) {
        let at = at.key("modules");
        for (name, module) in modules.iter() {
            let at = at.key(name);
            self.add_names(&module.scopes, &at, problems);
            self.add_actions(module.actions.as_ref(), &at, problems);
            self.add_modules(&module.modules, &at, problems);
        }
    }

    fn condition(
        &self,
        source: &source::Condition,
        at: &Path<'_>,
        problems: &Problems,
    ) -> Condition {
        if source.0.is_empty() {
            problems.error(
                at,
                "a choice among no atoms never holds",
                "write an atom; to disable a permission, do not grant it",
            );
        }
        let alone = source.0.len() == 1;
        let mut conjunctions = Vec::new();
        for (index, atoms) in source.0.iter().enumerate() {
            let at_list = at.index(index);
            let at = if alone { at } else { &at_list };
            if atoms.is_empty() {
                problems.error(
                    at,
                    "there is no atom in this list",
                    "write \"true\" for always",
                );
            }
            let mut conjunction = Vec::new();
            for (index, text) in atoms.iter().enumerate() {
                let atom = self.atom(text, &element(at, atoms, index), problems);
                conjunction.extend(atom.filter(|atom| *atom != Atom::True));
            }
            conjunction.sort_unstable();
            conjunction.dedup();
            conjunctions.push(conjunction);
        }
        conjunctions.sort_unstable();
        conjunctions.dedup();
        Condition(conjunctions)
    }

    fn atom(&self, text: &str, at: &Path<'_>, problems: &Problems) -> Option<Atom> {
        let atom = match Atom::parse(text) {
            Ok(atom) => atom,
            Err(error) => {
                let message = format!("{} at character {}", error.message, error.column);
                problems.error(at, message, error.cure);
                return None;
            }
        };
        for reference in atom.references() {
            let own = reference.entity.own_attributes();
            let declared = self.vocabulary.of(reference.entity);
            let name = reference.attribute.as_str();
            if own.contains(&name) || declared.find(name).is_some() {
                continue;
            }
            let entity = reference.entity.name();
            let known = declared.names().iter().map(String::as_str);
            problems.error(
                at,
                format!("`{reference}` is not declared"),
                nearest_or(
                    name,
                    known.chain(own.iter().copied()),
                    format!("add it to `attributes.{entity}` of the catalog"),
                ),
            );
        }
        Some(atom)
    }
}
