//! The module tree, flattened: modules, permissions and former names.

use core::ops::Range;
use std::collections::HashMap;

use portcullis_engine::grammar::is_module;
use portcullis_engine::limits::MODULE_BYTES_MAX;
use portcullis_json::Path;

use super::actions::{ActionDefinition, Actions};
use super::names::{COUNT_MAX, Names, check_label, check_name, element};
use super::roles::RoleNames;
use super::scopes::{ScopeTable, Scopes};
use super::vocabulary::requirement;
use crate::model::{
    Alias, FormerModule, Module, ModuleIndex, Permission, PermissionIndex, Requirement, RoleIndex,
    ScopeIndex,
};
use crate::problem::Problems;
use crate::source::{self, Catalog, Members, OneOrMany};

/// The modules and permissions of a catalog, found by name.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) modules: Vec<Module>,
    pub(super) permissions: Vec<Permission>,
    pub(super) aliases: Vec<Alias>,
    pub(super) module_names: Names,
    /// Former whole ids of modules.
    module_aliases: HashMap<String, u16>,
    names: HashMap<String, PermissionIndex>,
    /// Of each module, its own permissions and, further, those below it.
    spans: Vec<Span>,
}

/// Where a module's permissions are; they lie together, and so do its subtree's.
#[derive(Clone, Debug, Default)]
struct Span {
    own: Range<usize>,
    below: Range<usize>,
}

impl Tree {
    pub(super) fn find(&self, permission: &str) -> Option<PermissionIndex> {
        self.names.get(permission).copied()
    }

    /// Returns the former ids of modules, ascending.
    pub(super) fn former_modules(&self) -> Vec<FormerModule> {
        let former = self.module_aliases.iter();
        let mut former = former
            .map(|(id, module)| FormerModule {
                id: id.clone(),
                module: ModuleIndex(*module),
            })
            .collect::<Vec<_>>();
        former.sort_unstable();
        former
    }

    /// Finds a module by its whole id or a former one.
    pub(super) fn find_module(&self, id: &str) -> Option<u16> {
        let present = self.module_names.find(id);
        present.or_else(|| self.module_aliases.get(id).copied())
    }

    /// Returns the numbers of a module's own permissions.
    pub(super) fn own(&self, module: u16) -> Range<usize> {
        self.span(module).own
    }

    /// Returns the numbers of the permissions of a module and of all below.
    pub(super) fn below(&self, module: u16) -> Range<usize> {
        self.span(module).below
    }

    /// Returns the place of a permission in the tree, with what it is.
    pub(super) fn in_range(
        &self,
        range: Range<usize>,
    ) -> impl Iterator<Item = (PermissionIndex, &Permission)> {
        let first = range.start;
        let found = self.permissions.get(range).unwrap_or_default();
        found
            .iter()
            .enumerate()
            .filter_map(move |(index, permission)| {
                let number = u16::try_from(first.saturating_add(index)).ok()?;
                Some((PermissionIndex(number), permission))
            })
    }

    pub(super) fn module_id(&self, permission: &Permission) -> &str {
        let module = self.modules.get(permission.module.get());
        module.map_or("", |module| module.id.as_str())
    }

    fn span(&self, module: u16) -> Span {
        self.spans
            .get(usize::from(module))
            .cloned()
            .unwrap_or_default()
    }
}

/// What a module takes over from above.
#[derive(Debug)]
struct Inherited<'a> {
    id: &'a str,
    index: Option<ModuleIndex>,
    requires: Option<&'a Requirement>,
    scopes: &'a ScopeTable,
    supports: Option<&'a [ScopeIndex]>,
    actions: &'a [ActionDefinition],
    only: &'a [Vec<RoleIndex>],
    /// The whole ids that it had before.
    aliases: &'a [String],
}

/// Flattens the tree.
pub(super) fn flatten<'a>(
    catalog: &Catalog,
    features: &'a Names,
    scopes: &'a mut Scopes<'_>,
    roles: &'a RoleNames,
    at: &Path<'_>,
    problems: &'a Problems,
) -> Tree {
    let mut table = ScopeTable::new();
    scopes.define(&catalog.scopes, &mut table, at, problems);
    let supports = supported(catalog.supports.as_ref(), scopes, at, problems);
    let requires = requirement(catalog.requires.as_ref(), at, features, problems);
    let mut flattening = Flattening {
        features,
        roles,
        scopes,
        problems,
        aliases: Vec::new(),
        module_aliases: Vec::new(),
        tree: Tree {
            modules: Vec::new(),
            permissions: Vec::new(),
            aliases: Vec::new(),
            module_names: Names::new("module"),
            module_aliases: HashMap::new(),
            names: HashMap::new(),
            spans: Vec::new(),
        },
    };
    let actions = flattening
        .actions(catalog.actions.as_ref(), at)
        .unwrap_or_default();
    let inherited = Inherited {
        id: "",
        index: None,
        requires: requires.as_ref(),
        scopes: &table,
        supports: supports.as_deref(),
        actions: &actions,
        only: &[],
        aliases: &[],
    };
    flattening.modules(&catalog.modules, &inherited, at);
    flattening.finish()
}

