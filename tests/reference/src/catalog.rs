//! The catalog: the module tree flattened, with what each place inherits.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{
    condition::Condition,
    source::{members, string_list, strings},
};

/// What the vendor defines, in catalog order.
#[derive(Debug, Clone)]
pub(crate) struct Catalog {
    pub(crate) features: Vec<String>,
    pub(crate) attributes: Declared,
    /// The role that everybody of some types holds, and the types.
    pub(crate) everyone: Option<(String, Vec<String>)>,
    /// What a key of the directory may have before its first colon.
    pub(crate) subject_types: BTreeSet<String>,
    /// Scope names in order of first appearance.
    pub(crate) scopes: Vec<String>,
    /// The present id of each module by a former one.
    pub(crate) former_modules: BTreeMap<String, String>,
    /// Depth first, a parent before its children.
    pub(crate) modules: Vec<Module>,
    /// In the order of their modules, then of their module's actions.
    pub(crate) permissions: Vec<Permission>,
}

/// The declared attribute names.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) subject: BTreeSet<String>,
    pub(crate) action: BTreeSet<String>,
    pub(crate) context: BTreeSet<String>,
    pub(crate) resource: BTreeSet<String>,
    pub(crate) directory_only: BTreeSet<String>,
    pub(crate) team: Option<String>,
}

/// One module.
#[derive(Debug, Clone)]
pub(crate) struct Module {
    pub(crate) id: String,
    pub(crate) label: String,
    /// Its own requirements and those of all its ancestors.
    pub(crate) requires: Vec<Requirement>,
}

/// One permission, with everything that its place gives it.
#[derive(Debug, Clone)]
pub(crate) struct Permission {
    pub(crate) module: String,
    pub(crate) action: String,
    pub(crate) kind: String,
    /// The requirements of its module, of that module's ancestors, and its own.
    pub(crate) requires: Vec<Requirement>,
    /// Each list that a role must be in to hold it.
    pub(crate) only: Vec<BTreeSet<String>>,
    /// The scopes it supports and what each means here.
    pub(crate) scopes: BTreeMap<String, Condition>,
    /// Old names (`module:action`) it still answers to.
    pub(crate) aliases: Vec<String>,
}

/// Features that must be on: all of them, or any one.
#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    any: bool,
    pub(crate) features: BTreeSet<String>,
}

impl Catalog {
    /// Reads the catalog of a policy.
    pub(crate) fn read(source: &Value) -> Result<Self, String> {
        let mut scopes = Vec::new();
        collect_scope_names(source, &mut scopes);
        let mut catalog = Self {
            features: strings(source, "features")?,
            attributes: Declared::read(source.get("attributes").unwrap_or(&Value::Null))?,
            everyone: match source.get("everyone") {
                Some(everyone) => {
                    let types = match everyone.get("types") {
                        Some(types) => string_list(types)?,
                        None => vec!["user".to_owned()],
                    };
                    let role = everyone.get("role").and_then(Value::as_str);
                    Some((role.unwrap_or_default().to_owned(), types))
                }
                None => None,
            },
            subject_types: match source.get("subject_types") {
                Some(types) => string_list(types)?.into_iter().collect(),
                None => ["user", "service"].map(str::to_owned).into(),
            },
            scopes,
            former_modules: BTreeMap::new(),
            modules: Vec::new(),
            permissions: Vec::new(),
        };
        catalog.read_modules(source, None, &[], &Place::default().below(source)?)?;
        Ok(catalog)
    }

    /// The permission with a name, its own or an alias.
    pub(crate) fn permission(&self, module: &str, action: &str) -> Option<&Permission> {
        let alias = format!("{module}:{action}");
        let own = self
            .permissions
            .iter()
            .find(|p| p.module == module && p.action == action);
        own.or_else(|| self.permissions.iter().find(|p| p.aliases.contains(&alias)))
    }

