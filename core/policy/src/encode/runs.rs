//! The runs of bytes that a payload's sections are made of, and how they are laid out.

use portcullis_engine::format::{Catalog, Packed, RoleChanges, TeamAttribute, Tenant};

/// The runs that a catalog's section is made of.
#[derive(Debug, Default)]
pub(crate) struct CatalogRuns {
    pub(crate) features: Vec<u8>,
    pub(crate) subject_attributes: Vec<u8>,
    pub(crate) action_attributes: Vec<u8>,
    pub(crate) context_attributes: Vec<u8>,
    pub(crate) resource_attributes: Vec<u8>,
    pub(crate) team_attribute: Option<TeamAttribute>,
    pub(crate) scopes: Vec<u8>,
    pub(crate) conditions: Vec<u8>,
    pub(crate) scope_tables: Vec<u8>,
    pub(crate) requirements: Vec<u8>,
    pub(crate) actions: Vec<u8>,
    pub(crate) modules: Vec<u8>,
    pub(crate) aliases: Vec<u8>,
}

impl CatalogRuns {
    pub(crate) const fn wire(&self) -> Catalog<'_> {
        Catalog {
            features: Packed::new(self.features.as_slice()),
            subject_attributes: Packed::new(self.subject_attributes.as_slice()),
            action_attributes: Packed::new(self.action_attributes.as_slice()),
            context_attributes: Packed::new(self.context_attributes.as_slice()),
            resource_attributes: Packed::new(self.resource_attributes.as_slice()),
            team_attribute: self.team_attribute,
            scopes: Packed::new(self.scopes.as_slice()),
            conditions: Packed::new(self.conditions.as_slice()),
            scope_tables: Packed::new(self.scope_tables.as_slice()),
            requirements: Packed::new(self.requirements.as_slice()),
            actions: Packed::new(self.actions.as_slice()),
            modules: Packed::new(self.modules.as_slice()),
            aliases: Packed::new(self.aliases.as_slice()),
        }
    }
}

/// The runs that a tenant's section is made of.
#[derive(Debug)]
pub(crate) struct TenantRuns {
    pub(crate) features: Vec<u8>,
    pub(crate) role_changes: RoleChanges,
    pub(crate) scope_sets: Vec<u8>,
    pub(crate) roles: Vec<u8>,
    pub(crate) groups: Vec<u8>,
    pub(crate) directory: Vec<u8>,
}

impl TenantRuns {
    /// Starts a section with the features that are on and nothing else.
    pub(crate) const fn new(features: Vec<u8>, role_changes: RoleChanges) -> Self {
        Self {
            features,
            role_changes,
            scope_sets: Vec::new(),
            roles: Vec::new(),
            groups: Vec::new(),
            directory: Vec::new(),
        }
    }

    pub(crate) const fn wire(&self) -> Tenant<'_> {
        Tenant {
            features: Packed::new(self.features.as_slice()),
            role_changes: self.role_changes,
            scope_sets: Packed::new(self.scope_sets.as_slice()),
            roles: Packed::new(self.roles.as_slice()),
            groups: Packed::new(self.groups.as_slice()),
            directory: Packed::new(self.directory.as_slice()),
        }
    }
}
