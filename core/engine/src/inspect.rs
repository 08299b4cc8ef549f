//! A policy's parts by number: what a program that cuts or compares bundles asks.
//!
//! Which modules are open and which roles somebody holds is decided here, for every
//! reader of a bundle, and nowhere else.

use alloc::vec::Vec;

use crate::{
    bits::Bits,
    format::{self, List, Requirement},
    grants::RoleGrants,
    ids::{ConditionId, FeatureId, ModuleId, PermissionId, RoleId, ScopeId, UnixSeconds},
    index::utf8,
    policy::Policy,
    roles::{self, RoleLookup},
    subject::Subject,
};

/// A role that a subject is assigned, everywhere or on one team (the "user assignment"
/// of ANSI INCITS 359, with a team beside it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssignedRole<'a> {
    /// The role.
    pub role: RoleId,
    /// The team that it is bound to; nothing where it is held everywhere.
    pub team: Option<&'a str>,
    /// What assigns it.
    pub origin: RoleOrigin<'a>,
    /// Whether the role may be held yet; one that may not grants nothing.
    pub available: bool,
}

/// What assigns a role to a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleOrigin<'a> {
    /// The request names it.
    Request,
    /// The group of this id maps to it; the request or the directory names the group.
    Group(&'a str),
    /// The tenant's directory assigns it.
    Directory,
    /// The tenant's directory assigns it until that second.
    DirectoryUntil(UnixSeconds),
    /// Everybody who is identified and of some types holds it.
    Everyone,
}

/// What a role grants on one permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleGrant<'a> {
    /// The permission.
    pub permission: PermissionId,
    /// The scopes in which it is granted, in catalog order; at least one.
    pub scopes: &'a [ScopeId],
}

/// A row of a permission's scope table: a scope that the permission supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeCondition {
    /// The scope.
    pub scope: ScopeId,
    /// What the scope means for the permission: its position in
    /// [`conditions`](format::Catalog::conditions).
    pub condition: ConditionId,
}

/// Every scope table of a policy's catalog.
#[derive(Debug, Clone)]
pub struct ScopeTables<'a> {
    policy: &'a Policy,
    tables: Vec<List<'a, format::ScopeRow>>,
}

