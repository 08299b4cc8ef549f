//! The tenant: its features, group mappings and directory.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    attributes::Attributes,
    catalog::Catalog,
    source::{members, string_list, strings, timed},
};

/// What a customer defines, its roles apart.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    /// The features that are on, each declared in the catalog.
    pub(crate) features: BTreeSet<String>,
    /// When a feature is no longer on, in Unix seconds.
    pub(crate) feature_ends: BTreeMap<String, u64>,
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
    /// Each with the second from which on it does not count, if there is one.
    pub(crate) roles: Vec<(Assignment, Option<u64>)>,
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
        let features = timed(source, "features", "feature")?;
        let ends = features.iter().cloned();
        Ok(Self {
            feature_ends: ends.filter_map(|(name, end)| Some((name, end?))).collect(),
            features: known_features(catalog, features.into_iter().map(|(name, _)| name)),
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
        let bindings = timed(source, "roles", "role")?.into_iter();
        Ok(Self {
            active: source.get("active") != Some(&Value::Bool(false)),
            roles: bindings
                .map(|(binding, end)| (Assignment::read(binding), end))
                .collect(),
            groups: strings(source, "groups")?,
            attributes,
        })
    }
}

impl Assignment {
    /// Reads each `role` or `role@team`.
    fn read_all(bindings: Vec<String>) -> Vec<Self> {
        bindings.into_iter().map(Self::read).collect()
    }

    fn read(binding: String) -> Self {
        match binding.split_once('@') {
            Some((role, team)) => Self {
                role: role.to_owned(),
                team: Some(team.to_owned()),
            },
            None => Self {
                role: binding,
                team: None,
            },
        }
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
