//! The runs of bytes that a payload's sections are made of, and how they are laid out.

use portcullis_engine::format::{Additions, Catalog, List, RoleChanges, TeamAttribute, Tenant};

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
            features: List::new(self.features.as_slice()),
            subject_attributes: List::new(self.subject_attributes.as_slice()),
            action_attributes: List::new(self.action_attributes.as_slice()),
            context_attributes: List::new(self.context_attributes.as_slice()),
            resource_attributes: List::new(self.resource_attributes.as_slice()),
            team_attribute: self.team_attribute,
            scopes: List::new(self.scopes.as_slice()),
            conditions: List::new(self.conditions.as_slice()),
            scope_tables: List::new(self.scope_tables.as_slice()),
            requirements: List::new(self.requirements.as_slice()),
            actions: List::new(self.actions.as_slice()),
            modules: List::new(self.modules.as_slice()),
            aliases: List::new(self.aliases.as_slice()),
        }
    }
}

/// The runs that a tenant's section is made of.
#[derive(Debug)]
pub(crate) struct TenantRuns {
    pub(crate) features: Vec<u8>,
    pub(crate) role_changes: RoleChanges,
    pub(crate) subject_types: Vec<u8>,
    pub(crate) feature_ends: Vec<u8>,
    pub(crate) sessions_from: u64,
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
            subject_types: Vec::new(),
            feature_ends: Vec::new(),
            sessions_from: 0,
            scope_sets: Vec::new(),
            roles: Vec::new(),
            groups: Vec::new(),
            directory: Vec::new(),
        }
    }

    pub(crate) const fn wire(&self) -> Tenant<'_> {
        Tenant {
            features: List::new(self.features.as_slice()),
            role_changes: self.role_changes,
            additions: Additions {
                subject_types: List::new(self.subject_types.as_slice()),
                feature_ends: List::new(self.feature_ends.as_slice()),
            },
            sessions_from: self.sessions_from,
            scope_sets: List::new(self.scope_sets.as_slice()),
            roles: List::new(self.roles.as_slice()),
            groups: List::new(self.groups.as_slice()),
            directory: List::new(self.directory.as_slice()),
        }
    }
}
