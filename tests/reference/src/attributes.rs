//! Attributes: a set of strings under each name.

use std::collections::{BTreeMap, BTreeSet};

/// The attributes of one subject, action, context or resource; an absent name is not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes(pub BTreeMap<String, BTreeSet<String>>);

impl Attributes {
    /// Returns the set under `name`, or `None` where it is not given.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&BTreeSet<String>> {
        self.0.get(name)
    }

    /// Adds `values` to the set under `name`, which is stated from then on, even if empty.
    pub fn unite(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        self.0.entry(name.to_owned()).or_default().extend(values);
    }
}

impl FromIterator<(String, BTreeSet<String>)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (String, BTreeSet<String>)>>(given: I) -> Self {
        Self(given.into_iter().collect())
    }
}

/// The set of an id or a type: one element, and an empty one is the empty set.
pub(crate) fn set_of_id(id: &str) -> BTreeSet<String> {
    Some(id)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .into_iter()
        .collect()
}

/// Whether `text` may be a subject, group, team or resource id or an attribute value.
pub(crate) fn is_value(text: &str) -> bool {
    (1..=256).contains(&text.len()) && !text.chars().any(char::is_control)
}
