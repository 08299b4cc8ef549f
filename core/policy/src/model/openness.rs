//! What a tenant's features leave open.

use super::{Model, ModuleIndex, PermissionIndex, Requirement};

/// Which modules and permissions of a model its tenant's features leave open.
///
/// The engine asks the same of a bundle; nothing else does of a model.
#[derive(Clone, Debug)]
pub struct Openness<'m> {
    model: &'m Model,
    /// For each module, whether it and all above it are open.
    modules: Vec<bool>,
}

impl Model {
    /// Returns what the tenant's features leave open.
    #[must_use]
    pub fn openness(&self) -> Openness<'_> {
        let mut modules = Vec::<bool>::with_capacity(self.modules.len());
        for module in &self.modules {
            // INVARIANT (order): a parent lies before its children.
            let above = module
                .parent
                .is_none_or(|parent| modules.get(parent.get()).copied().unwrap_or(false));
            let own = module.requires.iter().all(|need| self.meets(need));
            modules.push(above && own);
        }
        Openness {
            model: self,
            modules,
        }
    }

    fn meets(&self, requirement: &Requirement) -> bool {
        let on = |feature| self.tenant.features.binary_search(feature).is_ok();
        if requirement.any {
            requirement.features.iter().any(on)
        } else {
            requirement.features.iter().all(on)
        }
    }
}

impl Openness<'_> {
    /// Returns whether a module is open: the features that it and all above it require are on.
    #[must_use]
    pub fn module(&self, index: ModuleIndex) -> bool {
        self.modules.get(index.get()).copied().unwrap_or(false)
    }

    /// Returns whether a permission is open: its module is, and what it requires itself is on.
    #[must_use]
    pub fn permission(&self, index: PermissionIndex) -> bool {
        let found = self.model.permissions.get(index.get());
        found.is_some_and(|permission| {
            let mut own = permission.requires.iter();
            self.module(permission.module) && own.all(|need| self.model.meets(need))
        })
    }
}
