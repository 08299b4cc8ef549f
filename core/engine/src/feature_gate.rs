//! Which modules and permissions the tenant's features leave open.

use alloc::vec::Vec;

use crate::{
    bits::Bits,
    bundle::Bundle,
    format::{List, Requirement},
    ids::{FeatureId, ModuleId, PermissionId},
    sorted::insert,
};

/// What the enabled features leave open.
#[derive(Debug, Clone)]
pub(crate) struct FeatureGate {
    features: Bits,
    modules: Bits,
    permissions: Bits,
}

impl FeatureGate {
    #[inline(never)]
    pub(crate) fn new(bundle: &Bundle, features: Bits) -> Self {
        let tables = &bundle.tables;
        let met: Vec<bool> = requirements(bundle)
            .iter()
            .map(|own| holds(&own, &features))
            .collect();
        let is_met = |requirement: u16| met.get(usize::from(requirement)).copied().unwrap_or(false);
        let mut modules = Bits::new(tables.modules.len());
        for (index, row) in tables.modules.iter().enumerate() {
            let parent = row.parent.get().map(usize::from);
            let above = parent.is_none_or(|parent| modules.get(parent));
            let Ok(number) = u16::try_from(index) else {
                break;
            };
            let own = tables
                .module_rest(&bundle.bytes, ModuleId(number))
                .is_some_and(|rest| rest.requires.iter().all(is_met));
            if above && own {
                modules.set(index);
            }
        }
        let mut permissions = Bits::new(tables.permissions.len());
        for (index, row) in tables.permissions.iter().enumerate() {
            let own = row.requires.get().is_none_or(is_met);
            if own && modules.get(row.module.index()) {
                permissions.set(index);
            }
        }
        Self {
            features,
            modules,
            permissions,
        }
    }

    /// Says whether the module's own and all its ancestors' requirements hold.
    pub(crate) fn module_is_open(&self, module: ModuleId) -> bool {
        self.modules.get(module.index())
    }

    /// Says whether the permission's module is open and its own requirement holds.
    #[inline]
    pub(crate) fn permission_is_open(&self, permission: PermissionId) -> bool {
        self.permissions.get(permission.index())
    }

    pub(crate) fn is_on(&self, feature: FeatureId) -> bool {
        self.features.get(feature.index())
    }

    /// Returns every feature named by a requirement of the permission, or of a
    /// module above it, that does not hold; ascending.
    pub(crate) fn missing(&self, bundle: &Bundle, permission: PermissionId) -> Vec<FeatureId> {
        let mut missing = Vec::new();
        self.each_unmet(bundle, permission, &mut |requirement| {
            for feature in requirement.features.iter().map(FeatureId) {
                insert(&mut missing, feature);
            }
        });
        missing
    }

    /// Returns features that open the permission once they are on, none of them redundant:
    /// where one of several is enough the first, unless another of them is needed anyway.
    pub(crate) fn least(&self, bundle: &Bundle, permission: PermissionId) -> Vec<FeatureId> {
        let mut least = Vec::new();
        for any in [false, true] {
            self.each_unmet(bundle, permission, &mut |requirement| {
                if requirement.any != any {
                    return;
                }
                let mut features = requirement.features.iter().map(FeatureId);
                if !any {
                    let off = features.filter(|feature| !self.is_on(*feature));
                    off.for_each(|feature| insert(&mut least, feature));
                } else if !features.clone().any(|feature| least.contains(&feature)) {
                    features
                        .next()
                        .into_iter()
                        .for_each(|feature| insert(&mut least, feature));
                }
            });
        }
        // One that was chosen for a requirement may do nothing beside one chosen later.
        for chosen in least.clone() {
            let mut is_needed = false;
            self.each_unmet(bundle, permission, &mut |requirement| {
                let helps = |feature: FeatureId| {
                    self.is_on(feature) || (feature != chosen && least.contains(&feature))
                };
                let mut features = requirement.features.iter().map(FeatureId);
                is_needed |= if requirement.any {
                    !features.any(helps)
                } else {
                    !features.all(helps)
                };
            });
            if !is_needed {
                least.retain(|feature| *feature != chosen);
            }
        }
        least
    }

    /// Visits each requirement of the permission and of the modules above it that does
    /// not hold, perhaps more than once.
    fn each_unmet(
        &self,
        bundle: &Bundle,
        permission: PermissionId,
        take: &mut dyn FnMut(&Requirement<'_>),
    ) {
        let tables = &bundle.tables;
        let Some(row) = tables.permissions.get(permission.index()) else {
            return;
        };
        let mut name = |requirement: u16| {
            let own = requirements(bundle).iter().nth(usize::from(requirement));
            if let Some(own) = own.filter(|own| !holds(own, &self.features)) {
                take(&own);
            }
        };
        if let Some(requirement) = row.requires.get() {
            name(requirement);
        }
        let mut next = Some(row.module);
        while let Some(module) = next {
            if let Some(rest) = tables.module_rest(&bundle.bytes, module) {
                rest.requires.iter().for_each(&mut name);
            }
            next = tables.parent(module);
        }
    }
}

fn requirements(bundle: &Bundle) -> List<'_, Requirement<'_>> {
    List::new(bundle.tables.requirements.bytes(&bundle.bytes))
}

fn holds(requirement: &Requirement<'_>, features: &Bits) -> bool {
    let mut named = requirement
        .features
        .iter()
        .map(|feature| features.get(usize::from(feature)));
    if requirement.any {
        named.any(|on| on)
    } else {
        named.all(|on| on)
    }
}