    fn read_modules(
        &mut self,
        parent: &Value,
        parent_id: Option<&str>,
        parent_formers: &[String],
        place: &Place,
    ) -> Result<(), String> {
        for (name, source) in members(parent, "modules") {
            let id = parent_id.map_or_else(|| name.clone(), |parent| format!("{parent}.{name}"));
            let here = place.below(source)?;
            let label = source
                .get("label")
                .and_then(Value::as_str)
                .unwrap_or(&id)
                .to_owned();
            self.modules.push(Module {
                id: id.clone(),
                label,
                requires: here.requires.clone(),
            });
            let mut formers = strings(source, "aliases")?;
            formers.extend(
                parent_formers
                    .iter()
                    .map(|former| format!("{former}.{name}")),
            );
            for former in &formers {
                self.former_modules.insert(former.clone(), id.clone());
            }
            for (action, source) in &here.actions {
                let mut permission = Permission::read(&id, action, source, &here)?;
                let former = formers.iter().map(|former| format!("{former}:{action}"));
                permission.aliases.extend(former);
                self.permissions.push(permission);
            }
            self.read_modules(source, Some(&id), &formers, &here)?;
        }
        Ok(())
    }
}

impl Permission {
    /// Its full name, `module:action`.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.module, self.action)
    }

    /// Whether every `only` list about it names `role`.
    pub(crate) fn may_be_held_by(&self, role: &str) -> bool {
        self.only.iter().all(|roles| roles.contains(role))
    }

    /// Reads an action (its kind, or an object with one) at its place in the tree.
    fn read(module: &str, action: &str, source: &Value, place: &Place) -> Result<Self, String> {
        let kind = source
            .as_str()
            .or_else(|| source.get("kind").and_then(Value::as_str));
        let kind = kind.ok_or_else(|| format!("`{module}:{action}` has no kind"))?;
        let here = place.below(source)?;
        let mut scopes = here.scopes;
        if let Some(supports) = here.supports {
            scopes.retain(|name, _| supports.contains(name));
        }
        Ok(Self {
            module: module.to_owned(),
            action: action.to_owned(),
            kind: kind.to_owned(),
            requires: here.requires,
            only: here.only,
            scopes,
            aliases: strings(source, "aliases")?,
        })
    }
}

impl Requirement {
    /// Whether it holds under these features.
    pub(crate) fn holds(&self, features: &BTreeSet<String>) -> bool {
        if self.any {
            !self.features.is_disjoint(features)
        } else {
            self.features.is_subset(features)
        }
    }

    /// Reads a feature, a list (all of them) or `{"any": [...]}`.
    fn read(source: &Value) -> Result<Self, String> {
        let any = source.get("any");
        let features = string_list(any.unwrap_or(source))?;
        Ok(Self {
            any: any.is_some(),
            features: features.into_iter().collect(),
        })
    }
}

impl Declared {
    fn read(source: &Value) -> Result<Self, String> {
        let names = |kind| strings(source, kind).map(BTreeSet::from_iter);
        Ok(Self {
            subject: names("subject")?,
            action: names("action")?,
            context: names("context")?,
            resource: names("resource")?,
            directory_only: names("directory_only")?,
            team: source
                .get("team")
                .and_then(Value::as_str)
                .map(str::to_owned),
        })
    }
}

/// What holds at one place in the tree: the catalog, a module, or a permission.
#[derive(Debug, Clone, Default)]
struct Place {
    requires: Vec<Requirement>,
    only: Vec<BTreeSet<String>>,
    actions: Map<String, Value>,
    /// `None` until some place names them: then every scope that is visible.
    supports: Option<BTreeSet<String>>,
    scopes: BTreeMap<String, Condition>,
}

impl Place {
    /// The place of `source`, a child of this one.
    fn below(&self, source: &Value) -> Result<Self, String> {
        let mut here = self.clone();
        // These add up.
        if let Some(requires) = source.get("requires") {
            here.requires.push(Requirement::read(requires)?);
        }
        if source.get("only").is_some() {
            here.only
                .push(strings(source, "only")?.into_iter().collect());
        }
        // These replace what is inherited.
        if let Some(actions) = source.get("actions").and_then(Value::as_object) {
            here.actions = actions.clone();
        }
        if source.get("supports").is_some() {
            here.supports = Some(strings(source, "supports")?.into_iter().collect());
        }
        // These add to it, or redefine by name.
        for (name, condition) in members(source, "scopes") {
            here.scopes
                .insert(name.clone(), Condition::read(condition)?);
        }
        Ok(here)
    }
}

/// Lists scope names where they first appear: a node's own, its actions', then its modules'.
fn collect_scope_names(node: &Value, names: &mut Vec<String>) {
    for (name, _) in members(node, "scopes") {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    for (_, child) in members(node, "actions").chain(members(node, "modules")) {
        collect_scope_names(child, names);
    }
}
