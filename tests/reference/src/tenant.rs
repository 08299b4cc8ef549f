//! The tenant: its features, group mappings and directory.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    attributes::Attributes,
    catalog::Catalog,
    source::{members, string_list, strings},
};

/// What a customer defines, its roles apart.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    /// The features that are on, each declared in the catalog.
    pub(crate) features: BTreeSet<String>,
    /// What each group maps to.
    pub(crate) groups: BTreeMap<String, Vec<Assignment>>,
    /// What is said of each (type, id).
    pub(crate) directory: BTreeMap<(String, String), Entry>,
}

/// One line of the directory.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Whether it holds anything at all.
    pub(crate) active: bool,
    pub(crate) roles: Vec<Assignment>,
    pub(crate) groups: Vec<String>,
    pub(crate) attributes: Attributes,
}

/// A role, held globally or in one team.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Assignment {
    pub(crate) role: String,
    pub(crate) team: Option<String>,
}

impl Tenant {
    /// Reads the tenant of a policy.
    pub(crate) fn read(source: &Value, catalog: &Catalog) -> Result<Self, String> {
        let mut groups = BTreeMap::new();
        for (group, roles) in members(source, "groups") {
            groups.insert(group.clone(), Assignment::read_all(string_list(roles)?));
        }
        let mut directory = BTreeMap::new();
        for (key, entry) in members(source, "directory") {
            let (kind, id) = match key.split_once(':') {
                Some((kind, id)) if catalog.subject_types.contains(kind) => (kind, id),
                _ => ("user", key.as_str()),
            };
            directory.insert(
                (kind.to_owned(), id.to_owned()),
                Entry::read(entry, catalog)?,
            );
        }
        let features = strings(source, "features")?;
        Ok(Self {
            features: known_features(catalog, features),
            groups,
            directory,
        })
    }
}

impl Entry {
    fn read(source: &Value, catalog: &Catalog) -> Result<Self, String> {
        let mut attributes = Attributes::default();
        for name in &catalog.attributes.subject {
            attributes.unite(name, strings(source, name)?);
        }
        Ok(Self {
            active: source.get("active") != Some(&Value::Bool(false)),
            roles: Assignment::read_all(strings(source, "roles")?),
            groups: strings(source, "groups")?,
            attributes,
        })
    }
}

impl Assignment {
    /// Reads each `role` or `role@team`.
    fn read_all(bindings: Vec<String>) -> Vec<Self> {
        let read = |binding: String| match binding.split_once('@') {
            Some((role, team)) => Self {
                role: role.to_owned(),
                team: Some(team.to_owned()),
            },
            None => Self {
                role: binding,
                team: None,
            },
        };
        bindings.into_iter().map(read).collect()
    }
}

/// The features among `features` that the catalog declares; an unknown one is ignored.
pub(crate) fn known_features(
    catalog: &Catalog,
    features: impl IntoIterator<Item = String>,
) -> BTreeSet<String> {
    features
        .into_iter()
        .filter(|feature| catalog.features.contains(feature))
        .collect()
}
