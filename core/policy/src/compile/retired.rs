//! Names of modules and permissions that are gone.

use std::collections::HashSet;

use portcullis_engine::grammar::{is_module, is_name};
use portcullis_json::Path;

use super::modules::Tree;
use super::names::{element, repeated};
use crate::pattern::{Modules, Pattern};
use crate::problem::Problems;
use crate::source::OneOrMany;

/// The names that a catalog says are gone, none of which it uses.
#[derive(Debug, Default)]
pub(super) struct Retired(HashSet<String>);

impl Retired {
    pub(super) fn read(names: &OneOrMany, tree: &Tree, at: &Path<'_>, problems: &Problems) -> Self {
        let at = at.key("retired");
        let mut found = HashSet::new();
        for (index, name) in names.iter().enumerate() {
            let at = element(&at, names, index);
            let split = name.split_once(':');
            let good = split.map_or_else(
                || is_module(name),
                |(module, action)| is_module(module) && is_name(action),
            );
            if !good {
                problems.error(
                    &at,
                    format!("`{name}` cannot have been the name of a module or permission"),
                    "write `module` or `module:action`",
                );
            } else if tree.find(name).is_some() || tree.find_module(name).is_some() {
                problems.error(
                    &at,
                    format!("`{name}` is retired and is used again"),
                    "give what is new another name: tenants may still name this one",
                );
            } else if !found.insert(name.to_owned()) {
                repeated("retired name", name, &at, problems);
            }
        }
        Self(found)
    }

    /// Returns whether what a pattern names is gone: itself, or its module or one above.
    pub(super) fn has(&self, pattern: &Pattern) -> bool {
        let (Modules::One(module) | Modules::Below(module)) = &pattern.modules else {
            return false;
        };
        let mut above = Some(module.as_str());
        while let Some(module) = above {
            if self.0.contains(module) {
                return true;
            }
            above = module.rsplit_once('.').map(|(above, _)| above);
        }
        pattern
            .explicit()
            .is_some_and(|name| self.0.contains(&name))
    }
}