impl Policy {
    /// Returns the attributes of the action and of the context that negative atoms read, each once
    /// or more: `action` or `context`, and the name. Such an atom is false where nothing gives it.
    pub fn guarded_attributes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let tables = &self.bundle.tables;
        let read = tables.atoms.iter().flat_map(|row| row.atom.guarded());
        read.flatten().filter_map(|source| {
            let (whose, names, index) = match source {
                format::Source::Action(index) => ("action", &tables.action_attributes, index),
                format::Source::Context(index) => ("context", &tables.context_attributes, index),
                _ => return None,
            };
            let name = names.get(usize::from(index))?;
            Some((whose, utf8(name.bytes(&self.bundle.bytes))))
        })
    }

    /// Says whether the tenant has the feature.
    #[must_use]
    pub fn feature_is_enabled(&self, feature: FeatureId) -> bool {
        self.feature_gate.is_on(feature)
    }

    /// Says whether the permission's module is open and its own requirement holds.
    #[must_use]
    pub fn permission_is_open(&self, permission: PermissionId) -> bool {
        self.feature_gate.permission_is_open(permission)
    }

    /// Returns the modules that are open, in catalog order.
    pub fn open_modules(&self) -> impl Iterator<Item = ModuleId> {
        let all = (0..).map(ModuleId).take(self.bundle.tables.modules.len());
        all.filter(|module| self.feature_gate.module_is_open(*module))
    }

    /// Returns the module that the module is directly in.
    #[must_use]
    pub fn module_parent(&self, module: ModuleId) -> Option<ModuleId> {
        self.bundle.tables.parent(module)
    }

    /// Returns the module of a permission.
    #[must_use]
    pub fn permission_module(&self, permission: PermissionId) -> Option<ModuleId> {
        let row = self.bundle.tables.permissions.get(permission.index())?;
        Some(row.module)
    }

    /// Returns every feature, on or off, that a requirement of one of the permissions or
    /// of a module above it names, ascending.
    #[must_use]
    pub fn required_features(
        &self,
        permissions: impl IntoIterator<Item = PermissionId>,
    ) -> Vec<FeatureId> {
        let tables = &self.bundle.tables;
        let requirements =
            List::<Requirement<'_>>::new(tables.requirements.bytes(&self.bundle.bytes));
        let mut named = Bits::new(requirements.iter().count());
        let mut seen = Bits::new(tables.modules.len());
        for permission in permissions {
            let Some(row) = tables.permissions.get(permission.index()) else {
                continue;
            };
            if let Some(requirement) = row.requires.get() {
                named.set(usize::from(requirement));
            }
            let mut above = Some(row.module);
            while let Some(module) = above.filter(|module| !seen.get(module.index())) {
                seen.set(module.index());
                let rest = tables.module_rest(&self.bundle.bytes, module);
                let own = rest.into_iter().flat_map(|rest| rest.requires.iter());
                own.for_each(|requirement| named.set(usize::from(requirement)));
                above = self.module_parent(module);
            }
        }
        let mut features = Bits::new(tables.features.len());
        for (requirement, at) in requirements.iter().zip(0_usize..) {
            if named.get(at) {
                let own = requirement.features.iter();
                own.for_each(|feature| features.set(usize::from(feature)));
            }
        }
        let numbers = features.ones().map(u16::try_from);
        numbers.flatten().map(FeatureId).collect()
    }

    /// Returns every role that the request, its groups and the tenant's directory assign
    /// to the subject, in no particular order and perhaps more than once; roles, groups
    /// and teams that the policy does not know assign nothing.
    #[must_use]
    pub fn assigned_roles<'a>(&'a self, subject: &Subject<'a>) -> Vec<AssignedRole<'a>> {
        let mut assigned = Vec::new();
        let person = self.person(subject);
        roles::each(self, subject, person.as_ref(), &mut |lookup| {
            if let RoleLookup::Assigned(held, origin) = lookup {
                assigned.push(AssignedRole {
                    role: held.role,
                    team: held.team,
                    origin,
                    available: self.role_is_available(held.role),
                });
            }
        });
        assigned
    }

    /// Returns what a role grants, ascending by permission, closed permissions included.
    /// A role that may not be held yet has its grants too, though nobody holds them.
    pub fn grants(&self, role: RoleId) -> impl Iterator<Item = RoleGrant<'_>> {
        let row = self.bundle.tables.roles.get(role.index());
        let bytes = row.map(|row| row.grants.bytes(&self.bundle.bytes));
        RoleGrants::new(bytes.unwrap_or_default()).map(|(permission, set)| RoleGrant {
            permission,
            scopes: self.scopes_of(set),
        })
    }

    /// Reads every permission's scope table.
    #[must_use]
    pub fn scope_tables(&self) -> ScopeTables<'_> {
        let payload = self.bundle.payload();
        let tables = payload.map(|payload| payload.catalog.scope_tables.iter().collect());
        ScopeTables {
            policy: self,
            tables: tables.unwrap_or_default(),
        }
    }
}

impl ScopeTables<'_> {
    /// Returns the scopes that a permission supports, in catalog order.
    pub fn rows(&self, permission: PermissionId) -> impl Iterator<Item = ScopeCondition> {
        let row = self
            .policy
            .bundle
            .tables
            .permissions
            .get(permission.index());
        let table = row.and_then(|row| self.tables.get(usize::from(row.scopes)));
        let rows = table.into_iter().flat_map(List::iter);
        rows.map(|row| ScopeCondition {
            scope: ScopeId(row.scope),
            condition: ConditionId(row.condition),
        })
    }
}