struct Flattening<'a, 'c> {
    features: &'a Names,
    roles: &'a RoleNames,
    scopes: &'a mut Scopes<'c>,
    problems: &'a Problems,
    /// Former names with the places that give them, judged when all names are known.
    aliases: Vec<(Alias, portcullis_json::JsonPath)>,
    /// Former ids of modules with the places that give them.
    module_aliases: Vec<(String, portcullis_json::JsonPath)>,
    tree: Tree,
}

impl Flattening<'_, '_> {
    fn modules(&mut self, modules: &Members<source::Module>, above: &Inherited<'_>, at: &Path<'_>) {
        let at = at.key("modules");
        for (name, module) in modules.iter() {
            self.module(name, module, above, &at.key(name));
        }
    }

    fn module(
        &mut self,
        name: &str,
        module: &source::Module,
        above: &Inherited<'_>,
        at: &Path<'_>,
    ) {
        let Some(id) = self.module_id(name, above, at) else {
            return;
        };
        let Some(number) = self.tree.module_names.add(&id, at, self.problems) else {
            return;
        };
        let index = ModuleIndex(number);
        check_label(module.label.as_deref(), at, self.problems);
        let own = requirement(module.requires.as_ref(), at, self.features, self.problems);
        let requires = above.requires.cloned().into_iter().chain(own).collect();
        self.tree.modules.push(Module {
            id: id.clone(),
            label: module.label.clone(),
            description: module.description.clone(),
            parent: above.index,
            requires,
        });
        let mut table = above.scopes.clone();
        self.scopes
            .define(&module.scopes, &mut table, at, self.problems);
        let supports = supported(module.supports.as_ref(), self.scopes, at, self.problems);
        let actions = self.actions(module.actions.as_ref(), at);
        let mut only = above.only.to_vec();
        only.extend(self.roles.only(module.only.as_ref(), at, self.problems));
        let aliases = self.aliases(name, module, number, above, at);
        let here = Inherited {
            id: &id,
            index: Some(index),
            requires: None,
            scopes: &table,
            supports: supports.as_deref().or(above.supports),
            actions: actions.as_deref().unwrap_or(above.actions),
            only: &only,
            aliases: &aliases,
        };
        let first = self.tree.permissions.len();
        for action in here.actions {
            self.permission(action, index, &here, at);
        }
        let own = first..self.tree.permissions.len();
        self.settle_needs(here.actions, first);
        self.tree.spans.push(Span::default());
        self.modules(&module.modules, &here, at);
        let below = first..self.tree.permissions.len();
        if let Some(span) = self.tree.spans.get_mut(index.get()) {
            *span = Span { own, below };
        }
    }

    /// Returns the former whole ids of a module: its own, and those that follow from above.
    fn aliases(
        &mut self,
        name: &str,
        module: &source::Module,
        number: u16,
        above: &Inherited<'_>,
        at: &Path<'_>,
    ) -> Vec<String> {
        let at = at.key("aliases");
        let above = above.aliases.iter().map(|above| format!("{above}.{name}"));
        let mut found: Vec<String> = above.collect();
        for (index, alias) in module.aliases.iter().enumerate() {
            let at = element(&at, &module.aliases, index);
            if is_module(alias) && !found.iter().any(|known| known == alias) {
                found.push(alias.to_owned());
            } else {
                self.problems.error(
                    &at,
                    format!("`{alias}` cannot have been the id of a module, or is given twice"),
                    "write the former whole id once, as in support.quality",
                );
            }
        }
        for alias in &found {
            let known = self.tree.module_aliases.insert(alias.clone(), number);
            if known.is_some_and(|known| known != number) {
                self.problems.error(
                    &at,
                    format!("the former id `{alias}` is given to two modules"),
                    "a former id stands for one module; take it out here",
                );
            }
            self.module_aliases.push((alias.clone(), at.to_json_path()));
        }
        found
    }

    /// Resolves what each action of a module needs, now that all are there.
    fn settle_needs(&mut self, actions: &[ActionDefinition], first: usize) {
        for (action, index) in actions.iter().zip(first..) {
            let needs = action.needs.iter().map(|need| first.saturating_add(*need));
            let needs = needs.filter_map(|need| u16::try_from(need).ok());
            if let Some(permission) = self.tree.permissions.get_mut(index) {
                permission.needs = needs.map(PermissionIndex).collect();
            }
        }
    }

