//! Everything a policy can be asked about, for tests that make up questions.

use std::collections::BTreeSet;

use crate::{condition::Atom, reference::Reference, truth::Test};

/// The names a policy knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Questions {
    /// Each permission's (module, action), in catalog order.
    pub permissions: Vec<(String, String)>,
    /// The catalog's and the tenant's role ids, by their bytes.
    pub roles: Vec<String>,
    /// The groups that map to roles, by their bytes.
    pub groups: Vec<String>,
    /// The directory's (type, id), by their bytes.
    pub directory: Vec<(String, String)>,
    /// The teams that groups and directory bind roles to, by their bytes.
    pub teams: Vec<String>,
    /// Declared subject attributes, those only the directory gives among them.
    pub subject_attributes: Vec<String>,
    /// Declared action attributes.
    pub action_attributes: Vec<String>,
    /// Declared context attributes.
    pub context_attributes: Vec<String>,
    /// Declared resource attributes, `id` not among them.
    pub resource_attributes: Vec<String>,
    /// The team attribute, if there is one.
    pub team_attribute: Option<String>,
    /// Constants that conditions name, by their bytes: values likely to matter.
    pub constants: Vec<String>,
    /// Scope names in catalog order.
    pub scopes: Vec<String>,
    /// Feature names in catalog order.
    pub features: Vec<String>,
    /// Module ids in catalog order.
    pub modules: Vec<String>,
}

impl Reference {
    /// Returns every name that a question about this policy could use.
    #[must_use]
    pub fn all_questions(&self) -> Questions {
        let declared = &self.catalog.attributes;
        let names = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
        let (groups, directory) = (&self.tenant.groups, &self.tenant.directory);
        let assigned = directory.values().flat_map(|entry| &entry.roles);
        let bindings = groups
            .values()
            .flatten()
            .chain(assigned.map(|(assignment, _)| assignment));
        let teams: BTreeSet<_> = bindings.filter_map(|bound| bound.team.clone()).collect();
        let permissions = &self.catalog.permissions;
        Questions {
            permissions: permissions
                .iter()
                .map(|p| (p.module.clone(), p.action.clone()))
                .collect(),
            roles: self.roles.keys().cloned().collect(),
            groups: groups.keys().cloned().collect(),
            directory: directory.keys().cloned().collect(),
            teams: names(&teams),
            subject_attributes: names(&declared.subject),
            action_attributes: names(&declared.action),
            context_attributes: names(&declared.context),
            resource_attributes: names(&declared.resource),
            team_attribute: declared.team.clone(),
            constants: names(&self.constants()),
            scopes: self.catalog.scopes.clone(),
            features: self.catalog.features.clone(),
            modules: self
                .catalog
                .modules
                .iter()
                .map(|module| module.id.clone())
                .collect(),
        }
    }

    /// Returns the scopes that `module:action` supports, in catalog order.
    #[must_use]
    pub fn supported_scopes(&self, module: &str, action: &str) -> Vec<String> {
        let permission = self.catalog.permission(module, action);
        let supports = |scope: &&String| permission.is_some_and(|p| p.scopes.contains_key(*scope));
        self.catalog
            .scopes
            .iter()
            .filter(supports)
            .cloned()
            .collect()
    }

    fn constants(&self) -> BTreeSet<String> {
        let conditions = self
            .catalog
            .permissions
            .iter()
            .flat_map(|p| p.scopes.values());
        let atoms = conditions.flat_map(|condition| condition.0.iter().flatten());
        let constants = atoms.filter_map(|atom| match atom {
            Atom::Test(_, Test::In(set) | Test::NotIn(set) | Test::Within(set)) => Some(set),
            Atom::Test(_, Test::Present | Test::Absent)
            | Atom::True
            | Atom::Shares(..)
            | Atom::Differs(..) => None,
        });
        constants.flatten().cloned().collect()
    }
}
