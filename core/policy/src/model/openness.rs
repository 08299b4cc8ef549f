//! What a tenant's features leave open.

use portcullis_engine::UnixSeconds;

use super::{FeatureIndex, Model, ModuleIndex, PermissionIndex, Requirement};

/// Which modules and permissions of a model its tenant's features leave open.
///
/// The engine asks the same of a bundle; nothing else does of a model.
#[derive(Clone, Debug)]
pub struct Openness<'m> {
    model: &'m Model,
    /// The features that are on, ascending.
    on: Vec<FeatureIndex>,
    /// For each module, whether it and all above it are open.
    modules: Vec<bool>,
}

impl Model {
    /// Returns what the tenant's features leave open before any of them ends.
    #[must_use]
    pub fn openness(&self) -> Openness<'_> {
        self.openness_by(|feature| self.tenant.features.binary_search(&feature).is_ok())
    }

    /// Returns what the tenant's features leave open at that time.
    #[must_use]
    pub fn openness_at(&self, now: UnixSeconds) -> Openness<'_> {
        self.openness_by(|feature| self.is_on(feature, now))
    }

    /// Returns what those features leave open that never end.
    pub(super) fn lasting_openness(&self) -> Openness<'_> {
        self.openness_by(|feature| {
            self.tenant.features.binary_search(&feature).is_ok()
                && !self.tenant.feature_ends.contains_key(&feature)
        })
    }

    fn openness_by(&self, is_on: impl Fn(FeatureIndex) -> bool) -> Openness<'_> {
        let on = (0..).map(FeatureIndex).take(self.features.len());
        let on: Vec<FeatureIndex> = on.filter(|feature| is_on(*feature)).collect();
        let mut modules = Vec::<bool>::with_capacity(self.modules.len());
        for module in &self.modules {
            // INVARIANT (order): a parent lies before its children.
            let above = module
                .parent
                .is_none_or(|parent| modules.get(parent.get()).copied().unwrap_or(false));
            let own = module.requires.iter().all(|need| meets(&on, need));
            modules.push(above && own);
        }
        Openness {
            model: self,
            on,
            modules,
        }
    }
}

/// Says whether a requirement holds where these features are on, ascending.
fn meets(on: &[FeatureIndex], requirement: &Requirement) -> bool {
    let is_on = |feature| on.binary_search(feature).is_ok();
    if requirement.any {
        requirement.features.iter().any(is_on)
    } else {
        requirement.features.iter().all(is_on)
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
            self.module(permission.module) && own.all(|need| meets(&self.on, need))
        })
    }
}