    fn module_id(&self, name: &str, above: &Inherited<'_>, at: &Path<'_>) -> Option<String> {
        if name.contains('.') && is_module(name) {
            let (parent, _) = name.rsplit_once('.').unwrap_or_default();
            self.problems.error(
                at,
                format!("`{name}` is written with a point"),
                format!("write the last part among the `modules` of `{parent}`"),
            );
            return None;
        }
        if !check_name("module", name, at, self.problems) {
            return None;
        }
        let id = if above.id.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", above.id)
        };
        if id == RESERVED {
            self.problems.error(
                at,
                format!("the module id `{RESERVED}` is reserved"),
                "give the module another name",
            );
        }
        if id.len() > MODULE_BYTES_MAX {
            let message = format!("the module's whole id has more than {MODULE_BYTES_MAX} bytes");
            self.problems
                .error(at, message, "shorten the names, or nest less deeply");
            return None;
        }
        Some(id)
    }

    fn permission(
        &mut self,
        action: &ActionDefinition,
        module: ModuleIndex,
        here: &Inherited<'_>,
        at: &Path<'_>,
    ) {
        let name = format!("{}:{}", here.id, action.name);
        let number = u16::try_from(self.tree.permissions.len()).ok();
        let Some(number) = number.filter(|number| usize::from(*number) < COUNT_MAX) else {
            let message = format!("there are more than {COUNT_MAX} permissions");
            self.problems.error(at, message, "split the policy");
            return;
        };
        let index = PermissionIndex(number);
        let mut only = here.only.to_vec();
        only.extend(action.only.clone());
        for role in &action.default_for {
            if !only.iter().all(|roles| roles.contains(role)) {
                let id = self.roles.id(*role);
                self.problems.error(
                    at,
                    format!("`{name}` is by default for `{id}`, which `only` keeps from it"),
                    "name the role in `only`, or not in `default_for`",
                );
            }
        }
        let inherited = here.aliases.iter();
        let inherited = inherited.map(|module| format!("{module}:{}", action.name));
        for alias in action.aliases.iter().cloned().chain(inherited) {
            let alias = Alias {
                name: alias,
                permission: index,
            };
            self.aliases.push((alias, action.place.clone()));
        }
        self.tree.names.insert(name.clone(), index);
        self.tree.permissions.push(Permission {
            module,
            name,
            action: action.name.clone(),
            kind: action.kind,
            label: action.label.clone(),
            description: action.description.clone(),
            requires: action.requires.clone(),
            scopes: self.supported_scopes(action, here, at),
            only,
            default_for: action.default_for.clone(),
            needs: Vec::new(),
        });
    }

    /// Pairs the scopes that a permission supports with their conditions there.
    fn supported_scopes(
        &self,
        action: &ActionDefinition,
        here: &Inherited<'_>,
        at: &Path<'_>,
    ) -> Vec<(ScopeIndex, crate::model::ConditionIndex)> {
        let mut table = here.scopes.clone();
        table.extend(&action.scopes);
        let Some(supports) = action.supports.as_deref().or(here.supports) else {
            return table.into_iter().collect();
        };
        let mut scopes = Vec::new();
        for scope in supports {
            if let Some(condition) = table.get(scope) {
                scopes.push((*scope, *condition));
                continue;
            }
            let names = self.scopes.names.names();
            let name = names.get(scope.get()).map_or("", String::as_str);
            self.problems.error(
                at,
                format!("permissions here support the scope `{name}`, which has no condition here"),
                format!("define `{name}` in `scopes` here or above, or restate `supports`"),
            );
        }
        scopes
    }

    fn actions(
        &mut self,
        actions: Option<&Members<source::Action>>,
        at: &Path<'_>,
    ) -> Option<Vec<ActionDefinition>> {
        let reader = Actions {
            features: self.features,
            roles: self.roles,
            problems: self.problems,
        };
        Some(reader.read(actions?, self.scopes, &at.key("actions")))
    }

    /// Settles the former names: each means one permission, and no present name.
    fn finish(mut self) -> Tree {
        for (alias, place) in core::mem::take(&mut self.module_aliases) {
            if self.tree.module_names.find(&alias).is_some() {
                self.problems.error_at(
                    place,
                    format!("the former id `{alias}` is the id of a module"),
                    "a former id is no longer used; take it out here",
                );
            }
        }
        for (alias, place) in core::mem::take(&mut self.aliases) {
            let Some(known) = self.tree.find(&alias.name) else {
                self.tree.names.insert(alias.name.clone(), alias.permission);
                self.tree.aliases.push(alias);
                continue;
            };
            let permission = |index: PermissionIndex| {
                let permission = self.tree.permissions.get(index.get());
                permission.map_or("", |permission| permission.name.as_str())
            };
            let message = if permission(known) == alias.name {
                format!(
                    "the former name `{}` is the name of a permission",
                    alias.name
                )
            } else {
                format!(
                    "the former name `{}` is given to both `{}` and `{}`",
                    alias.name,
                    permission(known),
                    permission(alias.permission),
                )
            };
            self.problems.error_at(
                place,
                message,
                "a former name stands for one permission and is no longer used; take it out here",
            );
        }
        self.tree.aliases.sort_unstable();
        self.tree
    }
}

fn supported(
    supports: Option<&OneOrMany>,
    scopes: &Scopes<'_>,
    at: &Path<'_>,
    problems: &Problems,
) -> Option<Vec<ScopeIndex>> {
    Some(scopes.list(supports?, &at.key("supports"), problems))
}

const RESERVED: &str = "route";
